#pragma once
// What the families of rules share: one statement on its way through `decide`.

#include <algorithm>
#include <array>

#include "commands/deadlines.h"
#include "commands/rights.h"
#include "ledger/schema/codec.h"
#include "projections/schedule.h"

namespace letopis::commands {

using ledger::Role;
using ledger::Verdict;

inline constexpr int kPlanAheadMaxDays = 300;  // a work outside a lesson

// The kind of document that an entry of a type stands on; empty: the rules ask for none, or for any.
template <class T>
inline constexpr std::string_view kDocument = {};
template <>
inline constexpr std::string_view kDocument<ledger::MakeupMarkGiven> = "protocol";
template <>
inline constexpr std::string_view kDocument<ledger::MarkImported> = "certificate";
template <>
inline constexpr std::string_view kDocument<ledger::CouncilDecided> = "protocol";
template <>
inline constexpr std::string_view kDocument<ledger::CommissionAppointed> = "order";
template <>
inline constexpr std::string_view kDocument<ledger::AttestationMarkGiven> = "exam_sheet";
template <>
inline constexpr std::string_view kDocument<ledger::ElectronicAccessDeclined> = "application";
// A period mark on fewer marks than the regulation asks for.
inline constexpr std::string_view kDecision = "decision";

struct Case {
  const projections::SchoolState& state;
  const ProfileBook& profiles;
  const Roots& roots;
  const ledger::Statement& st;
  std::uint64_t index;
  Instant now;
  Date today;
  const Profile* profile = nullptr;  // in force today; null only for a genesis
  ledger::Ruling ruling{};

  bool refused() const { return ruling.verdict == Verdict::kRefused; }
  void refuse(std::string_view rule) {
    if (refused()) return;
    ruling.verdict = Verdict::kRefused;
    ruling.rule = rule;
  }
  // Refuses by `rule` unless the condition holds; says whether it held.
  bool require(bool condition, std::string_view rule) {
    if (!condition) refuse(rule);
    return condition && !refused();
  }
  void await(Role role) { ruling.awaits.push_back(role); }
  void await_once(Role role) {
    if (std::find(ruling.awaits.begin(), ruling.awaits.end(), role) == ruling.awaits.end()) await(role);
  }

  bool acting(RoleSet set) const { return (role_bit(st.acting_as) & set) != 0; }
  bool has_basis() const { return st.basis.has_value(); }
  bool knows(const Id& person) const { return state.person(person) != nullptr; }
  // A code is one of its dictionary's; free where the school keeps no such dictionary.
  bool listed(std::string_view dictionary, std::string_view code) {
    return require(code.empty() || state.dictionary(dictionary, code) != nullptr || state.codes(dictionary).empty(),
                   rule::kDictionaryUnknown);
  }
  // What rules, calendar and timetables may say of the past: nothing. Zero stands for the next local midnight.
  bool from_next_midnight() {
    return require(st.effective_from.days == 0 || st.effective_from > today, rule::kRetroactiveEffect);
  }

  // Whether the author leads the student's class.
  bool leads_class_of(const Id& student) const;
  // What a statement names and the school has to know.
  const projections::Group* known_group(const Id& id) {
    const auto* group = state.group(id);
    require(group != nullptr, rule::kUnknownReference);
    return group;
  }
  bool known_class(const Id& id) { return require(state.klass(id) != nullptr, rule::kUnknownReference); }
  bool known_person(const Id& id) { return require(knows(id), rule::kPersonUnknown); }
  // Staff give marks, pupils get them: nobody here is both.
  void no_pupil(const Id& id) { require(state.class_of(id, today).is_zero(), rule::kPupilOrStaff); }
  void no_staff(const Id& id) { require(!is_staff(state, id, today), rule::kPupilOrStaff); }
  // A document of a kind, with its number and date.
  bool has_document(std::string_view kind) const {
    return st.basis && st.basis->kind == kind && !st.basis->number.empty() && st.basis->date.days != 0;
  }

