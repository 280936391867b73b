#include "commands/profile.h"

#include <algorithm>
#include <charconv>

#include "commands/builtin_profiles.h"
#include "commands/profile_layers.h"
#include "ledger/statement.h"
#include "signing/base/time.h"
#include "signing/sha256.h"

namespace letopis::commands {
namespace {

constexpr int kDaysMax = 366;
constexpr int kMinutesPerDay = 1440;
constexpr int kGradeMax = 12;
constexpr int kYearsMax = 100;

constexpr DutySpec kDutySpecs[] = {
    {"absences_verified", {"выверка пропусков", "absences verified"}},
    {"activity_report", {"отчёт об активности", "activity report"}},
    {"archive", {"архив года", "the year's archive"}},
    {"families_alerted", {"оповещение родителей", "families alerted"}, true},
    {"family_consents", {"согласия семей", "consents of families"}},
    {"first_year_data", {"данные первокурсников", "data of first-years"}},
    {"hours_report", {"отчёт о выдаче часов", "hours report"}},
    {"inspection", {"проверка журнала", "inspection"}},
    {"paper_report", {"отчёт на бумаге", "report on paper"}},
    {"performance_report", {"отчёт об успеваемости", "performance report"}},
    {"personal_data_verified", {"сверка личных данных", "personal data verified"}},
    {"printed_journal", {"печать журнала", "journal printed"}},
    {"printed_study_summary", {"итоговая ведомость за весь срок", "end-of-study summary printed"}},
    {"printed_summary", {"печать сводной ведомости", "summary sheet printed"}},
    {"printout", {"распечатка для семьи", "printout for a family"}},
    {"sections_verified", {"проверка разделов", "sections verified"}},
    {"staff_consents", {"согласия работников", "consents of staff"}},
};

// The roles a second signature may be asked of; spelled as the schema and staff.csv spell them.
constexpr std::string_view kEndorsingRoles[] = {"administrator",   "class_teacher", "commission",
                                                "deputy_head",     "director",      "head_of_department",
                                                "head_of_studies", "teacher",       "workshop_master"};

// Every {name} of a message is one the rule offers, and every brace belongs to one.
void check_message(const Table& table, std::string_view key, std::string_view message, std::string_view placeholders) {
  for (std::size_t at = 0; (at = message.find_first_of("{}", at)) != std::string_view::npos;) {
    const std::size_t end = message.find('}', at);
    if (message[at] != '{' || end == std::string_view::npos)
      refuse(table.line_of(key), table.name() + ": a stray brace in the message");
    const std::string_view name = message.substr(at + 1, end - at - 1);
    if (name != "clause" && !has_word(placeholders, name))
      refuse(table.line_of(key), table.name() + ": the rule offers no {" + std::string(name) + "}");
    at = end + 1;
  }
}

// --- Where a parameter comes from, and what is said of it

struct Reader {
  Table& root;
  Profile& profile;

  // The sentences of a rule: the table's where it stands on a clause, else ours.
  void words(Table& table, const Source& source, std::string_view rule_id) {
    const RuleSpec& spec = *find_rule_spec(rule_id);
    Rule rule = our_words(source, rule_id);
    if (!source.silent || table.has("ru") || table.has("en")) {
      rule.message_ru = table.text("ru");
      rule.message_en = table.text("en");
      check_message(table, "ru", rule.message_ru, spec.placeholders);
      check_message(table, "en", rule.message_en, spec.placeholders);
    }
    profile.rules.emplace(rule.id, std::move(rule));
  }

