// Duties of everybody but a group's teacher: what a regulation asks for every so often, or by a day of the year, and what waits
// for somebody.

#include <algorithm>
#include <set>

#include "commands/deadlines.h"
#include "commands/duties.h"
#include "commands/duties_shared.h"
#include "commands/titles.h"
#include "ledger/schema/codec.h"
#include "projections/listing.h"
#include "projections/schedule.h"

namespace letopis::commands {

using namespace ledger;
using projections::Done;
using projections::Period;
using projections::SchoolState;

namespace {

constexpr int kShownAheadDays = 30;   // a yearly duty without a first day is shown so long before its term
constexpr int kDoneAheadDays = 60;    // … and may be done so long before it
constexpr int kBackupFreshDays = 31;  // older copies do not count: the regulations say "regular" and name no interval

// When a duty is to be done, and since when what was done counts.
struct Term {
  Date from, to;  // shown with the duty
  Date since;     // done from this day on
  Instant due;    // zero: none is named
};

class OfficeDuties {
 public:
  OfficeDuties(const DutyScope& scope, const OfficeFacts& facts, std::vector<Duty>& to)
      : s_(scope), state_(scope.state), book_(scope.state.office()), facts_(facts), to_(to) {}

  void run() {
    if (s_.profile == nullptr) return;
    if (facts_.family) return documents();
    created_ = state_.local_today(state_.created());
    for (const auto& [id, rule] : s_.profile->duties)
      if (rule.asked() && id != "absences_verified" && id != "families_alerted") recurring(rule);
    year();
    plans();
    programmes();
    plan_hours();
    copies();
    operations();
    findings();
    substitutions();
    hours();
    compromises();
    documents();
    endorsements();
  }

 private:
  Duty& add(std::string_view code, const Source& source, Instant due, RoleSet roles, std::vector<Id> people,
            Words what) {
    Duty& duty = to_.emplace_back();
    duty.code = code;
    duty.source = source;
    duty.due = due;
    duty.roles = roles;
    duty.people = std::move(people);
    duty.text = with_term(s_, std::move(what), duty);
    return duty;
  }
  static RoleSet roles_of(const DutyRule& rule) {
    RoleSet set = 0;
    for (const auto& role : rule.who) set |= role_bit(*enum_from_name<Role>(role));
    return set;
  }
  Instant end_of(Date day) const { return projections::midnight(state_, day + 1); }

  // --- Terms -----------------------------------------------------------------------------------------------------------

