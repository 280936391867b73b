#pragma once
// GET duties: what is still to be done, until when, and by which clause (commands/duties.h), as far as it is the caller's to know.

#include <optional>
#include <string>

#include "commands/duties.h"
#include "server/sessions.h"

namespace letopis::server {

inline constexpr int kDutiesDaysMax = 400;

struct DutiesQuery {
  // "me": one's own; "class": of the classes one leads, whoever's they are; "school": everybody's, for who sees every page.
  std::string of = "me";
  Date from;  // the first day whose lessons are looked at
};
// Errors: "forbidden", "malformed", and the store's.
Result<std::string> duties(const Caller& caller, const DutiesQuery& query, Instant now, commands::Language language);

// What administrators did since a deputy last acknowledged it, or after entry `after`; the first 1000 (r002 5.4). For who sees
// every page. {"acknowledged","operations":[{"index","recorded_at","recorded_local","verdict","type","title","author",
// "author_name","branch"?}],"more":bool}
Result<std::string> operations(const Caller& caller, std::optional<std::uint64_t> after, commands::Language language);

}  // namespace letopis::server
