#include "projections/listing.h"

#include <algorithm>

#include "projections/json_writer.h"

namespace letopis::projections {
namespace {

std::string_view role_name(ledger::Role role) { return ledger::kRoleNames[static_cast<std::size_t>(role) - 1]; }

// People with their names, in the order people expect; ids settle equal names.
using Named = std::vector<std::pair<std::string, Id>>;
Named by_name(std::span<const Id> people, const NameOf& name_of) {
  Named named;
  for (const auto& id : people) named.emplace_back(name_of(id), id);
  std::sort(named.begin(), named.end());
  return named;
}
void write_people(JsonWriter& w, std::string_view key, std::span<const Id> people, const NameOf& name_of) {
  w.key(key).begin_array();
  for (const auto& [name, id] : by_name(people, name_of))
    w.begin_object().key("id").hex(id).text("name", name).end_object();
  w.end_array();
}
void write_person(JsonWriter& w, std::string_view key, const Id& id, const NameOf& name_of) {
  if (id.is_zero()) return;
  w.key(key).hex(id).text(std::string(key) + "_name", name_of(id));
}
void write_roles(JsonWriter& w, const SchoolState& state, const Id& person, Date on) {
  w.key("roles").begin_array();
  for (const auto role : state.roles_of(person, on)) w.string(role_name(role));
  w.end_array();
}
void write_class(JsonWriter& w, const SchoolState& state, const Id& id, Date on) {
  if (const Class* klass = state.klass(id)) w.key("class").hex(id).text("class_label", klass->label(on));
}

bool has_key(const SchoolState& state, const Id& person) {
  const auto& keys = state.person(person)->keys;
  return std::any_of(keys.begin(), keys.end(), [&](const Id& key) { return !state.key(key)->revoked; });
}
std::vector<Id> students_of(const Group& group, Date on) {
  std::vector<Id> students;
  for (const auto& [id, spans] : group.members)
    if (std::any_of(spans.begin(), spans.end(), [&](const Membership& m) { return m.from <= on && on <= m.to; }))
      students.push_back(id);
  return students;
}
std::vector<Id> teachers_of(const Group& group, Date on) {
  std::vector<Id> teachers;
  const auto add = [&](const Id& id) {
    if (std::find(teachers.begin(), teachers.end(), id) == teachers.end()) teachers.push_back(id);
  };
  for (const auto& assignment : group.assignments)
    if (assignment.from <= on && on <= assignment.to) add(assignment.teacher);
  if (const auto* slots = group.timetable.at(on))
    for (const auto& slot : *slots) add(slot.teacher);
  return teachers;
}

// Pointers to the shown items of a map, in an order of their own.
template <class Item, class Less>
std::vector<const std::pair<const Id, Item>*> shown_items(const std::map<Id, Item>& items, const Allows& shown,
                                                          Less less) {
  std::vector<const std::pair<const Id, Item>*> chosen;
  for (const auto& item : items)
    if (shown(item.first)) chosen.push_back(&item);
  std::sort(chosen.begin(), chosen.end(), [&](const auto* a, const auto* b) { return less(*a, *b); });
  return chosen;
}

void write_group(JsonWriter& w, const Id& id, const Group& group) {
  w.key("id").hex(id).text("label", group.label).text("subject", group.subject).text_if("kind", group.kind);
}

}  // namespace

std::vector<Id> students_of(const Class& klass, Date on) {
  std::vector<Id> students;
  for (const auto& [id, spans] : klass.students)
    if (std::any_of(spans.begin(), spans.end(), [&](const auto& s) { return s.first <= on && on <= s.second; }))
      students.push_back(id);
  return students;
}

std::string people_json(const SchoolState& state, std::span<const Id> people, Date on, const NameOf& name_of,
                        const InviteAs& invite_as) {
  JsonWriter w;
  w.begin_array();
  for (const auto& [name, id] : by_name(people, name_of)) {
    w.begin_object().key("id").hex(id).text("name", name);
    write_roles(w, state, id, on);
    write_class(w, state, state.class_of(id, on), on);
    if (const auto role = invite_as ? invite_as(id) : std::nullopt)
      w.text("invite_as", role_name(*role)).key("enrolled").boolean(has_key(state, id));
    w.end_object();
  }
  w.end_array();
  return w.take();
}

std::string classes_json(const SchoolState& state, Date on, const Allows& shown, const Allows& students,
                         const NameOf& name_of) {
  JsonWriter w;
  w.begin_array();
  const auto classes = shown_items(state.classes(), shown, [&](const auto& a, const auto& b) {
    return std::tuple(a.second.grade(on), a.second.label(on), a.first) <
           std::tuple(b.second.grade(on), b.second.label(on), b.first);
  });
  for (const auto* item : classes) {
    const auto& [id, klass] = *item;
    w.begin_object().key("id").hex(id).text("label", klass.label(on)).number_if("grade", klass.grade(on));
    if (const Id* teacher = klass.teachers.at(on)) write_person(w, "teacher", *teacher, name_of);
    if (const Id* master = klass.masters.at(on)) write_person(w, "leading_master", *master, name_of);
    w.key("groups").begin_array();
    for (const auto& group : klass.groups) w.hex(group);
    w.end_array();
    if (students(id)) write_people(w, "students", students_of(klass, on), name_of);
    w.end_object();
  }
  w.end_array();
  return w.take();
}

std::string groups_json(const SchoolState& state, Date on, const Allows& shown, const Allows& students,
                        const NameOf& name_of) {
  JsonWriter w;
  w.begin_array();
  const auto groups = shown_items(state.groups(), shown, [](const auto& a, const auto& b) {
    return std::tie(a.second.subject, a.second.label, a.first) < std::tie(b.second.subject, b.second.label, b.first);
  });
  for (const auto* item : groups) {
    const auto& [id, group] = *item;
    w.begin_object();
    write_group(w, id, group);
    w.key("classes").begin_array();
    for (const auto& klass : group.classes) w.hex(klass);
    w.end_array();
    write_people(w, "teachers", teachers_of(group, on), name_of);
    if (students(id)) write_people(w, "students", students_of(group, on), name_of);
    w.end_object();
  }
  w.end_array();
  return w.take();
}

namespace {

std::vector<Id> groups_of(const SchoolState& state, const TimetableOf& whose) {
  if (!whose.group.is_zero()) return {whose.group};
  if (const Class* klass = state.klass(whose.klass)) return klass->groups;
  std::vector<Id> groups;
  if (!whose.teacher.is_zero() || !whose.room.empty())
    for (const auto& [id, group] : state.groups()) groups.push_back(id);
  return groups;
}

void write_lesson(JsonWriter& w, const SchoolState& state, const ScheduledLesson& lesson, const NameOf& name_of) {
  const Group& group = *state.group(lesson.group);
  w.begin_object().key("lesson").hex(lesson.id).key("group").hex(lesson.group);
  w.text("label", group.label).text("subject", group.subject).key("slot").number(lesson.slot);
  w.key("starts").instant(lesson.starts).key("ends").instant(lesson.ends);
  w.text("starts_local", format_minute(local_minute(lesson.starts, state.offset(lesson.date))));
  w.text("ends_local", format_minute(local_minute(lesson.ends, state.offset(lesson.date))));
  write_person(w, "teacher", lesson.teacher, name_of);
  write_person(w, "substitute", lesson.substitute, name_of);
  w.text_if("room", lesson.room).key("cancelled").boolean(lesson.cancelled).key("moved").boolean(lesson.moved);
  if (lesson.moved) w.key("moved_from").date(lesson.place.date).key("moved_from_slot").number(lesson.place.slot);
  w.end_object();
}

}  // namespace

namespace {
bool is_asked(const TimetableOf& whose, const ScheduledLesson& lesson) {
  if (!whose.room.empty()) return lesson.room == whose.room;
  return whose.teacher.is_zero() || lesson.teacher == whose.teacher || lesson.substitute == whose.teacher;
}
}  // namespace

std::string timetable_json(const SchoolState& state, const TimetableOf& whose, Date monday, const NameOf& name_of) {
  const std::vector<Id> groups = groups_of(state, whose);
  std::vector<Id> classes;
  if (!whose.klass.is_zero()) classes.push_back(whose.klass);
  if (const Group* group = state.group(whose.group)) classes = group->classes;
  JsonWriter w;
  w.begin_object().text("week", format_week(monday)).key("monday").date(monday).key("days").begin_array();
  for (Date day = monday; day < monday + 7; day = day + 1) {
    std::vector<ScheduledLesson> lessons;
    for (const auto& group : groups)
      for (auto& lesson : lessons_held_on(state, group, day))
        if (is_asked(whose, lesson)) lessons.push_back(lesson);
    std::sort(lessons.begin(), lessons.end(),
              [](const auto& a, const auto& b) { return std::tie(a.starts, a.group) < std::tie(b.starts, b.group); });
    const bool school_day = in_a_year(state, day) && school_weekday(state, classes, day) != 0;
    w.begin_object().key("date").date(day).key("school_day").boolean(school_day);
    w.text_if("study", study_instead(state, classes, day));
    w.key("lessons").begin_array();
    for (const auto& lesson : lessons) write_lesson(w, state, lesson, name_of);
    w.end_array().end_object();
  }
  w.end_array().end_object();
  return w.take();
}

std::string periods_json(const SchoolState& state, Date on) {
  std::vector<const Period*> periods;
  for (const auto& period : state.periods()) periods.push_back(&period);
  std::sort(periods.begin(), periods.end(), [](const auto* a, const auto* b) {
    return std::tie(a->from, a->to, a->id) < std::tie(b->from, b->to, b->id);
  });
  JsonWriter w;
  w.begin_array();
  for (const auto* period : periods) {
    w.begin_object().key("id").hex(period->id).text("title", period->title).text("kind", period->kind);
    w.key("from").date(period->from).key("to").date(period->to);
    w.key("current").boolean(period->from <= on && on <= period->to).end_object();
  }
  w.end_array();
  return w.take();
}

std::string profile_json(const SchoolState& state, Date on) {
  JsonWriter w;
  w.begin_object();
  if (const auto* version = state.profiles().find(on)) {
    w.text("name", version->value.name)
        .key("profile")
        .hex(version->value.hash)
        .hex_if("regulation", version->value.regulation);
    if (version->from > Date{-kForever.days})
      w.key("from").date(version->from);  // the genesis' own holds from the beginning
    w.key("index").number(version->index);
  }
  w.end_object();
  return w.take();
}

std::string me_json(const SchoolState& state, const Id& person, Date on, const NameOf& name_of) {
  JsonWriter w;
  w.begin_object().key("id").hex(person).text("name", name_of(person));
  write_roles(w, state, person, on);
  write_class(w, state, state.class_of(person, on), on);
  w.key("groups").begin_array();
  std::vector<Id> groups = state.groups_of_teacher(person, on);
  for (const auto& id : state.groups_of_student(person, on, on)) groups.push_back(id);
  for (const auto& id : groups) {
    w.begin_object();
    write_group(w, id, *state.group(id));
    w.end_object();
  }
  w.end_array();
  w.key("children").begin_array();
  for (const auto& [name, id] : by_name(state.children_of(person, on), name_of)) {
    w.begin_object().key("id").hex(id).text("name", name);
    write_class(w, state, state.class_of(id, on), on);
    w.end_object();
  }
  w.end_array();
  w.key("classes_led").begin_array();
  for (const auto& id : state.classes_led_by(person, on))
    w.begin_object().key("id").hex(id).text("label", state.klass(id)->label(on)).end_object();
  w.end_array();
  w.key("school").begin_object().text("name", state.name()).text("origin", state.origin());
  w.key("simulated").boolean(state.simulated()).key("today").date(on).end_object().end_object();
  return w.take();
}

}  // namespace letopis::projections