  // The terms of a duty that matter today: this one, and the one before where it was missed.
  std::vector<Term> terms(const DutyRule& rule) const {
    std::vector<Term> terms;
    if (rule.by) yearly(rule, terms);
    if (rule.every != Every::kNever) regular(rule, terms);
    if (rule.at_period_end)
      for (const auto& period : state_.periods())
        if (period.kind != "year" && period.to <= s_.today && s_.today - period.to <= kShownAheadDays)
          terms.push_back({period.from, period.to, period.to - 7, {}});
    std::erase_if(terms, [&](const Term& term) { return term.to < created_ || term.from > s_.today; });
    return terms;
  }
  // By a day of the year: from the first day it is asked for, until it is done or the next one begins.
  void yearly(const DutyRule& rule, std::vector<Term>& to) const {
    const int year = std::stoi(format_date(s_.today));
    for (int begins = year; begins >= year - 1; --begins) {
      const Date year_from = make_date(begins, 9, 1);
      const Date by = day_of_school_year(year_from, *rule.by);
      const Date from = rule.from ? day_of_school_year(year_from, *rule.from) : by - kShownAheadDays;
      if (from > s_.today || (of_the_year_before(rule) && !any_year_before(by))) continue;
      to.push_back({from, by, rule.from ? from : by - kDoneAheadDays, end_of(by)});
      return;
    }
  }
  // What is filed and printed of a year when it is over; a school that has had none has nothing to file.
  static bool of_the_year_before(const DutyRule& rule) {
    return rule.id == "archive" || rule.id == "hours_report" || rule.id.starts_with("printed_");
  }
  bool any_year_before(Date day) const {
    const auto& years = state_.years();
    return std::any_of(years.begin(), years.end(), [&](const auto& year) { return year.from < day; });
  }
  void regular(const DutyRule& rule, std::vector<Term>& to) const {
    if (rule.every == Every::kPeriod || (rule.every == Every::kQuarter && has_quarters())) return of_periods(rule, to);
    const auto* year = state_.year(s_.today);
    if (year == nullptr || s_.today < year->from) return;  // between two years nothing returns
    const Term now = interval(rule.every, s_.today);
    const Term before = interval(rule.every, now.from - 1);
    if (before.from >= year->from) to.push_back(before);
    to.push_back(now);
  }
  bool has_quarters() const {
    const auto& periods = state_.periods();
    return std::any_of(periods.begin(), periods.end(), [](const Period& period) { return period.kind == "quarter"; });
  }
  // Every period: an inspection within it, a report once it is over. For a report no term is named.
  void of_periods(const DutyRule& rule, std::vector<Term>& to) const {
    const bool report = rule.id.ends_with("_report") && rule.every == Every::kPeriod;
    const std::string_view only = rule.every == Every::kQuarter ? "quarter" : "";
    for (const auto& period : state_.periods()) {
      // A year's results are reported like a period's (r001 7.2, r002 7.2).
      const bool of_the_year = period.kind == "year" && rule.id != "performance_report";
      if (only.empty() ? of_the_year : period.kind != only) continue;
      if (report && period.to <= s_.today && s_.today - period.to <= kShownAheadDays)
        to.push_back({period.from, period.to, period.to - 7, {}});
      if (!report && period.from <= s_.today && s_.today - period.to <= kShownAheadDays)
        to.push_back({period.from, period.to, period.from, end_of(period.to)});
    }
  }
  Term interval(Every every, Date on) const {
    const Interval days = interval_of(state_, every, on);
    return {days.from, days.to, days.from, end_of(days.to)};
  }

  // --- What returns ----------------------------------------------------------------------------------------------------

