#include "server/access.h"

#include <algorithm>

#include "ledger/vault.h"
#include "projections/schedule.h"

namespace letopis::server {

using commands::role_bit;
using commands::roles;
using commands::RoleSet;
using ledger::Role;
using projections::SchoolState;

namespace {

constexpr RoleSet kSeesEveryPage =
    roles(Role::kDirector, Role::kDeputyHead, Role::kHeadOfStudies, Role::kHeadOfDepartment, Role::kAuditor);
constexpr RoleSet kArchivist = role_bit(Role::kArchivist);
constexpr RoleSet kKeepsPeople = roles(Role::kAdministrator, Role::kSecretary);
constexpr RoleSet kTeaches = commands::kTeaching;
constexpr RoleSet kFamily = roles(Role::kParent, Role::kStudent);
constexpr RoleSet kMayReadHealth = roles(Role::kDirector, Role::kDeputyHead);
constexpr RoleSet kMayReadConduct = kMayReadHealth | roles(Role::kHeadOfStudies, Role::kHeadOfDepartment);

bool is(const Viewer& viewer, RoleSet any_of) { return (viewer.capacities & any_of) != 0; }
bool is_staff(const Viewer& viewer) { return is(viewer, ~kFamily); }

bool leads(const SchoolState& state, const Viewer& viewer, const Id& klass) {
  return !klass.is_zero() && state.is_class_teacher(viewer.person, klass, viewer.today);
}

// --- Branches --------------------------------------------------------------------------------------------------------

bool class_in(const SchoolState& state, std::string_view branch, const Id& id) {
  const auto* klass = state.klass(id);
  return klass != nullptr && klass->branch == branch;
}
// By its classes; a group of no class by those of its pupils.
bool group_in(const SchoolState& state, std::string_view branch, const Id& id, Date today) {
  const auto* group = state.group(id);
  if (group == nullptr) return false;
  std::vector<Id> classes = group->classes;
  if (classes.empty())
    for (const auto& [student, spans] : group->members)
      if (state.enrolled(id, student, today)) classes.push_back(state.class_of(student, today));
  return !classes.empty() &&
         std::all_of(classes.begin(), classes.end(), [&](const Id& klass) { return class_in(state, branch, klass); });
}
// A pupil of the branch, or of such a pupil's family.
bool person_in(const SchoolState& state, std::string_view branch, const Id& person, Date today) {
  const auto pupil = [&](const Id& id) { return class_in(state, branch, state.class_of(id, today)); };
  const auto children = state.children_of(person, today);
  return pupil(person) || std::any_of(children.begin(), children.end(), pupil);
}
bool in_branch(const SchoolState& state, std::string_view branch, const Object& object, Date today) {
  const bool names =
      !(object.klass.is_zero() && object.group.is_zero() && object.person.is_zero() && object.student.is_zero());
  return names && (object.klass.is_zero() || class_in(state, branch, object.klass)) &&
         (object.group.is_zero() || group_in(state, branch, object.group, today)) &&
         (object.person.is_zero() || person_in(state, branch, object.person, today)) &&
         (object.student.is_zero() || person_in(state, branch, object.student, today));
}

// --- Teachers --------------------------------------------------------------------------------------------------------

bool in_timetable(const projections::Group& group, const Id& teacher, Date on) {
  const auto* slots = group.timetable.at(on);
  return slots != nullptr &&
         std::any_of(slots->begin(), slots->end(), [&](const auto& slot) { return slot.teacher == teacher; });
}

bool teaches_in(const projections::Group& group, const Id& teacher, Date from, Date to) {
  if (std::any_of(group.assignments.begin(), group.assignments.end(),
                  [&](const auto& a) { return a.teacher == teacher && a.from <= to && from <= a.to; }))
    return true;
  if (in_timetable(group, teacher, from)) return true;
  const auto& versions = group.timetable.all();
  return std::any_of(versions.begin(), versions.end(), [&](const auto& version) {
    return from < version.from && version.from <= to && in_timetable(group, teacher, version.from);
  });
}

bool substitutes_in(const SchoolState& state, const Id& group, const Id& person, Date from, Date to) {
  for (Date day = from; day <= to; day = day + 1)
    for (const auto& lesson : projections::lessons_on(state, group, day))
      if (lesson.substitute == person && !lesson.cancelled) return true;
  return false;
}

bool teaches(const SchoolState& state, const Viewer& viewer, const Object& object) {
  const auto* group = state.group(object.group);
  if (group == nullptr || !is(viewer, kTeaches)) return false;
  if (teaches_in(*group, viewer.person, viewer.today, viewer.today)) return true;
  if (object.from.days == 0) return substitutes_in(state, object.group, viewer.person, viewer.today, viewer.today);
  return teaches_in(*group, viewer.person, object.from, object.to) ||
         substitutes_in(state, object.group, viewer.person, object.from, object.to);
}

bool leads_class_of_group(const SchoolState& state, const Viewer& viewer, const Object& object) {
  if (!is(viewer, role_bit(Role::kClassTeacher))) return false;
  const auto* group = state.group(object.group);
  if (group == nullptr) return false;
  return std::any_of(group->classes.begin(), group->classes.end(),
                     [&](const Id& klass) { return leads(state, viewer, klass); }) ||
         !own_class_students(state, viewer, object).empty();
}

// --- Families --------------------------------------------------------------------------------------------------------

bool is_own_class(const SchoolState& state, const Viewer& viewer, const Id& klass) {
  const auto family = diaries_of_family(state, viewer);
  return std::any_of(family.begin(), family.end(),
                     [&](const Id& student) { return state.class_of(student, viewer.today) == klass; });
}
bool is_own_group(const SchoolState& state, const Viewer& viewer, const Id& group) {
  const auto family = diaries_of_family(state, viewer);
  return std::any_of(family.begin(), family.end(),
                     [&](const Id& student) { return state.enrolled(group, student, viewer.today); });
}
// Whoever teaches or leads a child is known to the family.
bool teaches_own_child(const SchoolState& state, const Viewer& viewer, const Id& person) {
  for (const auto& student : diaries_of_family(state, viewer)) {
    if (state.is_class_teacher(person, state.class_of(student, viewer.today), viewer.today)) return true;
    for (const auto& id : state.groups_of_student(student, viewer.today, viewer.today))
      if (teaches_in(*state.group(id), person, viewer.today, viewer.today)) return true;
  }
  return false;
}

// --- People ----------------------------------------------------------------------------------------------------------

bool teaches_student(const SchoolState& state, const Viewer& viewer, const Id& student) {
  for (const auto& id : state.groups_of_student(student, viewer.today, viewer.today))
    if (teaches(state, viewer, {.group = id})) return true;
  return false;
}

bool sees_person(const SchoolState& state, const Viewer& viewer, const Id& person) {
  if (person == viewer.person ||
      holds_over(state, viewer, kSeesEveryPage | kKeepsPeople | kArchivist, {.person = person}))
    return true;
  if (is_staff(viewer) && commands::is_staff(state, person, viewer.today)) return true;
  if (is(viewer, kTeaches) && teaches_student(state, viewer, person)) return true;
  if (of_own_class(state, viewer, person)) return true;
  const auto family = diaries_of_family(state, viewer);
  return std::find(family.begin(), family.end(), person) != family.end() || teaches_own_child(state, viewer, person);
}

bool sees_timetable(const SchoolState& state, const Viewer& viewer, const Object& object) {
  if (is_staff(viewer)) return true;
  if (!object.klass.is_zero()) return is_own_class(state, viewer, object.klass);
  return !object.group.is_zero() && is_own_group(state, viewer, object.group);
}

bool sees_diary(const SchoolState& state, const Viewer& viewer, const Id& student) {
  if (student.is_zero()) return false;
  if (student == viewer.person || holds_over(state, viewer, kSeesEveryPage | kArchivist, {.student = student}))
    return true;
  if (state.may_see_as_guardian(viewer.person, student, viewer.today)) return true;
  return is(viewer, role_bit(Role::kClassTeacher)) && leads(state, viewer, state.class_of(student, viewer.today));
}

bool sees_group_students(const SchoolState& state, const Viewer& viewer, const Id& id) {
  if (holds_over(state, viewer, kSeesEveryPage | kKeepsPeople | kArchivist, {.group = id})) return true;
  if (teaches(state, viewer, {.group = id})) return true;
  const auto* group = state.group(id);
  return group != nullptr && !group->classes.empty() &&
         std::all_of(group->classes.begin(), group->classes.end(),
                     [&](const Id& klass) { return leads(state, viewer, klass); });
}

}  // namespace

Viewer viewer_of(const SchoolState& state, const Id& person, Date today) {
  Viewer viewer{person, today};
  for (const auto role : commands::capacities(state, person, today)) {
    viewer.capacities |= role_bit(role);
    if (commands::holds(state, person, role, today)) viewer.everywhere |= role_bit(role);
  }
  const RoleSet elsewhere = viewer.capacities & ~viewer.everywhere;
  for (const auto& [branch, title] : state.branches()) {
    RoleSet held = 0;
    for (std::size_t i = 1; i <= std::size(ledger::kRoleNames); ++i)
      if (const auto role = static_cast<Role>(i);
          (elsewhere & role_bit(role)) != 0 && commands::holds(state, person, role, today, branch))
        held |= role_bit(role);
    if (held != 0) viewer.branches.emplace_back(branch, held);
  }
  return viewer;
}

bool holds_over(const SchoolState& state, const Viewer& viewer, RoleSet any_of, const Object& object) {
  if ((viewer.everywhere & any_of) != 0) return true;
  return std::any_of(viewer.branches.begin(), viewer.branches.end(), [&](const auto& branch) {
    return (branch.second & any_of) != 0 && in_branch(state, branch.first, object, viewer.today);
  });
}

bool oversees_branch(const Viewer& viewer) {
  return (viewer.everywhere & kSeesEveryPage) == 0 && is(viewer, kSeesEveryPage);
}

bool sits_for(const SchoolState& state, const Viewer& viewer, const Id& group) {
  return is(viewer, role_bit(Role::kCommission)) && state.attestation().is_member(viewer.person, group);
}

bool of_own_class(const SchoolState& state, const Viewer& viewer, const Id& person) {
  if (!is(viewer, role_bit(Role::kClassTeacher))) return false;
  const auto led = [&](const Id& pupil) { return leads(state, viewer, state.class_of(pupil, viewer.today)); };
  const auto children = state.children_of(person, viewer.today);
  return led(person) || std::any_of(children.begin(), children.end(), led);
}

bool allow(const SchoolState& state, const Viewer& viewer, Action action, const Object& object) {
  if (viewer.person.is_zero() || state.person(viewer.person) == nullptr) return false;
  const auto over = [&](RoleSet any_of) { return holds_over(state, viewer, any_of, object); };
  switch (action) {
    case Action::kSchool: return true;
    case Action::kTimetable: return sees_timetable(state, viewer, object);
    case Action::kClass: return is_staff(viewer) || is_own_class(state, viewer, object.klass);
    case Action::kClassStudents:
      return over(kSeesEveryPage | kKeepsPeople | kArchivist) || leads(state, viewer, object.klass);
    case Action::kGroup: return is_staff(viewer) || is_own_group(state, viewer, object.group);
    case Action::kGroupStudents: return sees_group_students(state, viewer, object.group);
    case Action::kPerson: return sees_person(state, viewer, object.person);
    case Action::kJournal:
      return over(kSeesEveryPage | kArchivist) || teaches(state, viewer, object) ||
             sits_for(state, viewer, object.group);
    case Action::kJournalOwnClass: return leads_class_of_group(state, viewer, object);
    case Action::kDiary: return sees_diary(state, viewer, object.student);
    case Action::kStructureEntry: return over(kSeesEveryPage | kArchivist | kKeepsPeople);
    case Action::kRefusals:
    case Action::kAnyEntry:
    case Action::kEveryPage: return over(kSeesEveryPage | kArchivist);
    case Action::kEveryDuty: return over(kSeesEveryPage);
    case Action::kEverySubstitution: return over(kSeesEveryPage | kArchivist | roles(Role::kAccountant));
    case Action::kEntryBundles: return over(kArchivist | roles(Role::kDirector, Role::kAuditor));
  }
  return false;
}

bool ReadableTexts::allows(std::string_view field) const {
  const std::string_view purpose = ledger::purpose_of(field);
  if (purpose == "health") return health;
  if (purpose == "identity") return field == "name";
  return conduct;
}

std::optional<Role> may_invite(const SchoolState& state, const Viewer& viewer, const Id& person) {
  if (person == viewer.person) return std::nullopt;
  if (is(viewer, role_bit(Role::kAdministrator)) && commands::is_staff(state, person, viewer.today))
    return Role::kAdministrator;
  return of_own_class(state, viewer, person) ? std::optional(Role::kClassTeacher) : std::nullopt;
}

ReadableTexts readable_texts(const SchoolState& state, const Viewer& viewer, const Object& object) {
  ReadableTexts texts{holds_over(state, viewer, kMayReadConduct, object),
                      holds_over(state, viewer, kMayReadHealth, object)};
  if (!object.student.is_zero()) {
    // Auditors and archivists open a diary as well, and read no text in it.
    const bool close = object.student == viewer.person ||
                       state.may_see_as_guardian(viewer.person, object.student, viewer.today) ||
                       leads(state, viewer, state.class_of(object.student, viewer.today));
    texts.conduct = texts.conduct || close;
    texts.health = texts.health || close;
  } else if (const auto* group = state.group(object.group)) {
    const bool own =
        !group->classes.empty() && std::all_of(group->classes.begin(), group->classes.end(),
                                               [&](const Id& klass) { return leads(state, viewer, klass); });
    texts.conduct =
        texts.conduct || own || teaches(state, viewer, object) || leads_class_of_group(state, viewer, object);
    texts.health = texts.health || own;
  }
  return texts;
}

std::vector<Id> own_class_students(const SchoolState& state, const Viewer& viewer, const Object& object) {
  std::vector<Id> students;
  const auto* group = state.group(object.group);
  if (group == nullptr) return students;
  for (const auto& [student, spans] : group->members)
    if (leads(state, viewer, state.class_of(student, viewer.today))) students.push_back(student);
  std::sort(students.begin(), students.end());
  return students;
}

std::vector<Id> diaries_of_family(const SchoolState& state, const Viewer& viewer) {
  std::vector<Id> students;
  if (is(viewer, role_bit(Role::kParent))) students = state.children_of(viewer.person, viewer.today);
  if (is(viewer, role_bit(Role::kStudent))) students.push_back(viewer.person);
  return students;
}

}  // namespace letopis::server
