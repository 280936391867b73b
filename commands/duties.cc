// Duties of a teaching group, from its journal.

#include "commands/duties.h"

#include <algorithm>
#include <map>
#include <set>

#include "commands/deadlines.h"
#include "commands/duties_shared.h"
#include "commands/titles.h"
#include "projections/schedule.h"

namespace letopis::commands {

using namespace ledger;
using projections::Acts;
using projections::EntryView;
using projections::JournalView;
using projections::LessonView;
using projections::Period;
using projections::SchoolState;
using projections::Standing;
using projections::WorkView;

DutyScope duty_scope(const SchoolState& state, const ProfileBook& profiles, Instant now) {
  const Date today = state.local_today(now);
  const auto* adopted = state.profile(today);
  return {state, profiles, now, today, adopted == nullptr ? nullptr : profiles.find(adopted->hash)};
}

namespace {

constexpr int kWarnedDays = 14;    // before a period's end: of too few marks for its mark
constexpr int kFailingMarks = 2;   // fewer say nothing yet
constexpr int kTruantLessons = 3;  // of one group, without a valid reason

bool counts_marks(const Profile& profile) {
  const MinimumMarksRule& rule = profile.minimum_marks;
  return rule.at_one_hour > 0 || rule.at_two_hours > 0 || rule.above > 0;
}
bool soon_over(const DutyScope& scope, const Period& period) {
  return period.kind != "year" && period.to - (kWarnedDays - 1) <= scope.today;
}

}  // namespace

Date duties_from(const DutyScope& scope, Date from) {
  if (scope.profile == nullptr) return from;
  const DutyRule& alerted = scope.profile->duties.at("families_alerted");
  if (alerted.asked()) from = std::min(from, interval_of(scope.state, alerted.every, scope.today).from);
  if (counts_marks(*scope.profile))
    for (const auto& period : scope.state.periods())
      if (soon_over(scope, period) && period.to >= scope.today) from = std::min(from, period.from);
  return from;
}

Date duties_until(const DutyScope& scope) {
  Date until = scope.today;
  if (scope.profile != nullptr)
    for (const auto& period : scope.state.periods())
      if (window_of(scope.profile->period_mark, period).opens <= scope.today ||
          (counts_marks(*scope.profile) && soon_over(scope, period)))
        until = std::max(until, period.to);
  return until;
}

RoleSet signing_for(Role awaited) { return awaited == Role::kTeacher ? kTeaching : role_bit(awaited); }

Words awaits_signature(Role awaited, std::string_view type, const std::string& where) {
  return {"Ждёт второй подписи (" + std::string(role_title(awaited, Language::kRussian)) +
              "): " + std::string(type_title(type, Language::kRussian)) + ", запись № " + where + ".",
          std::string(type_title(type, Language::kEnglish)) + ", entry " + where + ", awaits a second signature (" +
              std::string(role_title(awaited, Language::kEnglish)) + ")."};
}

Words with_term(const DutyScope& scope, Words what, const Duty& duty) {
  if (duty.due.micros != 0) {
    const UtcOffset offset = scope.state.offset_at(duty.due);
    const bool at_midnight = local_minute(duty.due, offset) == 0;  // the end of the day before, as people say it
    const std::string day = format_day(local_date(duty.due, offset) - 1);
    const std::string until = format_local(duty.due, offset);
    const bool over = duty.overdue(scope.now);
    what.ru += (over ? " Срок был до " : " Срок — до ") + (at_midnight ? "конца " + day : until) + ".";
    what.en += (over ? " It was due by " : " Due by ") + (at_midnight ? "the end of " + day : until) + ".";
  }
  if (!duty.source.silent) {
    for (std::string* sentence : {&what.ru, &what.en}) {
      if (sentence->ends_with('.')) sentence->pop_back();
      *sentence += ' ';
    }
    what.ru += "(" + clause_text(duty.source.clause, Language::kRussian) + ").";
    what.en += "(" + clause_text(duty.source.clause, Language::kEnglish) + ").";
  }
  return what;
}

namespace {

constexpr int kMonthsPerQuarter = 3;
constexpr int kMonthsPerYear = 12;

Interval months(Date on, int count) {
  const std::string day = format_date(on);
  const int year = std::stoi(day);
  const int first = (std::stoi(day.substr(5, 2)) - 1) / count * count + 1;
  const int next = first + count;
  const bool over = next > kMonthsPerYear;
  return {make_date(year, static_cast<unsigned>(first), 1),
          make_date(year + (over ? 1 : 0), static_cast<unsigned>(over ? next - kMonthsPerYear : next), 1) - 1};
}

// The shortest period of the school that a day lies in; of one kind where it is named.
std::optional<Interval> shortest_period(const SchoolState& state, std::string_view kind, Date on) {
  std::optional<Interval> shortest;
  for (const auto& period : state.periods()) {
    const bool meant = kind.empty() ? period.kind != "year" : period.kind == kind;
    if (meant && period.from <= on && on <= period.to &&
        (!shortest || period.to - period.from < shortest->to - shortest->from))
      shortest = Interval{period.from, period.to};
  }
  return shortest;
}

}  // namespace

Interval interval_of(const SchoolState& state, Every every, Date on) {
  const auto* year = state.year(on);
  switch (every) {
    case Every::kWeek: return {on.monday(), on.monday() + 6};
    case Every::kMonth: return months(on, 1);
    case Every::kQuarter: return shortest_period(state, "quarter", on).value_or(months(on, kMonthsPerQuarter));
    case Every::kPeriod: return shortest_period(state, {}, on).value_or(months(on, 1));
    case Every::kYear: return year != nullptr && year->from <= on ? Interval{year->from, year->to} : Interval{on, on};
    case Every::kNever:
    case Every::kDay: break;
  }
  return {on, on};
}

void settle_duties(std::vector<Duty>& duties) {
  // The absences of a class come from each of its groups; what waits for a signature may be a group's and the school's.
  std::map<std::tuple<std::string_view, Id, Date, RoleSet>, std::size_t> places;
  std::vector<Duty> settled;
  for (Duty& duty : duties) {
    const bool absences = duty.code == "absences";
    if (absences || duty.code == "endorsement") {
      const auto [place, fresh] = places.try_emplace(
          {duty.code, absences ? duty.klass : duty.entry, absences ? duty.from : Date{}, duty.roles}, settled.size());
      if (!fresh) {
        settled[place->second].count += duty.count;
        continue;
      }
    }
    settled.push_back(std::move(duty));
  }
  const auto key = [](const Duty& d) {
    return std::tuple(d.due.micros == 0 ? Instant{INT64_MAX} : d.due, d.from, d.slot, d.code, d.group, d.klass, d.entry,
                      d.work, d.period);
  };
  std::sort(settled.begin(), settled.end(), [&](const Duty& a, const Duty& b) { return key(a) < key(b); });
  duties = std::move(settled);
}

bool is_own(const Duty& duty, const Id& person, RoleSet capacities) {
  if (!duty.people.empty()) return std::find(duty.people.begin(), duty.people.end(), person) != duty.people.end();
  return (duty.roles & capacities) != 0;
}

namespace {

class GroupDuties {
 public:
  GroupDuties(const DutyScope& scope, const JournalView& journal, std::vector<Duty>& to)
      : s_(scope), state_(scope.state), j_(journal), to_(to) {}

