#include "projections/lessons.h"

#include <algorithm>

namespace letopis::projections {

using namespace ledger;  // the types of statements

namespace {

class LessonFold {
 public:
  LessonFold(const SchoolState& structure, const Id& group, Date from, Date to, const Acts& acts, std::uint32_t scope)
      : s_(structure), group_(group), from_(from), to_(to), acts_(acts), scope_(scope) {}

  LessonSheet run() {
    for (Date day = from_; day <= to_; day = day + 1)
      for (const auto& lesson : lessons_on(s_, group_, day, kNoChanges)) place(lesson);
    each(EntryKind::kLessonChange, [&](const auto& node) { change(node); });
    settle_moves();
    each(EntryKind::kLesson, [&](const auto& node) { record(node); });
    cover();
    sort();
    each(EntryKind::kWork, [&](const auto& node) { work(node); });
    each(EntryKind::kTopic, [&](const auto& node) { in_lesson(node, &LessonView::topics); });
    each(EntryKind::kAttendance, [&](const auto& node) { attendance(node); });
    each(EntryKind::kHomework, [&](const auto& node) { homework(node); });
    return std::move(sheet_);
  }

 private:
  template <class Visit>
  void each(EntryKind kind, Visit visit) {
    for (const auto& node : acts_.all())
      if (node.kind == kind && node.scope == scope_ && !(node.standing == Standing::kVoid && sets(kind))) visit(node);
  }
  // What makes the sheet, rather than being shown on it: a void entry of these kinds is nowhere.
  static bool sets(EntryKind kind) { return kind != EntryKind::kTopic && kind != EntryKind::kAttendance; }
  bool on_sheet(Date day) const { return from_ <= day && day <= to_; }
  template <class T>
  const T& root(const Acts::Node& node) const {
    return std::get<T>(acts_.root(node).body);
  }
  LessonView* find(const Id& id) {
    const auto it = sheet_.lesson_numbers.find(id);
    return it == sheet_.lesson_numbers.end() ? nullptr : &sheet_.lessons[it->second];
  }
  LessonView& add(const Id& id) {
    sheet_.lesson_numbers[id] = static_cast<std::uint32_t>(sheet_.lessons.size());
    LessonView& lesson = sheet_.lessons.emplace_back();
    lesson.id = id;
    lesson.group = group_;
    return lesson;
  }

  LessonView& place(const ScheduledLesson& scheduled) {
    LessonView& lesson = add(scheduled.id);
    lesson.date = scheduled.date;
    lesson.slot = scheduled.slot;
    lesson.starts = scheduled.starts;
    lesson.ends = scheduled.ends;
    lesson.place = scheduled.place;
    lesson.teacher = scheduled.teacher;
    lesson.room = scheduled.room;
    lesson.scheduled = true;
    return lesson;
  }