  // A parameter's table; `ids` names the rules it is enforced by: the first in the table's words, any other in ours.
  template <class Read>
  void parameter(std::string_view key, Source& source, std::initializer_list<std::string_view> ids, Read read) {
    Table table = root.table(key);
    source = table.source();
    read(table);
    if (ids.size() > 0) words(table, source, *ids.begin());
    table.done();
    for (const std::string_view id : ids) profile.rules.try_emplace(std::string(id), our_words(source, id));
  }
  static Rule our_words(const Source& source, std::string_view id) {
    const RuleSpec& spec = *find_rule_spec(id);
    return {std::string(id), source.clause, source.silent, std::string(spec.message.ru), std::string(spec.message.en)};
  }
};

// --- Values

LatePolicy read_late_policy(Table& table, std::string_view key) {
  constexpr LatePolicy kPolicies[] = {LatePolicy::kMarkLate, LatePolicy::kNeedsBasis, LatePolicy::kRefuse};
  return kPolicies[table.choice(key, {"mark_late", "needs_basis", "refuse"})];
}

int read_minute(Table& table, std::string_view key) {
  const std::string text = table.text(key);
  const auto minute = parse_minute(text);
  if (!minute) refuse(table.line_of(key), table.name() + "." + std::string(key) + ": " + minute.error().detail);
  return *minute;
}

MonthDay read_month_day(Table& table, std::string_view key) {
  const std::string text = table.text(key);
  const auto date = parse_date("2028-" + text);  // a leap year: 29 February is a day of some years
  if (!date || text.size() != 5)
    refuse(table.line_of(key), table.name() + "." + std::string(key) + " is a day such as \"06-30\"");
  return {std::stoi(text.substr(0, 2)), std::stoi(text.substr(3))};
}

std::vector<std::string> read_roles(Table& table, std::string_view key) {
  std::vector<std::string> roles = table.texts(key);
  for (const std::string& role : roles)
    if (!ledger::enum_from_name<ledger::Role>(role))
      refuse(table.line_of(key), table.name() + "." + std::string(key) + ": no role is called \"" + role + "\"");
  return roles;
}

// --- Deadlines

int read_until(Table& table, std::string_view key, int school_day_end) {
  const std::string until = table.text(key);
  if (until == "midnight") return kMinutesPerDay;
  if (until == "school_day_end" && school_day_end == 0)
    refuse(table.line_of(key),
           table.name() + "." + std::string(key) + " is \"school_day_end\", and [school_day] is missing");
  if (until == "school_day_end") return school_day_end;
  const auto minute = parse_minute(until);
  if (!minute)
    refuse(table.line_of(key), table.name() + "." + std::string(key) +
                                   " is \"midnight\", \"school_day_end\" or a time of day such as \"16:00\"");
  return *minute;
}

void read_deadline(Table& table, const Profile& profile, DeadlineRule& out) {
  if (table.has("days_after")) {
    out.days_after = table.number("days_after", 0, kDaysMax);
    const SchoolDayRule& day = profile.school_day;
    out.until_minute = read_until(table, "until", day.end_minute);
    out.second_shift_until_minute = read_until(table, table.has("until_second_shift") ? "until_second_shift" : "until",
                                               day.second_shift_end_minute);
    if (out.second_shift_until_minute < out.until_minute)
      refuse(table.line_of("until_second_shift"), table.name() + ": the second shift's term ends before the first's");
  } else if (table.has("until")) {
    refuse(table.line_of("until"), table.name() + ".until says when a day ends, and days_after is missing");
  }
  if (table.has("hours_after_group_classes"))
    out.hours_after_group_classes = table.number("hours_after_group_classes", 0, 24);
  if (table.has("hours_after_students_classes"))
    out.hours_after_students_classes = table.number("hours_after_students_classes", 0, 24);
  if (!out.days_after && !out.hours_after_group_classes && !out.hours_after_students_classes)
    refuse(table.line(), table.name() +
                             " sets no term: days_after, hours_after_group_classes or "
                             "hours_after_students_classes");
  out.late = table.has("late") ? read_late_policy(table, "late") : profile.late.policy;
  if (out.late == LatePolicy::kNeedsBasis && profile.late.basis.empty())
    refuse(table.line(), table.name() + " needs a basis, and late.basis names none");
}

std::string read_endorsing_role(Table& table, std::string_view key) {
  std::string role = table.text("endorsed_by");
  if (std::find(std::begin(kEndorsingRoles), std::end(kEndorsingRoles), role) == std::end(kEndorsingRoles))
    refuse(table.line_of("endorsed_by"), std::string(key) + ": no role \"" + role + "\" can endorse");
  return role;
}

void read_deadlines(Reader& in) {
  Profile& profile = in.profile;
  if (in.root.has("school_day"))
    in.parameter("school_day", profile.school_day.source, {}, [&](Table& table) {
      profile.school_day.end_minute = read_minute(table, "end");
      profile.school_day.second_shift_end_minute =
          table.has("second_shift_end") ? read_minute(table, "second_shift_end") : profile.school_day.end_minute;
      if (profile.school_day.second_shift_end_minute < profile.school_day.end_minute)
        refuse(table.line_of("second_shift_end"), "school_day: the second shift ends before the first");
    });
  in.parameter("late", profile.late.source, {rule::kBackdated}, [&](Table& table) {
    profile.late.policy = read_late_policy(table, "policy");
    profile.late.basis = table.texts("basis");
    if (profile.late.policy == LatePolicy::kNeedsBasis && profile.late.basis.empty())
      refuse(table.line(), "late.policy needs a basis, and late.basis names none");
    if (table.has("endorsed_by")) profile.late.endorsed_by = read_endorsing_role(table, "late.endorsed_by");
  });
  const struct {
    std::string_view key;
    DeadlineRule Profile::*member;
    std::string_view rule;
  } deadlines[] = {
      {"lesson", &Profile::lesson, rule::kLessonDeadline},
      {"topic", &Profile::topic, rule::kTopicDeadline},
      {"attendance", &Profile::attendance, rule::kAttendanceDeadline},
      {"lesson_mark", &Profile::lesson_mark, rule::kLessonMarkDeadline},
      {"written_work", &Profile::written_work, rule::kWrittenWorkDeadline},
      {"homework", &Profile::homework, rule::kHomeworkDeadline},
      {"information", &Profile::information, rule::kInformationDeadline},
      {"excuse", &Profile::excuse, rule::kExcuseDeadline},
  };
  for (const auto& deadline : deadlines) {
    DeadlineRule& out = profile.*deadline.member;
    in.parameter(deadline.key, out.source, {deadline.rule}, [&](Table& table) { read_deadline(table, profile, out); });
  }
}

// --- Marks

Scale read_scale(Table& table) {
  Scale scale;
  scale.name = table.text("name");
  if (table.has("values")) {
    scale.values = table.texts("values");
    if (scale.values.empty()) refuse(table.line_of("values"), "scale \"" + scale.name + "\" allows nothing");
    if (table.has("min") || table.has("max"))
      refuse(table.line(), "scale \"" + scale.name + "\" is a list of values or a range, not both");
  } else {
    scale.range.emplace(table.number("min", 0, 1000), table.number("max", 0, 1000));
    if (scale.range->first >= scale.range->second)
      refuse(table.line_of("max"), "scale \"" + scale.name + "\": max is not above min");
  }
  table.done();
  return scale;
}

void read_scales(Table& root, Profile& profile) {
  for (Table& table : root.tables("scales")) {
    Scale scale = read_scale(table);
    if (profile.find_scale(scale.name) != nullptr)
      refuse(table.line_of("name"), "scale \"" + scale.name + "\" is defined twice");
    profile.scales.push_back(std::move(scale));
  }
}

void read_marks(Reader& in) {
  Profile& profile = in.profile;
  read_scales(in.root, profile);
  in.parameter("marks", profile.marks.source, {rule::kSecondMark}, [&](Table& table) {
    profile.marks.default_scale = table.text("default_scale");
    profile.marks.max_per_cell = table.number("max_per_cell", 1, 10);
    profile.marks.cell_is_lesson = table.flag("cell_is_lesson");
    profile.marks.own_scales = table.flag("own_scales");
    if (profile.find_scale(profile.marks.default_scale) == nullptr)
      refuse(table.line_of("default_scale"), "no scale is called \"" + profile.marks.default_scale + "\"");
  });
  in.parameter("banned_entries", profile.banned_entries.source, {rule::kBannedEntry}, [&](Table& table) {
    profile.banned_entries.values = table.texts("values");
    for (const Scale& scale : profile.scales)
      for (const std::string& value : profile.banned_entries.values)
        if (scale.allows(value))
          refuse(table.line_of("values"), "\"" + value + "\" is banned, yet scale \"" + scale.name + "\" allows it");
  });
  in.parameter("unmarked", profile.unmarked.source, {rule::kUnmarkedGrade}, [&](Table& table) {
    profile.unmarked.grades = table.numbers("grades", 1, kGradeMax);
    profile.unmarked.first_half_of = table.numbers("first_half_of", 1, kGradeMax);
    for (const int grade : profile.unmarked.first_half_of)
      if (std::find(profile.unmarked.grades.begin(), profile.unmarked.grades.end(), grade) !=
          profile.unmarked.grades.end())
        refuse(table.line_of("first_half_of"), "unmarked: grade " + std::to_string(grade) + " is named twice");
  });
  in.parameter("makeup", profile.makeup.source,
               {rule::kAbsenceNotExcused, rule::kMakeupOfAnotherLesson, rule::kMakeupNeeded, rule::kMakeupByTeacher},
               [&](Table& table) {
                 profile.makeup.by_commission = table.flag("by_commission");
                 profile.makeup.only_excused = table.flag("only_excused");
                 profile.makeup.required = table.flag("required");
               });
  in.parameter("missed_attestation", profile.missed_attestation.source, {rule::kAttestationWithoutReferral},
               [&](Table& table) { profile.missed_attestation.referral = table.flag("referral"); });
}

void read_correction(Table& table, CorrectionRule& rule) {
  constexpr CorrectionMode kModes[] = {CorrectionMode::kForbidden, CorrectionMode::kReasonAndApproval};
  rule.mode = kModes[table.choice("mode", {"forbidden", "reason_and_approval"})];
  if (rule.mode == CorrectionMode::kForbidden && table.has("endorsed_by"))
    refuse(table.line_of("endorsed_by"), "correction.endorsed_by has no meaning where corrections are forbidden");
  if (rule.mode != CorrectionMode::kReasonAndApproval) return;
  rule.endorsed_by = read_endorsing_role(table, "correction.endorsed_by");
}

void read_corrections(Reader& in) {
  Profile& profile = in.profile;
  in.parameter("correction", profile.correction.source, {rule::kCorrectionForbidden},
               [&](Table& table) { read_correction(table, profile.correction); });
  in.parameter("correction_of_absence", profile.correction_of_absence.source, {}, [&](Table& table) {
    constexpr AbsenceCorrectionMode kModes[] = {AbsenceCorrectionMode::kWithTeacher,
                                                AbsenceCorrectionMode::kByClassTeacher};
    profile.correction_of_absence.mode = kModes[table.choice("mode", {"with_teacher", "by_class_teacher"})];
  });
}

// --- Periods

void read_period_mark(Table& table, Profile& profile) {
  PeriodMarkRule& rule = profile.period_mark;
  constexpr PeriodMarkTime kTimes[] = {PeriodMarkTime::kLastDays, PeriodMarkTime::kSetDates};
  rule.when = kTimes[table.choice("when", {"last_days", "set_dates"})];
  rule.late = table.has("late") ? read_late_policy(table, "late") : profile.late.policy;
  if (rule.when == PeriodMarkTime::kSetDates) return;
  rule.window_days = table.number("window_days", 1, kDaysMax);
  rule.days_before_holidays = table.number("days_before_holidays", 0, kDaysMax);
  if (rule.days_before_holidays >= rule.window_days)
    refuse(table.line(), "period_mark: the window closes before it opens");
}

void read_period_kinds(Table& table, PeriodKindRule& rule) {
  constexpr std::string_view kKinds[] = {"quarter", "half_year", "semester"};
  for (const std::string& text : table.texts("grades")) {  // "2-9 semester"
    PeriodKindRule::Grades grades;
    const auto dash = text.find('-');
    const auto space = text.find(' ');
    const auto number = [&](std::size_t from, std::size_t to, int& into) {
      const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, into);
      return error == std::errc() && end == text.data() + to;
    };
    const bool formed = dash != std::string::npos && space != std::string::npos && dash < space &&
                        number(0, dash, grades.from) && number(dash + 1, space, grades.to);
    if (formed) grades.kind = text.substr(space + 1);
    if (!formed || grades.from < 1 || grades.from > grades.to || grades.to > kGradeMax ||
        std::find(std::begin(kKinds), std::end(kKinds), grades.kind) == std::end(kKinds))
      refuse(table.line_of("grades"), "period_kinds.grades holds \"" + text +
                                          "\"; it is written \"2-9 semester\" (quarter, half_year, semester)");
    if (!rule.kinds.empty() && grades.from <= rule.kinds.back().to)
      refuse(table.line_of("grades"), "period_kinds.grades overlap or are out of order");
    rule.kinds.push_back(std::move(grades));
  }
}

void read_periods(Reader& in) {
  Profile& profile = in.profile;
  in.parameter("period_mark", profile.period_mark.source,
               {rule::kPeriodMarkDeadline, rule::kPeriodMarkEarly, rule::kAttestationMarkDeadline},
               [&](Table& table) { read_period_mark(table, profile); });
  in.parameter("minimum_marks", profile.minimum_marks.source, {rule::kTooFewMarks, rule::kWorksUnaccounted},
               [&](Table& table) {
                 MinimumMarksRule& rule = profile.minimum_marks;
                 rule.at_one_hour = table.number("at_one_hour", 0, 50);
                 rule.at_two_hours = table.number("at_two_hours", 0, 50);
                 rule.above = table.number("above", 0, 50);
                 rule.account = table.flag("account");
                 if (rule.at_one_hour > rule.at_two_hours || rule.at_two_hours > rule.above)
                   refuse(table.line(), "minimum_marks: fewer marks are asked for at more hours");
               });
  in.parameter("period_kinds", profile.period_kinds.source, {rule::kPeriodKind},
               [&](Table& table) { read_period_kinds(table, profile.period_kinds); });
}

// --- Plans and structure

void read_plans(Reader& in) {
  Profile& profile = in.profile;
  in.parameter("plan", profile.plan.source, {rule::kPlanDeadline},
               [&](Table& table) { profile.plan.days_before_year = table.number("days_before_year", 0, kDaysMax); });
  in.parameter("plan_hours", profile.plan_hours.source, {rule::kPlanHoursDiffer},
               [&](Table& table) { profile.plan_hours.equal_curriculum = table.flag("equal_curriculum"); });
  in.parameter("topics", profile.topics.source, {rule::kTopicNotInPlan}, [&](Table& table) {
    profile.topics.mode = table.choice("mode", {"shown", "strict"}) == 1 ? TopicsMode::kStrict : TopicsMode::kShown;
  });
  in.parameter("homework_form", profile.homework_form.source, {rule::kHomeworkKindMissing},
               [&](Table& table) { profile.homework_form.kind_required = table.flag("kind_required"); });
  in.parameter("work_form", profile.work_form.source, {rule::kWorkUntitled}, [&](Table& table) {
    profile.work_form.titled = table.flag("titled");
    profile.work_form.numbered = table.flag("numbered");
  });
  in.parameter("language", profile.language.source, {rule::kNotRussian}, [&](Table& table) {
    profile.language.russian_only = table.choice("records", {"any", "russian"}) == 1;
  });
}

void read_structure(Reader& in) {
  Profile& profile = in.profile;
  in.parameter("subgroup_moves", profile.subgroup_moves.source, {rule::kSubgroupMoveMidPeriod}, [&](Table& table) {
    constexpr SubgroupMoves kMoves[] = {SubgroupMoves::kAnyTime, SubgroupMoves::kPeriodEndOnly};
    profile.subgroup_moves.when = kMoves[table.choice("when", {"any_time", "period_end_only"})];
  });
  in.parameter("subgroup_split", profile.subgroup_split.source, {}, [&](Table& table) {
    profile.subgroup_split.signed_by = read_roles(table, "signed_by");
    if (profile.subgroup_split.signed_by.empty())
      refuse(table.line_of("signed_by"), "subgroup_split is signed by nobody");
  });
  in.parameter("year", profile.year.source, {rule::kYearWindow, rule::kYearDeadline}, [&](Table& table) {
    profile.year.confirmed_by = read_roles(table, "confirmed_by");
    if (!table.has("open_from") && !table.has("open_to")) return;
    profile.year.window = {read_month_day(table, "open_from"), read_month_day(table, "open_to")};
    if (profile.year.window->second < profile.year.window->first)
      refuse(table.line(), "year: the window closes before it opens");
  });
  in.parameter("seen", profile.seen.source, {rule::kSeenTooOld}, [&](Table& table) {
    profile.seen.max_age_minutes = table.number("max_age_minutes", 1, kDaysMax * kMinutesPerDay);
  });
}

// --- Access, copies, terms

void read_keeping(Reader& in) {
  Profile& profile = in.profile;
  in.parameter("compromise", profile.compromise.source, {rule::kAccountVoid, rule::kCompromiseReportDeadline},
               [&](Table& table) {
                 profile.compromise.report_working_days = table.number("report_working_days", 0, 30);
                 profile.compromise.voids = table.flag("voids");
               });
  in.parameter("operations", profile.operations.source, {},
               [&](Table& table) { profile.operations.acknowledged = table.flag("acknowledged"); });
  in.parameter("declined_access", profile.declined_access.source, {},
               [&](Table& table) { profile.declined_access.written = table.flag("written"); });
  in.parameter("visibility", profile.visibility.source, {},
               [&](Table& table) { profile.visibility.days = table.number("days", 0, 30); });
  in.parameter("retention", profile.retention.source, {}, [&](Table& table) {
    profile.retention.journal_years = table.number("journal_years", 0, kYearsMax);
    profile.retention.summary_years = table.number("summary_years", 0, kYearsMax);
    profile.retention.study_years = table.number("study_years", 0, kYearsMax);
  });
  in.parameter("copies", profile.copies.source, {}, [&](Table& table) {
    profile.copies.media = table.number("media", 1, 10);
    profile.copies.rooms = table.number("rooms", 1, 10);
    profile.copies.signed_copies = table.flag("signed");
    if (profile.copies.rooms > profile.copies.media) refuse(table.line(), "copies: more rooms than copies");
  });
}

constexpr int kFirstMonthOfYear = 8;  // of a school year
int school_year_order(MonthDay day) { return (day.month + (day.month < kFirstMonthOfYear ? 12 : 0)) * 31 + day.day; }

DutyRule read_duty(Table& table, const DutySpec& spec) {
  DutyRule duty;
  duty.id = spec.id;
  duty.source = table.source();
  constexpr Every kEvery[] = {Every::kDay, Every::kWeek, Every::kMonth, Every::kQuarter, Every::kPeriod, Every::kYear};
  if (table.has("every"))
    duty.every = kEvery[table.choice("every", {"day", "week", "month", "quarter", "period", "year"})];
  if (table.has("by")) duty.by = read_month_day(table, "by");
  if (table.has("from")) duty.from = read_month_day(table, "from");
  if (table.has("at_period_end")) duty.at_period_end = table.flag("at_period_end");
  if (spec.id == "inspection" && table.has("note")) duty.note = table.flag("note");
  if (duty.from && !duty.by)
    refuse(table.line_of("from"), table.name() + " begins on a day and never ends: by is missing");
  if (duty.from && duty.by && school_year_order(*duty.by) < school_year_order(*duty.from))
    refuse(table.line_of("from"), table.name() + " begins after its day: from is later than by");
  if (duty.by && duty.every != Every::kNever)
    refuse(table.line(), table.name() + " is due by a day of the year or every so often, not both");
  if (duty.asked()) {
    duty.who = read_roles(table, "who");
    if (duty.who.empty()) refuse(table.line_of("who"), table.name() + " is nobody's");
  }
  duty.ru = spec.title.ru;
  duty.en = spec.title.en;
  if (duty.asked() && !duty.source.silent) {
    duty.ru = table.text("ru");
    duty.en = table.text("en");
  } else if (!duty.asked() && !duty.source.silent) {
    refuse(table.line(), table.name() + " names a clause and asks nothing: every or by");
  }
  table.done();
  return duty;
}

void read_duties(Reader& in) {
  Table duties = in.root.table("duties");
  for (const DutySpec& spec : kDutySpecs) {
    if (spec.may_be_missing && !duties.has(spec.id)) {
      DutyRule nothing;
      nothing.id = spec.id;
      nothing.source.silent = true;
      in.profile.duties.emplace(spec.id, std::move(nothing));
      continue;
    }
    Table table = duties.table(spec.id);
    in.profile.duties.emplace(spec.id, read_duty(table, spec));
  }
  duties.done();
}

// Rules that no parameter brought: words of the regulation where it has some, ours otherwise.
void read_rules(Reader& in) {
  Table rules = in.root.table("rules");
  for (const RuleSpec& spec : rule_specs()) {
    if (in.profile.rules.contains(spec.id)) continue;
    if (!rules.has(spec.id)) {
      in.profile.rules.emplace(spec.id, Reader::our_words({.clause = {}, .silent = true}, spec.id));
      continue;
    }
    Table table = rules.table(spec.id);
    in.words(table, table.source(), spec.id);
    table.done();
  }
  rules.done();
}

std::string read_id(Table& root) {
  std::string id = root.text("id");
  const bool good = id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good) refuse(root.line_of("id"), "id is up to 32 of a–z, 0–9 and -");
  return id;
}