  bool asked() const { return s_.profile != nullptr && state_.group(j_.group) != nullptr; }
  void all() {
    if (!asked()) return;
    for (const auto& node : j_.acts.all()) note(node);
    for (const auto& lesson : j_.sheet.lessons)
      if (!lesson.cancelled && lesson.moved_to.days == 0 && lesson.starts <= s_.now && lesson.date >= first() &&
          (lesson.recorded || (lesson.scheduled && anybody_awaited(lesson.date))))
        in_lesson(lesson);
    for (const auto& work : j_.sheet.works) unmarked(work);
    for (const auto& period : state_.periods()) period_marks(period);
    for (const auto& period : state_.periods()) few_marks(period);
    endorsements();
    absences();
    families();
  }
  // Until they are there the result is not visible (r004 п3 3).
  void endorsements() {
    if (!asked()) return;
    for (const auto& node : j_.acts.all())
      if (node.standing == Standing::kProposed) endorsement(node);
  }

 private:
  // What stands: marks by work and student, period marks, absences and the class teacher's word on them.
  void note(const Acts::Node& node) {
    if (node.act != projections::Act::kEntry || j_.acts.current(node) == nullptr) return;
    std::visit(
        [&]<class T>(const T& b) {
          if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, MakeupMarkGiven>)
            marks_.insert({b.work, b.student}), note_mark(b.work, b.student);
          else if constexpr (std::is_same_v<T, MarkImported>)
            imported_.push_back({b.student, b.period,
                                 b.held_on.days == 0
                                     ? local_date(node.entry->event.recorded_at, {node.entry->event.utc_offset})
                                     : b.held_on});
          else if constexpr (std::is_same_v<T, PeriodMarkGiven> || std::is_same_v<T, PeriodMarkWaived>)
            results_.insert({b.period, b.student});
          else if constexpr (std::is_same_v<T, AbsenceRecorded>)
            absences_.insert({b.lesson, b.student});
          else if constexpr (std::is_same_v<T, AbsenceExcused>)
            words_.push_back({b.student, b.from, b.to});
        },
        j_.acts.root(node).body);
  }