  void recurring(const DutyRule& rule) {
    for (const Term& term : terms(rule)) {
      if (rule.id == "family_consents" || rule.id == "first_year_data" || rule.id == "personal_data_verified" ||
          rule.id == "printout" || asked_of_classes(rule))
        for (const auto& [id, klass] : state_.classes()) of_class(rule, term, id, klass);
      else if (rule.id == "staff_consents")
        staff_consents(rule, term);
      else
        for (const auto& branch : branches_asked(rule))
          if (!done(rule, term, {}, {}, branch)) recur_in(rule, term, branch);
    }
  }
  // What is done in every branch that has classes, and for the classes that belong to none; without a value: for the school.
  using Branch = std::optional<std::string_view>;
  std::vector<Branch> branches_asked(const DutyRule& rule) const {
    const bool by_branch = rule.id == "inspection" || rule.id == "sections_verified" || rule.id.ends_with("_report");
    if (!by_branch || state_.branches().empty()) return {std::nullopt};
    std::vector<Branch> branches;
    for (const auto& [id, klass] : state_.classes())
      if (klass.closed_on > s_.today &&
          std::find(branches.begin(), branches.end(), Branch(klass.branch)) == branches.end())
        branches.emplace_back(klass.branch);
    if (branches.empty()) branches.emplace_back();
    return branches;
  }
  // Of a branch: by those who hold the capacity there, where there are such.
  void recur_in(const DutyRule& rule, const Term& term, const Branch& branch) {
    std::vector<Id> people;
    const auto known = branch ? state_.branches().find(*branch) : state_.branches().end();
    const bool named = known != state_.branches().end();
    if (named)
      for (const auto& [id, person] : state_.people())
        if (holds_in(person, roles_of(rule), *branch)) people.push_back(id);
    std::sort(people.begin(), people.end());
    recur(rule, term, roles_of(rule), std::move(people), {}, 0);
    if (!named) return;
    to_.back().text.ru += " Филиал: " + known->second + ".";
    to_.back().text.en += " Branch: " + known->second + ".";
  }
  bool holds_in(const projections::Person& person, RoleSet roles, std::string_view branch) const {
    return std::any_of(person.roles.begin(), person.roles.end(), [&](const projections::RoleGrant& grant) {
      return (roles & role_bit(grant.role)) != 0 && !grant.revoked && grant.branch == branch &&
             grant.from <= s_.today && s_.today <= grant.to;
    });
  }
  // Prints and reports that each class teacher makes of the own class.
  static bool asked_of_classes(const DutyRule& rule) {
    const bool kept_by_class = rule.id == "paper_report" || rule.id.starts_with("printed_");
    return kept_by_class && rule.who == std::vector<std::string>{"class_teacher"};
  }
  void recur(const DutyRule& rule, const Term& term, RoleSet roles, std::vector<Id> people, const Id& klass,
             int count) {
    Words what{rule.ru, rule.en};
    const auto* known = state_.klass(klass);
    if (known != nullptr) {
      const std::string label(known->label(s_.today));
      what.ru += " Класс " + label + (count > 0 ? ": не хватает — " + std::to_string(count) : "") + ".";
      what.en += " Class " + label + (count > 0 ? ": " + std::to_string(count) + " missing" : "") + ".";
    } else if (count > 0) {
      what.ru += " Не хватает: " + std::to_string(count) + ".";
      what.en += " Missing: " + std::to_string(count) + ".";
    }
    Duty& duty = add(rule.id, rule.source, term.due, roles, std::move(people), std::move(what));
    duty.klass = klass;
    duty.from = term.from;
    duty.to = term.to;
    duty.count = count;
  }
  void of_class(const DutyRule& rule, const Term& term, const Id& id, const projections::Class& klass) {
    const std::vector<Id> students = projections::students_of(klass, s_.today);
    if (students.empty() || klass.closed_on <= s_.today) return;
    if (rule.id == "first_year_data" && klass.grade(s_.today) > 1) return;
    const std::vector<Id> people = klass.leaders(s_.today);
    const int count = missing_in(rule, term, students);
    if (count == 0 || done(rule, term, id, people)) return;
    recur(rule, term, roles_of(rule), people, id, count < 0 ? 0 : count);
  }
  // How many pupils it is missing for; −1 where it is done for a class as a whole.
  int missing_in(const DutyRule& rule, const Term& term, const std::vector<Id>& students) const {
    if (rule.id == "family_consents")
      return static_cast<int>(std::count_if(students.begin(), students.end(), [&](const Id& student) {
        const auto guardians = state_.guardians_of(student, s_.today);
        return !book_.consents(student) &&
               std::none_of(guardians.begin(), guardians.end(), [&](const Id& id) { return book_.consents(id); });
      }));
    if (rule.id != "printout") return -1;
    const auto declined = book_.declined();
    return static_cast<int>(std::count_if(students.begin(), students.end(), [&](const Id& student) {
      const bool asked =
          std::any_of(declined.begin(), declined.end(), [&](const auto& family) { return family.second == student; });
      return asked && !facts_.printed(student, term.from);
    }));
  }
  void staff_consents(const DutyRule& rule, const Term& term) {
    int count = 0;
    for (const auto& [id, person] : state_.people())
      if (is_staff(state_, id, s_.today) && !book_.consents(id)) ++count;
    if (count > 0) recur(rule, term, roles_of(rule), {}, {}, count);
  }

  // --- What fulfils a duty ---------------------------------------------------------------------------------------------

