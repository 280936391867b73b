// Curricula, lesson plans (КТП), what is given out beside lessons, coursework (events.md: "Plans and materials").

#include <algorithm>
#include <set>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

namespace {

// Lines name themselves once.
bool numbers_differ(const std::vector<PlanItem>& items) {
  std::set<std::string_view> numbers;
  return std::all_of(items.begin(), items.end(),
                     [&](const PlanItem& item) { return numbers.insert(item.number).second; });
}

int hours_of(const std::vector<PlanItem>& items) {
  int hours = 0;
  for (const auto& item : items) hours += item.hours;
  return hours;
}

// r000 3.3: the hours of a plan are those of the curriculum. `complete`: no further part follows.
void require_curriculum_hours(Case& c, const projections::Group& group, int hours, bool complete) {
  if (!c.profile->plan_hours.equal_curriculum) return;
  const Date on = c.st.effective_from.days != 0 ? c.st.effective_from : c.today + 1;
  for (const auto& klass : group.classes) {
    const auto* item = c.state.plans().item(klass, group.subject_code, on);
    if (item == nullptr) continue;
    c.require(complete ? hours == item->hours : hours < item->hours, rule::kPlanHoursDiffer);
  }
}

// Whether the group has a whole plan of a school year: this one takes its place.
bool has_plan_of(const Case& c, const Id& group, const projections::Year& year) {
  const auto& plans = c.state.plans().plans();
  return std::any_of(plans.begin(), plans.end(), [&](const auto& known) {
    const projections::Plan& plan = known.second;
    const auto* of = plan.group == group && !plan.more ? c.state.year(plan.from) : nullptr;
    return of != nullptr && of->from == year.from;
  });
}

bool has_programme_of(const Case& c, const WorkProgrammePublished& b, const projections::Year& year) {
  const auto& known = c.state.plans().programmes();
  return std::any_of(known.begin(), known.end(), [&](const projections::WorkProgramme& programme) {
    const auto* of =
        programme.subject_code == b.subject_code && programme.grade == b.grade ? c.state.year(programme.from) : nullptr;
    return of != nullptr && of->from == year.from;
  });
}

// The school year an entry is for.
const projections::Year* year_of(const Case& c) {
  return c.state.year(c.st.effective_from.days != 0 ? c.st.effective_from : c.today);
}

// r002 3.2, of work programmes and plans: so many calendar days before the year begins, the last of them included. Of every part;
// not of what takes another's place.
void due_before_year(Case& c, bool takes_a_place) {
  const int days = c.profile->plan.days_before_year;
  const auto* year = year_of(c);
  if (c.refused() || days == 0 || year == nullptr || takes_a_place) return;
  const Date last = year->from - days;
  c.due_by(*c.profile, c.profile->late.policy, projections::midnight(c.state, last + 1), rule::kPlanDeadline);
}

bool teaches_group(Case& c, const Id& group) {
  return c.require(teaches(c.state, c.st.author, group, c.today) ||
                       (c.st.effective_from.days != 0 && teaches(c.state, c.st.author, group, c.st.effective_from)),
                   rule::kNotOwnGroup);
}

}  // namespace

void judge(Case& c, const CurriculumSet& b) {
  for (const auto& klass : b.classes) c.known_class(klass);
  c.from_next_midnight();
}

// By those who teach the subject in that year.
void judge(Case& c, const WorkProgrammePublished& b) {
  const auto* year = year_of(c);
  const Date on = year == nullptr ? c.today : std::max(c.today, year->from);
  const auto groups = c.state.groups_of_teacher(c.st.author, on);
  const bool own = std::any_of(groups.begin(), groups.end(),
                               [&](const Id& id) { return c.state.group(id)->subject_code == b.subject_code; });
  c.require(own, rule::kNotOwnGroup);
  due_before_year(c, year != nullptr && has_programme_of(c, b, *year));
}

