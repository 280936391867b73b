// Works and marks (events.md: work_planned, mark_given).

#include <algorithm>
#include <charconv>

#include "commands/deadlines.h"
#include "commands/families.h"

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
  if (!profile.marks.own_scales) return std::nullopt;
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

namespace {
void require_not_banned(Case& c, std::string_view value) {
  const auto& banned = c.profile->banned_entries.values;
  c.require(std::find(banned.begin(), banned.end(), value) == banned.end(), rule::kBannedEntry);
}
}  // namespace

void require_on_scale(Case& c, std::string_view scale_name, std::string_view value) {
  require_not_banned(c, value);
  const auto scale = find_scale(c.state, *c.profile, scale_name);
  c.require(scale && scale->allows(value), rule::kOffScale);
}

void require_value(Case& c, const Work& work, std::string_view value) { require_on_scale(c, work.scale, value); }

namespace {

// r000 3.3, r002 3.2: practical, laboratory and control works have their titles, and there their numbers («titled» in the
// dictionary of kinds); all records are in Russian.
void require_work_form(Case& c, const WorkPlanned& b) {
  if (!b.title.empty()) require_russian(c, b.title);
  const auto* kind = c.state.dictionary("work_kind", b.kind);
  if (kind == nullptr || !kind->properties.contains("titled") || kind->properties.at("titled") != "true") return;
  const auto& form = c.profile->work_form;
  c.require((!form.titled || !b.title.empty()) && (!form.numbered || b.number > 0), rule::kWorkUntitled);
}

}  // namespace

namespace {

// One piece of work that counts in two subjects is a work in each: of the same day, and of students they have in common.
void require_same_piece(Case& c, const WorkPlanned& b, Date held_on) {
  if (c.refused() || b.same_as.is_zero()) return;
  const Work* other = c.state.work(b.same_as);
  if (!c.require(other != nullptr && other->standing && other->group != b.group, rule::kUnknownReference)) return;
  c.require(other->held_on == held_on, rule::kInvalidValue);
  const auto& members = c.state.group(other->group)->members;
  const auto in_both = [&](const auto& member) { return c.state.enrolled(b.group, member.first, held_on); };
  c.require(std::any_of(members.begin(), members.end(), in_both), rule::kUnknownReference);
}

}  // namespace

void judge(Case& c, const WorkPlanned& b) {
  if (!c.require(c.state.group(b.group) != nullptr, rule::kUnknownReference)) return;
  if (const auto* lesson = c.state.lesson(b.lesson))
    c.by_profile_before(lesson->date, lesson->starts);
  else if (b.lesson.is_zero())
    c.by_profile_before(b.held_on, projections::midnight(c.state, b.held_on));
  c.require(c.state.dictionary("work_kind", b.kind) != nullptr, rule::kDictionaryUnknown);
  c.require(find_scale(c.state, *c.profile, b.scale).has_value(), rule::kDictionaryUnknown);
  require_work_form(c, b);
  if (b.lesson.is_zero()) {
    c.require(b.held_on - c.today <= kPlanAheadMaxDays, rule::kInvalidValue);
    c.require(teaches(c.state, c.st.author, b.group, b.held_on) || teaches(c.state, c.st.author, b.group, c.today),
              rule::kNotOwnGroup);
    require_same_piece(c, b, b.held_on);
    require_open(c, b.group, b.held_on);
    c.due(information_rule, rule::kInformationDeadline, b.held_on, projections::midnight(c.state, b.held_on), b.group);
    return;
  }
  const auto* lesson = c.state.lesson(b.lesson);
  if (!c.require(lesson != nullptr && lesson->standing && lesson->group == b.group, rule::kUnknownReference)) return;
  c.require(keeps_lesson(c.state, c.st.author, *lesson, c.today), rule::kNotOwnGroup);
  c.require(b.held_on.days == 0 || b.held_on == lesson->date, rule::kInvalidValue);
  require_same_piece(c, b, lesson->date);
  require_open(c, b.group, lesson->date);
  c.due(information_rule, rule::kInformationDeadline, lesson->date, lesson->starts, b.group, lesson->ends);
}