  // By those it is asked of, of the days it is asked for: what speaks of a later interval is that one's.
  static bool counts(const DutyRule& rule, const Done& done, const Term& term,
                     std::initializer_list<std::string_view> kinds) {
    const bool of_kind = kinds.size() == 0 || std::find(kinds.begin(), kinds.end(), done.kind) != kinds.end();
    return of_kind && done.on >= term.since && asked_of(rule, done.as) && meets(done, term);
  }
  static bool asked_of(const DutyRule& rule, Role acting) { return (roles_of(rule) & role_bit(acting)) != 0; }
  template <class T>
  static bool meets(const T& done, const Term& term) {
    return done.to.days == 0 || (done.from <= term.to && term.from <= done.to);
  }
  // What was done without naming a branch was done for all of them.
  static bool in_branch(std::string_view acted_for, const Branch& asked) {
    return !asked || acted_for.empty() || acted_for == *asked;
  }
  // An inspection of named classes or groups is one of their branches.
  bool inspected(const projections::Inspection& inspection, const Branch& asked) const {
    if (!asked || !inspection.branch.empty() || (inspection.classes.empty() && inspection.groups.empty()))
      return in_branch(inspection.branch, asked);
    const auto& classes = inspection.classes;
    const auto& groups = inspection.groups;
    return std::any_of(
               classes.begin(), classes.end(),
               [&](const Id& id) { return state_.klass(id) != nullptr && state_.klass(id)->branch == *asked; }) ||
           std::any_of(groups.begin(), groups.end(), [&](const Id& id) { return state_.branch_of(id) == *asked; });
  }
  // Of the class itself: a single pupil's verification is none of it.
  bool verified(const Term& term, const Id& klass) const {
    const auto& list = book_.verifications();
    return std::any_of(list.begin(), list.end(),
                       [&](const Done& done) { return done.klass == klass && done.on >= term.since; });
  }
  // Of the class, or of the whole school: by one print of everything, or one of every class.
  bool printed(const Term& term, const Id& klass, std::string_view kind) const {
    const auto of = [&](const Id& whose) {
      const auto& list = book_.prints();
      return std::any_of(list.begin(), list.end(), [&](const Done& done) {
        return done.kind == kind && done.on >= term.since && (done.klass.is_zero() || done.klass == whose);
      });
    };
    if (!klass.is_zero()) return of(klass);
    const auto& classes = state_.classes();
    return of({}) || (!classes.empty() && std::all_of(classes.begin(), classes.end(), [&](const auto& known) {
             return known.second.closed_on <= s_.today || projections::students_of(known.second, s_.today).empty() ||
                    of(known.first);
           }));
  }
  bool any(const DutyRule& rule, const std::vector<Done>& list, const Term& term, const Branch& branch,
           std::initializer_list<std::string_view> kinds, const std::vector<Id>& authors = {}) const {
    return std::any_of(list.begin(), list.end(), [&](const Done& done) {
      return counts(rule, done, term, kinds) && in_branch(done.branch, branch) &&
             (authors.empty() || std::find(authors.begin(), authors.end(), done.author) != authors.end());
    });
  }
  bool done(const DutyRule& rule, const Term& term, const Id& klass, const std::vector<Id>& authors,
            const Branch& branch = {}) const {
    if (rule.id == "inspection") {
      const auto& held = book_.inspections();
      return std::any_of(held.begin(), held.end(), [&](const auto& known) {
        return known.second.held >= term.since && asked_of(rule, known.second.as) && meets(known.second, term) &&
               inspected(known.second, branch);
      });
    }
    if (rule.id == "activity_report") return any(rule, book_.reports(), term, branch, {"activity"});
    if (rule.id == "performance_report") return any(rule, book_.reports(), term, branch, {"performance", "quality"});
    if (rule.id == "paper_report") return any(rule, book_.reports(), term, branch, {"paper"}, authors);
    if (rule.id == "archive") return archived(rule, term, branch);
    if (rule.id == "printed_journal") return printed(term, klass, "journal");
    if (rule.id == "printed_summary") return printed(term, klass, "summary");
    if (rule.id == "printed_study_summary") return printed(term, klass, "study_summary");
    if (rule.id == "first_year_data" || rule.id == "personal_data_verified") return verified(term, klass);
    if (rule.id == "sections_verified") return sections_done(rule, term, branch);
    if (rule.id == "hours_report")
      return std::any_of(book_.hours().begin(), book_.hours().end(), [&](const auto& report) {
        return report.on >= term.since && asked_of(rule, report.as) && in_branch(report.branch, branch);
      });
    return false;
  }
  // Every section of the school's dictionary; where it keeps none, any.
  bool sections_done(const DutyRule& rule, const Term& term, const Branch& branch) const {
    const auto sections = state_.codes("section");
    if (sections.empty()) return any(rule, book_.sections(), term, branch, {});
    return std::all_of(sections.begin(), sections.end(),
                       [&](std::string_view section) { return any(rule, book_.sections(), term, branch, {section}); });
  }
  // Whatever days it covers: its term is of the year after.
  bool archived(const DutyRule& rule, const Term& term, const Branch& branch) const {
    const auto& list = book_.archives();
    return std::any_of(list.begin(), list.end(), [&](const Done& done) {
      return done.on >= term.since && asked_of(rule, done.as) && in_branch(done.branch, branch);
    });
  }

