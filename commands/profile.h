#pragma once
// A regulation profile: what one institution's own regulation asks of its journal, as data that `decide` takes.
//
// A profile is a TOML text (commands/profiles/r000.toml; docs/profiles.md describes every key). It goes into the log by
// its hash and into the blob store by its exact bytes, so an audit years later judges by the very text that was in force.
// Every parameter and every rule either names the clause it stands on ("r000 3.3") or says that the regulation is silent
// and the value is ours: nothing invents a clause.
//
// Everything here is a value: no I/O, no clock, safe to share between threads once parsed.

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/words.h"

namespace letopis::commands {

inline constexpr std::size_t kProfileSizeMaxBytes = 256 * 1024;

using letopis::Language;  // the languages messages are written in; records themselves follow LanguageRule

// Ids of rules, as events carry them and as profiles name them. A profile holds a message for each, and no other.
namespace rule {
// Who, by which key, in which capacity.
inline constexpr std::string_view kKeyRevoked = "key_revoked";
inline constexpr std::string_view kNotEntitled = "not_entitled";
inline constexpr std::string_view kNotOwnGroup = "not_own_group";
inline constexpr std::string_view kNotOwnSubject = "not_own_subject";
inline constexpr std::string_view kNotEnrolled = "not_enrolled";
// What is referred to, and what is there already.
inline constexpr std::string_view kUnknownReference = "unknown_reference";
inline constexpr std::string_view kDuplicateEntry = "duplicate_entry";
inline constexpr std::string_view kSecondMark = "second_mark";
inline constexpr std::string_view kSecondLesson = "second_lesson";
inline constexpr std::string_view kInvalidValue = "invalid_value";
inline constexpr std::string_view kBannedEntry = "banned_entry";
inline constexpr std::string_view kNotRussian = "not_russian";
inline constexpr std::string_view kPersonUnknown = "person_unknown";
inline constexpr std::string_view kPersonExists = "person_exists";
inline constexpr std::string_view kRoleUnknown = "role_unknown";
inline constexpr std::string_view kGroupExists = "group_exists";
inline constexpr std::string_view kPeriodOverlap = "period_overlap";
inline constexpr std::string_view kDictionaryUnknown = "dictionary_unknown";
inline constexpr std::string_view kSchoolExists = "school_exists";
inline constexpr std::string_view kStateClash = "state_clash";
// When it may happen at all.
inline constexpr std::string_view kOutsideTimetable = "outside_timetable";
inline constexpr std::string_view kFutureEntry = "future_entry";
inline constexpr std::string_view kRetroactiveEffect = "retroactive_effect";
inline constexpr std::string_view kSubgroupMoveMidPeriod = "subgroup_move_mid_period";
inline constexpr std::string_view kNoBasis = "no_basis";
inline constexpr std::string_view kSeenTooOld = "seen_too_old";
inline constexpr std::string_view kSeenUnknown = "seen_unknown";
// Corrections and second signatures.
inline constexpr std::string_view kAlreadyDecided = "already_decided";
inline constexpr std::string_view kTargetMissing = "target_missing";
inline constexpr std::string_view kCannotAnnul = "cannot_annul";
inline constexpr std::string_view kCorrectionForbidden = "correction_forbidden";
inline constexpr std::string_view kAlreadyEndorsed = "already_endorsed";
inline constexpr std::string_view kCannotEndorseOwn = "cannot_endorse_own";
// Invitations.
inline constexpr std::string_view kInvitationUnknown = "invitation_unknown";
inline constexpr std::string_view kInvitationExpired = "invitation_expired";
inline constexpr std::string_view kInvitationUsed = "invitation_used";
inline constexpr std::string_view kInvitationRevoked = "invitation_revoked";
inline constexpr std::string_view kInvitationSuperseded = "invitation_superseded";
// Deadlines.
inline constexpr std::string_view kLessonMarkDeadline = "lesson_mark_deadline";
inline constexpr std::string_view kWrittenWorkDeadline = "written_work_deadline";
inline constexpr std::string_view kAttendanceDeadline = "attendance_deadline";
inline constexpr std::string_view kHomeworkDeadline = "homework_deadline";
inline constexpr std::string_view kLessonDeadline = "lesson_deadline";
inline constexpr std::string_view kTopicDeadline = "topic_deadline";
inline constexpr std::string_view kRemarkDeadline = "remark_deadline";
inline constexpr std::string_view kExcuseDeadline = "excuse_deadline";
}  // namespace rule

// A rule, the values its messages may use, separated by spaces (what message_values gives), and what lists and reports call it.
// Values are texts ready to show (format_local, format_day); never a name or any other personal data.
// A rule that came later brings words for the profiles that were adopted before it.
struct RuleSpec {
  std::string_view id;
  std::string_view placeholders;
  std::string_view title_ru, title_en;
  std::string_view ru = {}, en = {};
};
std::span<const RuleSpec> rule_specs();
std::string_view rule_title(std::string_view id, Language language);  // the id itself for a rule that is not ours

// Where a requirement comes from: a clause of the regulation, or our default where the regulation is silent.
struct Source {
  std::string clause;  // "r000 3.3"; empty when silent
  bool silent = false;
  bool operator==(const Source&) const = default;
};

struct Rule {
  std::string id;
  std::string clause;  // empty when silent
  bool silent = false;
  std::string message_ru;
  std::string message_en;
};

// The message with every {name} replaced by its value; a value that is missing shows as "—".
std::string render_message(const Rule& rule, Language language, const std::map<std::string, std::string>& values);

// What becomes of an entry that comes after its deadline.
enum class LatePolicy {
  kMarkLate = 1,    // accepted, shown as late with how late
  kNeedsBasis = 2,  // accepted (as late) only with a basis, else refused: no_basis
  kRefuse = 3,      // refused by the deadline's rule
};

// A deadline, counted from a day: the day of the lesson, the day a written work was held, the day of an absence.
// At least one of days_after and hours_after_group_classes is there; where both are, the earlier instant is the deadline.
// An entry is timely when recorded_at <= deadline.
struct DeadlineRule {
  Source source;
  std::optional<int> days_after;  // local calendar days
  int until_minute = 0;           // of the day that days_after ends on; 1440 = its last midnight. With days_after only
  std::optional<int>
      hours_after_group_classes;            // after the end of that group's last class of the day, by the timetable
  LatePolicy late = LatePolicy::kMarkLate;  // the profile's own, unless the deadline names another
};

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
  std::string default_scale;  // one of Profile::scales
  int max_per_cell = 1;       // marks of one student for one part of one work
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

struct BannedEntries {
  Source source;
  std::vector<std::string> values;  // "осв.", "н/а": no entry of a cell may be one of these
};

struct SeenRule {
  Source source;
  int max_age_minutes = 0;  // how old the checkpoint may be that a statement says its author has seen
};

struct PeriodMarkRule {
  Source source;
  int window_days = 0;           // counted back from the last day of the period, that day included
  int days_before_holidays = 0;  // given at least so many days before the holidays begin
};

enum class SubgroupMoves { kAnyTime = 1, kPeriodEndOnly = 2 };
struct SubgroupMoveRule {
  Source source;
  SubgroupMoves when = SubgroupMoves::kAnyTime;
};

struct LanguageRule {
  Source source;
  bool russian_only = false;  // topics and homework must hold Cyrillic letters: not_russian
};

struct SchoolDayRule {
  Source source;
  int end_minute = 0;  // of the local day; what `until = "school_day_end"` means
};

struct LateRule {
  Source source;
  LatePolicy policy = LatePolicy::kMarkLate;
};

struct Profile {
  std::string id;  // "r000"
  std::string title_ru, title_en;
  std::string regulation_sha256;  // of the regulation's text this profile was written from, in hexadecimal
  std::string toml;               // the exact bytes it was parsed from
  Hash hash;                      // SHA-256 of them

