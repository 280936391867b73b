#pragma once
// When every entry was recorded, by the witnesses the auditor trusts (formats.md: "Proof that nothing was backdated"). Cosignatures
// are read and verified by the audit's own code (audit_note); which of them make a quorum is the policy's (ledger/trust_policy).
//
// Fed in the log's order by the judging thread; settle() at the end. Twenty-four bytes an entry, and those of the report.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/files.h"
#include "ledger/receipt_bracket.h"
#include "ledger/statement.h"
#include "ledger/trust_policy.h"
#include "replay-tools/audit_findings.h"
#include "replay-tools/audit_note.h"
#include "signing/rfc3161.h"

namespace letopis::audit {

inline constexpr std::int64_t kBracketLimitMicros = 600 * kMicrosPerSecond;  // an auditor's, when they name none

// What the evidence says of an entry with a deadline, or without one.
enum class TimeVerdict : std::uint8_t {
  kTimelyProved = 1,  // a quorum had seen it by its deadline
  kLateProved,        // it follows evidence from after its deadline
  kClaimed,           // its deadline lies inside the bracket
  kBracketed,         // no deadline, and a bracket no wider than the limit
  kWide,              // no deadline, and a wider one, or one open to the past
  kPending,           // no later anchor yet
  kOverdue,           // pending for longer than the limit
  kUnwitnessed,       // no evidence of a quorum in the whole log
  kFounding,          // no deadline, and of before the first anchor of a school that was anchored soon after it began
};
inline constexpr std::array<std::string_view, 9> kTimeVerdictNames = {
    "timely_proved", "late_proved", "claimed", "bracketed", "wide", "pending", "overdue", "unwitnessed", "founding"};
constexpr std::string_view time_verdict_name(TimeVerdict verdict) {
  return kTimeVerdictNames[static_cast<std::size_t>(verdict) - 1];
}

// So long after its genesis, by its own clock, a school may be witnessed for the first time: what founded it (people, classes,
// timetable, the policy itself) can have nothing before it, and cannot have been backdated by more.
inline constexpr std::int64_t kFoundingLimitMicros = 31 * 24 * 3600 * kMicrosPerSecond;

// Brackets no wider than five seconds, a minute, ten minutes, an hour; and the rest.
inline constexpr std::array<std::int64_t, 4> kWidthSeconds = {5, 60, 600, 3600};

// What the policy's witnesses and authorities say of one moment, or of the moments an entry lies between.
struct Between {
  std::optional<Instant> earliest, latest;
};

// What is known of one entry's time.
struct EntryTime {
  std::uint64_t index = 0;
  Instant recorded_at, deadline;  // as the log says; no deadline is zero
  TimeVerdict verdict = TimeVerdict::kUnwitnessed;
  Between between;
};

struct TimesReport {
  // An anchor that met the quorum, at its index, over the entries below `covers`.
  struct Anchor {
    std::uint64_t index = 0, covers = 0;
    Instant earliest, latest;
  };
  // A local day on which entries were recorded that are judged.
  struct Day {
    std::uint64_t entries = 0, anchors = 0;
    std::int64_t widest_seconds = 0;  // of the brackets with both sides
    std::array<std::uint64_t, kTimeVerdictNames.size()> verdicts{};
  };
  // One of the policy's witnesses or authorities, and what anchors hold of theirs.
  struct Heard {
    std::string name;
    std::uint64_t anchors = 0;
    std::optional<Instant> newest{};  // as it says itself
  };
  std::array<std::uint64_t, kTimeVerdictNames.size()> verdicts{};
  std::array<std::uint64_t, kWidthSeconds.size() + 1> widths{};  // of entries with both sides
  std::vector<Heard> heard;                                      // in the order of the policy
  // Of entries recorded late: how many there are, and how many were signed by their deadline all the same, as tokens on record prove
  // (ledger/timeliness.h). A figure beside the verdicts: late stays late.
  std::uint64_t late = 0, signed_in_time = 0;
  std::uint64_t unproved = 0;      // of wanting(), those that an anchor covers: no later evidence helps them
  std::uint64_t claimed_wide = 0;  // of `claimed`: with a bracket wider than the limit, or open to the past
  // Ruled as in time, though proved to be more than a minute late: while the clock was in doubt, when times are not judged by it.
  std::uint64_t ruled_in_time = 0;
  std::uint64_t doubted = 0;        // entries recorded while the clock was in doubt
  std::uint64_t first = 0;          // entries before it were reported earlier, and
  std::optional<Instant> before{};  // this is the latest moment that anchors among them prove
  std::uint64_t anchors = 0;        // that meet the quorum
  std::vector<Anchor> timeline;     // they, in the order of the log
  std::map<Date, Day> days;
  std::vector<TimeVerdict> entries;  // from `first` on; zero for the service's own, which are not judged
  std::vector<EntryTime> lacking;    // the first of those that wanting() counts
  std::uint64_t count(TimeVerdict verdict) const { return verdicts[static_cast<std::size_t>(verdict) - 1]; }
  Between between(std::uint64_t index) const;  // in time proportional to the anchors
  // What a policy asks for and did not get: entries overdue, unwitnessed, within a wide bracket, or ruled against the evidence.
  std::uint64_t wanting() const {
    return count(TimeVerdict::kOverdue) + count(TimeVerdict::kWide) + count(TimeVerdict::kUnwitnessed) + claimed_wide +
           ruled_in_time;
  }
};

class EntryTimes {
 public:
  EntryTimes(const ledger::TrustPolicy& policy, std::int64_t limit_micros);

