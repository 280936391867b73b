#pragma once
// GET diary/proof: a week of a diary with the proof that it is complete (docs/formats/week-proof.md). The diary's entries in full,
// and of the groups' journals what the group is told; what speaks of other pupils by place and hash. Whoever asks gets the same.

#include <string>

#include "server/sessions.h"

namespace letopis::server {

struct WeekProofQuery {
  Id student;
  Date week;  // Monday
};

// Errors: "forbidden" (as of the diary itself), "not_found" (a student nobody knows), "pending", "too_large", and the store's.
Result<std::string> week_proof(const Caller& caller, const WeekProofQuery& query);
// The same for whoever holds the data directory: no caller is asked.
Result<std::string> week_proof(commands::School& school, const WeekProofQuery& query);

}  // namespace letopis::server