Profile read_profile(const Layers& layers) {
  Profile profile;
  Table root(layers.merged, "", layers.ids);
  root.number("format", 1, 1);
  profile.id = read_id(root);
  profile.extends = layers.extends;
  profile.title_ru = root.text("title_ru");
  profile.title_en = root.text("title_en");
  profile.regulation_sha256 = root.text("regulation_sha256");
  if (!fixed_from_hex<Hash>(profile.regulation_sha256))
    refuse(root.line_of("regulation_sha256"), "regulation_sha256 is 64 hexadecimal digits, lower case");
  Reader in{root, profile};
  read_deadlines(in);
  read_marks(in);
  read_corrections(in);
  read_periods(in);
  read_plans(in);
  read_structure(in);
  read_keeping(in);
  read_duties(in);
  read_rules(in);
  root.done();
  return profile;
}

}  // namespace

std::span<const DutySpec> duty_specs() { return kDutySpecs; }

bool Scale::allows(std::string_view value) const {
  if (!range) return std::find(values.begin(), values.end(), value) != values.end();
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool one_spelling = error == std::errc() && std::to_string(number) == value;
  return one_spelling && end == value.data() + value.size() && number >= range->first && number <= range->second;
}

std::string Scale::describe() const {
  if (range) return std::to_string(range->first) + "–" + std::to_string(range->second);
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ", ") + value;
  return out;
}