  // An entry about a lesson is judged by the regulation that was in force before the lesson began, whatever holds today.
  void by_profile_before(Date day, Instant lesson_begins);
  // Whether a statement of a type that `same` recognises waits for its second signature.
  template <class T, class Same>
  bool waits(Same same) const {
    static const std::size_t kType = ledger::Body(T{}).index();
    for (const auto& [id, pending] : state.pendings()) {
      if (pending.type != kType) continue;
      const auto statement = ledger::decode_statement(pending.statement);
      if (statement && same(std::get<T>(statement->body))) return true;
    }
    return false;
  }
  // What was asked of an entry that came after `deadline`: late, let in by a document or an outage act, or refused. `day`: what
  // the entry is about, and no document is older; zero where documents let nothing in. `about`: the classes an outage act may
  // speak of.
  void due_by(const Profile& then, LatePolicy policy, Instant deadline, std::string_view rule, Date day = {},
              const std::vector<Id>& about = {});
  // The deadline of an entry about `day`; the profile and the context are those of `lesson_begins`.
  void due(const DeadlineRule& (*which)(const Profile&), std::string_view rule, Date day, Instant lesson_begins,
           const Id& group, Instant lesson_ends = {});
};

// Who acts for one branch speaks of what is that branch's.
void require_own_branch(Case& c);
// Whether somebody keeps a group's records for a lesson: who recorded it, who teaches the group, or its substitute.
bool keeps_lesson(const projections::SchoolState& state, const Id& person, const projections::Lesson& lesson,
                  Date today);
bool teaches(const projections::SchoolState& state, const Id& person, const Id& group, Date on);
// Marks that stand for a student in all works of a lesson.
std::size_t marks_in_lesson(const projections::SchoolState& state, const Id& lesson, const Id& student);
// The marks a student's period mark stands on, and the fewest it may (r001 5.2).
struct PeriodMarks {
  int count = 0;
  int fewest = 0;
  bool accountable_held = false;  // written, laboratory or practical works were
  bool accountable_marked = false;
};
PeriodMarks period_marks(const projections::SchoolState& state, const Profile& profile, const Id& group,
                         const Id& student, const projections::Period& period);
// A group without marks (an extracurricular one), and grades in which nobody is marked yet: no mark of any kind.
void require_marked(Case& c, const Id& group, Date on, const Id& student);
// When the group sat the attestation that a mark is of; nullopt: it is the first.
std::optional<Date> attested_with_group(const projections::SchoolState& state, const Profile& profile,
                                        const ledger::AttestationMarkGiven& b);
// Not in a period that was closed; of a group, for all of its grades.
void require_open(Case& c, const Id& group, Date on, const Id& student = {});
// The period whose mark an entry is; null for another entry.
const projections::Period* period_of_result(const projections::SchoolState& state, const projections::EntryRef& result);
// r002 3.2: topics strictly by the plan, where the group has one. Without `plan_item` any line of that topic will do.
void require_topic_of_plan(Case& c, const projections::Lesson& lesson, std::string_view topic,
                           const std::string_view* plan_item = nullptr);
inline const DeadlineRule& topic_rule(const Profile& p) { return p.topic; }
inline const DeadlineRule& homework_rule(const Profile& p) { return p.homework; }
inline const DeadlineRule& information_rule(const Profile& p) { return p.information; }
// A value on one of the profile's or the school's scales; the profile's own where none is named.
void require_on_scale(Case& c, std::string_view scale, std::string_view value);
// The lesson of the timetable that is held at a day and slot, moves taken in; where two meet, the one of that name. Entries
// name a lesson by its place in the timetable and say where it is held.
std::optional<projections::ScheduledLesson> held_at(const projections::SchoolState& state, const Id& group, Date date,
                                                    int slot, const Id& id = {});

// A scale of the profile, or one the school's dictionary defines; the profile's default when no name is given.
std::optional<Scale> find_scale(const projections::SchoolState& state, const Profile& profile, std::string_view name);
// A value of a cell: not banned, and of the scale of its work.
void require_value(Case& c, const projections::Work& work, std::string_view value);
// r000 3.3: all records in Russian, foreign languages too.
void require_russian(Case& c, std::string_view text);

}  // namespace letopis::commands
