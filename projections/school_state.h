#pragma once
// What a school is, at one point of its log: the fold of every entry that rules depend on. `apply` is pure: no I/O, no
// clock, no randomness; replay gives the same state, byte for byte of its views.
//
// Two dates rule everything (docs/formats/state.md): `effective`, the local day something holds from, and `known`, the moment
// it was recorded. A deadline asks what was known when a lesson began; authority asks what stands at the entry's own index.
// An entry that awaits endorsements is kept as pending and takes effect at the index of the last of them.
//
// Not thread-safe: the writer has one, readers have another, applied after the batch is durable.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/schema/codec.h"
#include "projections/attestation_book.h"
#include "projections/evidence_book.h"
#include "projections/flat_map.h"
#include "projections/office_book.h"
#include "projections/paged_map.h"
#include "projections/plan_book.h"
#include "projections/shards.h"
#include "signing/base/bytes.h"
#include "signing/base/time.h"
#include "signing/keys.h"

namespace letopis::projections {

// The rule by which entries of a compromised account are refused: the one refusal that the place it spoke of shows.
inline constexpr std::string_view kVoidRule = "account_void";

inline constexpr Date kForever{2'000'000};
inline constexpr Instant kNow{INT64_MAX};  // as `known_by`: everything recorded so far

// Values by the day they hold from and the moment they were recorded.
template <class T>
class Versioned {
 public:
  struct Version {
    Date from;
    Instant known;
    std::uint64_t index;
    T value;
  };
  void add(Date from, Instant known, std::uint64_t index, T value) {
    versions_.push_back({from, known, index, std::move(value)});
  }
  // The version in force on a day, as known at a moment: the latest effective day wins, then the latest recorded.
  const Version* find(Date on, Instant known_by = kNow) const {
    const Version* best = nullptr;
    for (const auto& version : versions_)
      if (version.from <= on && version.known < known_by && (best == nullptr || version.from >= best->from))
        best = &version;
    return best;
  }
  const T* at(Date on, Instant known_by = kNow) const {
    const Version* version = find(on, known_by);
    return version == nullptr ? nullptr : &version->value;
  }
  const std::vector<Version>& all() const { return versions_; }

