#include "projections/journal.h"

#include <algorithm>

#include "ledger/decimal.h"
#include "projections/view_json.h"

namespace letopis::projections {

using namespace ledger;  // the types of statements

namespace {

constexpr std::uint32_t kNoLesson = UINT32_MAX;
constexpr std::uint64_t kMarkValueMax = 1'000'000;  // beyond it a value is a text, not a mark to be averaged

class JournalFold {
 public:
  JournalFold(const SchoolState& structure, JournalView& view) : s_(structure), v_(view) {}

  void run() {
    enrol();
    v_.sheet = fold_lessons(s_, v_.group, v_.from, v_.to, v_.acts);
    for (const auto& node : v_.acts.all()) enter(node);
    for (const auto& node : v_.acts.all())
      if (node.kind == EntryKind::kExcuse) excuse(node);
    for (auto& cell : v_.cells)
      std::sort(cell.entries.begin(), cell.entries.end(),
                [](const auto& a, const auto& b) { return a.index < b.index; });
    for (auto& cell : v_.cells) flag(cell);
    for (auto& student : v_.students)
      if (const auto* mode = s_.individual_mode(student.id, v_.from, v_.to)) student.mode = mode->kind;
    for (std::uint32_t i = 0; i < sums_.size(); ++i) average(i);
  }

 private:
  void enrol() {
    const Group* group = s_.group(v_.group);
    if (group == nullptr) return;
    v_.label = group->label;
    v_.subject = group->subject;
    v_.kind = group->kind;
    for (const auto& [id, spans] : group->members) {
      JournalStudent student;
      student.id = id;
      for (const auto& span : spans)
        if (span.from <= span.to && span.from <= v_.to && v_.from <= span.to) student.enrolled.push_back(span);
      if (!student.enrolled.empty()) v_.students.push_back(std::move(student));
    }
    std::sort(v_.students.begin(), v_.students.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (std::uint32_t i = 0; i < v_.students.size(); ++i) numbers_[v_.students[i].id] = i;
  }
  std::uint32_t student(const Id& id) {
    const auto [it, fresh] = numbers_.try_emplace(id, static_cast<std::uint32_t>(v_.students.size()));
    if (fresh) v_.students.emplace_back().id = id;
    return it->second;
  }
  JournalCell* cell(const Id& student_id, std::uint32_t lesson, bool make) {
    const std::uint64_t key = std::uint64_t{student(student_id)} << 32 | lesson;
    const auto it = cells_.find(key);
    if (it != cells_.end()) return &v_.cells[it->second];
    if (!make) return nullptr;
    cells_[key] = v_.cells.size();
    JournalCell& fresh = v_.cells.emplace_back();
    fresh.student = student(student_id);
    fresh.lesson = lesson;
    return &fresh;
  }

  void enter(const Acts::Node& node) {
    if (is_result(node.kind)) return enter_result(node);
    std::visit(
        [&]<class T>(const T& b) {
          if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, MakeupMarkGiven> ||
                        std::is_same_v<T, MarkAwaited>)
            enter_mark(node, b.student, b.work);
          else if constexpr (std::is_same_v<T, AbsenceRecorded> || std::is_same_v<T, LatenessRecorded> ||
                             std::is_same_v<T, RemarkRecorded> || std::is_same_v<T, WrittenWishGiven>)
            enter_in(node, b.student, b.lesson);
        },
        v_.acts.root(node).body);
  }
  void enter_in(const Acts::Node& node, const Id& who, const Id& lesson) {
    const auto number = v_.sheet.lesson_numbers.find(lesson);
    if (number != v_.sheet.lesson_numbers.end()) cell(who, number->second, true)->entries.push_back(v_.acts.view(node));
  }
  void enter_mark(const Acts::Node& node, const Id& who, const Id& of) {
    const auto number = v_.sheet.work_numbers.find(of);
    if (number == v_.sheet.work_numbers.end()) return;
    const WorkView& work = v_.sheet.works[number->second];
    if (work.lesson == kNoLesson && (work.held_on < v_.from || work.held_on > v_.to)) return;
    EntryView& entry = cell(who, work.lesson, true)->entries.emplace_back(v_.acts.view(node));
    if (entry.kind == EntryKind::kMark && entry.standing == Standing::kStanding &&
        (entry.act == Act::kEntry || entry.act == Act::kCorrection))
      count(student(who), work, entry.value);
  }
  void enter_result(const Acts::Node& node) {
    const EntryView entry = v_.acts.view(node);
    v_.students[student(entry.student)].results.push_back(entry);
  }
  // What stands in a cell of a day on which the student was not in the group, as it is known today.
  void flag(JournalCell& cell) const {
    if (cell.lesson == kNoLesson) return;
    const Date on = v_.sheet.lessons[cell.lesson].date;
    const auto& spans = v_.students[cell.student].enrolled;
    cell.not_enrolled =
        std::none_of(spans.begin(), spans.end(), [&](const auto& span) { return span.from <= on && on <= span.to; }) &&
        std::any_of(cell.entries.begin(), cell.entries.end(),
                    [](const auto& entry) { return entry.standing == Standing::kStanding; });
  }
  // An excuse is shown with the student, and beside every absence it covers.
  void excuse(const Acts::Node& node) {
    const auto& b = std::get<AbsenceExcused>(v_.acts.root(node).body);
    const auto known = numbers_.find(b.student);
    if (known == numbers_.end()) return;
    const EntryView entry = v_.acts.view(node);
    v_.students[known->second].excuses.push_back(entry);
    for (std::uint32_t i = 0; i < v_.sheet.lessons.size(); ++i) {
      const Date date = v_.sheet.lessons[i].date;
      if (date < b.from || date > b.to) continue;
      JournalCell* there = cell(b.student, i, false);
      if (there != nullptr && std::any_of(there->entries.begin(), there->entries.end(),
                                          [](const auto& e) { return e.kind == EntryKind::kAbsence; }))
        there->entries.push_back(entry);
    }
  }