  // --- What became of the timetable's lessons
  void change(const Acts::Node& node) {
    LessonPlace at;
    std::visit(
        [&]<class T>(const T& b) {
          if constexpr (requires {
                          b.group;
                          b.date;
                          b.slot;
                        })
            at = {b.group, b.date, b.slot};
        },
        acts_.root(node).body);
    const Id id = lesson_id(at.group, at.date, at.slot);
    LessonView* lesson = find(id);
    if (lesson == nullptr) {  // its place is on another day: it may have been moved to one of these
      const auto scheduled = projections::scheduled(s_, at.group, at.date, at.slot, kNoChanges);
      if (!scheduled) return;
      lesson = &place(*scheduled);
    }
    lesson->changes.push_back(acts_.view(node));
    if (node.act != Act::kEntry || node.standing != Standing::kStanding) return;
    std::visit([&](const auto& body) { apply(*lesson, body); }, acts_.root(node).body);
  }
  template <class T>
  void apply(LessonView&, const T&) {}
  void apply(LessonView& lesson, const LessonCancelled&) { lesson.cancelled = true; }
  void apply(LessonView& lesson, const LessonMoved& b) {
    lesson.cancelled = false;
    lesson.moved = b.new_date != b.date || b.new_slot != b.slot;
    lesson.moved_to = b.new_date;
    lesson.moved_to_slot = b.new_slot;
    if (!b.room.empty()) lesson.room = b.room;
  }
  void apply(LessonView& lesson, const SubstitutionOrdered& b) {
    lesson.cancelled = false;
    lesson.substitute = b.substitute;
    const Group* group = s_.group(group_);
    lesson.other_subject = group != nullptr && b.subject != group->subject ? b.subject : std::string_view();
  }
  void settle_moves() {
    for (auto& lesson : sheet_.lessons) {
      if (lesson.moved_to.days == 0 || !on_sheet(lesson.moved_to)) continue;
      lesson.date = lesson.moved_to;
      lesson.slot = lesson.moved_to_slot;
      set_time(lesson, 0, 0);
      lesson.moved_to = {};
      lesson.moved_to_slot = 0;
    }
  }
  // By the bells of its slots, or by the minutes given.
  void set_time(LessonView& lesson, int start, int end) {
    const UtcOffset offset = s_.offset(lesson.date);
    if (lesson.slot != 0) {
      const int shift = shift_of(s_, group_, lesson.date);
      const auto branch = s_.branch_of(group_);
      if (const auto ring = bell(s_, lesson.date, lesson.slot, shift, branch)) start = ring->start, end = ring->end;
      if (lesson.slots > 1)
        if (const auto last = bell(s_, lesson.date, lesson.slot + lesson.slots - 1, shift, branch)) end = last->end;
    }
    lesson.starts = at_local(lesson.date, start, offset);
    lesson.ends = at_local(lesson.date, end, offset);
  }

