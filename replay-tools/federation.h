#pragma once
// letopis federation: the neighbours whose logs a data directory cosigns (server/neighbours.h). Whoever adds one fetches its
// genesis; whoever holds the directory (a running server, or the command itself on a stopped one) proves it anew, records and
// cosigns. Between them goes one line of text each way:
//   federation-add SCHOOL ALLOW URL VKEY GENESIS   "-" for no school, 1 or 0, and the proof file in base64
//   federation-list
//   federation-remove ORIGIN
// What comes back is JSON, the answer of the command's --json.

#include <string>
#include <string_view>

#include "server/neighbours.h"

namespace letopis::tools {

inline constexpr std::string_view kFederationCommand = "federation-";  // how its lines begin

std::string federation_line(const server::Neighbours::Addition& addition);
// The side of the directory. Thread-safe. Errors: "malformed" and those of Neighbours.
Result<std::string> answer_federation(server::Neighbours& neighbours, std::string_view line);

}  // namespace letopis::tools
