#include "projections/diary.h"

#include <algorithm>

#include "projections/view_json.h"

namespace letopis::projections {

using namespace ledger;  // the types of statements

namespace {

constexpr std::uint32_t kNoLesson = UINT32_MAX;
constexpr std::uint32_t kOwn = UINT32_MAX;  // scope of entries that no group's shard holds

// What speaks of another student has no business here.
bool concerns(const Id& student, const Entry& entry) {
  return std::visit(
      [&]<class T>(const T& b) {
        if constexpr (std::is_same_v<T, HomeworkSet>)
          return b.audience.empty() || std::find(b.audience.begin(), b.audience.end(), student) != b.audience.end();
        else if constexpr (requires { b.student; })
          return b.student == student;
        else
          return true;  // acts on entries that were left out are left out with them
      },
      entry.statement.body);
}

class DiaryFold {
 public:
  DiaryFold(const SchoolState& structure, DiaryView& view) : s_(structure), v_(view) {}

  void run(std::span<const Entry> own, std::span<const GroupWeek> groups) {
    for (int i = 0; i < 7; ++i) v_.days[static_cast<std::size_t>(i)].date = v_.monday + i;
    for (int i = 0; i < 7 && v_.klass.is_zero(); ++i) v_.klass = s_.class_of(v_.student, v_.monday + i);
    if (const Class* klass = s_.klass(v_.klass)) v_.class_label = klass->label(v_.monday);
    if (const auto* mode = s_.individual_mode(v_.student, v_.monday, v_.monday + 6)) v_.mode = mode->kind;
    merge(own, groups);
    for (std::uint32_t i = 0; i < groups.size(); ++i)
      sheets_.push_back(fold_lessons(s_, groups[i].group, v_.monday, v_.monday + 6, v_.acts, i));
    for (std::uint32_t i = 0; i < groups.size(); ++i) add_group(groups[i].group, sheets_[i]);
    for (const auto& node : v_.acts.all()) enter(node);
    for (const auto& node : v_.acts.all())
      if (node.kind == EntryKind::kExcuse) excuse(node);
    for (auto& day : v_.days) settle(day);
  }

 private:
  struct Taken {
    const Entry* entry;
    std::uint32_t scope;
  };
  // Shards overlap (a mark is in the student's and in the group's): each entry once, told to its group.
  void merge(std::span<const Entry> own, std::span<const GroupWeek> groups) {
    std::vector<Taken> taken;
    taken.reserve(own.size() + 64);
    for (const auto& entry : own) taken.push_back({&entry, kOwn});
    for (std::uint32_t i = 0; i < groups.size(); ++i)
      for (const auto& entry : groups[i].entries)
        if (concerns(v_.student, entry)) taken.push_back({&entry, i});
    std::sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) {
      return std::pair(a.entry->event.index, a.scope) < std::pair(b.entry->event.index, b.scope);
    });
    std::uint64_t next = 0;
    for (const auto& item : taken) {
      if (item.entry->event.index < next || !concerns(v_.student, *item.entry)) continue;
      v_.acts.add(*item.entry, item.scope);
      next = item.entry->event.index + 1;
    }
    v_.acts.settle();
    std::vector<std::vector<Id>> classes;
    for (const auto& week : groups) {
      const Group* group = s_.group(week.group);
      classes.push_back(group == nullptr ? std::vector<Id>{} : group->classes);
    }
    v_.acts.know_outages(s_.office(), std::move(classes), {v_.klass});
  }