  struct Recorded {
    Instant at, deadline;
    std::int16_t offset_minutes = 0;
    bool judged = true, doubted = false;
    bool in_time = true;  // as it was ruled
  };
  // What times go on from: the entries no anchor covers yet, from `first` to the end, the anchors among them, and what those before
  // prove.
  struct Kept {
    std::uint64_t first = 0;
    std::vector<Recorded> entries;
    std::vector<TimesReport::Anchor> anchors;
    std::optional<Instant> before;
    bool doubted = false;
  };
  Kept keep() const;
  void go_on_from(Kept kept);

  // Every entry, in order. The service's own (anchors, commitments) are not judged.
  void entry(const ledger::Event& event, const ledger::Statement& statement);
  // An anchor that counts, over a checkpoint of this log whose root was compared.
  void anchor(std::uint64_t index, const OpenedCheckpoint& over, const ledger::AnchorAdded& body,
              const commands::ReadEvidence& file, Findings& findings, const Findings::Place& place);
  // Whether a token over this statement would say something: it is on record, late, and has a deadline.
  bool asks_for_token(const Id& statement) const { return late_.contains(statement); }
  void token(const Id& statement, Bytes token);
  void clock_fault(const ledger::ClockFault& body) { doubted_ = body.kind != ledger::kClockAgrees; }

  struct Settling {
    Instant founded;  // when the school's genesis says it was
    Instant until;    // up to when evidence could have come: now, for a log that goes on
    std::function<void(const EntryTime&)> each = {};  // every entry that is judged, in order
  };
  // Findings: "outside_bracket", "proved_late".
  TimesReport settle(const Settling& settling, Findings& findings) const;

 private:
  void hear(std::size_t who, bool again, Instant said);
  using Lists = std::vector<signing::RevocationList>;
  Lists lists_in(const ledger::AnchorAdded& body, const commands::ReadEvidence& file);
  void weigh_token(ByteView token, const Hash& digest, const Lists& lists, ledger::TrustPolicy::Sightings& seen,
                   Findings& findings, const Findings::Place& place);
  Date day_of(const Recorded& entry) const;
  TimeVerdict verdict_of(const Recorded& entry, const Between& between, const Settling& settling) const;
  bool narrow(const Between& between) const;
  bool ruled_in_spite(const Recorded& entry, const EntryTime& is) const;
  void count(const EntryTime& is, const Recorded& entry, bool in_spite, TimesReport::Day& day,
             TimesReport& report) const;
  struct Late {
    Hash digest;
    Instant deadline;
    std::vector<Bytes> tokens;
  };
  const ledger::TrustPolicy& policy_;
  const std::int64_t limit_;
  bool doubted_ = false;
  std::uint64_t first_ = 0;  // of entries_
  std::optional<Instant> before_;
  std::vector<Recorded> entries_;
  std::map<Id, Late> late_;
  std::vector<TimesReport::Anchor> anchors_;  // in the order of the log
  std::vector<TimesReport::Heard> heard_;     // witnesses, then authorities
  // The newest lists of revoked certificates, by their files: an hour's anchors name the same.
  std::map<Hash, signing::RevocationList> lists_;
};

}  // namespace letopis::audit
