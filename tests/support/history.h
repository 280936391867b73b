#pragma once
// A small language for building a school's history without signatures: every word appends a real Statement in a real Event,
// encoded and decoded as the log has them, applies it to the school's state and files it in its shards. Nothing is judged:
// an entry is accepted unless the sentence says otherwise.
//
//   History h;
//   h.school();
//   const Id teacher = h.teacher();
//   const Id physics = h.group("7А", "Физика", {teacher});
//   const Id masha = h.student(physics);
//   const Id lesson = h.lesson(physics, "2026-11-23", 2);
//   const Id work = h.work(lesson, "control");
//   const Id mark = h.mark(work, masha, "4");
//   const Id corrected = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "5");
//   h.by(h.deputy(), Role::kDeputyHead).endorse(corrected);
//
// Modifiers (by, late, refused, awaiting, from, …) hold for the next entry only. Local time is that of the school (+03:00);
// the clock goes forward by a second with every entry and by at() and lesson(). Ids and keys come from a seed, so a history is
// the same in every run; signatures are random bytes.

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "projections/school_state.h"
#include "signing/base/random.h"
#include "signing/note.h"

namespace letopis::test {

inline Date day(std::string_view text) { return parse_date(text).value(); }

struct TimetableLine {
  int weekday;  // 1–7
  int slot;
  Id teacher;
};

inline constexpr std::string_view kOrigin = "journal.example.org/log/test";

class History {
 public:
  using Role = ledger::Role;

  explicit History(std::uint64_t seed = 1);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // --- The clock
  History& at(std::string_view local);  // "2026-11-23 09:10"; never back
  Instant now() const { return now_; }
  Instant local(std::string_view text) const;  // the same spelling, by the offset in force

  // --- Modifiers of the next entry
  History& by(const Id& author, Role role = Role::kTeacher);
  History& late(std::int64_t seconds, std::string_view rule = "lesson_mark_deadline");
  History& refused(std::string_view rule);
  History& awaiting(std::vector<Role> roles);
  History& from(std::string_view effective_from);
  History& to(std::string_view effective_to);
  History& branch(std::string_view name);
  History& basis(std::string_view kind, std::string_view number, std::string_view date = {});  // no date: today
  History& sealed(std::string_view field, const Id& person, const Hash& commitment);
  History& with_id(const Id& statement);

  // Appends any statement; the words below are made of this. Returns the statement's id.
  Id add(ledger::Body body);
  // The statement the next add() would append, without appending it: for `decide`. The modifiers are used up. Its texts live
  // as long as the History.
  ledger::Statement propose(ledger::Body body);

  // --- School, people, keys. Each person is registered, invited and enrols a key.
  void school(
      std::string_view opened = "2026-08-24 09:00");  // genesis, bells of eight lessons, a class teacher's powers
  Id person();
  Id person(Role role);
  Id director();  // these four are one person each, made when first asked for
  Id deputy();
  Id administrator();
  Id secretary();
  Id teacher() { return person(Role::kTeacher); }
  Id parent(const Id& child);
  Id grant(const Id& person, Role role);
  Id revoke(const Id& person, Role role);
  Id key_of(const Id& person) const;
  void renew_key(const Id& person);  // a further invitation, and a key by it

  // --- Structure, effective on 1 September 2026 unless from() says otherwise
  Id klass(std::string_view label, int grade = 7);  // the class of that label, opened when first asked for
  Id group(std::string_view class_label, std::string_view subject, std::initializer_list<Id> teachers);
  void timetable(const Id& group, std::initializer_list<TimetableLine> lines);
  Id student(const Id& group);  // a new person in the group's class and in the group
  void enrol(const Id& group, const Id& student);
  void bells(std::initializer_list<ledger::Bell> bells);
  Id period(std::string_view title, std::string_view from, std::string_view to);
  Id day_exception(std::string_view from, std::string_view to, ledger::DayKind kind, const Id& klass = {},
                   int as_weekday = 0);
  Id work_kind(std::string_view code, bool written);
  Id cancel(const Id& group, std::string_view date, int slot);
  Id move(const Id& group, std::string_view date, int slot, std::string_view new_date, int new_slot);
  Id substitute(const Id& group, std::string_view date, int slot, const Id& absent, const Id& substitute);