  DiaryDay* day(Date date) {
    const int number = date - v_.monday;
    return number < 0 || number > 6 ? nullptr : &v_.days[static_cast<std::size_t>(number)];
  }
  void add_group(const Id& id, LessonSheet& sheet) {
    const Group* group = s_.group(id);
    const std::string_view label = group == nullptr ? std::string_view() : group->label;
    const std::string_view subject = group == nullptr ? std::string_view() : group->subject;
    for (auto& lesson : sheet.lessons) {
      DiaryDay& on = *day(lesson.date);
      places_[lesson.id] = {&on, on.lessons.size()};
      DiaryLesson& diary_lesson = on.lessons.emplace_back();
      diary_lesson.label = label;
      diary_lesson.subject = subject;
      for (const auto number : lesson.works) diary_lesson.works.push_back(sheet.works[number]);
      diary_lesson.lesson = std::move(lesson);  // its id stays behind, for the works
    }
    for (const auto& [lesson_id, number] : sheet.lesson_numbers) {  // one that another takes in is in its place
      const auto place = places_.at(sheet.lessons[number].id);
      places_.try_emplace(lesson_id, place);
    }
    for (const auto& homework : sheet.homework)
      if (DiaryDay* due = day(homework.entry.due)) due->homework_due.push_back({label, subject, homework});
    for (const auto& work : sheet.works) {
      v_.works.work_numbers[work.id] = static_cast<std::uint32_t>(v_.works.works.size());
      v_.works.works.push_back(work);
      if (work.lesson != kNoLesson) lesson_of_work_[work.id] = sheet.lessons[work.lesson].id;
    }
  }

  DiaryLesson* lesson(const Id& id) {
    const auto it = places_.find(id);
    return it == places_.end() ? nullptr : &it->second.first->lessons[it->second.second];
  }
  void enter(const Acts::Node& node) {
    if (is_result(node.kind)) return enter_result(node);
    std::visit(
        [&]<class T>(const T& b) {
          if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, MakeupMarkGiven> ||
                        std::is_same_v<T, MarkAwaited>)
            enter_mark(node, b.work);
          else if constexpr (std::is_same_v<T, AbsenceRecorded> || std::is_same_v<T, LatenessRecorded> ||
                             std::is_same_v<T, RemarkRecorded> || std::is_same_v<T, WrittenWishGiven>)
            enter_in(node, b.lesson);
          else if constexpr (std::is_same_v<T, DiarySigned>)
            v_.signatures.push_back(v_.acts.view(node));
          else if constexpr (std::is_same_v<T, AbsenceAnnounced>)
            v_.announced.push_back(v_.acts.view(node));
          else if constexpr (std::is_same_v<T, PrintoutHanded>)
            v_.printouts.push_back(v_.acts.view(node));
        },
        v_.acts.root(node).body);
  }
  void enter_result(const Acts::Node& node) {
    DiaryResult& result = v_.results.emplace_back();
    result.entry = v_.acts.view(node);
    std::visit(
        [&](const auto& b) {
          if constexpr (requires { b.group; })
            if (const Group* group = s_.group(b.group)) result.label = group->label, result.subject = group->subject;
        },
        v_.acts.root(node).body);
  }
  void enter_in(const Acts::Node& node, const Id& lesson_id) {
    if (DiaryLesson* there = lesson(lesson_id))
      there->entries.push_back(v_.acts.view(node));
    else
      enter_day(node, recorded_on(node));
  }
  void enter_mark(const Acts::Node& node, const Id& of) {
    const auto of_work = lesson_of_work_.find(of);
    if (of_work != lesson_of_work_.end()) return enter_in(node, of_work->second);
    const auto number = v_.works.work_numbers.find(of);
    enter_day(node, number == v_.works.work_numbers.end() ? recorded_on(node) : v_.works.works[number->second].held_on);
  }
  Date recorded_on(const Acts::Node& node) const {
    const Event& event = v_.acts.all()[node.root].entry->event;
    return local_date(event.recorded_at, {event.utc_offset});
  }
  // An entry of this week's shard is shown in this week, on its last day if it was recorded later.
  void enter_day(const Acts::Node& node, Date date) {
    day(std::clamp(date, v_.monday, v_.monday + 6))->entries.push_back(v_.acts.view(node));
  }
  void excuse(const Acts::Node& node) {
    const auto& b = std::get<AbsenceExcused>(v_.acts.root(node).body);
    v_.excuses.push_back(v_.acts.view(node));
    for (auto& on : v_.days)
      for (auto& there : on.lessons)
        if (b.from <= on.date && on.date <= b.to &&
            std::any_of(there.entries.begin(), there.entries.end(),
                        [](const auto& e) { return e.kind == EntryKind::kAbsence; }))
          there.entries.push_back(v_.excuses.back());
  }
  void settle(DiaryDay& on) {
    // Lessons of a group the student was not in that day are not theirs, unless something was entered for them.
    std::erase_if(on.lessons, [&](const DiaryLesson& there) {
      return there.entries.empty() && !s_.enrolled(there.lesson.group, v_.student, on.date);
    });
    std::sort(on.lessons.begin(), on.lessons.end(), [](const auto& a, const auto& b) {
      return std::tie(a.lesson.starts, a.lesson.id) < std::tie(b.lesson.starts, b.lesson.id);
    });
    for (auto& there : on.lessons)
      std::sort(there.entries.begin(), there.entries.end(),
                [](const auto& a, const auto& b) { return a.index < b.index; });
  }

  const SchoolState& s_;
  DiaryView& v_;
  std::vector<LessonSheet> sheets_;
  FlatMap<Id, std::pair<DiaryDay*, std::size_t>> places_;
  FlatMap<Id, Id> lesson_of_work_;
};

}  // namespace

