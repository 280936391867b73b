#include "projections/sheets.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/decimal.h"
#include "projections/json_writer.h"
#include "projections/listing.h"

namespace letopis::projections {
namespace {

constexpr int kPassed = 3, kGood = 4;          // of a scale of 2–5
constexpr int kDistanceRemarkHundredths = 50;  // half a mark off what the marks themselves come to
constexpr int kPerHundred = 100;

void write_group(JsonWriter& w, const SchoolState& state, const Id& id) {
  w.key("group").begin_object().key("id").hex(id);
  if (const Group* group = state.group(id)) w.text("label", group->label).text("subject", group->subject);
  w.end_object();
}
void write_period(JsonWriter& w, const Period& period) {
  w.key("period").begin_object().key("id").hex(period.id).text("title", period.title).text("kind", period.kind);
  w.key("from").date(period.from).key("to").date(period.to).end_object();
}

const StudentFigures* find(const GroupFigures& group, const Id& student) {
  const auto it = std::find_if(group.students.begin(), group.students.end(),
                               [&](const StudentFigures& figures) { return figures.id == student; });
  return it == group.students.end() ? nullptr : &*it;
}

// What the period would come to if it ended today (r001 2.7, r004 п3 2): the average, half up. It binds nobody. Of marks on one
// scale alone, and where nothing was decided yet.
std::optional<std::uint64_t> forecast_of(const StudentFigures& figures) {
  if (!figures.result.empty() || figures.waived || figures.averages.size() != 1) return std::nullopt;
  const std::string& average = figures.averages.front().value;  // "4.50"
  constexpr char kHalf = '5';
  return std::stoull(average) + (average[average.find('.') + 1] >= kHalf ? 1 : 0);
}

void write_result(JsonWriter& w, const Id& group, const StudentFigures& figures) {
  w.begin_object().key("group").hex(group).text_if("mark", figures.result);
  if (!figures.result.empty()) w.key("index").number(figures.result_index).flag_if("late", figures.result_late);
  w.flag_if("waived", figures.waived);
  if (const auto forecast = forecast_of(figures)) w.key("forecast").number(*forecast);
  if (figures.averages.size() == 1) w.text("average", figures.averages.front().value);
  w.key("marks").number(figures.marks).key("absences").number(figures.absences);
  w.key("excused").number(figures.excused).number_if("lateness", figures.lateness);
  w.end_object();
}

// Students who passed everything they have results in, and those with fours and fives alone.
struct Shares {
  int students = 0, passed = 0, good = 0;
  void add(const std::vector<std::uint64_t>& results) {
    if (results.empty()) return;
    const auto least = *std::min_element(results.begin(), results.end());
    ++students;
    passed += least >= kPassed;
    good += least >= kGood;
  }
};

}  // namespace

std::string summary_json(const SchoolState& state, const Id& class_id, const Period* period, Date on,
                         std::span<const GroupFigures> groups, const NameOf& name_of, std::span<const Id> only) {
  JsonWriter w;
  const Class& klass = *state.klass(class_id);
  w.begin_object().key("class").begin_object().key("id").hex(class_id).text("label", klass.label(on));
  w.key("grade").number(klass.grade(on)).end_object();
  if (period != nullptr) write_period(w, *period);
  w.key("groups").begin_array();
  for (const auto& group : groups) {
    const bool theirs = std::any_of(only.begin(), only.end(), [&](const Id& id) { return find(group, id) != nullptr; });
    if (!only.empty() && !theirs) continue;
    w.begin_object();
    write_group(w, state, group.group);
    if (only.empty())
      w.key("marks")
          .number(group.marks)
          .key("without_marks")
          .number(group.without_marks)
          .key("with_one_mark")
          .number(group.with_one_mark);
    w.end_object();
  }
  w.end_array().key("students").begin_array();
  std::vector<std::pair<std::string, Id>> students;
  for (const auto& id : students_of(klass, on))
    if (only.empty() || std::find(only.begin(), only.end(), id) != only.end()) students.emplace_back(name_of(id), id);
  std::sort(students.begin(), students.end());
  Shares shares, forecast;
  for (const auto& [name, id] : students) {
    w.begin_object().key("id").hex(id).text("name", name).key("results").begin_array();
    int absences = 0, excused = 0;
    std::vector<std::uint64_t> results, expected;
    for (const auto& group : groups) {
      const StudentFigures* figures = find(group, id);
      if (figures == nullptr) continue;
      write_result(w, group.group, *figures);
      absences += figures->absences;
      excused += figures->excused;
      if (const auto mark = ledger::parse_decimal(figures->result)) results.push_back(*mark), expected.push_back(*mark);
      if (const auto mark = forecast_of(*figures)) expected.push_back(*mark);
    }
    w.end_array().key("absences").number(absences).key("excused").number(excused).end_object();
    shares.add(results);
    forecast.add(expected);
  }
  w.end_array();
  if (only.empty() && shares.students > 0)
    w.key("performance")
        .number(kPerHundred * shares.passed / shares.students)
        .key("quality")
        .number(kPerHundred * shares.good / shares.students);
  if (only.empty() && forecast.students > 0)
    w.key("forecast_performance")
        .number(kPerHundred * forecast.passed / forecast.students)
        .key("forecast_quality")
        .number(kPerHundred * forecast.good / forecast.students);
  w.end_object();
  return w.take();
}

namespace {

bool has_key(const SchoolState& state, const Id& id) {
  const Person* person = state.person(id);
  return person != nullptr &&
         std::any_of(person->keys.begin(), person->keys.end(), [&](const Id& key) { return !state.key(key)->revoked; });
}

// Who takes part, of those who might.
struct Participation {
  std::set<Id> teachers, students, parents, authors;