  SchoolDayRule school_day;
  LateRule late;
  DeadlineRule lesson;        // lesson_recorded, from the day of the lesson
  DeadlineRule topic;         // from the day of the lesson
  DeadlineRule attendance;    // attendance_taken, absence_recorded, lateness_recorded, from the day of the lesson
  DeadlineRule lesson_mark;   // from the day of the lesson
  DeadlineRule written_work;  // marks of a work whose kind is written, from the day it was held
  DeadlineRule homework;      // from the lesson it was given in
  DeadlineRule remark;        // from the day of the lesson
  DeadlineRule excuse;        // from the last day of the absence
  CorrectionRule correction;
  AbsenceCorrectionRule correction_of_absence;
  MarkRule marks;
  std::vector<Scale> scales;
  BannedEntries banned_entries;
  SeenRule seen;
  PeriodMarkRule period_mark;
  SubgroupMoveRule subgroup_moves;
  LanguageRule language;
  std::map<std::string, Rule, std::less<>> rules;  // one for every rule_specs() entry

  // `id` must be one of the constants in namespace rule: every parsed profile holds all of them.
  const Rule& rule(std::string_view id) const;
  const Scale* find_scale(std::string_view name) const;  // null when there is none
};

// Parses strictly: unknown keys, wrong types, values out of range, a requirement that has neither clause nor
// `silent = true` (or both), clauses of another regulation, placeholders a rule does not offer, rules missing or unknown,
// and parameters that contradict each other are all refused. `name` is what the error calls the text.
// Error "bad_profile": "<name>:<line>: <reason>".
Result<Profile> parse_profile(std::string_view toml, std::string_view name);

// The profiles built into the program, by id ("r000"): the exact text of commands/profiles/<id>.toml.
std::optional<std::string_view> builtin_profile(std::string_view id);
std::vector<std::string_view> builtin_profile_ids();  // sorted

}  // namespace letopis::commands