void judge(Case& c, const PlanTemplateShared& b) {
  c.require(numbers_differ(b.items), rule::kDuplicateEntry);
  if (b.continues.is_zero()) return;
  const auto* earlier = c.state.plans().plan(b.continues);
  if (!c.require(earlier != nullptr && earlier->group.is_zero(), rule::kUnknownReference)) return;
  c.require(earlier->author == c.st.author, rule::kNotOwnGroup);
}

void judge(Case& c, const PlanPublished& b) {
  const auto* group = c.known_group(b.group);
  if (group == nullptr || !teaches_group(c, b.group)) return;
  int hours = hours_of(b.items);
  c.require(numbers_differ(b.items), rule::kDuplicateEntry);
  c.require(b.template_plan.is_zero() || c.state.plans().plan(b.template_plan) != nullptr, rule::kUnknownReference);
  if (!b.continues.is_zero()) {
    const auto* earlier = c.state.plans().plan(b.continues);
    if (!c.require(earlier != nullptr && earlier->group == b.group, rule::kUnknownReference)) return;
    for (const auto& item : b.items) c.require(earlier->line(item.number) == nullptr, rule::kDuplicateEntry);
    hours += earlier->hours();
  }
  // Topics of lessons are taken from it (r000 3.3, r002 3.2): in the language lessons are recorded in.
  for (const auto& item : b.items) require_russian(c, item.topic);
  require_curriculum_hours(c, *group, hours, !b.more);
  const auto* year = year_of(c);
  due_before_year(c, year != nullptr && b.continues.is_zero() && has_plan_of(c, b.group, *year));
}

void judge(Case& c, const PlanAdjusted& b) {
  const auto* plan = c.state.plans().plan(b.plan);
  if (!c.require(plan != nullptr && !plan->group.is_zero(), rule::kUnknownReference)) return;
  if (!teaches_group(c, plan->group)) return;
  c.require(numbers_differ(b.items), rule::kDuplicateEntry);
  int hours = plan->hours();
  for (const auto& item : b.items) {
    const auto* line = plan->line(item.number);
    hours += item.hours - (line == nullptr ? 0 : line->hours);
    c.require(line != nullptr || item.hours > 0, rule::kUnknownReference);
  }
  require_curriculum_hours(c, *c.state.group(plan->group), hours, true);
}

// --- Coursework ------------------------------------------------------------------------------------------------------

void judge(Case& c, const CourseworkAssigned& b) {
  if (c.known_group(b.group) == nullptr || !teaches_group(c, b.group)) return;
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  require_russian(c, b.title);
}

void judge(Case& c, const CourseworkGraded& b) {
  const auto* work = c.state.plans().coursework(b.coursework);
  if (!c.require(work != nullptr, rule::kUnknownReference) || !teaches_group(c, work->group)) return;
  c.require(work->value().empty(), rule::kDuplicateEntry);
  require_marked(c, work->group, c.today, work->student);
  require_on_scale(c, {}, b.value);
}

// --- Materials and tasks ---------------------------------------------------------------------------------------------

void judge(Case& c, const MaterialPublished& b) {
  if (c.known_group(b.group) == nullptr) return;
  teaches_group(c, b.group);
  c.listed("material_kind", b.kind);
}

void judge(Case& c, const TaskAssigned& b) {
  if (c.known_group(b.group) == nullptr || !teaches_group(c, b.group)) return;
  for (const auto& student : b.students) c.require(c.state.enrolled(b.group, student, c.today), rule::kNotEnrolled);
  require_russian(c, b.title);
}

void judge(Case& c, const SubmissionSent& b) {
  const auto* task = c.state.plans().task(b.task);
  if (!c.require(task != nullptr, rule::kUnknownReference)) return;
  c.require(std::find(task->students.begin(), task->students.end(), c.st.author) != task->students.end(),
            rule::kNotAddressee);
}

void judge(Case& c, const SubmissionReviewed& b) {
  const auto* sent = c.state.plans().submission(b.submission);
  if (!c.require(sent != nullptr, rule::kUnknownReference)) return;
  teaches_group(c, c.state.plans().task(sent->task)->group);
  c.require(!sent->reviewed, rule::kDuplicateEntry);
}

}  // namespace letopis::commands
