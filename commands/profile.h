#pragma once
// A regulation profile: what one institution's own regulation asks of its journal, as data that `decide` takes.
//
// A profile is a TOML text (commands/profiles/r000.toml; docs/profiles.md describes every key). It goes into the log by
// its hash and into the blob store by its exact bytes, so an audit years later judges by the very text that was in force.
// Every parameter either names the clause it stands on ("r000 3.3") and says it in words, or says that the regulation is
// silent and the value is ours: nothing invents a clause.
//
// Everything here is a value: no I/O, no clock, safe to share between threads once parsed.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/rules.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::commands {

inline constexpr std::size_t kProfileSizeMaxBytes = 256 * 1024;
inline constexpr std::size_t kProfileLayersMax = 4;  // a profile, the one it extends, …

// Where a requirement comes from: a clause of the regulation, or our default where the regulation is silent.
struct Source {
  std::string clause;  // "r000 3.3"; empty when silent
  bool silent = false;
  bool operator==(const Source&) const = default;
};

// --- Deadlines -------------------------------------------------------------------------------------------------------

// What becomes of an entry that comes after its deadline.
enum class LatePolicy {
  kMarkLate = 1,    // accepted, shown as late with how late
  kNeedsBasis = 2,  // accepted (as late) only with a basis of LateRule::basis, else refused: backdated
  kRefuse = 3,      // refused: backdated
};
struct LateRule {
  Source source;
  LatePolicy policy = LatePolicy::kMarkLate;
  std::vector<std::string> basis;  // kinds of documents, each with number and date, that kNeedsBasis accepts
  std::string endorsed_by;         // the role that signs what a document lets in; empty: nobody has to
};

struct SchoolDayRule {
  Source source;
  int end_minute = 0;  // of the local day; what `until = "school_day_end"` means
  int second_shift_end_minute = 0;
};

// A deadline, counted from a day: the day of the lesson, the day a written work was held, the day of an absence.
// At least one of days_after and the two kinds of hours is there; where several are, the earliest instant is the deadline.
// An entry is timely when recorded_at <= deadline.
struct DeadlineRule {
  Source source;
  std::optional<int> days_after;  // local calendar days
  int until_minute = 0;           // of the day that days_after ends on; 1440 = its last midnight. With days_after only
  int second_shift_until_minute = 0;                // the same for lessons of a second shift
  std::optional<int> hours_after_group_classes;     // after the last class that day of the classes the group belongs to
  std::optional<int> hours_after_students_classes;  // after the last class that day of any group its students are in
  LatePolicy late = LatePolicy::kMarkLate;          // the profile's own, unless the deadline names another
};

// --- Marks -----------------------------------------------------------------------------------------------------------

// The values a mark may have: a list of spellings, or whole numbers from min to max. Works name their scale; a
// dictionary entry may define more scales than the profile does.
struct Scale {
  std::string name;                 // "2-5", "0-100"
  std::vector<std::string> values;  // empty for a range
  std::optional<std::pair<int, int>> range;

  bool allows(std::string_view value) const;  // one accepted spelling: "5", never "05" or "+5"
  std::string describe() const;               // "2, 3, 4, 5, зач, незач" or "0–100": the value of {allowed}
};

struct MarkRule {
  Source source;
  std::string default_scale;    // one of Profile::scales
  int max_per_cell = 1;         // marks of one student for one part of one work
  bool cell_is_lesson = false;  // … or for all works of a lesson together
  bool own_scales = true;       // works may name scales of the school's dictionary beside the profile's
};

struct BannedEntries {
  Source source;
  std::vector<std::string> values;  // "осв.", "н/а": no entry of a cell may be one of these
};

// Grades in which nobody is marked, and those in which it begins with the second half of the year.
struct UnmarkedRule {
  Source source;
  std::vector<int> grades;
  std::vector<int> first_half_of;
};

// A mark for a lesson missed, given by a protocol into the original topic.
struct MakeupRule {
  Source source;
  bool by_commission = false;  // a commission may give it as well as the teacher
  bool only_excused = false;   // for absences with a valid reason alone
  bool required = false;       // who was absent gets no other mark for the lesson
};

// An attestation missed: application, referral with a date, commission, protocol and exam sheet; or none of it asked.
struct MissedAttestationRule {
  Source source;
  bool referral = false;
};

enum class CorrectionMode { kForbidden = 1, kReasonAndApproval = 2 };
struct CorrectionRule {
  Source source;
  CorrectionMode mode = CorrectionMode::kReasonAndApproval;
  std::string endorsed_by;  // role; empty when forbidden
};

