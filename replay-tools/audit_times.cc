#include "replay-tools/audit_times.h"

#include <algorithm>
#include <optional>

#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::audit {

using namespace ledger;

namespace {

// A clock that agrees with its witnesses may be so far off.
constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;

}  // namespace

void EntryTimes::entry(const Event& event, const Statement& statement) {
  entries_.push_back({event.recorded_at, event.deadline, statement.acting_as != Role::kService, doubted_});
}

void EntryTimes::anchor(std::uint64_t index, const OpenedCheckpoint& over, const AnchorAdded& body, Findings& findings,
                        const Findings::Place& place) {
  auto seen = policy_.nobody();
  const Hash digest = signing::sha256({as_bytes(body.checkpoint)});
  for (const auto& evidence : body.evidence) {
    if (evidence.kind == "cosignature") {
      for (std::size_t i = 0; i < policy_.witnesses().size(); ++i) {
        const auto& key = policy_.witnesses()[i].key;
        const auto at = read_cosignature(as_text(evidence.bytes), body.checkpoint, key.name, key.key);
        if (!at && at.error().code == "bad_signature") findings.add("bad_evidence", place, key.name);
        if (at) seen.witnesses[i] = policy_.of_seconds(*at);
      }
      continue;
    }
    for (std::size_t i = 0; i < policy_.authorities().size(); ++i)
      if (const auto stamp = signing::verify_timestamp(evidence.bytes, digest, policy_.authorities()[i].certificate,
                                                       policy_.accuracy_seconds() * kMicrosPerSecond))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
  const auto bracket = policy_.bracket(seen);
  if (!bracket) return;
  lower_.push_back({index, bracket->earliest});
  upper_.push_back({over.size, bracket->latest});
}

// The best anchor on each side counts, not the nearest: of those before an entry the latest moment, of those that cover it the
// earliest.
TimesReport EntryTimes::settle(Findings& findings) const {
  TimesReport report;
  report.anchors = upper_.size();
  report.entries.resize(entries_.size());
  std::vector<Side> upper = upper_;
  std::stable_sort(upper.begin(), upper.end(), [](const Side& a, const Side& b) { return a.place < b.place; });
  for (std::size_t i = upper.size(); i-- > 1;) upper[i - 1].at = std::min(upper[i - 1].at, upper[i].at);
  std::size_t before = 0, covering = 0;
  std::optional<Instant> earliest;
  const Instant last = entries_.empty() ? Instant{} : entries_.back().at;
  for (std::uint64_t index = 0; index < entries_.size(); ++index) {
    const Recorded& entry = entries_[index];
    for (; before < lower_.size() && lower_[before].place < index; ++before)
      earliest = std::max(earliest.value_or(lower_[before].at), lower_[before].at);
    while (covering < upper.size() && upper[covering].place <= index) ++covering;
    if (!entry.judged) continue;
    const std::optional<Instant> latest = covering < upper.size() ? std::optional(upper[covering].at) : std::nullopt;
    const bool outside = (earliest && entry.at.micros < earliest->micros - kClockToleranceMicros) ||
                         (latest && entry.at.micros > latest->micros + kClockToleranceMicros);
    if (outside && !entry.doubted) findings.add("outside_bracket", {index}, format_instant(entry.at));
    TimeVerdict verdict = TimeVerdict::kUnwitnessed;
    if (!latest && !upper.empty()) {
      verdict = last.micros - entry.at.micros > limit_ ? TimeVerdict::kOverdue : TimeVerdict::kPending;
    } else if (latest && entry.deadline.micros != 0) {
      verdict = *latest <= entry.deadline                ? TimeVerdict::kTimelyProved
                : earliest && *earliest > entry.deadline ? TimeVerdict::kLateProved
                                                         : TimeVerdict::kClaimed;
    } else if (latest) {
      const bool narrow = earliest && latest->micros - earliest->micros <= limit_;
      verdict = narrow ? TimeVerdict::kBracketed : TimeVerdict::kWide;
    }
    ++report.verdicts[static_cast<std::size_t>(verdict) - 1];
    report.entries[static_cast<std::size_t>(index)] = verdict;
    if (!latest || !earliest) continue;
    const std::int64_t seconds = (latest->micros - earliest->micros) / kMicrosPerSecond;
    const auto bucket = std::lower_bound(kWidthSeconds.begin(), kWidthSeconds.end(), seconds);
    ++report.widths[static_cast<std::size_t>(bucket - kWidthSeconds.begin())];
  }
  return report;
}

}  // namespace letopis::audit
