#pragma once
// GET registers/{name}: lists of what is kept beside journals and diaries (projections/registers.h). One table names each
// register, who reads it and which of its lines; docs/rights.md shows the same table, and a test compares the two.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "commands/rights.h"
#include "projections/registers.h"
#include "server/answers.h"
#include "server/sessions.h"
#include "signing/base/words.h"

namespace letopis::server {

using LineShown = bool (*)(const Caller& caller, const projections::RegisterLine& line);
struct Register {
  std::string_view name;
  Words title;
  commands::RoleSet readers = 0;  // whoever has none of these capacities is refused
  std::string_view lines;         // which lines they see, for people
  LineShown shown = nullptr;
  projections::WriteRegister write = nullptr;
};
std::span<const Register> registers();

struct RegisterQuery {
  Date week;      // Monday, of printouts; zero: the current one
  Id one;         // a plan template, with its lines
  Date from, to;  // of activity, at most 100 days; zero: last week and this one
};
// "not_found", "forbidden", "malformed".
Result<std::string> read_register(const Caller& caller, std::string_view name, const RegisterQuery& query,
                                  Language language);

// Who handed a family the printout of a week, and when; nullopt: nobody yet.
std::optional<projections::Handed> printout_of(const commands::School& school, std::uint64_t size, const Id& student,
                                               Date monday);

}  // namespace letopis::server