 private:
  std::vector<Version> versions_;
};

struct RoleGrant {
  ledger::Role role;
  std::string branch;
  Date from;
  Date to;                    // last day, inclusive
  std::uint64_t granted = 0;  // index
  std::optional<std::uint64_t> revoked;
};
struct Person {
  std::uint64_t registered = 0;
  std::vector<RoleGrant> roles;
  std::vector<Id> keys;
  std::optional<std::uint64_t> texts_erased;  // index of the act, once it took effect
};
struct Key {
  signing::Purpose purpose;
  PublicKey public_key;
  Id person;                   // zero for root and service keys
  std::uint64_t enrolled = 0;  // index of the entry that brought it
  std::optional<std::uint64_t> revoked;
  Instant revoked_at;
  std::uint64_t invitation = 0;  // index of the invitation it came by; of the rotation's old key chain likewise
  Id rotated_from;               // zero when it came by invitation
};
struct Invitation {
  Id person;
  PublicKey code_key;
  Instant expires;  // zero: never
  std::uint64_t issued = 0;
  std::uint64_t since = 0;  // index from which it is good: issued, or the endorsement it waited for
  Id issued_by_key;
  bool used = false;
  bool revoked = false;
};
struct Guardianship {
  Id guardian;
  Id student;
  ledger::Access access;
  Date from;
  Date to;
  std::uint64_t index = 0;
};
struct DictionaryEntry {
  std::string title;
  std::map<std::string, std::string> properties;
};
// Grades from–to, both included.
struct GradeSpan {
  int from = 0, to = 0;
};
bool covers(const std::vector<GradeSpan>& spans, int grade);  // no spans: every grade
struct Year {
  std::string title;
  Date from, to;
  Instant known;
  std::uint64_t index = 0;
};
struct Period {
  Id id;
  std::string title;
  std::string kind;
  Date from, to;
  Date marks_from, marks_to;  // the window of period marks, where the school sets one
  std::vector<GradeSpan> grades;
  std::uint64_t index = 0;
};
struct CalendarException {
  Id klass;  // zero: the whole school
  Date from, to;
  ledger::DayKind kind;
  int as_weekday = 0;
  std::string title;
  std::vector<GradeSpan> grades;  // empty: every grade
  std::string branch;             // empty: every branch
  Instant known;
  std::uint64_t index = 0;
};
struct Bell {
  int slot = 0;
  int start = 0, end = 0;  // minutes of the local day
};
struct ClassName {
  std::string label;
  int grade = 0;
};
struct StudySpan {
  Date from, to;
  std::string kind;
};
struct Class {
  Versioned<ClassName> names;  // the class is the same in every year, its label is not
  std::string branch, programme;
  std::vector<Id> successors;  // after a reorganisation
  Date closed_on = kForever;   // from this day on there is no such class
  Versioned<std::vector<StudySpan>> schedule;
  std::string_view label(Date on) const;  // of the first day where the class is younger
  int grade(Date on) const;
  Versioned<Id> teachers;
  Versioned<Id> masters;  // leading workshop masters, beside the class teacher and with the same rights (r000 3.2)
  std::vector<Id> leaders(Date on) const;  // class teacher and leading master, as far as there are any
  std::vector<Id> groups;
  FlatMap<Id, std::vector<std::pair<Date, Date>>> students;
};
struct TimetableSlot {
  int weekday = 0;
  int slot = 0;
  Id teacher;
  std::string room;
  int shift = 1;
};
struct Membership {
  Date from, to;
  std::uint64_t index = 0;
  std::uint64_t since = 0;  // of the first entry that told this first day: later ones corrected it
};
struct Assignment {
  Id teacher;
  Date from, to;
  std::uint64_t index = 0;
  Instant known;
};
struct Group {
  std::string label;
  std::string subject, subject_code;
  std::string kind;
  std::vector<Id> classes;
  FlatMap<Id, std::vector<Membership>> members;
  std::vector<Assignment> assignments;
  Versioned<std::vector<TimetableSlot>> timetable;
  std::uint64_t opened = 0;
};
// A lesson by its place in the timetable, which stays its name however often it is moved.
struct LessonPlace {
  Id group;
  Date date;
  int slot = 0;
  auto operator<=>(const LessonPlace&) const = default;
};
// What the changes to one lesson of the timetable come to: each entry's effect on top of the ones before it. A move or a
// substitution ordered after a cancellation means that the lesson is held after all.
struct LessonChange {
  bool cancelled = false;
  Date moved_to;  // zero: not moved
  int moved_to_slot = 0;
  std::string room;
  Id substitute;  // zero: none
  Id absent;
  Id substitution;  // the statement that ordered it
  Instant known;
  std::uint64_t index = 0;
};
// One line of the timesheet of substitutions (табель замен).
struct Substitution {
  Id id;
  LessonPlace place;
  Id absent, substitute;
  std::string subject, pay, kind;
  std::vector<Id> joined;
  std::uint64_t index = 0;
};
struct Programme {
  std::string title, kind;
  int years = 0;
};
struct IndividualMode {
  std::string kind;
  Date from, to;
  std::uint64_t index = 0;
};
struct Lesson {
  Id group;
  Date date;
  int slot = 0;  // 0: outside the timetable
  int slots = 1;
  Id teacher;
  Instant starts, ends;
  std::uint64_t index = 0;
  bool attendance_taken = false;
  bool has_topic = false;
  bool standing = true;  // false: annulled or withdrawn
};
struct Work {
  Id group;
  Id lesson;  // zero: not in a lesson
  Date held_on;
  Instant starts;
  std::string kind;
  std::string scale;
  int parts = 1;
  bool written = false;
  bool accountable = false;  // written, laboratory, practical: asked for in a period mark (r001 5.2)
  Id author;
  std::uint64_t index = 0;
  bool standing = true;  // false: annulled or withdrawn
};

struct Excuse {
  Date from, to;
  bool excused = false;
  Id statement;
};
struct ImportedMark {
  Id group, period;  // period: zero where none is named
  Date held_on;      // the day it was recorded where none is named
  Id statement;
};

// What later entries need to know of an earlier one.
struct EntryRef {
  std::uint64_t index = 0;
  std::uint8_t type = 0;  // Body's index
  ledger::Verdict verdict = ledger::Verdict::kAccepted;
  bool standing = true;  // false: annulled, withdrawn, or an approval was denied
  bool pending = false;
  Id author;
  Id subject;  // lesson, work or group the entry speaks of (zero: none)
  Id student;  // zero: none
  std::uint8_t part = 0;
};
struct Pending {
  Bytes statement;       // exact bytes: applied when the last endorsement comes
  std::size_t type = 0;  // Body's index
  std::uint64_t index = 0;
  Id author;
  Id corrects;  // the entry a correction would change; zero: it is none
  std::vector<ledger::Role> awaits;
  std::vector<Id> endorsed_by;
};

// The place in `awaits` that a second signature in this capacity fills; the end where it fills none. Whoever teaches signs where
// a teacher is awaited, and the director an application on which a deputy is (r002 3.2).
std::vector<ledger::Role>::const_iterator awaited_by(const std::vector<ledger::Role>& awaits, ledger::Role acting,
                                                     std::size_t type);

// Where a group's marks of a period lie: the subject of their EntryRef.
Id period_place(const Id& period, const Id& group);

// kStructure leaves out what only judging needs (every entry's reference, marks and absences seen).
enum class Detail { kFull, kStructure };

// What a state was folded from and is kept outside memory: see SchoolState::resume. What cannot be read is said by whoever keeps
// it; here it counts as not there.
class Past {
 public:
  virtual ~Past() = default;
  virtual std::uint64_t size() const = 0;                       // entries folded
  virtual Instant recorded_at(std::uint64_t index) const = 0;   // of one of them
  virtual std::uint64_t recorded_before(Instant at) const = 0;  // how many of them
  virtual std::optional<Bytes> row(ByteView key) const = 0;     // as SchoolState::rows wrote it last
  virtual void damaged(ByteView key) const = 0;                 // that row is not what was written
};

class SchoolState {
 public:
  explicit SchoolState(Detail detail = Detail::kFull) : detail_(detail) {}