// Who may set an absence right besides the teacher who recorded it.
enum class AbsenceCorrectionMode {
  kWithTeacher = 1,     // the class teacher (curator) together with the subject teacher: the other one endorses
  kByClassTeacher = 2,  // the class teacher alone
};
struct AbsenceCorrectionRule {
  Source source;
  AbsenceCorrectionMode mode = AbsenceCorrectionMode::kWithTeacher;
};

// --- Periods ---------------------------------------------------------------------------------------------------------

// When period marks are given: in the last days of the period, or from day to day as the school set for each period.
enum class PeriodMarkTime { kLastDays = 1, kSetDates = 2 };
struct PeriodMarkRule {
  Source source;
  PeriodMarkTime when = PeriodMarkTime::kLastDays;
  int window_days = 0;           // counted back from the last day of the period, that day included
  int days_before_holidays = 0;  // given at least so many days before the holidays begin
  LatePolicy late = LatePolicy::kMarkLate;
};

// The fewest marks a period mark may stand on, by the subject's hours a week; 0: no minimum.
struct MinimumMarksRule {
  Source source;
  int at_one_hour = 0;
  int at_two_hours = 0;
  int above = 0;
  bool account = false;  // where written, laboratory or practical works were held, one of them marked
};

// Which kinds of periods a grade has ("quarter", "half_year", "semester"); none named for a grade: as the calendar has it.
struct PeriodKindRule {
  Source source;
  struct Grades {
    int from = 0, to = 0;
    std::string kind;
  };
  std::vector<Grades> kinds;
};

// --- Plans -----------------------------------------------------------------------------------------------------------

struct PlanRule {
  Source source;
  int days_before_year = 0;  // a КТП is published so many days before the year begins
};
struct PlanHoursRule {
  Source source;
  bool equal_curriculum = false;  // hours of a КТП are those of the curriculum: plan_hours_differ
};
enum class TopicsMode { kShown = 1, kStrict = 2 };
struct TopicsRule {
  Source source;
  TopicsMode mode = TopicsMode::kShown;  // strict: a topic is an item of the plan, where there is one
};
struct HomeworkFormRule {
  Source source;
  bool kind_required = false;
};
struct WorkFormRule {
  Source source;
  bool titled = false;    // works that are marked «titled» in the dictionary have a title
  bool numbered = false;  // … and a number: «Практическая работа № 5»
};
struct LanguageRule {
  Source source;
  bool russian_only = false;  // topics and homework must hold Cyrillic letters: not_russian
};

// --- Structure -------------------------------------------------------------------------------------------------------

enum class SubgroupMoves { kAnyTime = 1, kPeriodEndOnly = 2 };
struct SubgroupMoveRule {
  Source source;
  SubgroupMoves when = SubgroupMoves::kAnyTime;
};
struct SubgroupSplitRule {
  Source source;
  std::vector<std::string> signed_by;  // roles: one of them proposes, the others sign
};

// A day of any year.
struct MonthDay {
  int month = 0, day = 0;
  auto operator<=>(const MonthDay&) const = default;
};
struct YearRule {
  Source source;
  std::optional<std::pair<MonthDay, MonthDay>> window;  // in which the year is opened; nullopt: any time
  std::vector<std::string> confirmed_by;                // roles that sign it besides the administrator
};

struct SeenRule {
  Source source;
  int max_age_minutes = 0;  // how old the checkpoint may be that a statement says its author has seen
};

// --- Duties that return ----------------------------------------------------------------------------------------------

enum class Every { kNever = 0, kDay, kWeek, kMonth, kQuarter, kPeriod, kYear };
// What somebody has to do again and again, or every year by a day (duties.h says by what it is fulfilled).
struct DutyRule {
  std::string id;  // "inspection"
  Source source;
  Every every = Every::kNever;
  std::optional<MonthDay> from, by;  // of the school year: days from August on belong to its first calendar year
  bool at_period_end = false;        // at the end of every period besides
  bool note = false;                 // of inspections: each ends in a note (справка)
  std::vector<std::string> who;      // roles, as the schema names them
  std::string ru, en;                // what is asked, in a sentence
  bool asked() const { return every != Every::kNever || by.has_value(); }
};
struct DutySpec {
  std::string_view id;
  Wording title;
  bool may_be_missing = false;  // a profile that does not name it asks nothing: it came after the first profiles
};
std::span<const DutySpec> duty_specs();