  struct Sum {
    std::string_view scale;
    std::uint64_t points = 0, weight = 0, marks = 0;
  };
  void count(std::uint32_t number, const WorkView& work, std::string_view value) {
    const auto points = parse_decimal(value);
    if (!points || *points > kMarkValueMax) return;
    if (sums_.size() <= number) sums_.resize(number + 1);
    auto& sums = sums_[number];
    auto sum = std::find_if(sums.begin(), sums.end(), [&](const Sum& s) { return s.scale == work.scale; });
    if (sum == sums.end()) sum = sums.insert(sums.end(), Sum{work.scale});
    const auto weight = static_cast<std::uint64_t>(work.weight);
    sum->points += *points * weight;
    sum->weight += weight;
    ++sum->marks;
  }
  void average(std::uint32_t number) {
    for (const auto& sum : sums_[number]) {
      const std::uint64_t hundredths = (sum.points * 200 + sum.weight) / (sum.weight * 2);
      std::string text = std::to_string(hundredths / 100) + ".";
      text += static_cast<char>('0' + hundredths / 10 % 10);
      text += static_cast<char>('0' + hundredths % 10);
      v_.students[number].averages.push_back({sum.scale, std::move(text), sum.marks});
    }
  }

  const SchoolState& s_;
  JournalView& v_;
  FlatMap<Id, std::uint32_t> numbers_;
  boost::unordered_flat_map<std::uint64_t, std::size_t> cells_;
  std::vector<std::vector<Sum>> sums_;
};

}  // namespace

JournalView fold_journal(const SchoolState& structure, const Id& group, Date from, Date to,
                         std::span<const Entry> entries) {
  JournalView view;
  view.group = group;
  view.from = from;
  view.to = to;
  for (const auto& entry : entries) view.acts.add(entry);
  view.acts.settle();
  if (const Group* known = structure.group(group)) view.acts.know_outages(structure.office(), {}, known->classes);
  JournalFold(structure, view).run();
  return view;
}

namespace {

void write_student(ViewJson& json, const JournalStudent& student) {
  auto& w = json.writer();
  w.begin_object().key("id").hex(student.id).text("name", json.name(student.id)).text_if("mode", student.mode);
  w.key("enrolled").begin_array();
  for (const auto& span : student.enrolled) {
    w.begin_object().key("from").date(span.from);
    if (span.to < kForever) w.key("to").date(span.to);
    w.end_object();
  }
  w.end_array();
  if (student.averages.size() == 1) w.text("average", student.averages.front().value);
  w.key("averages").begin_array();
  for (const auto& average : student.averages)
    w.begin_object()
        .text_if("scale", average.scale)
        .text("value", average.value)
        .key("marks")
        .number(average.marks)
        .end_object();
  w.end_array();
  json.entries("excuses", student.excuses);
  json.entries("results", student.results);
  w.end_object();
}

// Names make the order people expect; ids settle equal names.
std::vector<std::uint32_t> by_name(const JournalView& view, ViewJson& json) {
  std::vector<std::uint32_t> order(view.students.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Id& left = view.students[a].id;
    const Id& right = view.students[b].id;
    return std::tie(json.name(left), left) < std::tie(json.name(right), right);
  });
  return order;
}

void write_cells(ViewJson& json, const JournalView& view) {
  auto& w = json.writer();
  w.key("cells").begin_array();
  for (const auto& cell : view.cells) {
    w.begin_object().key("student").hex(view.students[cell.student].id);
    if (cell.lesson != kNoLesson) w.key("lesson").hex(view.sheet.lessons[cell.lesson].id);
    w.flag_if("not_enrolled", cell.not_enrolled);
    json.entries("entries", cell.entries, &view.sheet);
    w.end_object();
  }
  w.end_array();
}

}  // namespace

std::string journal_json(const JournalView& view, const NameOf& name_of, const TextOf& text_of) {
  ViewJson json(name_of, text_of);
  auto& w = json.writer();
  w.begin_object().key("group").begin_object().key("id").hex(view.group).text("label", view.label);
  w.text("subject", view.subject).text_if("kind", view.kind).end_object();
  w.key("from").date(view.from).key("to").date(view.to);
  w.key("students").begin_array();
  for (const std::uint32_t i : by_name(view, json)) write_student(json, view.students[i]);
  w.end_array();
  w.key("lessons").begin_array();
  for (const auto& lesson : view.sheet.lessons) {
    w.begin_object();
    json.lesson(lesson, view.sheet);
    w.key("attendance_taken").boolean(lesson.attendance_taken).flag_if("all_present", lesson.all_present);
    json.entries("attendance", lesson.attendance);
    w.end_object();
  }
  w.end_array();
  w.key("works").begin_array();
  for (const auto& work : view.sheet.works)
    if (work.lesson != kNoLesson || (view.from <= work.held_on && work.held_on <= view.to)) json.work(work, view.sheet);
  w.end_array();
  w.key("homework").begin_array();
  for (const auto& homework : view.sheet.homework) json.homework(homework, view.sheet);
  w.end_array();
  write_cells(json, view);
  w.end_object();
  return w.take();
}

}  // namespace letopis::projections
