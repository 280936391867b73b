// Works and marks (events.md: work_planned, mark_given).

#include <algorithm>
#include <charconv>

#include "commands/decide_case.h"

namespace letopis::commands {

using namespace ledger;
using projections::Work;

namespace {

const DeadlineRule& lesson_mark_rule(const Profile& p) { return p.lesson_mark; }
const DeadlineRule& written_work_rule(const Profile& p) { return p.written_work; }

}  // namespace

// The dictionary's: values "2,3,4,5", or min and max.
std::optional<Scale> find_scale(const projections::SchoolState& state, const Profile& profile, std::string_view name) {
  const std::string_view wanted = name.empty() ? std::string_view(profile.marks.default_scale) : name;
  if (const Scale* scale = profile.find_scale(wanted)) return *scale;
  const auto* entry = state.dictionary("scale", wanted);
  if (entry == nullptr) return std::nullopt;
  Scale scale;
  scale.name = wanted;
  const auto property = [&](const char* key) {
    const auto it = entry->properties.find(key);
    return it == entry->properties.end() ? std::string_view{} : std::string_view(it->second);
  };
  std::string_view values = property("values");
  while (!values.empty()) {
    const auto comma = values.find(',');
    scale.values.emplace_back(values.substr(0, comma));
    values = comma == std::string_view::npos ? std::string_view{} : values.substr(comma + 1);
  }
  int low = 0;
  int high = 0;
  const auto min = property("min");
  const auto max = property("max");
  if (std::from_chars(min.data(), min.data() + min.size(), low).ec == std::errc{} &&
      std::from_chars(max.data(), max.data() + max.size(), high).ec == std::errc{} && low <= high)
    scale.range = std::pair{low, high};
  return scale;
}

void require_value(Case& c, const Work& work, std::string_view value) {
  const auto& banned = c.profile->banned_entries.values;
  c.require(std::find(banned.begin(), banned.end(), value) == banned.end(), rule::kBannedEntry);
  const auto scale = find_scale(c.state, *c.profile, work.scale);
  c.require(scale && scale->allows(value), rule::kInvalidValue);
}

namespace {

void judge(Case& c, const WorkPlanned& b) {
  if (!c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference)) return;
  c.require(c.state.dictionary("work_kind", b.kind) != nullptr, rule::kDictionaryUnknown);
  c.require(find_scale(c.state, *c.profile, b.scale).has_value(), rule::kDictionaryUnknown);
  if (b.lesson.is_zero()) {
    c.require(b.held_on - c.today <= kPlanAheadMaxDays, rule::kInvalidValue);
    c.require(teaches(c.state, c.st.author, b.group, b.held_on) || teaches(c.state, c.st.author, b.group, c.today),
              rule::kNotOwnGroup);
    return;
  }
  const auto* lesson = c.state.lesson(b.lesson);
  if (!c.require(lesson != nullptr && lesson->standing && lesson->group == b.group, rule::kUnknownReference)) return;
  c.require(keeps_lesson(c.state, c.st.author, *lesson, c.today), rule::kNotOwnGroup);
}

// Who gives marks for a work: its author, the lesson's teacher, whoever teaches the group now.
bool keeps_work(const Case& c, const Work& work) {
  if (work.author == c.st.author) return true;
  if (const auto* lesson = c.state.lesson(work.lesson)) return keeps_lesson(c.state, c.st.author, *lesson, c.today);
  return teaches(c.state, c.st.author, work.group, c.today) || teaches(c.state, c.st.author, work.group, work.held_on);
}

void judge(Case& c, const MarkGiven& b) {
  const Work* work = c.state.work(b.work);
  if (!c.require(work != nullptr, rule::kUnknownReference)) return;
  const auto* planned = c.state.entry(b.work);
  c.require(planned == nullptr || planned->standing, rule::kUnknownReference);
  c.require(keeps_work(c, *work), rule::kNotOwnGroup);
  const int part = b.part == 0 ? 1 : b.part;
  c.require(part <= work->parts, rule::kInvalidValue);
  require_value(c, *work, b.value);
  c.require(c.now >= work->starts, rule::kFutureEntry);
  if (c.refused()) return;
  const DeadlineRule& (*which)(const Profile&) = work->written ? written_work_rule : lesson_mark_rule;
  const auto rule_id = work->written ? rule::kWrittenWorkDeadline : rule::kLessonMarkDeadline;
  c.due(which, rule_id, work->held_on, work->starts, work->group);
  // Enrolment comes last, so that a refusal for it still says whether the entry was late too. It is asked of the day of the
  // entry: who has left is out of the lists from that day on (r000 3.2), and who came later may make up an earlier work.
  c.require(c.state.enrolled(work->group, b.student, c.today), rule::kNotEnrolled);
  // The first part may be called 1 or not be named at all: one cell.
  std::size_t standing = c.state.marks_standing(b.work, part, b.student);
  if (part == 1) standing += c.state.marks_standing(b.work, 0, b.student);
  c.require(standing < static_cast<std::size_t>(c.profile->marks.max_per_cell), rule::kSecondMark);
}

template <class T>
void judge(Case&, const T&) {}  // another family's

}  // namespace

void decide_marks(Case& c) {
  std::visit([&](const auto& body) { judge(c, body); }, c.st.body);
}

}  // namespace letopis::commands
