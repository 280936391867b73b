#pragma once
// What roles and kinds of entries are called where people read them; rules have theirs in profile.h.
//
// Pure.

#include <string_view>

#include "commands/profile.h"
#include "ledger/statement.h"

namespace letopis::commands {

std::string_view role_title(ledger::Role role, Language language);
// Of a statement type by its name in the schema; the name itself for one that is not ours.
std::string_view type_title(std::string_view type, Language language);

// Of a document an entry rests on; the kind itself for one that is not ours.
std::string_view basis_title(std::string_view kind, Language language);

// "quarter": четверть; the kind itself for one that is not ours.
std::string_view period_kind_title(std::string_view kind, Language language);

}  // namespace letopis::commands
