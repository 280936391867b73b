#include "replay-tools/audit_times.h"

#include <algorithm>
#include <optional>

#include "ledger/timeliness.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::audit {

using namespace ledger;

namespace {

// A clock that agrees with its witnesses may be so far off.
constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;
constexpr std::size_t kLackingShown = 100;
constexpr std::size_t kListsKept = 16;

}  // namespace

EntryTimes::EntryTimes(const TrustPolicy& policy, std::int64_t limit_micros) : policy_(policy), limit_(limit_micros) {
  for (const auto& witness : policy.witnesses()) heard_.push_back({witness.key.name});
  for (const auto& authority : policy.authorities()) heard_.push_back({authority.name});
}

void EntryTimes::entry(const Event& event, const Statement& statement) {
  const auto offset_minutes = static_cast<std::int16_t>(event.utc_offset / 60);
  entries_.push_back({event.recorded_at, event.deadline, offset_minutes, statement.acting_as != Role::kService,
                      doubted_, event.verdict == Verdict::kAccepted});
  if (event.verdict == Verdict::kLate && event.deadline.micros != 0)
    late_[statement.id] = {stamped_digest(event.statement, event.signature), event.deadline, {}};
}

void EntryTimes::token(const Id& statement, Bytes token) {
  const auto found = late_.find(statement);
  if (found != late_.end() && found->second.tokens.size() < kTokensPerEntryMax)
    found->second.tokens.push_back(std::move(token));
}

// Once an anchor, whatever it says twice.
void EntryTimes::hear(std::size_t who, bool again, Instant said) {
  heard_[who].anchors += again ? 0 : 1;
  heard_[who].newest = said;
}

EntryTimes::Lists EntryTimes::lists_in(const AnchorAdded& body, const commands::ReadEvidence& file) {
  Lists lists;
  for (const auto& evidence : body.evidence) {
    const auto named = evidence.kind == kRevocationListFile ? EvidenceFile::read(evidence) : std::nullopt;
    if (!named) continue;
    auto known = lists_.find(named->hash);
    if (known == lists_.end()) {
      const auto text = file(*named);
      auto list = text ? signing::list_of_text(as_text(*text)) : tl::unexpected(Error{"not_found", {}});
      if (!list) continue;
      if (lists_.size() == kListsKept) lists_.clear();
      known = lists_.emplace(named->hash, *std::move(list)).first;
    }
    lists.push_back(known->second);
  }
  return lists;
}

