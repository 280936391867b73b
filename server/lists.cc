#include "server/lists.h"

#include "projections/listing.h"
#include "projections/office_listing.h"
#include "server/views.h"

namespace letopis::server {
namespace {

projections::NameOf names_of(const Caller& caller) {
  return [school = caller.school](const Id& person) { return school->name_of(person); };
}
bool sees(const Caller& caller, Action action, const Object& object = {}) {
  return allow(*caller.structure, caller.viewer, action, object);
}

}  // namespace

std::string people(const Caller& caller) {
  std::vector<Id> seen;
  for (const auto& [id, person] : caller.structure->people())
    if (sees(caller, Action::kPerson, {.person = id})) seen.push_back(id);
  return projections::people_json(*caller.structure, seen, caller.viewer.today, names_of(caller),
                                  [&](const Id& id) { return may_invite(*caller.structure, caller.viewer, id); });
}

std::string classes(const Caller& caller) {
  return projections::classes_json(
      *caller.structure, caller.viewer.today,
      [&](const Id& klass) { return sees(caller, Action::kClass, {.klass = klass}); },
      [&](const Id& klass) { return sees(caller, Action::kClassStudents, {.klass = klass}); }, names_of(caller));
}

std::string groups(const Caller& caller) {
  return projections::groups_json(
      *caller.structure, caller.viewer.today,
      [&](const Id& group) { return sees(caller, Action::kGroup, {.group = group}); },
      [&](const Id& group) { return sees(caller, Action::kGroupStudents, {.group = group}); }, names_of(caller));
}

Result<std::string> timetable(const Caller& caller, const TimetableQuery& query) {
  const int given = !query.klass.is_zero() + !query.group.is_zero() + !query.teacher.is_zero() + !query.room.empty();
  if (given != 1) return fail("malformed", "one of class, group, teacher and room");
  if (!sees(caller, Action::kTimetable, {.klass = query.klass, .group = query.group, .person = query.teacher}))
    return fail("forbidden", {});
  const auto& known = *caller.structure;
  if (!query.klass.is_zero() && known.klass(query.klass) == nullptr) return fail("not_found", "no such class");
  if (!query.group.is_zero() && known.group(query.group) == nullptr) return fail("not_found", "no such group");
  if (!query.teacher.is_zero() && known.person(query.teacher) == nullptr) return fail("not_found", "no such teacher");
  TRY(const Moment moment, moment_of(*caller.school, query.at));
  return projections::timetable_json(*moment.structure, {query.klass, query.group, query.teacher, query.room},
                                     query.week, names_of(caller));
}

Result<std::string> substitutions(const Caller& caller, Date from, Date to) {
  constexpr int kDaysMax = 400;
  if (to < from || to - from >= kDaysMax) return fail("malformed", "from and to: 1 to 400 days");
  const bool all = sees(caller, Action::kEverySubstitution);
  const bool own = (caller.viewer.capacities & commands::kTeaching) != 0;
  if (!all && !own && !oversees_branch(caller.viewer)) return fail("forbidden", {});
  const Id& viewer = caller.viewer.person;
  return projections::substitutions_json(
      *caller.structure, from, to,
      [&](const auto& item) {
        return all || item.absent == viewer || item.substitute == viewer ||
               sees(caller, Action::kEverySubstitution, {.group = item.place.group});
      },
      names_of(caller));
}

std::string documents(const Caller& caller) {
  const auto& state = *caller.structure;
  const auto capacities = commands::capacities(state, caller.viewer.person, caller.viewer.today);
  std::vector<Id> own = state.classes_led_by(caller.viewer.person, caller.viewer.today);
  for (const auto& student : diaries_of_family(state, caller.viewer))
    own.push_back(state.class_of(student, caller.viewer.today));
  return projections::documents_json(state, caller.viewer.person, capacities, own, sees(caller, Action::kEveryDuty),
                                     names_of(caller));
}

std::string dictionary(const Caller& caller) { return projections::dictionary_json(*caller.structure); }

std::string periods(const Caller& caller) { return projections::periods_json(*caller.structure, caller.viewer.today); }

std::string profile(const Caller& caller) { return projections::profile_json(*caller.structure, caller.viewer.today); }

std::string capacities_json(const projections::SchoolState& structure, const Id& person, Date today) {
  std::string out = "[";
  for (const auto role : commands::capacities(structure, person, today)) {
    out += out.size() > 1 ? ",\"" : "\"";
    out += ledger::enum_name(role);
    out += '"';
  }
  return out += ']';
}

std::string me(const Caller& caller) {
  std::string out =
      projections::me_json(*caller.structure, caller.viewer.person, caller.viewer.today, names_of(caller));
  LETOPIS_ASSERT(out.size() > 2 && out.back() == '}');
  out.pop_back();
  out += ",\"key\":\"" + to_hex(caller.key.view()) +
         "\",\"capacities\":" + capacities_json(*caller.structure, caller.viewer.person, caller.viewer.today);
  return out += '}';
}

}  // namespace letopis::server
