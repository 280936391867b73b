#pragma once
// What an entry says, as JSON text (UTF-8, one line, keys in the order of the schema): ids and hashes in hexadecimal, dates
// and instants in ISO 8601, closed enums by name, absent values left out. No library, so that letopis-verify can print it.

#include <string>
#include <string_view>

#include "ledger/statement.h"

namespace letopis::ledger {

// A JSON string literal with its quotes.
std::string json_string(std::string_view text);
void append_json_string(std::string& to, std::string_view text);

// {"type":"mark_given","work":"…",…}
std::string body_json(const Body& body);
// The body's members with the envelope's beside them under "envelope".
std::string statement_json(const Statement& statement);
// {"index":…,"recorded_at":…,"verdict":…,"statement":{…}}
std::string entry_json(const Event& event, const Statement& statement);

}  // namespace letopis::ledger
