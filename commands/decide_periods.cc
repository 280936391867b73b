// Marks of periods and of the whole course, closed periods, decisions of the council (events.md: "Periods, attestation").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;
using projections::Period;
using projections::SchoolState;

PeriodMarks period_marks(const SchoolState& state, const Profile& profile, const Id& group_id, const Id& student,
                         const Period& period) {
  PeriodMarks seen;
  seen.fewest = fewest_marks(state, profile, group_id, period.to);
  const auto* own = state.group(group_id);
  const auto count_in = [&](const Id& group) {
    const auto* works = state.works_of(group);
    for (std::size_t i = 0; works != nullptr && i < works->size(); ++i) {
      const Id& id = (*works)[i];
      const auto& work = *state.work(id);
      if (!work.standing || work.held_on < period.from || work.held_on > period.to) continue;
      std::size_t marks = state.marks_standing(id, 0, student);
      for (int part = 1; part <= work.parts; ++part) marks += state.marks_standing(id, part, student);
      seen.count += static_cast<int>(marks);
      seen.accountable_held = seen.accountable_held || (work.accountable && group == group_id);
      seen.accountable_marked = seen.accountable_marked || (work.accountable && marks > 0);
    }
  };
  count_in(group_id);
  // Who changed class or subgroup within the period brings along the marks of the same subject.
  for (const auto& id : state.groups_of_student(student, period.from, period.to))
    if (const auto* other = state.group(id);
        id != group_id && other->subject_code == own->subject_code && other->subject == own->subject)
      count_in(id);
  return seen;
}

namespace {

const Period* known_period(Case& c, const Id& id) {
  const Period* period = c.state.period(id);
  c.require(period != nullptr, rule::kUnknownReference);
  return period;
}

// Not before the window opens; late after it closes.
void in_window(Case& c, const Period& period, const Id& group, LatePolicy late) {
  if (c.refused()) return;
  const PeriodWindow window = window_of(c.profile->period_mark, period);
  if (!c.require(c.today >= window.opens, rule::kPeriodMarkEarly)) return;
  c.due_by(*c.profile, late, projections::midnight(c.state, window.closes + 1), rule::kPeriodMarkDeadline, period.from,
           c.state.group(group)->classes);
}

void taught_in(Case& c, const Id& group, const Period& period) {
  c.require(teaches(c.state, c.st.author, group, c.today) ||
                teaches(c.state, c.st.author, group, std::min(period.to, c.today)),
            rule::kNotOwnGroup);
}

// A grade is marked for periods of its kind, and for the year; a school may have others beside (quarters within semesters).
void of_its_kind(Case& c, const Id& group, const Id& student, const Period& period) {
  const std::string_view kind = period_kind_of(*c.profile, grade_of(c.state, group, period.to, student));
  c.require(period.kind == "year" || kind.empty() || period.kind == kind, rule::kPeriodKind);
}

void of_members(Case& c, const Id& group, const Id& student, const Period& period) {
  c.require(c.state.enrolled(group, student, std::min(period.to, c.today)), rule::kNotEnrolled);
}

// Where a mark of a period or its waiver stands: the author's group, one of its students, a period of its kind that is open.
const Period* place_of_result(Case& c, const auto& b) {
  const Period* period = known_period(c, b.period);
  if (period == nullptr || c.known_group(b.group) == nullptr) return nullptr;
  // By the regulation that was in force when the period ended.
  c.by_profile_before(period->to, projections::midnight(c.state, period->to + 1));
  taught_in(c, b.group, *period);
  of_members(c, b.group, b.student, *period);
  of_its_kind(c, b.group, b.student, *period);
  c.require(!c.state.attestation().closed(b.period), rule::kPeriodClosed);
  return period;
}

// Fewer marks than the regulation asks for are enough for who came from another school and brought marks of that period along,
// or by a recorded decision that the deputy signs (tension 6 of the regulations).
void require_enough_marks(Case& c, const PeriodMarkGiven& b, const Period& period) {
  if (c.refused() || period.kind == "year" || c.state.imported_marks(b.group, b.student, period) > 0) return;
  const PeriodMarks seen = period_marks(c.state, *c.profile, b.group, b.student, period);
  const bool few = seen.count < seen.fewest;
  const bool unaccounted = c.profile->minimum_marks.account && seen.accountable_held && !seen.accountable_marked;
  if (!few && !unaccounted) return;
  if (c.has_document(kDecision)) return c.await_once(Role::kDeputyHead);
  c.refuse(few ? rule::kTooFewMarks : rule::kWorksUnaccounted);
}

}  // namespace