  // Folds one entry in. Returns the shards its views live in (empty for kStructure). Refused entries change nothing but the
  // count and the refusals' shard. The entry must be the next one, index == size(); kStructure may skip entries that do not
  // change structure (those outside the school's own shard).
  std::vector<ShardKey> apply(const ledger::Entry& entry);
  // Room for so many entries: a long fold then never moves what it has folded.
  void reserve(std::uint64_t entries);

  // --- Going on from a state that was kept (kFull; state_rows.cc). Whatever grows with the log lies in rows, fetched when asked for;
  // the structure, which does not, is folded again from the entries that made it.
  //
  // Whether `entry`, which `shards` heard of, makes structure.
  static bool makes_structure(const ledger::Entry& entry, const std::vector<ShardKey>& shards);
  // Those entries, in order, on an empty state; then resume, and the state is that of past->size() entries. "damaged".
  void recall(const ledger::Entry& entry);
  Status resume(std::shared_ptr<const Past> past);
  // The rows that say what was folded in since, and what else was asked for: each replaces the one of its key.
  using PutRow = std::function<void(Bytes key, Bytes value)>;
  void rows(const PutRow& put) const;

  // --- The log itself
  std::uint64_t size() const { return size_; }
  Instant last_recorded_at() const;
  // When entry `index` was recorded; kFull only.
  Instant recorded_at(std::uint64_t index) const {
    return index < first_ ? past_->recorded_at(index) : recorded_at_[index - first_];
  }
  // How many entries had been recorded before a moment; kFull only.
  std::uint64_t recorded_before(Instant at) const;

  // --- The school
  bool exists() const { return size_ > 0; }
  Instant created() const { return created_; }  // when its genesis was recorded
  const std::string& name() const { return name_; }
  const std::string& origin() const { return origin_; }
  const std::string& log_vkey() const { return log_vkey_; }
  bool simulated() const { return simulated_; }
  int threshold() const { return threshold_; }
  UtcOffset offset(Date on) const;
  UtcOffset offset_at(Instant at) const;
  Date local_today(Instant now) const { return local_date(now, offset_at(now)); }
  struct AdoptedProfile {
    std::string name;
    Hash hash;
    Hash regulation;
  };
  const AdoptedProfile* profile(Date on, Instant known_by = kNow) const { return profiles_.at(on, known_by); }
  const Versioned<AdoptedProfile>& profiles() const { return profiles_; }

  // --- People
  const Person* person(const Id& id) const;
  const FlatMap<Id, Person>& people() const { return people_; }
  const Key* key(const Id& id) const;
  const FlatMap<Id, Key>& keys() const { return keys_; }
  const Invitation* invitation(const Id& statement) const;
  // Codes that were never used are worth nothing once their person has a key, also one revoked since: whoever finds an old
  // letter would else enrol without the deputy's signature.
  bool superseded(const Invitation& invitation) const;
  const Invitation* invitation_by_code(const PublicKey& code_key, Id* statement = nullptr) const;
  // In a branch: a role without one is held in all of them.
  bool has_role(const Id& person, ledger::Role role, Date on, std::string_view branch = {}) const;
  std::vector<ledger::Role> roles_of(const Id& person, Date on) const;
  // Guardianships in which somebody may see a student's diary on a day.
  bool may_see_as_guardian(const Id& guardian, const Id& student, Date on) const;
  // By an entry that holds on the day, whatever it lets see.
  bool is_guardian(const Id& guardian, const Id& student, Date on) const;
  // Known to be under age: somebody has access until their adulthood, and that day has not passed. The log holds no birth dates.
  bool known_minor(const Id& student, Date on) const;
  std::vector<Id> children_of(const Id& guardian, Date on) const;
  std::vector<Id> guardians_of(const Id& student, Date on) const;
  // The class a student belongs to on a day; zero when none.
  Id class_of(const Id& student, Date on) const;
  bool is_class_teacher(const Id& person, const Id& klass, Date on) const;
  std::vector<Id> classes_led_by(const Id& person, Date on) const;