const Rule& Profile::rule(std::string_view rule_id) const {
  const auto found = rules.find(rule_id);
  LETOPIS_ASSERT(found != rules.end());
  return found->second;
}

const Scale* Profile::find_scale(std::string_view name) const {
  for (const Scale& scale : scales)
    if (scale.name == name) return &scale;
  return nullptr;
}

Result<Profile> parse_profile(std::string_view toml, std::string_view name, const BaseTexts& bases) {
  const auto refused = [&](const toml::source_region& place, std::string_view reason) {
    return fail("bad_profile", (place.path ? *place.path : std::string(name)) + ":" +
                                   std::to_string(std::max(place.begin.line, 1u)) + ": " + std::string(reason));
  };
  try {
    Profile profile = read_profile(read_layers(toml, name, bases));
    profile.toml = toml;
    profile.hash = signing::sha256(as_bytes(toml));
    return profile;
  } catch (const toml::parse_error& error) {
    return refused(error.source(), error.description());
  } catch (const Refusal& refusal) {
    return refused(refusal.place, refusal.reason);
  }
}

std::optional<std::string_view> builtin_profile(std::string_view id) {
  for (const BuiltinProfile& profile : builtin_profiles())
    if (profile.id == id) return as_text({profile.bytes, profile.size});
  return std::nullopt;
}

std::optional<std::string_view> builtin_by_hash(const Hash& hash) {
  for (const BuiltinProfile& profile : builtin_profiles())
    if (const ByteView text(profile.bytes, profile.size); signing::sha256(text) == hash) return as_text(text);
  return std::nullopt;
}

std::vector<std::string_view> builtin_profile_ids() {
  std::vector<std::string_view> ids;
  for (const BuiltinProfile& profile : builtin_profiles()) ids.push_back(profile.id);
  return ids;
}

}  // namespace letopis::commands