  void note_mark(const Id& work_id, const Id& student) {
    const auto work = j_.sheet.work_numbers.find(work_id);
    if (work != j_.sheet.work_numbers.end() && j_.sheet.works[work->second].standing)
      marked_on_[student].push_back(j_.sheet.works[work->second].held_on);
  }
  Date first() const { return std::max(j_.from, s_.lessons_from); }

  Duty& add(std::string_view code, const Source& source, Instant due, RoleSet roles, std::vector<Id> people) {
    Duty& duty = to_.emplace_back();
    duty.code = code;
    duty.source = source;
    duty.due = due;
    duty.roles = roles;
    duty.people = std::move(people);
    duty.group = j_.group;
    return duty;
  }
  std::vector<Id> teachers_of(Date on) const {
    std::vector<Id> teachers;
    for (const auto& assignment : state_.group(j_.group)->assignments)
      if (assignment.from <= on && on <= assignment.to) teachers.push_back(assignment.teacher);
    if (const auto* slots = state_.group(j_.group)->timetable.at(on))
      for (const auto& slot : *slots)
        if (!slot.teacher.is_zero()) teachers.push_back(slot.teacher);
    std::sort(teachers.begin(), teachers.end());
    teachers.erase(std::unique(teachers.begin(), teachers.end()), teachers.end());
    return teachers;
  }
  std::vector<Id> keepers(const LessonView& lesson) const {
    if (!lesson.substitute.is_zero()) return {lesson.substitute};
    // A timetable may still name whom somebody else replaced.
    std::vector<Id> assigned;
    for (const auto& assignment : state_.group(j_.group)->assignments)
      if (assignment.from <= lesson.date && lesson.date <= assignment.to) assigned.push_back(assignment.teacher);
    if (lesson.teacher.is_zero()) return teachers_of(lesson.date);
    const bool still =
        assigned.empty() || std::find(assigned.begin(), assigned.end(), lesson.teacher) != assigned.end();
    return still ? std::vector{lesson.teacher} : assigned;
  }
  std::string named() const { return " (" + std::string(j_.subject) + ", " + std::string(j_.label) + ")"; }

  // Of a group that nobody is in any more, or whom it need not wait for, a timetable asks for nothing.
  bool anybody_awaited(Date on) const {
    return std::any_of(j_.students.begin(), j_.students.end(), [&](const auto& student) {
      return projections::awaited_in_lessons(state_, j_.group, student.id, on);
    });
  }

