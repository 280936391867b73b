#include "projections/figures.h"

#include <algorithm>

#include "ledger/decimal.h"

namespace letopis::projections {

using namespace ledger;

namespace {

bool stands(const EntryView& entry) {
  return entry.standing == Standing::kStanding && (entry.act == Act::kEntry || entry.act == Act::kCorrection);
}
bool any_stands(const std::vector<EntryView>& entries) { return std::any_of(entries.begin(), entries.end(), stands); }

class Figures {
 public:
  Figures(const SchoolState& structure, const JournalView& journal, const Id& period, Instant now)
      : s_(structure), j_(journal), period_(period), now_(now), today_(structure.local_today(now)) {}

  GroupFigures run() {
    f_.group = j_.group;
    for (const auto& student : j_.students) begin(student);
    for (const auto& lesson : j_.sheet.lessons)
      if (!lesson.cancelled && lesson.moved_to.days == 0 && lesson.starts <= now_ &&
          (lesson.recorded || (lesson.scheduled && anybody_awaited(lesson.date))))
        count(lesson);
    for (const auto& work : j_.sheet.works)
      if (work.standing && j_.from <= work.held_on && work.held_on <= today_) count(work);
    for (const auto& cell : j_.cells) count(cell);
    for (const auto& node : j_.acts.all()) count(node);
    for (const auto& student : f_.students) {
      if (!s_.awaited(j_.group, student.id, today_)) continue;
      f_.without_marks += student.marks == 0;
      f_.with_one_mark += student.marks == 1;
    }
    bias();
    return std::move(f_);
  }

 private:
  void begin(const JournalStudent& from) {
    StudentFigures& student = f_.students.emplace_back();
    student.id = from.id;
    student.averages = from.averages;
    for (const auto& entry : from.results) {
      if (entry.period != period_ || period_.is_zero() || !stands(entry)) continue;
      if (entry.kind == EntryKind::kWaiver) student.waived = true;
      if (entry.kind != EntryKind::kPeriodMark) continue;
      student.result = entry.value;
      student.result_index = entry.index;
      student.result_late = entry.late;
    }
  }
  // Of a group that nobody is in any more there are no lessons.
  bool anybody_awaited(Date on) const {
    return std::any_of(j_.students.begin(), j_.students.end(),
                       [&](const auto& student) { return awaited_in_lessons(s_, j_.group, student.id, on); });
  }
  void count(const LessonView& lesson) {
    ++f_.lessons;
    f_.hours += lesson.slots;
    if (lesson.recorded) {
      ++f_.recorded;
      (lesson.other_subject.empty() ? f_.recorded_hours : f_.other_subject_hours) += lesson.slots;
      give(lesson);
    }
    f_.with_topic += any_stands(lesson.topics);
    f_.with_roll += lesson.attendance_taken;
    f_.with_homework += any_stands(lesson.homework);
    const auto ordered = std::find_if(lesson.changes.rbegin(), lesson.changes.rend(), [&](const EntryView& change) {
      return stands(change) && !lesson.substitute.is_zero();
    });
    if (ordered == lesson.changes.rend()) return;
    ++f_.substitutions;
    f_.substitutions_recorded +=
        std::any_of(lesson.records.begin(), lesson.records.end(),
                    [&](const EntryView& record) { return stands(record) && record.author == lesson.substitute; });
  }
  void give(const LessonView& lesson) {
    const auto record = std::find_if(lesson.records.rbegin(), lesson.records.rend(), stands);
    if (record == lesson.records.rend()) return;
    auto given = std::find_if(f_.given.begin(), f_.given.end(),
                              [&](const HoursGiven& hours) { return hours.teacher == record->author; });
    if (given == f_.given.end()) given = f_.given.insert(given, {record->author});
    given->hours += lesson.slots;
    if (lesson.substitute == record->author) given->substituted += lesson.slots;
  }
  void count(const WorkView& work) {
    ++f_.works;
    const auto* kind = s_.dictionary("work_kind", work.kind);
    f_.written_works +=
        kind != nullptr && kind->properties.contains("written") && kind->properties.at("written") == "true";
  }
  void count(const JournalCell& cell) {
    StudentFigures& student = f_.students[cell.student];
    bool absent = false, excused = false;
    for (const auto& entry : cell.entries) {
      if (!stands(entry)) continue;
      student.marks += entry.kind == EntryKind::kMark;
      f_.marks += entry.kind == EntryKind::kMark;
      absent = absent || entry.kind == EntryKind::kAbsence;
      excused = excused || (entry.kind == EntryKind::kExcuse && entry.excused);
      student.lateness += entry.kind == EntryKind::kLateness;
    }
    student.absences += absent;
    student.excused += absent && excused;
  }
  void count(const Acts::Node& node) {
    if (node.standing == Standing::kVoid) {
      ++f_.void_entries;
      return;
    }
    const Id& author = node.entry->statement.author;
    if (std::find(f_.authors.begin(), f_.authors.end(), author) == f_.authors.end()) f_.authors.push_back(author);
    // A class teacher's word on absences is no entry of the group's teachers.
    if (node.entry->event.verdict == Verdict::kLate &&
        !std::holds_alternative<AbsenceExcused>(node.entry->statement.body)) {
      ++f_.late_entries;
      f_.excused_entries += j_.acts.view(node).excused_by.has_value();
    }
    const auto* topic = node.act == Act::kEntry ? std::get_if<TopicSet>(&j_.acts.root(node).body) : nullptr;
    if (topic == nullptr || j_.acts.current(node) == nullptr || in_another_subject(topic->lesson)) return;
    // A line of the plan there is now: one of a plan before it may have the same number.
    const Plan* plan = s_.plans().of_group(j_.group);
    if (plan == nullptr || node.entry->event.index < plan->index || plan->line(topic->plan_item) == nullptr) {
      ++f_.beside_plan;
      return;
    }
    ++f_.of_plan;
    if (std::find(f_.plan_lines.begin(), f_.plan_lines.end(), topic->plan_item) == f_.plan_lines.end())
      f_.plan_lines.emplace_back(topic->plan_item);
  }
  bool in_another_subject(const Id& lesson) const {
    const auto number = j_.sheet.lesson_numbers.find(lesson);
    return number != j_.sheet.lesson_numbers.end() && !j_.sheet.lessons[number->second].other_subject.empty();
  }
  // By how much results are kinder than the marks they stand on (r000 3.4: objectivity).
  void bias() {
    std::int64_t results = 0, averages = 0, apart = 0, count = 0;
    for (const auto& student : f_.students) {
      const auto result = parse_decimal(student.result);
      if (!result || student.averages.size() != 1) continue;
      const std::string& average = student.averages.front().value;  // "4.33"
      const std::int64_t given = static_cast<std::int64_t>(*result) * 100;
      const int stands_on = std::stoi(average) * 100 + std::stoi(average.substr(average.find('.') + 1));
      results += given;
      averages += stands_on;
      apart += std::abs(given - stands_on);
      ++count;
    }
    if (count == 0) return;
    f_.result_bias = static_cast<int>((results - averages) / count);
    f_.result_distance = static_cast<int>(apart / count);
  }

  const SchoolState& s_;
  const JournalView& j_;
  Id period_;
  Instant now_;
  Date today_;
  GroupFigures f_;
};

}  // namespace

GroupFigures figures_of(const SchoolState& structure, const JournalView& journal, const Id& period, Instant now) {
  return Figures(structure, journal, period, now).run();
}

}  // namespace letopis::projections
