#pragma once
// GET people, classes, groups, timetable, periods, profile, me: lists of what the school is today, as far as the caller
// may see it. JSON of projections/listing.h.

#include <string>

#include "server/sessions.h"

namespace letopis::server {

std::string people(const Caller& caller);
std::string classes(const Caller& caller);
std::string groups(const Caller& caller);

struct TimetableQuery {
  Id klass, group, teacher;
  std::string room;  // one of these
  Date week;         // Monday
  std::string at;    // as for the other views
};
// "forbidden", "malformed", "not_found" (whoever may see timetables asks for what is not there)
Result<std::string> timetable(const Caller& caller, const TimetableQuery& query);

std::string periods(const Caller& caller);
// Of some days, at most 400: everybody's for who sees every page and for the accountant, else those one ordered lessons of.
Result<std::string> substitutions(const Caller& caller, Date from, Date to);
std::string documents(const Caller& caller);   // local acts and announcements
std::string dictionary(const Caller& caller);  // kinds and codes that entries may use
std::string profile(const Caller& caller);
// What somebody may act as on a day, by grant or by what one is: ["teacher"].
std::string capacities_json(const projections::SchoolState& structure, const Id& person, Date today);
// me_json with "capacities" and "key" beside it.
std::string me(const Caller& caller);

}  // namespace letopis::server
