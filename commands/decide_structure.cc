// Dictionaries, periods, calendar, bells, classes, groups, timetable, substitutions (events.md: "Structure").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr std::string_view kSubgroup = "subgroup";

bool share_a_grade(const std::vector<projections::GradeSpan>& a, const std::vector<ledger::GradeSpan>& b) {
  if (a.empty() || b.empty()) return true;
  return std::any_of(b.begin(), b.end(), [&](const ledger::GradeSpan& span) {
    return std::any_of(a.begin(), a.end(), [&](const projections::GradeSpan& other) {
      return span.from <= other.to && other.from <= span.to;
    });
  });
}

}  // namespace

void judge(Case&, const BranchDefined&) {}
void judge(Case&, const ProgrammeDefined&) {}

// r001 4.3, r002 2.3: in the last week of August, from data the deputy confirms.
void judge(Case& c, const YearOpened& b) {
  for (const auto& role : c.profile->year.confirmed_by) c.await(*enum_from_name<Role>(role));
  for (const auto& year : c.state.years())
    c.require(year.from == b.from || b.to < year.from || year.to < b.from, rule::kPeriodOverlap);
  if (!c.profile->year.window || c.refused()) return;
  const YearWindow window = window_of(c.profile->year, b.from);
  if (!c.require(c.today >= window.opens, rule::kYearWindow)) return;
  c.due_by(*c.profile, c.profile->late.policy, projections::midnight(c.state, window.closes + 1), rule::kYearDeadline);
}

namespace {

// What a deadline rests on stands once it matters: a closed period, a first day that has come, an end and a window of marks once
// that window is open. Only its title changes then.
void judge_redefinition(Case& c, const projections::Period& known, const PeriodDefined& b) {
  c.require(!c.state.attestation().closed(known.id), rule::kPeriodClosed);
  const auto same_grades = [&] {
    return std::equal(known.grades.begin(), known.grades.end(), b.grades.begin(), b.grades.end(),
                      [](const auto& a, const auto& other) { return a.from == other.from && a.to == other.to; });
  };
  if (known.from <= c.today)
    c.require(b.from == known.from && b.kind == known.kind && same_grades(), rule::kRetroactiveEffect);
  else
    c.require(b.from > c.today, rule::kRetroactiveEffect);
  const bool same_end = b.to == known.to && b.marks_from == known.marks_from && b.marks_to == known.marks_to;
  if (same_end || c.refused()) return;
  c.require(window_of(c.profile->period_mark, known).opens > c.today && known.to > c.today, rule::kRetroactiveEffect);
  c.require(b.to > c.today && (b.marks_from.days == 0 || b.marks_from > c.today), rule::kRetroactiveEffect);
}

}  // namespace

void judge(Case& c, const PeriodDefined& b) {
  if (const auto* known = c.state.period(b.period)) judge_redefinition(c, *known, b);
  // Quarters lie within semesters; two quarters never overlap.
  for (const auto& period : c.state.periods())
    if (period.id != b.period && period.kind == b.kind && share_a_grade(period.grades, b.grades))
      c.require(b.to < period.from || period.to < b.from, rule::kPeriodOverlap);
}

