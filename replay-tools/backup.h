#pragma once
// letopis backup: a consistent copy of a data directory, of a running server too. What it holds can be restored in place of the
// directory it was taken from, as long as nothing was recorded since: the entry backup_made is in it.

#include <string>

#include "commands/engine.h"

namespace letopis::tools {

// Makes `to`, which is not there yet ("already_exists"), whole or not at all, and synced. "held": of a directory that may be an old
// copy there is no backup. Every school that takes writes gets a
// backup_made once a whole copy is on the disk; it names what that copy holds.
Status make_backup(commands::Engine& engine, const std::string& to);

}  // namespace letopis::tools