void EntryTimes::weigh_token(ByteView token, const Hash& digest, const Lists& lists, TrustPolicy::Sightings& seen,
                             Findings& findings, const Findings::Place& place) {
  for (std::size_t i = 0; i < policy_.authorities().size(); ++i) {
    const auto stamp = signing::verify_timestamp(token, digest, policy_.authorities()[i].certificate,
                                                 policy_.accuracy_seconds() * kMicrosPerSecond, lists);
    // One that this authority did sign, but over something else, or with a certificate that was revoked by then.
    if (!stamp && (stamp.error().code == "other_digest" || stamp.error().code == "revoked"))
      findings.add("bad_evidence", place, policy_.authorities()[i].name);
    if (!stamp) continue;
    hear(policy_.witnesses().size() + i, seen.authorities[i].has_value(), stamp->said);
    seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
}

void EntryTimes::anchor(std::uint64_t index, const OpenedCheckpoint& over, const AnchorAdded& body,
                        const commands::ReadEvidence& file, Findings& findings, const Findings::Place& place) {
  auto seen = policy_.nobody();
  const Hash digest = signing::sha256({as_bytes(body.checkpoint)});
  const Lists lists = lists_in(body, file);
  for (const auto& evidence : body.evidence) {
    if (const auto token = commands::token_of(evidence, file))
      weigh_token(*token, digest, lists, seen, findings, place);
    for (std::size_t i = 0; evidence.kind == kCosignature && i < policy_.witnesses().size(); ++i) {
      const auto& key = policy_.witnesses()[i].key;
      const auto at = read_cosignature(as_text(evidence.bytes), body.checkpoint, key.name, key.key);
      if (!at && at.error().code == "bad_signature") findings.add("bad_evidence", place, key.name);
      if (!at) continue;
      const Bracket then = policy_.of_seconds(*at);
      hear(i, seen.witnesses[i].has_value(),
           Instant{then.earliest.micros + policy_.accuracy_seconds() * kMicrosPerSecond});
      seen.witnesses[i] = then;
    }
  }
  const auto bracket = policy_.bracket(seen);
  if (!bracket) return;
  anchors_.push_back({index, over.size, bracket->earliest, bracket->latest});
}

// The best anchor on each side counts, not the nearest: of those before an entry the latest moment, of those that cover it the
// earliest.
Between TimesReport::between(std::uint64_t index) const {
  Between found{before, std::nullopt};
  for (const auto& anchor : timeline) {
    if (anchor.index < index) found.earliest = std::max(found.earliest.value_or(anchor.earliest), anchor.earliest);
    if (anchor.covers > index) found.latest = std::min(found.latest.value_or(anchor.latest), anchor.latest);
  }
  return found;
}

EntryTimes::Kept EntryTimes::keep() const {
  std::uint64_t covered = first_;
  for (const auto& anchor : anchors_) covered = std::max(covered, anchor.covers);
  Kept kept{covered,
            {entries_.begin() + static_cast<std::ptrdiff_t>(covered - first_), entries_.end()},
            {},
            before_,
            doubted_};
  for (const auto& anchor : anchors_) {
    if (anchor.index >= covered)
      kept.anchors.push_back(anchor);
    else
      kept.before = std::max(kept.before.value_or(anchor.earliest), anchor.earliest);
  }
  return kept;
}

void EntryTimes::go_on_from(Kept kept) {
  first_ = kept.first;
  entries_ = std::move(kept.entries);
  anchors_ = std::move(kept.anchors);
  before_ = kept.before;
  doubted_ = kept.doubted;
}

Date EntryTimes::day_of(const Recorded& entry) const { return local_date(entry.at, {entry.offset_minutes * 60}); }

TimesReport EntryTimes::settle(const Settling& settling, Findings& findings) const {
  TimesReport report;
  report.first = first_;
  report.before = before_;
  report.anchors = anchors_.size();
  report.timeline = anchors_;
  report.heard = heard_;
  report.late = late_.size();
  for (const auto& [id, late] : late_)
    if (const auto by = signed_by(late.digest, late.tokens, policy_); by && *by <= late.deadline)
      ++report.signed_in_time;
  report.entries.resize(entries_.size());
  std::vector<TimesReport::Anchor> covering = anchors_;
  std::stable_sort(covering.begin(), covering.end(), [](const auto& a, const auto& b) { return a.covers < b.covers; });
  for (std::size_t i = covering.size(); i-- > 1;)
    covering[i - 1].latest = std::min(covering[i - 1].latest, covering[i].latest);
  std::size_t before = 0, after = 0;
  Between between{before_, std::nullopt};
  TimesReport::Day* day = nullptr;  // entries of a day follow one another
  Date on;
  for (std::uint64_t index = first_; index - first_ < entries_.size(); ++index) {
    for (; before < anchors_.size() && anchors_[before].index < index; ++before)
      between.earliest = std::max(between.earliest.value_or(anchors_[before].earliest), anchors_[before].earliest);
    while (after < covering.size() && covering[after].covers <= index) ++after;
    between.latest = after < covering.size() ? std::optional(covering[after].latest) : std::nullopt;
    const Recorded& entry = entries_[index - first_];
    if (!entry.judged) continue;
    const bool outside = (between.earliest && entry.at.micros < between.earliest->micros - kClockToleranceMicros) ||
                         (between.latest && entry.at.micros > between.latest->micros + kClockToleranceMicros);
    if (outside && !entry.doubted) findings.add("outside_bracket", {index}, format_instant(entry.at));
    const EntryTime is{index, entry.at, entry.deadline, verdict_of(entry, between, settling), between};
    const bool in_spite = ruled_in_spite(entry, is);
    if (in_spite)
      findings.add("proved_late", {index}, format_instant(entry.deadline) + " < " + format_instant(*between.earliest));
    if (const Date date = day_of(entry); day == nullptr || date != on) {
      day = &report.days[date];
      on = date;
    }
    count(is, entry, in_spite, *day, report);
    if (settling.each) settling.each(is);
  }
  for (const auto& anchor : anchors_)
    if (anchor.index >= first_) ++report.days[day_of(entries_[anchor.index - first_])].anchors;
  return report;
}

bool EntryTimes::narrow(const Between& between) const {
  return between.earliest && between.latest && between.latest->micros - between.earliest->micros <= limit_;
}

TimeVerdict EntryTimes::verdict_of(const Recorded& entry, const Between& between, const Settling& settling) const {
  const auto& [earliest, latest] = between;
  if (!latest && !before_ && anchors_.empty()) return TimeVerdict::kUnwitnessed;
  if (!latest) return settling.until.micros - entry.at.micros > limit_ ? TimeVerdict::kOverdue : TimeVerdict::kPending;
  if (entry.deadline.micros != 0)
    return *latest <= entry.deadline                ? TimeVerdict::kTimelyProved
           : earliest && *earliest > entry.deadline ? TimeVerdict::kLateProved
                                                    : TimeVerdict::kClaimed;
  if (narrow(between)) return TimeVerdict::kBracketed;
  const bool founding = !earliest && latest->micros - settling.founded.micros <= kFoundingLimitMicros;
  return founding ? TimeVerdict::kFounding : TimeVerdict::kWide;
}

// Without a doubt about the clock such an entry is outside its bracket, and that is said.
bool EntryTimes::ruled_in_spite(const Recorded& entry, const EntryTime& is) const {
  return entry.doubted && entry.in_time && is.verdict == TimeVerdict::kLateProved &&
         is.between.earliest->micros > entry.deadline.micros + kClockToleranceMicros;
}

void EntryTimes::count(const EntryTime& is, const Recorded& entry, bool in_spite, TimesReport::Day& day,
                       TimesReport& report) const {
  const auto& [earliest, latest] = is.between;
  const std::uint64_t wanting = report.wanting();
  const auto at = static_cast<std::size_t>(is.verdict) - 1;
  ++report.verdicts[at], ++day.verdicts[at], ++day.entries;
  report.doubted += entry.doubted ? 1 : 0;
  report.ruled_in_time += in_spite ? 1 : 0;
  report.claimed_wide += is.verdict == TimeVerdict::kClaimed && !narrow(is.between) ? 1 : 0;
  report.entries[static_cast<std::size_t>(is.index - first_)] = is.verdict;
  const bool lacks = report.wanting() > wanting;
  report.unproved += lacks && latest ? 1 : 0;
  if (lacks && report.lacking.size() < kLackingShown) report.lacking.push_back(is);
  if (!latest || !earliest) return;
  const std::int64_t seconds = (latest->micros - earliest->micros) / kMicrosPerSecond;
  day.widest_seconds = std::max(day.widest_seconds, seconds);
  const auto bucket = std::lower_bound(kWidthSeconds.begin(), kWidthSeconds.end(), seconds);
  ++report.widths[static_cast<std::size_t>(bucket - kWidthSeconds.begin())];
}

}  // namespace letopis::audit