  // --- What waits for somebody -----------------------------------------------------------------------------------------

  void year() {
    const YearRule& rule = s_.profile->year;
    if (!rule.window) return;
    const Date begins = make_date(std::stoi(format_date(s_.today)), 9, 1);
    const YearWindow window = window_of(rule, begins);
    const auto& years = state_.years();
    const bool opened =
        std::any_of(years.begin(), years.end(), [&](const auto& year) { return year.to > window.closes; });
    if (s_.today < window.opens || s_.today > begins + kShownAheadDays || opened) return;
    add("year", rule.source, end_of(window.closes), role_bit(Role::kAdministrator), {},
        {"Учебный год не открыт.", "The school year is not opened."});
  }

  void plans() {
    const auto* year = state_.year(s_.today + kShownAheadDays);
    if (year == nullptr) return;
    const PlanRule& rule = s_.profile->plan;
    const Date last = year->from - rule.days_before_year;
    if (s_.today < last - kShownAheadDays) return;
    const std::set<Id> planned = planned_for(*year);
    for (const auto& [id, group] : state_.groups()) {
      if (planned.contains(id) || group.kind == "extracurricular") continue;
      const std::vector<Id> teachers = teachers_of(group, std::max(s_.today, year->from));
      if (teachers.empty()) continue;
      const std::string named = " (" + group.subject + ", " + group.label + ")";
      // Published N days before the year: the day before the N-th is the last one.
      Duty& duty = add("plan", rule.source, rule.days_before_year > 0 ? end_of(last) : Instant{}, kTeaching, teachers,
                       {"Нет календарно-тематического плана" + named + ".", "There is no lesson plan" + named + "."});
      duty.group = id;
    }
  }

