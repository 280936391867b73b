#pragma once
// GET journal and diary: folds of the log, rendered once and kept while nothing under them changes.

#include <optional>
#include <string>
#include <string_view>

#include "server/sessions.h"
#include "server/view_cache.h"

namespace letopis::server {

inline constexpr int kJournalDaysMax = 400;

struct JournalQuery {
  Id group;
  Id period;  // or
  Date from, to;
  std::string at;  // an instant or a number of entries; empty: now
};
struct DiaryQuery {
  Id student;
  Date week;  // Monday
  std::string at;
};

// The log as of some number of entries.
struct Moment {
  std::shared_ptr<const projections::SchoolState> structure;
  std::uint64_t size = 0;
  bool past = false;  // something was recorded since
};
// `at`: an instant, or a number of entries (beyond the newest: all of them); empty: now. "malformed".
Result<Moment> moment_of(const commands::School& school, const std::string& at);

class Views {
 public:
  explicit Views(ViewCache& cache) : cache_(cache) {}

  // Errors: "forbidden" (asked before anything else, so that nobody learns what exists), "not_found", "malformed" (a
  // range or `at`), and the store's.
  Result<RenderedPtr> journal(const Caller& caller, const JournalQuery& query);
  Result<RenderedPtr> diary(const Caller& caller, const DiaryQuery& query);
  // The same as far as memory alone answers; nullptr when it does not. For the I/O thread.
  RenderedPtr cached_journal(const Caller& caller, const JournalQuery& query);
  RenderedPtr cached_diary(const Caller& caller, const DiaryQuery& query);

 private:
  RenderedPtr fresh(const commands::School& school, const std::string& key);

  ViewCache& cache_;
};

}  // namespace letopis::server