// --- Access, copies, terms -------------------------------------------------------------------------------------------

struct CompromiseRule {
  Source source;
  int report_working_days = 0;  // from the day one learned of it; 0: no term
  bool voids = true;            // operations after the recorded receipt are void
};
struct OperationsRule {
  Source source;
  bool acknowledged = false;  // a deputy acknowledges every operation of the administrators
};
struct DeclinedAccessRule {
  Source source;
  bool written = false;  // a refusal of electronic access names a written statement
};
struct VisibilityRule {
  Source source;
  int days = 0;  // after which a result is visible at the latest; what is entered appears at once in any case
};
struct RetentionRule {
  Source source;
  int journal_years = 0, summary_years = 0, study_years = 0;  // 0: the archive's own term
};
struct CopiesRule {
  Source source;
  int media = 0, rooms = 0;
  bool signed_copies = false;
};

struct Profile {
  std::string id;  // "r000"
  std::string title_ru, title_en;
  std::string regulation_sha256;  // of the regulation's text this profile was written from, in hexadecimal
  std::string toml;               // the exact bytes it was parsed from
  Hash hash;                      // SHA-256 of them
  std::optional<Hash> extends;    // the profile whose parameters hold where this one sets none

  SchoolDayRule school_day;
  LateRule late;
  DeadlineRule lesson;        // lesson_recorded, from the day of the lesson
  DeadlineRule topic;         // from the day of the lesson
  DeadlineRule attendance;    // attendance_taken, absence_recorded, lateness_recorded, from the day of the lesson
  DeadlineRule lesson_mark;   // from the day of the lesson
  DeadlineRule written_work;  // marks of a work whose kind is written, from the day it was held
  DeadlineRule homework;      // from the lesson it was given in
  DeadlineRule information;   // remarks, written wishes: from the day of the lesson
  DeadlineRule excuse;        // from the last day of the absence
  MarkRule marks;
  std::vector<Scale> scales;
  BannedEntries banned_entries;
  UnmarkedRule unmarked;
  MakeupRule makeup;
  MissedAttestationRule missed_attestation;
  CorrectionRule correction;
  AbsenceCorrectionRule correction_of_absence;
  PeriodMarkRule period_mark;
  MinimumMarksRule minimum_marks;
  PeriodKindRule period_kinds;
  PlanRule plan;
  PlanHoursRule plan_hours;
  TopicsRule topics;
  HomeworkFormRule homework_form;
  WorkFormRule work_form;
  LanguageRule language;
  SubgroupMoveRule subgroup_moves;
  SubgroupSplitRule subgroup_split;
  YearRule year;
  CompromiseRule compromise;
  OperationsRule operations;
  DeclinedAccessRule declined_access;
  VisibilityRule visibility;
  RetentionRule retention;
  CopiesRule copies;
  SeenRule seen;
  std::map<std::string, DutyRule, std::less<>> duties;  // one for every duty_specs() entry
  std::map<std::string, Rule, std::less<>> rules;       // one for every rule_specs() entry

  // `id` must be one of the constants in namespace rule: every parsed profile holds all of them.
  const Rule& rule(std::string_view id) const;
  const Scale* find_scale(std::string_view name) const;  // null when there is none
};

// A profile built into the program whose exact text has this hash.
std::optional<std::string_view> builtin_by_hash(const Hash& hash);

// Parses strictly: unknown keys, wrong types, values out of range, a requirement that has neither clause nor
// `silent = true` (or both), clauses of another regulation, placeholders a rule does not offer, duties and parameters missing
// or unknown, and parameters that contradict each other are all refused. `name` is what the error calls the text.
// Error "bad_profile": "<name>:<line>: <reason>".
//
// A profile that `extends = "r001"` names the exact text it extends by `extends_sha256`; each table it has stands in the place
// of the other's, [rules] and [duties] table by table. `bases` gives that text; it may itself extend another.
using BaseTexts = std::function<std::optional<std::string_view>(const Hash&)>;
Result<Profile> parse_profile(std::string_view toml, std::string_view name, const BaseTexts& bases = builtin_by_hash);

// What the text extends, for those who have to fetch it first; nullopt where it extends nothing or is no profile.
std::optional<Hash> extended_by(std::string_view toml);

// The profiles built into the program, by id ("r000"): the exact text of commands/profiles/<id>.toml.
std::optional<std::string_view> builtin_profile(std::string_view id);
std::vector<std::string_view> builtin_profile_ids();  // sorted

}  // namespace letopis::commands