  // --- Lessons
  static bool any_standing(const std::vector<EntryView>& entries) {
    return std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
      const bool says = entry.act == projections::Act::kEntry || entry.act == projections::Act::kCorrection;
      return says && entry.standing == Standing::kStanding;
    });
  }
  void in_lesson(const LessonView& lesson) {
    const Profile* then = profile_before(state_, s_.profiles, lesson.date, lesson.starts);
    if (then == nullptr) return;
    if (!lesson.recorded) missing(lesson, "lesson", then->lesson, {"урок не записан", "the lesson is not recorded"});
    if (!any_standing(lesson.topics)) missing(lesson, "topic", then->topic, {"нет темы", "there is no topic"});
    if (!lesson.attendance_taken)
      missing(lesson, "roll", then->attendance, {"не отмечена посещаемость", "the roll is not taken"});
    const bool at_home = unmarked_by(state_, *then, j_.group, lesson.date).empty();
    if (at_home && !any_standing(lesson.homework))
      missing(lesson, "homework", then->homework,
              {"нет домашнего задания или записи «не задано»", "there is no homework, nor a word that none is set"});
  }
  void missing(const LessonView& lesson, std::string_view code, const DeadlineRule& rule, const Words& what) {
    const Instant due = deadline_of(state_, rule, lesson.date, j_.group, lesson.ends);
    Duty& duty = add(code, rule.source, due, kTeaching, keepers(lesson));
    duty.lesson = lesson.id;
    duty.from = duty.to = lesson.date;
    duty.slot = lesson.slot;
    const std::string on = format_day(lesson.date);
    const std::string number = std::to_string(lesson.slot);
    const Words head{"Урок " + on + (lesson.slot > 0 ? ", " + number + "-й" : "") + named() + ": ",
                     "Lesson of " + on + (lesson.slot > 0 ? ", no. " + number : "") + named() + ": "};
    duty.text = with_term(s_, {head.ru + what.ru + ".", head.en + what.en + "."}, duty);
  }

  // --- Works and periods
  bool absent(const WorkView& work, const Id& student) const {
    return work.lesson != UINT32_MAX && absences_.contains({j_.sheet.lessons[work.lesson].id, student});
  }
  // Of a written work: what its marks are judged by.
  const DeadlineRule& rule_of_marks(const WorkView& work, const Profile& then) const {
    const auto planned_by = written_if_planned_by(state_, then, work.held_on, j_.group);
    const bool too_late = planned_by && !work.history.empty() && work.history.front().recorded_at > *planned_by;
    return too_late ? then.lesson_mark : then.written_work;
  }
  void unmarked(const WorkView& work) {
    const auto* kind = state_.dictionary("work_kind", work.kind);
    const bool written =
        kind != nullptr && kind->properties.contains("written") && kind->properties.at("written") == "true";
    if (!work.standing || !written || work.held_on > s_.today || work.held_on < first()) return;
    const bool in_lesson = work.lesson != UINT32_MAX;
    const Instant starts =
        in_lesson ? j_.sheet.lessons[work.lesson].starts : projections::midnight(state_, work.held_on);
    const Profile* then = profile_before(state_, s_.profiles, work.held_on, starts);
    if (then == nullptr || starts > s_.now || !unmarked_by(state_, *then, j_.group, work.held_on).empty()) return;
    int count = 0;
    for (const auto& student : j_.students)
      if (projections::awaited_in_lessons(state_, j_.group, student.id, work.held_on) &&
          state_.awaited(j_.group, student.id, s_.today) && !marks_.contains({work.id, student.id}) &&
          !absent(work, student.id))
        ++count;
    if (count == 0) return;
    const DeadlineRule& rule = rule_of_marks(work, *then);
    Duty& duty = add("written_work", rule.source, deadline_of(state_, rule, work.held_on, j_.group), kTeaching,
                     in_lesson ? keepers(j_.sheet.lessons[work.lesson]) : teachers_of(work.held_on));
    duty.work = work.id;
    duty.from = duty.to = work.held_on;
    duty.count = count;
    const std::string on = format_day(work.held_on);
    duty.text =
        with_term(s_,
                  {"Письменная работа " + on + named() + ": без отметок — " + std::to_string(count) + " обуч.",
                   "Written work of " + on + named() + ": " + std::to_string(count) + " students have no mark."},
                  duty);
  }
  void period_marks(const Period& period) {
    if (period.to < first() || period.to > j_.to) return;  // its results lie in another week
    if (window_of(s_.profile->period_mark, period).opens > s_.today || !has_marks(period)) return;
    const int count = without_result(period, [](const Id&) { return true; });
    if (count == 0) return;
    Duty& duty = of_period("period_mark", s_.profile->period_mark.source, period, count);
    duty.text = with_term(s_,
                          {"Итоговые отметки за период «" + period.title + "»" + named() + ": не выставлены — " +
                               std::to_string(count) + " обуч.",
                           "Marks of the period “" + period.title + "”" + named() + ": " + std::to_string(count) +
                               " students have none."},
                          duty);
  }

  // Whether the group is marked for a period that is still open.
  bool has_marks(const Period& period) const {
    const int grade = grade_of(state_, j_.group, period.to);
    const auto kind = period_kind_of(*s_.profile, grade);
    const bool of_its_kind = period.kind == "year" || kind.empty() || period.kind == kind;
    return of_its_kind && projections::covers(period.grades, grade) && !state_.attestation().closed(period.id) &&
           unmarked_by(state_, *s_.profile, j_.group, period.to).empty();
  }
  // How many students whom the school marks have no result in a period, and are such as are asked for.
  template <class Asked>
  int without_result(const Period& period, Asked is_asked) const {
    const Date on = std::min(period.to, s_.today);
    return static_cast<int>(std::count_if(j_.students.begin(), j_.students.end(), [&](const auto& student) {
      return state_.enrolled(j_.group, student.id, on) && state_.marked(student.id, on) &&
             !results_.contains({period.id, student.id}) && is_asked(student.id);
    }));
  }
  Duty& of_period(std::string_view code, const Source& source, const Period& period, int count) {
    const Instant due = projections::midnight(state_, window_of(s_.profile->period_mark, period).closes + 1);
    Duty& duty = add(code, source, due, kTeaching, teachers_of(std::min(period.to, s_.today)));
    duty.period = period.id;
    duty.from = period.from;
    duty.to = period.to;
    duty.count = count;
    return duty;
  }
  // As SchoolState::imported_marks has it, of what the journal shows.
  bool brought_along(const Id& student, const Period& period) const {
    return std::any_of(imported_.begin(), imported_.end(), [&](const Import& mark) {
      const bool in_it =
          mark.period.is_zero() ? period.from <= mark.held_on && mark.held_on <= period.to : mark.period == period.id;
      return mark.student == student && in_it;
    });
  }
  // Warned of in time: a period mark stands on so many marks (r001 5.2, and tension 6 of the regulations).
  void few_marks(const Period& period) {
    if (!counts_marks(*s_.profile) || !soon_over(s_, period) || period.from < j_.from || period.to < first() ||
        !has_marks(period))
      return;
    const int fewest = fewest_marks(state_, *s_.profile, j_.group, period.to);
    const int count = without_result(period, [&](const Id& student) {
      const auto known = marked_on_.find(student);
      const auto in_it = [&](Date on) { return period.from <= on && on <= period.to; };
      const auto marks =
          known == marked_on_.end() ? 0 : std::count_if(known->second.begin(), known->second.end(), in_it);
      return marks < fewest && !brought_along(student, period);
    });
    if (count == 0) return;
    Duty& duty = of_period("few_marks", s_.profile->minimum_marks.source, period, count);
    const std::string least = std::to_string(fewest), students = std::to_string(count);
    duty.text = with_term(
        s_,
        {"Отметок за период «" + period.title + "»" + named() + " меньше " + least + ": " + students + " обуч.",
         "Fewer than " + least + " marks in the period “" + period.title + "”" + named() + ": " + students +
             " students."},
        duty);
  }

  // --- Second signatures
  void endorsement(const Acts::Node& node) {
    const auto& event = node.entry->event;
    const Date asked = local_date(event.recorded_at, {event.utc_offset});
    const Instant due = projections::midnight(state_, asked + s_.profile->visibility.days + 1);
    const EntryView entry = j_.acts.view(node);
    if (std::holds_alternative<AttestationMarkGiven>(node.entry->statement.body))
      return;  // the office asks its members
    for (const auto role : node.awaits) {
      Duty& duty = add("endorsement", s_.profile->visibility.source, due, signing_for(role), signers(role, entry));
      duty.entry = entry.id;
      duty.from = duty.to = asked;
      duty.text = with_term(
          s_, awaits_signature(role, name_of(node.entry->statement.body), std::to_string(entry.index) + named()), duty);
    }
  }
  std::vector<Id> signers(Role role, const EntryView& entry) const {
    if (role == Role::kTeacher) return teachers_of(s_.today);
    if (role == Role::kClassTeacher) return class_teacher(state_.class_of(entry.student, s_.today));
    return {};
  }
  std::vector<Id> class_teacher(const Id& klass) const {
    const auto* known = state_.klass(klass);
    return known == nullptr ? std::vector<Id>{} : known->leaders(s_.today);
  }

  // --- Absences: the class teacher's word on each, excused or not
  void absences() {
    const DutyRule& verified = s_.profile->duties.at("absences_verified");
    std::map<std::pair<Id, Date>, int> open;  // by class and first day of the term
    for (const auto& [lesson_id, student] : absences_) {
      const auto number = j_.sheet.lesson_numbers.find(lesson_id);
      if (number == j_.sheet.lesson_numbers.end()) continue;
      const Date on = j_.sheet.lessons[number->second].date;
      if (on < first() || (state_.enrolled(j_.group, student, on) && !state_.awaited(j_.group, student, on))) continue;
      const bool told = std::any_of(words_.begin(), words_.end(), [&, who = student](const Word& word) {
        return word.student == who && word.from <= on && on <= word.to;
      });
      const Id klass = state_.class_of(student, on);
      if (!told && !klass.is_zero()) ++open[{klass, interval_of(state_, verified.every, on).from}];
    }
    for (const auto& [place, count] : open) {
      const auto& [klass, from] = place;
      const Date to = interval_of(state_, verified.every, from).to;
      const bool asked = verified.asked();
      const Instant due =
          asked ? projections::midnight(state_, to + 1) : deadline_of(state_, s_.profile->excuse, from, j_.group);
      Duty& duty = add("absences", asked ? verified.source : s_.profile->excuse.source, due,
                       role_bit(Role::kClassTeacher), class_teacher(klass));
      duty.group = {};
      duty.klass = klass;
      duty.from = from;
      duty.to = to;
      duty.count = count;
      const std::string label(state_.klass(klass)->label(from));
      const std::string when = from == to ? format_day(from) : format_day(from) + "–" + format_day(to);
      duty.text = with_term(
          s_,
          {"Пропуски " + when + " (" + label + "): не указано, по какой причине — " + std::to_string(count) + ".",
           "Absences of " + when + " (" + label + "): nobody has said why — " + std::to_string(count) + "."},
          duty);
    }
  }

  // --- Families of who fails or stays away: told of it once in the interval (r000 3.2, r002 3.2, 4.2)
  struct Record {
    std::uint64_t points = 0, weight = 0;
    int marks = 0, truant = 0;
    // Below the middle between "2" and "3": rounded, the mark would be a "2".
    bool alarming() const { return (marks >= kFailingMarks && points * 2 < weight * 5) || truant >= kTruantLessons; }
  };
  bool of_five(const WorkView& work) const {
    const Scale* scale =
        s_.profile->find_scale(work.scale.empty() ? s_.profile->marks.default_scale : std::string_view(work.scale));
    return scale != nullptr && !scale->range && scale->allows("3") && scale->allows("5");
  }
  void enter(const EntryView& entry, Record& record, const Interval& interval) const {
    const auto work = j_.sheet.work_numbers.find(entry.work);
    if (work == j_.sheet.work_numbers.end()) return;
    const WorkView& of = j_.sheet.works[work->second];
    const bool number = entry.value.size() == 1 && entry.value[0] >= '1' && entry.value[0] <= '5';
    if (!number || of.held_on < interval.from || !of_five(of)) return;
    const auto weight = static_cast<std::uint64_t>(of.weight);
    record.points += static_cast<std::uint64_t>(entry.value[0] - '0') * weight;
    record.weight += weight;
    ++record.marks;
  }
  void enter(const projections::JournalCell& cell, Record& record, const Interval& interval) const {
    bool absent = false, excused = false;
    for (const auto& entry : cell.entries) {
      const bool says = entry.act == projections::Act::kEntry || entry.act == projections::Act::kCorrection;
      if (entry.standing != Standing::kStanding || !says) continue;
      if (entry.kind == projections::EntryKind::kMark) enter(entry, record, interval);
      absent = absent || entry.kind == projections::EntryKind::kAbsence;
      if (entry.kind == projections::EntryKind::kExcuse) excused = entry.excused;
    }
    if (absent && !excused && cell.lesson != UINT32_MAX && j_.sheet.lessons[cell.lesson].date >= interval.from)
      ++record.truant;
  }
  void families() {
    const DutyRule& rule = s_.profile->duties.at("families_alerted");
    const Interval interval = interval_of(state_, rule.every, s_.today);
    if (!rule.asked() || j_.from > interval.from) return;
    std::vector<Record> records(j_.students.size());
    for (const auto& cell : j_.cells) enter(cell, records[cell.student], interval);
    std::map<Id, int> untold;  // by class
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Id& student = j_.students[i].id;
      const Id klass = state_.class_of(student, s_.today);
      if (records[i].alarming() && !klass.is_zero() && state_.awaited(j_.group, student, s_.today) &&
          !s_.notified(student, interval.from))
        ++untold[klass];
    }
    for (const auto& [klass, count] : untold) alert(rule, interval, klass, count);
  }
  void alert(const DutyRule& rule, const Interval& interval, const Id& klass, int count) {
    RoleSet capacities = 0;
    for (const auto& role : rule.who) capacities |= signing_for(*enum_from_name<Role>(role));
    std::vector<Id> people = class_teacher(klass);
    if ((capacities & kTeaching) != 0)
      for (const auto& teacher : teachers_of(s_.today)) people.push_back(teacher);
    Duty& duty = add(rule.id, rule.source, {}, capacities, std::move(people));
    duty.klass = klass;
    duty.from = interval.from;
    duty.to = interval.to;
    duty.count = count;
    const std::string students = std::to_string(count);
    duty.text = with_term(s_,
                          {rule.ru + " Не оповещены" + named() + ": " + students + ".",
                           rule.en + " Not told of" + named() + ": " + students + "."},
                          duty);
  }

  struct Word {
    Id student;
    Date from, to;
  };
  const DutyScope& s_;
  const SchoolState& state_;
  const JournalView& j_;
  std::vector<Duty>& to_;
  std::set<std::pair<Id, Id>> marks_, results_, absences_;
  std::map<Id, std::vector<Date>> marked_on_;  // by student: a day for each mark
  struct Import {
    Id student, period;
    Date held_on;
  };
  std::vector<Import> imported_;  // marks brought along from another school
  std::vector<Word> words_;
};

}  // namespace

void add_group_duties(const DutyScope& scope, const JournalView& journal, std::vector<Duty>& to) {
  GroupDuties(scope, journal, to).all();
}

void add_group_endorsements(const DutyScope& scope, const JournalView& journal, std::vector<Duty>& to) {
  GroupDuties(scope, journal, to).endorsements();
}

}  // namespace letopis::commands