  // --- Structure
  const Class* klass(const Id& id) const;
  const std::map<Id, Class>& classes() const { return classes_; }
  const Group* group(const Id& id) const;
  const std::map<Id, Group>& groups() const { return groups_; }
  std::vector<Id> groups_of_student(const Id& student, Date from, Date to) const;
  // Groups that anybody of this group is in on a day, as it was recorded before an index; itself is the first.
  std::vector<Id> groups_beside(const Id& group, Date on, std::uint64_t before) const;
  std::vector<Id> groups_of_teacher(const Id& teacher, Date on) const;
  bool enrolled(const Id& group, const Id& student, Date on) const;
  bool assigned(const Id& group, const Id& teacher, Date on) const;
  const std::vector<Period>& periods() const { return periods_; }
  const Period* period(const Id& id) const;
  const std::vector<CalendarException>& calendar() const { return calendar_; }
  // Of a shift, in a branch; where a branch has none of its own, the school's, and where a shift has none, those of the first.
  const std::vector<Bell>* bells(Date on, Instant known_by = kNow, int shift = 1, std::string_view branch = {}) const;
  // The branch a group's classes learn in; empty where the school has none.
  std::string_view branch_of(const Id& group) const;
  const std::vector<Year>& years() const { return years_; }
  // The year a day belongs to, or the next one that is opened; null when there is none.
  const Year* year(Date on) const;
  const std::map<std::string, std::string, std::less<>>& branches() const { return branches_; }
  const std::map<std::string, Programme, std::less<>>& programmes() const { return programmes_; }
  // How a student learns on a day, where not as everybody: home, family, individual plan; of some days, the mode named last.
  const IndividualMode* individual_mode(const Id& student, Date on) const { return individual_mode(student, on, on); }
  const IndividualMode* individual_mode(const Id& student, Date from, Date to) const;
  // Whether a group's lessons wait for a student: who is in it, and does not learn at home, in the family or in a sanatorium.
  // A group of their own (of kind "individual") and a club wait for them.
  bool awaited(const Id& group, const Id& student, Date on) const;
  // Whether the school gives a student marks of periods: not to who learns in the family.
  bool marked(const Id& student, Date on) const;
  const FlatMap<Id, std::vector<IndividualMode>>& individual_modes() const { return individual_modes_; }
  const std::vector<Substitution>& substitutions() const { return substitutions_; }
  const Substitution* substitution(const Id& statement) const;
  const PlanBook& plans() const { return plan_book_; }
  const EvidenceBook& evidence() const { return evidence_book_; }
  const AttestationBook& attestation() const { return attestation_book_; }
  const OfficeBook& office() const { return office_book_; }
  const DictionaryEntry* dictionary(std::string_view kind, std::string_view code) const;
  const std::map<std::pair<std::string, std::string>, DictionaryEntry>& dictionary() const { return dictionary_; }
  // The codes of one dictionary, in order; empty when the school keeps none of that kind.
  std::vector<std::string_view> codes(std::string_view kind) const;
  // What is known to have become of the lesson at this place of the timetable; null when nothing changed.
  const LessonChange* change(const Id& group, Date date, int slot, Instant known_by = kNow) const;
  // Lessons of other days (or slots) of the group that were moved to this day.
  std::vector<LessonPlace> moved_to(const Id& group, Date date, Instant known_by = kNow) const;

  // --- Lessons and what judging needs (kFull)
  const Lesson* lesson(const Id& id) const;
  // Whether another lesson of the group stands recorded in these slots of the day, where either of them takes several.
  bool slots_taken(const LessonPlace& first, int slots, const Id& but) const;
  const Work* work(const Id& id) const;
  const EntryRef* entry(const Id& statement) const;
  const Pending* pending(const Id& statement) const;
  bool correction_waits(const Id& entry) const;                       // for its second signature
  const std::map<Id, Pending>& pendings() const { return pending_; }  // kStructure: of acts of the school alone
  std::size_t marks_standing(const Id& work, int part, const Id& student) const;
  bool period_mark_standing(const Id& period, const Id& group, const Id& student) const;
  bool waiver_standing(const Id& period, const Id& group, const Id& student) const;
  // Marks brought along from another school for a period: those that name it, or were held in it.
  std::size_t imported_marks(const Id& group, const Id& student, const Period& period) const;
  bool final_mark_standing(const Id& group, const Id& student) const;
  const std::vector<Id>* works_of(const Id& group) const { return lookup(works_by_group_, group); }
  // An absence of a student's that an excuse covers.
  bool absence_excused(const Id& student, Date on) const;
  bool absence_standing(const Id& lesson, const Id& student) const;
  bool lateness_standing(const Id& lesson, const Id& student) const;

