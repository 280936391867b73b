#pragma once
// What became of entries: which stand, which were corrected, withdrawn, annulled, or wait for a second signature. Nothing is
// ever lost: every act stays in the list, in the order of the log, and says what it did to which.
//
// Lifetime: everything refers to the entries it was given, which must outlive it and stay where they are; an EntryView also
// to the Acts it came from (which may be moved, not copied). Pure; not thread-safe.

#include <optional>
#include <span>
#include <vector>

#include "ledger/schema/codec.h"
#include "projections/school_state.h"

namespace letopis::projections {

enum class EntryKind : std::uint8_t {
  kLesson,
  kTopic,
  kAttendance,
  kAbsence,
  kLateness,
  kExcuse,
  kWork,
  kMark,
  kHomework,
  kRemark,
  kSignature,
  kLessonChange,
  kAwaited,
  kImported,
  kPeriodMark,
  kWaiver,
  kAttestation,
  kFinalMark,
  kWish,
  kAnnounced,
  kPrintout,
  kForecast,
  kOther
};
std::string_view entry_kind_name(EntryKind kind);
bool is_result(EntryKind kind);  // of a period or of the course, rather than of a lesson

enum class Act : std::uint8_t { kEntry, kCorrection, kWithdrawal, kAnnulment };
std::string_view act_name(Act act);

enum class Standing : std::uint8_t {
  kStanding,  // counts
  kReplaced,  // a correction stands in its place
  kWithdrawn,
  kAnnulled,
  kProposed,  // waits for endorsements
  kDenied,    // an endorsement was refused
  kVoid       // its author's account was compromised: that there was something is shown, never what (r004 п2 4.4)
};
std::string_view standing_name(Standing standing);

struct Endorsement {
  Id author;
  ledger::Role role;
  std::uint64_t index = 0;
  Instant recorded_at;
  bool approved = false;
};

// One act as people see it. A correction repeats what it does not change (the work, the part, the day it is due).
struct EntryView {
  EntryKind kind = EntryKind::kOther;
  Act act = Act::kEntry;
  Standing standing = Standing::kStanding;
  Id id;  // of the statement
  std::uint64_t index = 0;
  Instant recorded_at;
  UtcOffset offset;  // of local time when it was recorded
  Id author;
  ledger::Role acting_as{};
  bool late = false;
  std::int64_t late_seconds = 0;
  std::optional<std::uint64_t> excused_by;  // index of the outage act that excuses the lateness; it stays late
  Instant deadline;
  std::string_view rule;  // the rule it was late by
  std::string_view basis_kind, basis_number;
  std::optional<std::uint64_t> corrects;  // index of the entry that a correction, withdrawal or annulment speaks of
  std::optional<std::uint64_t> replaced_by;
  std::optional<std::uint64_t> undone_by;
  std::span<const ledger::Role> awaits;
  std::span<const Endorsement> endorsements;
  std::span<const ledger::Commitment> sealed;

  Id student;               // zero: of nobody in particular
  std::string_view value;   // mark, absence code, topic, homework, title of a work, kind of a remark or excuse
  std::string_view detail;  // kind of homework or work, mode of a lesson, decision of an annulment
  int minutes = 0;          // lateness
  Id work;                  // mark
  int part = 0;
  Id absence;                    // make-up mark: the absence it makes up for
  Id period;                     // period mark, waiver, forecast, imported mark
  bool excused = false;          // excuse
  Date from, to;                 // excuse, announcement; from: the day an attestation was held
  Date due;                      // homework
  std::span<const Id> audience;  // homework: empty for the whole group
  std::span<const Hash> files;   // homework
};

class Acts {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  Acts() = default;
  Acts(Acts&&) noexcept = default;
  Acts& operator=(Acts&&) noexcept = default;

  struct Node {
    const ledger::Entry* entry = nullptr;
    std::uint32_t root = 0;  // the entry at the end of the chain of targets
    std::uint32_t target = kNone;
    std::uint32_t scope = 0;  // whatever the caller said
    std::uint32_t undone_by = kNone;
    std::uint32_t replaced_by = kNone;
    Act act = Act::kEntry;
    EntryKind kind = EntryKind::kOther;  // of the root
    Standing standing = Standing::kStanding;
    bool denied = false;
    std::uint64_t effective = 0;  // index it counts from; UINT64_MAX while it waits
    std::vector<ledger::Role> awaits;
    std::vector<Endorsement> endorsements;
  };

  // Takes one entry; indices ascend. Refused ones are left out (but for kVoid, of which the place is kept), and so is what
  // speaks of an entry that was not given.
  void add(const ledger::Entry& entry, std::uint32_t scope = 0);
  // Once, after the last entry.
  void settle();
  // The outage acts that may excuse what is late; the classes that entries of a scope speak of, and all others.
  void know_outages(const OfficeBook& office, std::vector<std::vector<Id>> classes_of_scopes, std::vector<Id> others);

  const std::vector<Node>& all() const { return nodes_; }
  const ledger::Statement& root(const Node& node) const { return nodes_[node.root].entry->statement; }
  // The standing version of the entry a node belongs to; null when none stands.
  const Node* current(const Node& node) const;
  EntryView view(const Node& node) const;

 private:
  void add_act(const ledger::Entry& entry, const Id& target, Act act);
  void endorse(const ledger::Entry& entry, const ledger::Endorsed& body);
  void push(Node node);
  void add_void(const ledger::Entry& entry, std::uint32_t scope);
  std::optional<std::uint64_t> excuse_of(const Node& node) const;
  void settle_undoings();
  void settle_versions();

  std::vector<Node> nodes_;
  FlatMap<Id, std::uint32_t> by_id_;
  const OfficeBook* office_ = nullptr;
  std::vector<std::vector<Id>> classes_of_scopes_;
  std::vector<Id> other_classes_;
};

}  // namespace letopis::projections
