#pragma once
// Who may see what: the whole of it is decided here, from the school's structure alone. Pure.
//
//   parent           the diary of their own child, by guardianship: its dates, and courts' limits, as of today
//   student          their own diary
//   teacher, master  journals of the groups they teach (by assignment or timetable, today or in the weeks asked for),
//                    and of those they substitute in, for these weeks; never a diary
//   class teacher    the own class: diaries, and of every journal the pupils of that class
//   director, deputies, heads, auditor   every page
//   archivist        every page, no sealed text
//   administrator, secretary   people and structure; no journal, no diary
//   accountant       structure and staff
//   commission       the journal of the group it was appointed for; of its pupils, debts and referrals
//
// What is granted for a branch holds for the classes, groups, pupils and families of that branch alone.
//
// A person may hold several capacities, and sees what any of them allows. Nothing reaches across schools: a session
// belongs to one, and the state asked is that school's.

#include <string>
#include <utility>
#include <vector>

#include "commands/rights.h"
#include "projections/school_state.h"

namespace letopis::server {

// Somebody who asks, on a local day of the school.
struct Viewer {
  Id person;
  Date today;
  commands::RoleSet capacities = 0;                                   // in the whole school, or in any branch of it
  commands::RoleSet everywhere = 0;                                   // in the whole school
  std::vector<std::pair<std::string, commands::RoleSet>> branches{};  // and in these
};
Viewer viewer_of(const projections::SchoolState& state, const Id& person, Date today);

enum class Action {
  kSchool,             // that it exists: periods, profile, oneself, the stream of changes
  kTimetable,          // of object.klass, object.group, or object.person as a teacher
  kClass,              // object.klass: its label, class teacher, groups
  kClassStudents,      // object.klass: who is in it
  kGroup,              // object.group: its label, subject, teachers
  kGroupStudents,      // object.group: who is in it
  kPerson,             // object.person: name, roles, class
  kJournal,            // object.group, from–to: every pupil
  kJournalOwnClass,    // object.group, from–to: the pupils of the viewer's own class
  kDiary,              // object.student
  kStructureEntry,     // entries about people, roles, classes, timetables
  kRefusals,           // entries the rules refused
  kAnyEntry,           // every entry of the log
  kEntryBundles,       // the log itself, in bulk
  kEveryDuty,          // what anybody in the school, in object.klass or object.group has still to do; inspections
  kEverySubstitution,  // the timesheet of substitutions, of the school or of object.group
  kEveryPage,          // figures of every page of the school, of object.klass or of object.group
};
struct Object {
  Id klass{}, group{}, person{}, student{};
  Date from{}, to{};
};
bool allow(const projections::SchoolState& state, const Viewer& viewer, Action action, const Object& object = {});

// Whether one of these capacities is held over what the object names: in the whole school, or in the branch all of it is in.
bool holds_over(const projections::SchoolState& state, const Viewer& viewer, commands::RoleSet any_of,
                const Object& object);

// Which sealed texts go with what a viewer may see of a student's diary or a group's journal: conduct and reasons, and
// health (excuses, illness). Names go with everything.
struct ReadableTexts {
  bool conduct = false;
  bool health = false;
  bool allows(std::string_view field) const;
};
ReadableTexts readable_texts(const projections::SchoolState& state, const Viewer& viewer, const Object& object);

// In which capacity the viewer may invite a person, as the rules have it: staff the administrator, a class's pupils and their
// families its teacher. nullopt: not theirs to invite.
std::optional<ledger::Role> may_invite(const projections::SchoolState& state, const Viewer& viewer, const Id& person);

// Oversees the pages of a branch, and not of the school.
bool oversees_branch(const Viewer& viewer);

// Sits on a commission appointed for the group.
bool sits_for(const projections::SchoolState& state, const Viewer& viewer, const Id& group);

// A pupil of a class the viewer leads, or of such a pupil's family.
bool of_own_class(const projections::SchoolState& state, const Viewer& viewer, const Id& person);

// Pupils of a class the viewer leads who are or were in the group, sorted.
std::vector<Id> own_class_students(const projections::SchoolState& state, const Viewer& viewer, const Object& object);

// Whose diary a family member may open: the children of a parent, a student themselves.
std::vector<Id> diaries_of_family(const projections::SchoolState& state, const Viewer& viewer);

}  // namespace letopis::server