void judge(Case& c, const CalendarExceptionSet& b) {
  c.require(b.klass.is_zero() || c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
  c.require(b.from > c.today, rule::kRetroactiveEffect);
}

void judge(Case& c, const BellsSet&) { c.from_next_midnight(); }

void judge(Case& c, const ClassOpened& b) {
  c.require(c.state.klass(b.klass) == nullptr, rule::kGroupExists);
  c.require(b.branch.empty() || c.state.branches().contains(b.branch), rule::kUnknownReference);
  c.require(b.programme.empty() || c.state.programmes().contains(b.programme), rule::kUnknownReference);
}

void judge(Case& c, const ClassLabelled& b) { c.known_class(b.klass); }

void judge(Case& c, const ClassReorganised& b) {
  c.known_class(b.klass);
  for (const auto& klass : b.into) c.known_class(klass);
}

void judge(Case& c, const StudyScheduleSet& b) {
  c.known_class(b.klass);
  c.from_next_midnight();
}

void judge(Case& c, const IndividualModeSet& b) {
  c.known_person(b.student);
  c.listed("individual_mode", b.kind);
}

void judge(Case& c, const ClassTeacherAppointed& b) {
  c.require(c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
  if (c.known_person(b.person)) c.no_pupil(b.person);
}

void judge(Case& c, const TeachingGroupOpened& b) {
  c.require(c.state.group(b.group) == nullptr, rule::kGroupExists);
  for (const auto& klass : b.classes) c.require(c.state.klass(klass) != nullptr, rule::kUnknownReference);
}

namespace {

bool leads_a_class_of(const Case& c, const Id& group) {
  const auto& classes = c.state.group(group)->classes;
  return std::any_of(classes.begin(), classes.end(),
                     [&](const Id& klass) { return c.state.is_class_teacher(c.st.author, klass, c.today); });
}

// Whether somebody who joins a subgroup on a day leaves another of the same subject for it, or left it since `since`.
bool comes_from_another_subgroup(const Case& c, const Id& group, const Id& student, Date since, Date on) {
  const auto& to = *c.state.group(group);
  const auto known = c.state.groups_of_student(student, std::min(since, c.today), on);
  return std::any_of(known.begin(), known.end(), [&](const Id& id) {
    const auto& from = *c.state.group(id);
    return id != group && from.kind == kSubgroup && from.subject == to.subject &&
           std::find_first_of(from.classes.begin(), from.classes.end(), to.classes.begin(), to.classes.end()) !=
               from.classes.end();
  });
}

// r000 3.3: from subgroup to subgroup with the first day of a period only.
void between_periods(Case& c, const Id& group, const Id& student) {
  if (c.refused() || c.profile->subgroup_moves.when != SubgroupMoves::kPeriodEndOnly ||
      c.state.group(group)->kind != kSubgroup)
    return;
  const Date on = c.st.effective_from.days != 0 ? c.st.effective_from : c.today;
  // The periods that day lies in, of the kind the student's grade is marked for.
  const int grade = grade_of(c.state, group, on, student);
  const auto kind = period_kind_of(*c.profile, grade);
  Date since = on;
  bool opens_a_period = false;
  for (const auto& period : c.state.periods()) {
    const bool of_the_grade =
        period.kind != "year" && (kind.empty() || period.kind == kind) && projections::covers(period.grades, grade);
    if (!of_the_grade || on < period.from || period.to < on) continue;
    opens_a_period = opens_a_period || period.from == on;
    since = std::min(since, period.from);
  }
  // A day that has passed is no end of a period any more.
  c.require((opens_a_period && on >= c.today) || !comes_from_another_subgroup(c, group, student, since, on),
            rule::kSubgroupMoveMidPeriod);
}

// r000 3.3: «только ответственным за ведение ЭЖ». Others split a class into subgroups together, and take in nobody alone.
void require_keeper_of_subgroups(Case& c, const Id& group) {
  if (c.profile->subgroup_moves.when == SubgroupMoves::kPeriodEndOnly && c.state.group(group)->kind == kSubgroup)
    c.require(c.st.acting_as == Role::kAdministrator, rule::kNotEntitled);
}

}  // namespace

// One of the roles the profile names proposes the split, the others sign it (r000 3.2, r001 4.2, r004 п2 2.13).
void judge(Case& c, const SubgroupsSplit& b) {
  c.known_class(b.klass);
  const auto& signers = c.profile->subgroup_split.signed_by;
  const bool teaching = c.acting(kTeaching);
  const auto is_author = [&](const std::string& name) {
    return name == enum_name(c.st.acting_as) || (teaching && name == enum_name(Role::kTeacher));
  };
  c.require(std::any_of(signers.begin(), signers.end(), is_author), rule::kNotEntitled);
  for (const auto& part : b.parts) {
    const auto* group = c.known_group(part.group);
    if (group == nullptr) return;
    c.require(std::find(group->classes.begin(), group->classes.end(), b.klass) != group->classes.end(),
              rule::kUnknownReference);
    for (const auto& student : part.students) {
      if (c.known_person(student)) c.no_staff(student);
      between_periods(c, part.group, student);
    }
  }
  if (c.st.acting_as == Role::kClassTeacher)
    c.require(c.state.is_class_teacher(c.st.author, b.klass, c.today), rule::kNotOwnGroup);
  if (c.refused()) return;
  for (const auto& name : signers)
    if (!is_author(name)) c.await(*enum_from_name<Role>(name));
}

void judge(Case& c, const SubgroupMoved& b) {
  if (c.known_group(b.from) == nullptr || c.known_group(b.to) == nullptr) return;
  c.require(c.state.enrolled(b.from, b.student, c.today), rule::kNotEnrolled);
  between_periods(c, b.to, b.student);
}

void judge(Case& c, const GroupMemberSet& b) {
  if (!c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference)) return;
  if (c.known_person(b.student)) c.no_staff(b.student);
  require_keeper_of_subgroups(c, b.group);
  between_periods(c, b.group, b.student);
  if (c.st.acting_as == Role::kClassTeacher) c.require(leads_a_class_of(c, b.group), rule::kNotOwnGroup);
}

void judge(Case& c, const MovementOrdered& b) {
  c.require(c.knows(b.student), rule::kPersonUnknown);
  if (b.kind == Movement::kExpelled || b.kind == Movement::kAcademicLeave) {
    c.require(!c.state.class_of(b.student, c.st.effective_from.days != 0 ? c.st.effective_from : c.today).is_zero(),
              rule::kNotEnrolled);
  } else {
    c.require(c.state.klass(b.klass) != nullptr, rule::kUnknownReference);
    c.no_staff(b.student);
  }
  if (c.st.acting_as == Role::kClassTeacher) {
    const Id klass = b.klass.is_zero() ? c.state.class_of(b.student, c.today) : b.klass;
    c.require(c.state.is_class_teacher(c.st.author, klass, c.today), rule::kNotOwnGroup);
  }
}

}  // namespace letopis::commands