DiaryView fold_diary(const SchoolState& structure, const Id& student, Date monday, std::span<const Entry> own,
                     std::span<const GroupWeek> groups) {
  LETOPIS_ASSERT(monday.weekday() == 1);
  DiaryView view;
  view.student = student;
  view.monday = monday;
  DiaryFold(structure, view).run(own, groups);
  return view;
}

namespace {

void write_homework(ViewJson& json, const DiaryHomework& due) {
  auto& w = json.writer();
  w.begin_object().key("group").hex(due.homework.group).text("label", due.label).text("subject", due.subject);
  w.date_if("given_on", due.homework.given_on).key("entry");
  json.entry(due.homework.entry);
  w.end_object();
}

void write_lesson(ViewJson& json, const DiaryLesson& there, const DiaryView& view) {
  auto& w = json.writer();
  w.begin_object().key("group").hex(there.lesson.group).text("label", there.label).text("subject", there.subject);
  LessonView lesson = there.lesson;
  lesson.works.clear();  // they follow in full
  json.lesson(lesson, view.works);
  w.key("planned_works").begin_array();
  for (const auto& work : there.works) {
    w.begin_object().key("id").hex(work.id).text("kind", work.kind).number_if("number", work.number);
    w.text_if("title", work.title).key("standing").boolean(work.standing).end_object();
  }
  w.end_array();
  json.entries("entries", there.entries, &view.works);
  w.end_object();
}

}  // namespace

std::string diary_json(const DiaryView& view, const NameOf& name_of, const TextOf& text_of) {
  ViewJson json(name_of, text_of, view.student);
  auto& w = json.writer();
  w.begin_object();
  json.person("student", view.student);
  w.hex_if("class", view.klass).text_if("class_label", view.class_label).text_if("mode", view.mode);
  w.text("week", format_week(view.monday)).key("monday").date(view.monday).key("days").begin_array();
  for (const auto& day : view.days) {
    w.begin_object().key("date").date(day.date).key("lessons").begin_array();
    for (const auto& there : day.lessons) write_lesson(json, there, view);
    w.end_array().key("homework_due").begin_array();
    for (const auto& due : day.homework_due) write_homework(json, due);
    w.end_array();
    json.entries("entries", day.entries, &view.works);
    w.end_object();
  }
  w.end_array();
  json.entries("excuses", view.excuses);
  json.entries("signatures", view.signatures);
  w.key("results").begin_array();
  for (const auto& result : view.results) {
    w.begin_object().text("label", result.label).text("subject", result.subject).key("entry");
    json.entry(result.entry);
    w.end_object();
  }
  w.end_array();
  json.entries("announced", view.announced);
  json.entries("printouts", view.printouts);
  w.end_object();
  return w.take();
}

}  // namespace letopis::projections
