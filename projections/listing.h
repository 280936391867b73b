#pragma once
// Lists of what a school is, as JSON: people, classes, groups, a week's timetable, periods, the profile in force, and what
// somebody is in it. Folds of the school's state on a local day; who may see what is decided by the caller, who passes ids
// or predicates. Names come from the caller (NameOf). Pure.

#include <functional>
#include <span>
#include <string>

#include "projections/journal.h"

namespace letopis::projections {

using Allows = std::function<bool(const Id&)>;

// In which capacity the viewer may invite a person; nullopt: not theirs to invite.
using InviteAs = std::function<std::optional<ledger::Role>(const Id&)>;

// [{"id","name","roles":[…],"class","class_label"}], by name; with "invite_as" and "enrolled" (has a key in force) of those the
// viewer may invite.
std::string people_json(const SchoolState& state, std::span<const Id> people, Date on, const NameOf& name_of,
                        const InviteAs& invite_as = {});

// [{"id","label","grade","teacher","teacher_name","groups":[…],"students":[{"id","name"}]}], by grade and label. `students`
// decides for each class whether its list of students is shown.
std::string classes_json(const SchoolState& state, Date on, const Allows& shown, const Allows& students,
                         const NameOf& name_of);

// [{"id","label","subject","kind","classes":[…],"teachers":[{"id","name"}],"students":[{"id","name"}]}], by subject and label.
std::string groups_json(const SchoolState& state, Date on, const Allows& shown, const Allows& students,
                        const NameOf& name_of);

// Whose week: every group of a class, one group, the lessons a teacher gives (substitutions included), or those in a room, as
// they are held. One of them.
struct TimetableOf {
  Id klass;
  Id group;
  Id teacher;
  std::string room{};
};
// {"week","monday","days":[{"date","school_day":bool,"lessons":[{"group","label","subject","slot","starts","ends","teacher",
// "substitute","room","cancelled","moved","moved_from"…}]}]}: moved lessons on the day they are held.
std::string timetable_json(const SchoolState& state, const TimetableOf& whose, Date monday, const NameOf& name_of);

// [{"id","title","kind","from","to","current":bool}], by first day.
std::string periods_json(const SchoolState& state, Date on);

// {"name","profile","regulation","from"}: the profile in force on the day.
std::string profile_json(const SchoolState& state, Date on);

// {"id","name","roles":[…],"groups":[…],"children":[…],"classes_led":[…],"class","school":{…}}
std::string me_json(const SchoolState& state, const Id& person, Date on, const NameOf& name_of);

// Who is in a class on a day.
std::vector<Id> students_of(const Class& klass, Date on);

}  // namespace letopis::projections