namespace {

// Who gives marks for a work: its author, the lesson's teacher, whoever teaches the group now.
bool keeps_work(const Case& c, const Work& work) {
  if (work.author == c.st.author) return true;
  if (const auto* lesson = c.state.lesson(work.lesson)) return keeps_lesson(c.state, c.st.author, *lesson, c.today);
  return teaches(c.state, c.st.author, work.group, c.today) || teaches(c.state, c.st.author, work.group, work.held_on);
}

}  // namespace

namespace {

const Work* own_work(Case& c, const Id& id) {
  const Work* work = c.state.work(id);
  if (!c.require(work != nullptr, rule::kUnknownReference)) return nullptr;
  const auto* planned = c.state.entry(id);
  if (!c.require(planned == nullptr || planned->standing, rule::kUnknownReference)) return nullptr;
  c.by_profile_before(work->held_on, work->starts);
  return c.require(keeps_work(c, *work), rule::kNotOwnGroup) ? work : nullptr;
}

// The first part may be called 1 or not be named at all: one cell.
std::size_t marks_in_cell(const Case& c, const Id& work, int part, const Id& student) {
  const std::size_t standing = c.state.marks_standing(work, part, student);
  return part == 1 ? standing + c.state.marks_standing(work, 0, student) : standing;
}

}  // namespace

// The newest of the group's come first: a work is younger than its lesson.
std::size_t marks_in_lesson(const projections::SchoolState& state, const Id& lesson_id, const Id& student) {
  const auto* lesson = state.lesson(lesson_id);
  const auto* works = lesson == nullptr ? nullptr : state.works_of(lesson->group);
  std::size_t marks = 0;
  if (works == nullptr) return marks;
  for (auto id = works->rbegin(); id != works->rend(); ++id) {
    const Work* work = state.work(*id);
    if (work == nullptr) continue;
    if (work->index < lesson->index) break;
    if (work->lesson != lesson_id || !work->standing) continue;
    for (int part = 0; part <= work->parts; ++part) marks += state.marks_standing(*id, part, student);
  }
  return marks;
}

namespace {

void require_free_cell(Case& c, const Id& id, const Work& work, int part, const Id& student) {
  if (c.refused()) return;
  const bool whole = c.profile->marks.cell_is_lesson && !work.lesson.is_zero();
  const std::size_t marks =
      whole ? marks_in_lesson(c.state, work.lesson, student) : marks_in_cell(c, id, part, student);
  c.require(marks < static_cast<std::size_t>(c.profile->marks.max_per_cell), rule::kSecondMark);
}

}  // namespace

namespace {

// By what was recorded until then: what a kind means was read when the work was planned, and it keeps that meaning.
bool has_time_of_written(const Case& c, const Work& work) {
  if (!work.written) return false;
  const auto by = written_if_planned_by(c.state, *c.profile, work.held_on, work.group);
  return !by || work.index < c.state.recorded_before({by->micros + 1});
}

}  // namespace

void judge(Case& c, const MarkGiven& b) {
  const Work* work = own_work(c, b.work);
  if (work == nullptr) return;
  const int part = b.part == 0 ? 1 : b.part;
  c.require(part <= work->parts, rule::kInvalidValue);
  require_marked(c, work->group, work->held_on, b.student);
  require_open(c, work->group, work->held_on, b.student);
  require_value(c, *work, b.value);
  c.require(c.now >= work->starts, rule::kFutureEntry);
  if (c.refused()) return;
  const bool written = has_time_of_written(c, *work);
  const DeadlineRule& (*which)(const Profile&) = written ? written_work_rule : lesson_mark_rule;
  const auto rule_id = written ? rule::kWrittenWorkDeadline : rule::kLessonMarkDeadline;
  c.due(which, rule_id, work->held_on, work->starts, work->group);
  // A late one that waits for its second signature has its cell.
  const auto in_cell = [&](const MarkGiven& other) {
    return other.work == b.work && other.student == b.student && std::max<int>(1, other.part) == part;
  };
  c.require(c.ruling.awaits.empty() || !c.waits<MarkGiven>(in_cell), rule::kSecondMark);
  // Enrolment comes last, so that a refusal for it still says whether the entry was late too. It is asked of the day of the
  // entry: who has left is out of the lists from that day on (r000 3.2), and who came later may make up an earlier work.
  c.require(c.state.enrolled(work->group, b.student, c.today), rule::kNotEnrolled);
  // r002 3.2, r004 п2 2.9: a lesson missed is made up with a protocol.
  c.require(!c.profile->makeup.required || work->lesson.is_zero() || !c.state.absence_standing(work->lesson, b.student),
            rule::kMakeupNeeded);
  require_free_cell(c, b.work, *work, part, b.student);
}