  // r002 3.2: work programmes are due with the plans; of every subject and grade that is taught.
  void programmes() {
    const PlanRule& rule = s_.profile->plan;
    const auto* year = state_.year(s_.today + kShownAheadDays);
    if (year == nullptr || rule.days_before_year == 0) return;
    const Date last = year->from - rule.days_before_year;
    if (s_.today < last - kShownAheadDays) return;
    std::map<std::pair<std::string, int>, std::pair<std::string, std::vector<Id>>> missing;
    for (const auto& [id, group] : state_.groups()) {
      const int grade = grade_of(state_, id, std::max(s_.today, year->from));
      const auto teachers = teachers_of(group, std::max(s_.today, year->from));
      if (group.kind == "extracurricular" || group.subject_code.empty() || teachers.empty() ||
          has_programme(group.subject_code, grade, *year))
        continue;
      auto& [subject, people] = missing[{group.subject_code, grade}];
      subject = group.subject;
      people.insert(people.end(), teachers.begin(), teachers.end());
    }
    for (auto& [of, who] : missing) {
      std::sort(who.second.begin(), who.second.end());
      who.second.erase(std::unique(who.second.begin(), who.second.end()), who.second.end());
      const std::string grade = of.second == 0 ? std::string() : ", " + std::to_string(of.second);
      add("work_programme", rule.source, end_of(last), kTeaching, who.second,
          {"Нет рабочей программы (" + who.first + grade + ").",
           "There is no work programme (" + who.first + grade + ")."});
    }
  }
  bool has_programme(std::string_view subject_code, int grade, const projections::Year& year) const {
    const auto& known = state_.plans().programmes();
    return std::any_of(known.begin(), known.end(), [&](const projections::WorkProgramme& programme) {
      const auto* of = state_.year(programme.from);
      const bool of_grade = programme.grade == 0 || grade == 0 || programme.grade == grade;
      return programme.subject_code == subject_code && of_grade && of != nullptr && of->from == year.from;
    });
  }

  static std::vector<Id> teachers_of(const projections::Group& group, Date on) {
    std::vector<Id> teachers;
    for (const auto& assignment : group.assignments)
      if (assignment.from <= on && on <= assignment.to) teachers.push_back(assignment.teacher);
    return teachers;
  }

  // r000 3.3: a plan published before the curriculum, or before it changed, is asked to follow it.
  void plan_hours() {
    if (!s_.profile->plan_hours.equal_curriculum) return;
    for (const auto& [id, group] : state_.groups()) {
      const auto* plan = state_.plans().of_group(id);
      if (plan == nullptr || plan->more) continue;
      for (const auto& klass : group.classes) {
        const auto* item = state_.plans().item(klass, group.subject_code, s_.today);
        if (item == nullptr || item->hours == plan->hours()) continue;
        const std::string named = " (" + group.subject + ", " + group.label + "): ";
        const std::string has = std::to_string(plan->hours()), asked = std::to_string(item->hours);
        add("plan_hours", s_.profile->plan_hours.source, {}, kTeaching, teachers_of(group, s_.today),
            {"Часы КТП" + named + has + ", по учебному плану — " + asked + ".",
             "Hours of the lesson plan" + named + has + ", the curriculum has " + asked + "."})
            .group = id;
        break;
      }
    }
  }

  // Groups with a whole plan of a school year: one that holds from a day of it, or of the summer before.
  std::set<Id> planned_for(const projections::Year& year) const {
    std::set<Id> groups;
    for (const auto& [id, plan] : state_.plans().plans()) {
      const auto* of = plan.group.is_zero() || plan.more ? nullptr : state_.year(plan.from);
      if (of != nullptr && of->from == year.from) groups.insert(plan.group);
    }
    return groups;
  }

  void copies() {
    const CopiesRule& rule = s_.profile->copies;
    std::vector<std::string_view> media, rooms;
    for (const Done& backup : book_.backups()) {
      if (s_.today - backup.on > kBackupFreshDays) continue;
      if (std::find(media.begin(), media.end(), backup.medium) == media.end()) media.push_back(backup.medium);
      if (std::find(rooms.begin(), rooms.end(), backup.room) == rooms.end()) rooms.push_back(backup.room);
    }
    const int missing_media = rule.media - static_cast<int>(media.size());
    const int missing_rooms = rule.rooms - static_cast<int>(rooms.size());
    if (missing_media <= 0 && missing_rooms <= 0) return;
    const std::string days = std::to_string(kBackupFreshDays);
    Duty& duty = add("copies", rule.source, {}, role_bit(Role::kAdministrator), {},
                     {"Резервные копии за последние " + days + " день: носителей " + std::to_string(media.size()) +
                          " из " + std::to_string(rule.media) + ", помещений " + std::to_string(rooms.size()) + " из " +
                          std::to_string(rule.rooms) + ".",
                      "Backups of the last " + days + " days: " + std::to_string(media.size()) + " of " +
                          std::to_string(rule.media) + " media, " + std::to_string(rooms.size()) + " of " +
                          std::to_string(rule.rooms) + " rooms."});
    duty.count = std::max(missing_media, missing_rooms);
  }