  // --- What was recorded
  void record(const Acts::Node& node) {
    const auto& b = root<LessonRecorded>(node);
    LessonView* lesson = find(b.lesson);
    if (lesson == nullptr) {
      if (!on_sheet(b.date)) return;
      lesson = &add(b.lesson);
      lesson->teacher = acts_.root(node).author;
    }
    lesson->records.push_back(acts_.view(node));
    if (node.act == Act::kEntry && (node.standing == Standing::kStanding || lesson->records.size() == 1)) {
      lesson->recorded = node.standing == Standing::kStanding;
      lesson->date = b.date;
      lesson->slot = b.slot;
      lesson->slots = lesson->recorded ? std::max<int>(1, b.slots) : 1;
      lesson->kind = b.kind;
      lesson->mode = b.mode;
      if (!b.substitute_for.is_zero()) lesson->substitute = acts_.root(node).author;
      set_time(*lesson, b.start.value, b.end.value);
    }
  }
  // A lesson recorded over several slots is all of the lessons that the timetable has in them: what speaks of one speaks of it.
  void cover() {
    const auto in = [](const LessonView& whole, const LessonView& part) {
      return part.date == whole.date && whole.slot < part.slot && part.slot < whole.slot + whole.slots;
    };
    for (auto& whole : sheet_.lessons) {
      if (!whole.recorded || whole.slot == 0 || whole.slots == 1) continue;
      for (const auto& part : sheet_.lessons) {
        if (part.recorded || part.cancelled || part.moved_to.days != 0 || !in(whole, part)) continue;
        covered_[part.id] = whole.id;
        whole.changes.insert(whole.changes.end(), part.changes.begin(), part.changes.end());
        whole.records.insert(whole.records.end(), part.records.begin(), part.records.end());
      }
    }
  }
  // Numbers are given anew: until here lessons stood in the order in which they were found.
  void sort() {
    auto& lessons = sheet_.lessons;
    std::erase_if(lessons, [&](const auto& lesson) { return !on_sheet(lesson.date) || covered_.contains(lesson.id); });
    std::sort(lessons.begin(), lessons.end(), [](const auto& a, const auto& b) {
      return std::tie(a.date, a.starts, a.slot, a.id) < std::tie(b.date, b.starts, b.slot, b.id);
    });
    sheet_.lesson_numbers.clear();
    for (std::uint32_t i = 0; i < lessons.size(); ++i) sheet_.lesson_numbers[lessons[i].id] = i;
    for (const auto& [part, whole] : covered_)
      if (const auto number = sheet_.lesson_numbers.find(whole); number != sheet_.lesson_numbers.end())
        sheet_.lesson_numbers[part] = number->second;
  }
  void work(const Acts::Node& node) {
    const auto& b = root<WorkPlanned>(node);
    const Id& id = acts_.root(node).id;
    const auto [number, fresh] = sheet_.work_numbers.try_emplace(id, static_cast<std::uint32_t>(sheet_.works.size()));
    if (fresh) start_work(id, b, node);
    WorkView& work = sheet_.works[number->second];
    work.history.push_back(acts_.view(node));
    if (node.act == Act::kCorrection && node.standing == Standing::kStanding) work.title = work.history.back().value;
  }
  void start_work(const Id& id, const WorkPlanned& b, const Acts::Node& node) {
    WorkView& work = sheet_.works.emplace_back();
    work.id = id;
    work.held_on = b.held_on;
    work.kind = b.kind;
    work.title = b.title;
    work.scale = b.scale;
    work.same_as = b.same_as;
    work.number = b.number;
    work.parts = std::max<int>(1, b.parts);
    work.weight = std::max<int>(1, b.weight);
    work.standing = acts_.current(node) != nullptr;
    const auto lesson = sheet_.lesson_numbers.find(b.lesson);
    if (lesson == sheet_.lesson_numbers.end()) return;
    work.lesson = lesson->second;
    work.held_on = sheet_.lessons[lesson->second].date;
    sheet_.lessons[lesson->second].works.push_back(static_cast<std::uint32_t>(sheet_.works.size() - 1));
  }
  LessonView* in_lesson(const Acts::Node& node, std::vector<EntryView> LessonView::*list) {
    const Id lesson_of = std::visit(
        [](const auto& b) {
          if constexpr (requires { b.lesson; }) return b.lesson;
          return Id{};
        },
        acts_.root(node).body);
    LessonView* lesson = find(lesson_of);
    if (lesson != nullptr) (lesson->*list).push_back(acts_.view(node));
    return lesson;
  }
  void attendance(const Acts::Node& node) {
    LessonView* lesson = in_lesson(node, &LessonView::attendance);
    if (lesson == nullptr || node.act != Act::kEntry || node.standing != Standing::kStanding) return;
    lesson->attendance_taken = true;
    lesson->all_present = root<AttendanceTaken>(node).all_present;
  }
  void homework(const Acts::Node& node) {
    const auto& b = root<HomeworkSet>(node);
    LessonView* lesson = in_lesson(node, &LessonView::homework);
    if (lesson == nullptr && !on_sheet(b.due)) return;
    HomeworkView& view = sheet_.homework.emplace_back();
    view.group = group_;
    view.entry = acts_.view(node);
    if (lesson != nullptr) {
      view.lesson = sheet_.lesson_numbers[lesson->id];
      view.given_on = lesson->date;
    } else {
      const Event& event = acts_.all()[node.root].entry->event;
      view.given_on = b.date.days != 0 ? b.date : local_date(event.recorded_at, {event.utc_offset});
    }
  }

  const SchoolState& s_;
  const Id& group_;
  Date from_, to_;
  const Acts& acts_;
  std::uint32_t scope_;
  LessonSheet sheet_;
  FlatMap<Id, Id> covered_;  // lessons of the timetable that another takes in
};

}  // namespace

LessonSheet fold_lessons(const SchoolState& structure, const Id& group, Date from, Date to, const Acts& acts,
                         std::uint32_t scope) {
  return LessonFold(structure, group, from, to, acts, scope).run();
}

}  // namespace letopis::projections