  // Entries that changed structure so far: readers' caches depend on it.
  std::uint64_t structure_version() const { return structure_version_; }
  // Something that is shown beside the structure changed outside the log: a text was erased.
  void touch() { ++structure_version_; }

 private:
  friend class StateFold;
  void fold_in(const ledger::Entry& entry);
  void refer_to(const Id& statement, const EntryRef& ref);
  EntryRef* find_entry(const Id& id) const;
  EntryRef* recall_entry(const Id& id) const;
  void recall_tables();
  bool says_of_mode(const IndividualMode& mode, const char* property, bool otherwise) const;

  Detail detail_;
  std::uint64_t size_ = 0;
  std::uint64_t structure_version_ = 0;
  std::shared_ptr<const Past> past_;
  std::uint64_t first_ = 0;           // entries below it are the past's
  std::vector<Instant> recorded_at_;  // of the others

  Instant created_;
  std::string name_, origin_, log_vkey_;
  bool simulated_ = false;
  int threshold_ = 1;
  Versioned<UtcOffset> offsets_;
  Versioned<AdoptedProfile> profiles_;

  FlatMap<Id, Person> people_;
  FlatMap<Id, Key> keys_;
  FlatMap<Id, Invitation> invitations_;
  FlatMap<PublicKey, Id> invitation_by_code_;
  std::vector<Guardianship> guardianships_;
  FlatMap<Id, std::vector<std::size_t>> guardianships_by_student_, guardianships_by_guardian_;

  std::map<Id, Class> classes_;
  std::map<Id, Group> groups_;
  FlatMap<Id, std::vector<Id>> groups_by_student_, groups_by_teacher_, class_by_student_;
  std::vector<Period> periods_;
  std::vector<CalendarException> calendar_;
  std::map<std::pair<std::string, int>, Versioned<std::vector<Bell>>> bells_;  // by branch and shift
  std::vector<Year> years_;
  std::map<std::string, std::string, std::less<>> branches_;
  std::map<std::string, Programme, std::less<>> programmes_;
  FlatMap<Id, std::vector<IndividualMode>> individual_modes_;
  std::vector<Substitution> substitutions_;
  PlanBook plan_book_;
  EvidenceBook evidence_book_;
  AttestationBook attestation_book_;
  OfficeBook office_book_;
  std::map<std::pair<std::string, std::string>, DictionaryEntry> dictionary_;
  std::map<LessonPlace, std::vector<LessonChange>> changes_;
  std::map<std::pair<Id, Date>, std::vector<LessonPlace>> moves_by_day_;  // group, day moved to

  PagedMap<FlatMap<Id, Lesson>> lessons_;
  PagedMap<std::map<std::pair<Id, Date>, std::vector<Id>>> lessons_by_day_;  // of a group, in the timetable's slots
  PagedMap<FlatMap<Id, Work>> works_;
  PagedMap<FlatMap<Id, std::vector<Id>>> works_by_group_;
  PagedMap<FlatMap<Id, std::vector<Excuse>>> excuses_;
  PagedMap<FlatMap<Id, std::vector<ImportedMark>>> imports_;  // by student
  // The references lie in the order of the log; what is looked up at random places is only where each lies.
  mutable std::deque<EntryRef> entries_;
  mutable LargeMap<Id, std::uint32_t> entry_places_;
  PagedMap<FlatMap<Id, std::vector<ShardKey>>>
      own_shards_;                      // of entries whose shards do not follow from their reference
  PagedMap<FlatMap<Id, Id>> undoings_;  // withdrawals and annulments, and what they undo; zero: no more
  std::map<Id, Pending> pending_;
  PagedMap<LargeMap<Id, std::uint8_t>> cells_;  // hash of (kind, lesson or work, part, student) → standing entries
};

// SHA-256("letopis/lesson/v1" ‖ 0 ‖ group ‖ date ‖ slot)[:16]: the id of a lesson that stands in the timetable.
Id lesson_id(const Id& group, Date date, int slot);

}  // namespace letopis::projections