  void write(JsonWriter& w, const SchoolState& state) const {
    w.key("participation").begin_object();
    const auto entered =
        std::count_if(teachers.begin(), teachers.end(), [&](const Id& teacher) { return authors.contains(teacher); });
    w.key("teachers").begin_object();
    people(w, state, teachers);
    w.key("entered").number(entered).end_object().key("students").begin_object();
    people(w, state, students);
    w.end_object().key("parents").begin_object();
    people(w, state, parents);
    w.end_object().end_object();
  }
  static void people(JsonWriter& w, const SchoolState& state, const std::set<Id>& ids) {
    w.key("people").number(ids.size());
    w.key("with_key").number(std::count_if(ids.begin(), ids.end(), [&](const Id& id) { return has_key(state, id); }));
  }
};

}  // namespace

std::string school_summary_json(const SchoolState& state, const Period* period, Date on,
                                std::span<const GroupFigures> groups) {
  JsonWriter w;
  Participation taking_part;
  std::map<Id, int> marks;
  for (const auto& group : groups) {
    for (const auto& student : group.students) marks[student.id] += student.marks;
    taking_part.authors.insert(group.authors.begin(), group.authors.end());
    for (const auto& assignment : state.group(group.group)->assignments)
      if (assignment.from <= on && on <= assignment.to) taking_part.teachers.insert(assignment.teacher);
  }
  w.begin_object();
  if (period != nullptr) write_period(w, *period);
  w.key("classes").begin_array();
  for (const auto& [id, klass] : state.classes()) {
    const auto students = students_of(klass, on);
    if (students.empty() || klass.closed_on <= on) continue;
    int all = 0, none = 0, one = 0;
    for (const auto& student : students) {
      const int count = marks[student];
      all += count, none += count == 0, one += count == 1;
      taking_part.students.insert(student);
      for (const auto& guardian : state.guardians_of(student, on)) taking_part.parents.insert(guardian);
    }
    w.begin_object().key("id").hex(id).text("label", klass.label(on)).key("students").number(students.size());
    w.key("marks").number(all).key("without_marks").number(none).key("with_one_mark").number(one).end_object();
  }
  w.end_array();
  taking_part.write(w, state);
  w.end_object();
  return w.take();
}

namespace {

void write_plan(JsonWriter& w, const Plan& plan, const GroupFigures& group, bool lines) {
  w.key("plan").begin_object().key("id").hex(plan.id).text("title", plan.title).key("hours").number(plan.hours());
  w.key("adjustments").number(plan.adjustments);
  if (lines) {
    w.key("lines").begin_array();
    for (const auto& line : plan.lines) {
      const auto& used = group.plan_lines;
      w.begin_object().text("number", line.number).text("topic", line.topic).key("hours").number(line.hours);
      w.text_if("kind", line.kind).text_if("homework", line.homework);
      w.key("delivered").boolean(std::find(used.begin(), used.end(), line.number) != used.end()).end_object();
    }
    w.end_array();
  }
  w.end_object();
}

}  // namespace

std::string plans_json(const SchoolState& state, Date on, std::span<const GroupFigures> groups, bool lines) {
  JsonWriter w;
  w.begin_array();
  for (const auto& figures : groups) {
    const Group& group = *state.group(figures.group);
    w.begin_object();
    write_group(w, state, figures.group);
    if (const Plan* plan = state.plans().of_group(figures.group)) write_plan(w, *plan, figures, lines);
    if (!group.classes.empty())
      if (const auto* item = state.plans().item(group.classes.front(), group.subject_code, on))
        w.key("curriculum_hours").number(item->hours).text_if("attestation", item->attestation);
    // Behind the timetable: lessons that began and were not recorded.
    w.key("delivered").begin_object().key("hours").number(figures.recorded_hours);
    if (figures.other_subject_hours != 0) w.key("other_subject_hours").number(figures.other_subject_hours);
    w.key("due_hours").number(figures.hours).key("deviation").number(figures.recorded_hours - figures.hours);
    w.key("topics_of_plan").number(figures.of_plan).key("topics_beside_plan").number(figures.beside_plan);
    w.end_object().end_object();
  }
  w.end_array();
  return w.take();
}

std::string hours_json(const SchoolState& state, std::span<const GroupFigures> groups, const NameOf& name_of) {
  struct OfTeacher {
    int hours = 0, substituted = 0;
    std::vector<std::pair<Id, HoursGiven>> groups;
  };
  std::map<std::pair<std::string, Id>, OfTeacher> teachers;
  for (const auto& group : groups)
    for (const auto& given : group.given) {
      OfTeacher& teacher = teachers[{name_of(given.teacher), given.teacher}];
      teacher.hours += given.hours;
      teacher.substituted += given.substituted;
      teacher.groups.emplace_back(group.group, given);
    }
  JsonWriter w;
  w.begin_array();
  for (const auto& [who, teacher] : teachers) {
    w.begin_object().key("teacher").hex(who.second).text("name", who.first).key("hours").number(teacher.hours);
    w.key("substituted").number(teacher.substituted).key("groups").begin_array();
    for (const auto& [group, given] : teacher.groups) {
      w.begin_object();
      write_group(w, state, group);
      w.key("hours").number(given.hours).key("substituted").number(given.substituted).end_object();
    }
    w.end_array().end_object();
  }
  w.end_array();
  return w.take();
}

namespace {
// r000 3.4: «соответствие учебному плану».
bool plan_differs(const SchoolState& state, const Id& id, Date on) {
  const Group& group = *state.group(id);
  const Plan* plan = state.plans().of_group(id);
  if (plan == nullptr || plan->more) return false;
  return std::any_of(group.classes.begin(), group.classes.end(), [&](const Id& klass) {
    const auto* item = state.plans().item(klass, group.subject_code, on);
    return item != nullptr && item->hours != plan->hours();
  });
}
}  // namespace

std::string check_json(const SchoolState& state, const Period& period, std::span<const GroupFigures> groups) {
  JsonWriter w;
  w.begin_object();
  write_period(w, period);
  w.key("groups").begin_array();
  for (const auto& group : groups) {
    w.begin_object();
    write_group(w, state, group.group);
    w.key("lessons").number(group.lessons).key("recorded").number(group.recorded);
    w.key("with_topic").number(group.with_topic).key("with_roll").number(group.with_roll);
    w.key("with_homework").number(group.with_homework).key("hours").number(group.hours);
    w.key("recorded_hours").number(group.recorded_hours).key("topics_beside_plan").number(group.beside_plan);
    w.key("works").number(group.works).key("written_works").number(group.written_works);
    w.key("marks").number(group.marks).key("without_marks").number(group.without_marks);
    w.key("with_one_mark").number(group.with_one_mark).key("late_entries").number(group.late_entries);
    w.key("excused_entries").number(group.excused_entries).key("void_entries").number(group.void_entries);
    w.key("substitutions").number(group.substitutions);
    w.key("substitutions_recorded").number(group.substitutions_recorded);
    if (group.result_bias) {
      w.key("result_bias_hundredths").number(*group.result_bias);
      w.key("result_distance_hundredths").number(group.result_distance);
    }
    w.key("remarks").begin_array();
    if (group.recorded < group.lessons) w.string("lessons_missing");
    if (group.with_topic < group.lessons) w.string("topics_missing");
    if (group.with_roll < group.lessons) w.string("roll_missing");
    if (group.with_homework < group.lessons) w.string("homework_missing");
    if (group.beside_plan > 0) w.string("topics_beside_plan");
    if (plan_differs(state, group.group, period.to)) w.string("plan_differs_from_curriculum");
    if (group.written_works == 0 && group.lessons > 0) w.string("no_written_work");
    if (group.without_marks > 0) w.string("students_without_marks");
    if (group.substitutions_recorded < group.substitutions) w.string("substitutions_disagree");
    if (group.result_bias && group.result_distance >= kDistanceRemarkHundredths) w.string("results_differ");
    if (group.late_entries > group.excused_entries) w.string("late_entries");
    w.end_array().end_object();
  }
  w.end_array().end_object();
  return w.take();
}

}  // namespace letopis::projections