void judge(Case& c, const PeriodMarkGiven& b) {
  const Period* period = place_of_result(c, b);
  if (period == nullptr) return;
  require_marked(c, b.group, period->to, b.student);
  require_on_scale(c, {}, b.value);
  const auto same = [&](const PeriodMarkGiven& other) {
    return other.period == b.period && other.group == b.group && other.student == b.student;
  };
  c.require(!c.state.period_mark_standing(b.period, b.group, b.student) && !c.waits<PeriodMarkGiven>(same),
            rule::kDuplicateEntry);
  in_window(c, *period, b.group, c.profile->period_mark.late);
  require_enough_marks(c, b, *period);
}

void judge(Case& c, const PeriodMarkWaived& b) {
  const Period* period = place_of_result(c, b);
  if (period == nullptr) return;
  c.require(!c.state.period_mark_standing(b.period, b.group, b.student) &&
                !c.state.waiver_standing(b.period, b.group, b.student),
            rule::kDuplicateEntry);
  in_window(c, *period, b.group, LatePolicy::kMarkLate);  // a period can always be closed
}

void judge(Case& c, const PeriodClosed& b) {
  const Period* period = known_period(c, b.period);
  if (period == nullptr) return;
  c.require(!c.state.attestation().closed(b.period), rule::kAlreadyDecided);
  c.require(period->to <= c.today, rule::kNotYet);
}

void judge(Case& c, const PeriodReopened& b) {
  if (known_period(c, b.period) != nullptr) c.require(c.state.attestation().closed(b.period), rule::kAlreadyDecided);
}

namespace {

// The mark of the whole course is given when a course ends: with the marks of the period, or the year, whose window was the last
// to open; «за год … не позднее установленных сроков» (r002 3.2). Null: none has.
const Period* last_window(const Case& c, const Id& group, const Id& student) {
  const int grade = grade_of(c.state, group, c.today, student);
  const auto kind = period_kind_of(*c.profile, grade);
  const auto* year = c.state.year(c.today);
  const Period* last = nullptr;
  Date opened;
  for (const auto& period : c.state.periods()) {
    const bool of_the_grade = (period.kind == "year" || kind.empty() || period.kind == kind) &&
                              projections::covers(period.grades, grade) && (year == nullptr || period.to >= year->from);
    const Date opens = window_of(c.profile->period_mark, period).opens;
    if (!of_the_grade || opens > c.today || (last != nullptr && opens < opened)) continue;
    last = &period;
    opened = opens;
  }
  return last;
}

}  // namespace

void judge(Case& c, const FinalMarkGiven& b) {
  const auto* group = c.known_group(b.group);
  if (group == nullptr) return;
  const bool own = c.st.acting_as == Role::kClassTeacher ? c.leads_class_of(b.student)
                                                         : teaches(c.state, c.st.author, b.group, c.today);
  c.require(own, rule::kNotOwnGroup);
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  require_marked(c, b.group, c.today, b.student);
  require_on_scale(c, {}, b.value);
  const auto same = [&](const FinalMarkGiven& other) { return other.group == b.group && other.student == b.student; };
  c.require(!c.state.final_mark_standing(b.group, b.student) && !c.waits<FinalMarkGiven>(same), rule::kDuplicateEntry);
  if (c.refused() || c.state.periods().empty()) return;
  const Period* period = last_window(c, b.group, b.student);
  if (!c.require(period != nullptr, rule::kPeriodMarkEarly)) return;
  in_window(c, *period, b.group, c.profile->period_mark.late);
}

void judge(Case& c, const CouncilDecided& b) {
  c.known_person(b.student);
  if (!b.klass.is_zero()) c.known_class(b.klass);
  c.require(c.has_document(kDocument<CouncilDecided>), rule::kNoBasis);
}

// --- What other families ask of periods ------------------------------------------------------------------------------

void require_open(Case& c, const Id& group, Date on, const Id& student) {
  const auto& attestation = c.state.attestation();
  if (c.refused() || !attestation.any_closed()) return;
  const auto closed = [&](int grade) {
    const auto& periods = c.state.periods();
    return std::any_of(periods.begin(), periods.end(), [&](const Period& period) {
      return period.from <= on && on <= period.to && projections::covers(period.grades, grade) &&
             attestation.closed(period.id);
    });
  };
  const auto grades = grades_of(c.state, group, on, student);
  c.require(!std::all_of(grades.begin(), grades.end(), closed), rule::kPeriodClosed);
}

const Period* period_of_result(const SchoolState& state, const projections::EntryRef& result) {
  for (const auto& period : state.periods())
    for (const auto& group : state.groups_of_student(result.student, period.from, period.to))
      if (projections::period_place(period.id, group) == result.subject) return &period;
  return nullptr;
}

void require_marked(Case& c, const Id& group, Date on, const Id& student) {
  if (c.refused() || c.state.group(group) == nullptr) return;
  if (const auto by = unmarked_by(c.state, *c.profile, group, on, student); !by.empty()) c.refuse(by);
}

}  // namespace letopis::commands