  // --- Lessons. Without by(), entries are by the first teacher of the group.
  Id lesson(const Id& group, std::string_view date, int slot);  // returns the lesson; the clock goes to its start
  Id lesson_outside(const Id& group, std::string_view date, int start_minute, int end_minute);
  Id topic(const Id& lesson, std::string_view text);
  Id attendance(const Id& lesson, bool all_present = false);
  Id absence(const Id& lesson, const Id& student, std::string_view code = "н");
  Id lateness(const Id& lesson, const Id& student, int minutes);
  Id excuse(const Id& student, std::string_view from, std::string_view to, bool excused = true);
  Id work(const Id& lesson, std::string_view kind, std::string_view title = {}, int weight = 0);
  Id work_outside(const Id& group, std::string_view held_on, std::string_view kind);
  Id mark(const Id& work, const Id& student, std::string_view value, int part = 0);
  Id homework(const Id& lesson, std::string_view text, std::string_view due, std::vector<Id> audience = {});
  Id homework_ahead(const Id& group, std::string_view date, int slot, std::string_view text, std::string_view due);
  Id remark(const Id& student, const Id& lesson = {});
  Id correct(const Id& target, std::string_view value);
  Id withdraw(const Id& target);
  Id annul(const Id& target);
  Id endorse(const Id& target, bool approve = true);
  Id sign_diary(const Id& student, std::string_view week_monday);

  // --- What came of it
  const projections::SchoolState& state() const { return state_; }          // Detail::kFull
  const projections::SchoolState& structure() const { return structure_; }  // Detail::kStructure
  projections::Shards& shards() { return shards_; }
  std::uint64_t size() const { return entries_.size(); }
  const ledger::Entry& entry(std::uint64_t index) const { return entries_[index]; }
  const signing::KeyPair& log_key() const {
    return log_key_;
  }  // named by the genesis, under the origin of every statement
  const ledger::Entry& last() const { return entries_.back(); }
  ByteView leaf(std::uint64_t index) const { return leaves_[index]; }
  std::uint64_t index_of(const Id& statement) const;
  const std::vector<projections::ShardKey>& shards_of(std::uint64_t index) const { return shards_of_[index]; }
  // The entries of one shard, or of a group's or student's shards over a range, with an index below `at`.
  std::vector<ledger::Entry> entries_in(const projections::ShardKey& key, std::uint64_t at = UINT64_MAX) const;
  std::vector<ledger::Entry> entries_in(projections::View view, const Id& subject, Date from, Date to,
                                        std::uint64_t at = UINT64_MAX) const;
  // The context of a statement that names this size: not a Merkle root, but one root for each size.
  static Hash root_at(std::uint64_t size);

 private:
  struct Envelope {
    std::optional<std::pair<Id, Role>> by;
    ledger::Verdict verdict = ledger::Verdict::kAccepted;
    std::int64_t late_seconds = 0;
    std::string rule;
    std::vector<Role> awaits;
    Date from, to;
    std::string branch;
    std::optional<ledger::Basis> basis;
    std::vector<ledger::Commitment> sealed;
    Id id;
  };
  struct Chain {
    Id id;
    std::uint64_t number = 0;
    Hash previous;
  };
  // Unless the sentence names an author or a day, these.
  History& by_default(const Id& author, Role role);
  History& from_default(std::string_view effective_from);
  History& by_teacher_of(const Id& group);
  Id group_of_lesson(const Id& lesson) const;
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
  ledger::Statement make_statement(ledger::Body body);
  Id official(Id History::*who, Role role);
  Id enrol_person(const Id& person);

  SeededRandom random_;
  Instant now_;
  Envelope next_;
  projections::SchoolState state_{projections::Detail::kFull};
  projections::SchoolState structure_{projections::Detail::kStructure};
  projections::Shards shards_;
  std::deque<std::string> texts_;
  std::deque<Bytes> leaves_;
  std::deque<ledger::Entry> entries_;
  std::vector<std::vector<projections::ShardKey>> shards_of_;
  std::map<Id, Chain> chains_;  // by key
  std::map<Id, Id> keys_;       // by person
  signing::KeyPair log_key_ = [] {
    SeededRandom random(29);
    return signing::KeyPair::generate(signing::Purpose::kLog, random);
  }();
  Id root_key_, service_key_;
  Id director_, deputy_, administrator_, secretary_;
  std::map<std::string, Id, std::less<>> classes_;
  std::map<Id, Id> first_teacher_;  // of a group
};

}  // namespace letopis::test