void judge(Case& c, const MarkAwaited& b) {
  const Work* work = own_work(c, b.work);
  if (work == nullptr) return;
  c.require(c.state.enrolled(work->group, b.student, c.today), rule::kNotEnrolled);
  c.require(marks_in_cell(c, b.work, 1, b.student) == 0, rule::kSecondMark);
}

// Into the original topic, by a protocol, with its own date; the absence stays (r002 3.2, r004 п2 2.9). It is a make-up, not a
// late mark.
void judge(Case& c, const MakeupMarkGiven& b) {
  const Work* work = c.state.work(b.work);
  if (!c.require(work != nullptr && work->standing, rule::kUnknownReference)) return;
  c.by_profile_before(work->held_on, work->starts);
  if (c.st.acting_as == Role::kCommission) {
    c.require(c.profile->makeup.by_commission, rule::kMakeupByTeacher);
    c.require(c.state.has_role(c.st.author, Role::kCommission, c.today, c.st.branch) ||
                  c.state.attestation().is_member(c.st.author, work->group),
              rule::kNotOwnGroup);
  } else
    c.require(keeps_work(c, *work), rule::kNotOwnGroup);
  c.require(c.has_document(kDocument<MakeupMarkGiven>), rule::kNoBasis);
  const auto* absence = c.state.entry(b.absence);
  const auto* lesson = absence == nullptr ? nullptr : c.state.lesson(absence->subject);
  const bool there = absence != nullptr && absence->standing && absence->type == Body(AbsenceRecorded{}).index() &&
                     absence->student == b.student && lesson != nullptr && lesson->group == work->group;
  if (!c.require(there, rule::kUnknownReference)) return;
  c.require(c.st.basis->date >= lesson->date, rule::kBasisDate);
  const bool of_that_lesson = work->lesson.is_zero() ? work->held_on == lesson->date : work->lesson == absence->subject;
  if (!c.require(of_that_lesson, rule::kMakeupOfAnotherLesson)) return;
  if (c.profile->makeup.only_excused)
    c.require(c.state.absence_excused(b.student, lesson->date), rule::kAbsenceNotExcused);
  c.require(c.state.enrolled(work->group, b.student, c.today), rule::kNotEnrolled);
  const int part = b.part == 0 ? 1 : b.part;
  c.require(part <= work->parts, rule::kInvalidValue);
  require_marked(c, work->group, work->held_on, b.student);
  require_open(c, work->group, work->held_on, b.student);
  if (!c.refused()) require_value(c, *work, b.value);
  require_free_cell(c, b.work, *work, part, b.student);
}

// From another school's certificate; its values are that school's, but for what this one's regulation bans.
void judge(Case& c, const MarkImported& b) {
  if (c.known_group(b.group) == nullptr) return;
  require_not_banned(c, b.value);
  c.require(b.period.is_zero() || c.state.period(b.period) != nullptr, rule::kUnknownReference);
  c.require(c.state.enrolled(b.group, b.student, c.today), rule::kNotEnrolled);
  if (c.st.acting_as == Role::kClassTeacher) c.require(c.leads_class_of(b.student), rule::kNotOwnGroup);
  require_marked(c, b.group, b.held_on.days == 0 ? c.today : b.held_on, b.student);
  c.require(!c.state.attestation().closed(b.period), rule::kPeriodClosed);
  c.require(c.has_document(kDocument<MarkImported>), rule::kNoBasis);
}

}  // namespace letopis::commands
