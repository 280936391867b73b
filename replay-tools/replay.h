#pragma once
// Folds a log's history up to an index or a moment, and shows what the school was then: the digest of its state, and the
// journal or diary as they stood. Signatures and verdicts are taken as recorded: whether they are right is the audit's to say
// (replay-tools/audit.h); a log that was never audited may be refused here as "damaged". Pure but for the source.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/journal.h"
#include "projections/school_state.h"
#include "projections/shards.h"
#include "replay-tools/audit_judge.h"
#include "replay-tools/audit_source.h"

namespace letopis::audit {

struct ReplayOptions {
  std::optional<std::uint64_t> to_index;  // fold the entries below this index; all when not given
  std::optional<Instant> to_time;         // fold what had been recorded by then, inclusive
  bool check = false;                     // compare every state commitment on the way
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

// A state commitment of the log, held against the state that the entries before it give.
struct StateCheck {
  std::uint64_t index = 0;
  Hash recorded, folded;
  bool holds() const { return recorded == folded; }
};

struct Replayed {
  projections::SchoolState state{projections::Detail::kFull};
  projections::Shards shards;
  std::uint64_t size = 0;
  Instant last_recorded_at;
  Hash digest;  // root of the state tree over the entries folded
  VerdictCounts verdicts;
  projections::FlatMap<Id, Hash> names;  // commitment to each person's name, as it stood
  std::vector<StateCheck> checks;
  bool all_checks_hold() const;
};

// Errors: the source's; "damaged" (an entry that does not decode, or cannot follow the one before it); "empty".
Result<std::unique_ptr<Replayed>> replay(const AuditSource& source, const ReplayOptions& options);

// "journal:GROUP:PERIOD" (ids in hexadecimal) or "diary:STUDENT:WEEK" ("2026-W48"), as JSON, as of the replay. Errors:
// "malformed" (the spelling), "not_found" (group, period or student).
Result<std::string> replayed_view(const AuditSource& source, Replayed& replayed, std::string_view view,
                                  const projections::NameOf& name_of, const projections::TextOf& text_of);

// 0, or 1 when a state commitment does not hold.
int exit_code(const Replayed& replayed);
std::string json_report(const Replayed& replayed);  // one line
std::string text_report(const Replayed& replayed);

}  // namespace letopis::audit