  // r002 5.4: a named deputy answers for what is done under the administrators' keys.
  void operations() {
    if (!s_.profile->operations.acknowledged || facts_.operations == 0) return;
    const std::string count = std::to_string(facts_.operations);
    Duty& duty = add("operations", s_.profile->operations.source, {}, role_bit(Role::kDeputyHead), {},
                     {"Операции администраторов, с которыми заместитель не ознакомлен: " + count + ".",
                      "Operations of administrators that no deputy has acknowledged: " + count + "."});
    duty.count = facts_.operations;
  }

  void findings() {
    const DutyRule& rule = s_.profile->duties.at("inspection");
    const Source& source = rule.source;
    for (const auto& [id, inspection] : book_.inspections()) {
      // r001 6.4, r004 п1: its result is a note.
      if (rule.note && !inspection.note)
        add("inspection_note", source, {}, role_bit(inspection.as), {inspection.author},
            {"Проверка журнала " + format_day(inspection.held) + ": нет справки.",
             "The inspection of " + format_day(inspection.held) + " has no note yet."})
            .entry = id;
      for (const auto& finding : inspection.findings) {
        const auto* group = state_.group(finding.group);
        const std::string number = std::to_string(finding.number) +
                                   (group == nullptr ? "" : " (" + group->subject + ", " + group->label + ")");
        if (!finding.acknowledged && !finding.teacher.is_zero())
          add("finding", source, {}, kTeaching, {finding.teacher},
              {"Замечание № " + number + " проверки журнала: с ним нужно ознакомиться.",
               "Finding " + number + " of an inspection is to be acknowledged."})
              .entry = id;
        if (!finding.resolved && finding.due.days != 0)
          add("finding_due", source, end_of(finding.due), roles(Role::kDeputyHead, Role::kHeadOfStudies),
              {inspection.author},
              {"Замечание № " + number + " проверки журнала: устранение не отмечено.",
               "Finding " + number + " of an inspection is not resolved."})
              .entry = id;
      }
    }
  }

  // r001 4.5: a substitute signs the journal of substitutions.
  void substitutions() {
    for (const auto& substitution : state_.substitutions()) {
      if (substitution.place.date > s_.today || book_.substitution_signed(substitution.id)) continue;
      if (s_.today - substitution.place.date > kShownAheadDays ||
          !projections::substitution_holds(state_, substitution))
        continue;
      Duty& duty = add("substitution", {.clause = {}, .silent = true}, {}, kTeaching, {substitution.substitute},
                       {"Замена " + format_day(substitution.place.date) + ": нет подписи в журнале замещения.",
                        "Substitution of " + format_day(substitution.place.date) + ": it is not signed for."});
      duty.group = substitution.place.group;
      duty.from = duty.to = substitution.place.date;
      duty.entry = substitution.id;
    }
  }

  void hours() {
    for (const auto& report : book_.hours())
      if (!report.accepted)
        add("hours_acceptance", s_.profile->duties.at("hours_report").source, {}, role_bit(Role::kAccountant), {},
            {"Отчёт о выдаче часов ждёт бухгалтерию.", "A report of hours awaits the accountant."})
            .entry = report.id;
  }

