#pragma once
// Sign-in details for one person of every role of a simulated school: an account in the vault, as the browser would have
// made it, and a sealed key file for programs.

#include <string>

#include "replay-tools/simulate.h"
#include "replay-tools/simulation.h"

namespace letopis::replay_tools {

// Writes DATA/keys/<login>.key for each of them, then `file`: one JSON object with data, school, vkey, events and per role
// login, password and key_file.
Status write_credentials(FileSystem& files, World& world, const Simulated& simulated, const std::string& data,
                         const std::string& file, std::string_view passphrase);

}  // namespace letopis::replay_tools
