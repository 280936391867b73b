#pragma once
// GET summary, plans and inspections: sheets written of the figures of many journals (projections/sheets.h).

#include <string>

#include "server/sessions.h"

namespace letopis::server {

struct SheetQuery {
  Id klass, group, period;  // zero: not asked for
};

// The summary sheet of a class over a period, the current one unless it is named; without a class that of the whole school. A
// family asks for the class of its child and gets the child's line. "forbidden", "not_found", "malformed".
Result<std::string> summary(const Caller& caller, const SheetQuery& query, Instant now);

// Plans and what of them was delivered this year: of one group with its lines, of a class, or of all groups one may see.
Result<std::string> plans(const Caller& caller, const SheetQuery& query, Instant now);

// Inspections of this school year; with a period, the check of its end computed from the journals.
Result<std::string> inspections(const Caller& caller, const SheetQuery& query, Instant now);

// Hours each teacher gave in some days, at most 400: for who sees every page, and the accountant.
Result<std::string> hours(const Caller& caller, Date from, Date to, Instant now);

}  // namespace letopis::server