  // The end of the n-th working day of the school after a day; in the summer there may be none for long.
  Instant end_of_working_day(Date day, int working_days) const {
    constexpr int kLookAheadDays = 60;
    const Date last = day + kLookAheadDays;
    while (working_days > 0 && day < last) {
      day = day + 1;
      if (projections::school_weekday(state_, {}, day) != 0) --working_days;
    }
    return end_of(day);
  }
  // r004 п2 4.3: counted from the day one learned of it; a report that names none, from its own.
  Instant due_of(const projections::Compromise& report) const {
    const int days = s_.profile->compromise.report_working_days;
    return days == 0 ? Instant{}
                     : end_of_working_day(report.learned_on.days != 0 ? report.learned_on : report.reported_on, days);
  }
  void compromises() {
    for (const auto& [id, report] : book_.compromises())
      if (!report.received)
        add("compromise", s_.profile->compromise.source, due_of(report), roles(Role::kDirector, Role::kAdministrator),
            {},
            {"Сообщение о компрометации учётных данных ждёт подтверждения получения: его подписывают администратор и "
             "директор.",
             "A report of compromised credentials awaits its receipt, signed by the administrator and the director."})
            .entry = id;
  }

  // The viewer's own: others' are theirs.
  void documents() {
    const auto* viewer = state_.person(facts_.viewer);
    if (viewer == nullptr) return;
    for (const auto& [id, document] : book_.documents()) {
      const bool addressed = document.audience.empty() ||
                             std::any_of(document.audience.begin(), document.audience.end(),
                                         [&](Role role) { return holds(state_, facts_.viewer, role, s_.today); });
      const auto& read = document.acknowledged;
      if (!addressed || std::find(read.begin(), read.end(), facts_.viewer) != read.end()) continue;
      add("document", {.clause = {}, .silent = true}, {}, 0, {facts_.viewer},
          {"Локальный акт «" + document.title + "»: с ним нужно ознакомиться.",
           "Local act “" + document.title + "” is to be acknowledged."})
          .entry = id;
    }
  }

  // Acts of the school that wait: subgroups, plans, orders. What waits in a journal is its group's (duties.cc).
  void endorsements() {
    for (const auto& [id, pending] : state_.pendings()) {
      const std::string number = std::to_string(pending.index);
      const auto statement = decode_statement(pending.statement);
      if (!statement) continue;  // it was decoded when it was recorded
      for (const auto role : pending.awaits)
        add("endorsement", {.clause = {}, .silent = true}, {}, signing_for(role), signers(*statement, role),
            awaits_signature(role, name_of(statement->body), number))
            .entry = id;
    }
  }

  // Whom the rules would let sign in that role, where not everybody who holds it.
  std::vector<Id> signers(const Statement& statement, Role role) const {
    std::vector<Id> people;
    if (const auto* split = std::get_if<SubgroupsSplit>(&statement.body)) {
      const auto* klass = state_.klass(split->klass);
      if (role == Role::kClassTeacher && klass != nullptr) people = klass->leaders(s_.today);
      if (role != Role::kTeacher) return people;
      for (const auto& part : split->parts)
        if (const auto* group = state_.group(part.group))
          for (const auto& assignment : group->assignments)
            if (assignment.from <= s_.today && s_.today <= assignment.to) people.push_back(assignment.teacher);
    } else if (const auto* mark = std::get_if<AttestationMarkGiven>(&statement.body);
               mark != nullptr && role == Role::kCommission) {
      if (const auto* commission = state_.attestation().commission(mark->commission)) people = commission->members;
      std::erase(people, statement.author);
    }
    return people;
  }

  const DutyScope& s_;
  const SchoolState& state_;
  const projections::OfficeBook& book_;
  const OfficeFacts& facts_;
  std::vector<Duty>& to_;
  Date created_;
};

}  // namespace

void add_office_duties(const DutyScope& scope, const OfficeFacts& facts, std::vector<Duty>& to) {
  OfficeDuties(scope, facts, to).run();
}

}  // namespace letopis::commands
