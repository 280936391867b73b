#pragma once
// The rules by which entries are late or refused: their ids, what they are called, and what is said to whoever runs into one.
// A profile (profile.h) gives a rule its clause, and words of its own where its regulation has some.
//
// Ids are for ever: they lie in the log. Words are shown, never recorded.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "signing/base/words.h"

namespace letopis::commands {

using letopis::Language;  // the languages messages are written in; records themselves follow LanguageRule

// Ids, as events carry them and as profiles name them.
namespace rule {
// Who, by which key, in which capacity.
inline constexpr std::string_view kKeyRevoked = "key_revoked";
inline constexpr std::string_view kNotEntitled = "not_entitled";
inline constexpr std::string_view kNotOwnGroup = "not_own_group";
inline constexpr std::string_view kNotOwnSubject = "not_own_subject";
inline constexpr std::string_view kNotEnrolled = "not_enrolled";
inline constexpr std::string_view kNotOwnFamily = "not_own_family";
inline constexpr std::string_view kMinor = "minor";
inline constexpr std::string_view kSubstitutionUnsaid = "substitution_unsaid";
inline constexpr std::string_view kNotTheirLesson = "not_their_lesson";
inline constexpr std::string_view kNotStaff = "not_staff";
inline constexpr std::string_view kPupilOrStaff = "pupil_or_staff";
inline constexpr std::string_view kLastDirector = "last_director";
// What is referred to, and what is there already.
inline constexpr std::string_view kUnknownReference = "unknown_reference";
inline constexpr std::string_view kDuplicateEntry = "duplicate_entry";
inline constexpr std::string_view kSecondMark = "second_mark";
inline constexpr std::string_view kSecondLesson = "second_lesson";
inline constexpr std::string_view kInvalidValue = "invalid_value";
inline constexpr std::string_view kOffScale = "off_scale";
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
inline constexpr std::string_view kNotYet = "not_yet";
inline constexpr std::string_view kRetroactiveEffect = "retroactive_effect";
inline constexpr std::string_view kSubgroupMoveMidPeriod = "subgroup_move_mid_period";
inline constexpr std::string_view kNoBasis = "no_basis";
inline constexpr std::string_view kBasisDate = "basis_date";
inline constexpr std::string_view kBackdated = "backdated";
inline constexpr std::string_view kSeenTooOld = "seen_too_old";
inline constexpr std::string_view kSeenUnknown = "seen_unknown";
// Corrections and second signatures.
inline constexpr std::string_view kAlreadyDecided = "already_decided";
inline constexpr std::string_view kTargetMissing = "target_missing";
inline constexpr std::string_view kCannotAnnul = "cannot_annul";
inline constexpr std::string_view kCannotCorrect = "cannot_correct";
inline constexpr std::string_view kCorrectionWaits = "correction_waits";
inline constexpr std::string_view kCorrectionForbidden = "correction_forbidden";
inline constexpr std::string_view kAlreadyEndorsed = "already_endorsed";
inline constexpr std::string_view kCannotEndorseOwn = "cannot_endorse_own";
// Evidence from outside the operator.
inline constexpr std::string_view kBadPolicy = "bad_policy";
inline constexpr std::string_view kNoPolicy = "no_policy";
inline constexpr std::string_view kEvidenceBad = "evidence_bad";
inline constexpr std::string_view kEvidenceForeign = "evidence_foreign";
inline constexpr std::string_view kEvidenceReplayed = "evidence_replayed";
inline constexpr std::string_view kEvidenceBackdated = "evidence_backdated";
inline constexpr std::string_view kEvidenceAhead = "evidence_ahead";
inline constexpr std::string_view kEvidenceLate = "evidence_late";
// Invitations.
inline constexpr std::string_view kInvitationUnknown = "invitation_unknown";
inline constexpr std::string_view kInvitationWaits = "invitation_waits";
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
inline constexpr std::string_view kInformationDeadline = "information_deadline";
inline constexpr std::string_view kExcuseDeadline = "excuse_deadline";
// What families of their own ask (branches, accounts, years, periods, plans).
inline constexpr std::string_view kNotOwnBranch = "not_own_branch";
inline constexpr std::string_view kAccountVoid = "account_void";
inline constexpr std::string_view kCompromiseReportDeadline = "compromise_report_deadline";
inline constexpr std::string_view kNotAddressee = "not_addressee";
inline constexpr std::string_view kYearWindow = "year_window";
inline constexpr std::string_view kYearDeadline = "year_deadline";
inline constexpr std::string_view kPeriodKind = "period_kind";
inline constexpr std::string_view kPeriodClosed = "period_closed";
inline constexpr std::string_view kPeriodMarkEarly = "period_mark_early";
inline constexpr std::string_view kPeriodMarkDeadline = "period_mark_deadline";
inline constexpr std::string_view kTooFewMarks = "too_few_marks";
inline constexpr std::string_view kWorksUnaccounted = "works_unaccounted";
inline constexpr std::string_view kUnmarkedGrade = "unmarked_grade";
inline constexpr std::string_view kGroupWithoutMarks = "group_without_marks";
inline constexpr std::string_view kAbsenceNotExcused = "absence_not_excused";
inline constexpr std::string_view kMakeupNeeded = "makeup_needed";
inline constexpr std::string_view kAbsenceAndMark = "absence_and_mark";
inline constexpr std::string_view kMakeupByTeacher = "makeup_by_teacher";
inline constexpr std::string_view kMakeupOfAnotherLesson = "makeup_of_another_lesson";
inline constexpr std::string_view kAttestationMarkDeadline = "attestation_mark_deadline";
inline constexpr std::string_view kAttestationWithoutReferral = "attestation_without_referral";
inline constexpr std::string_view kRetakeLimit = "retake_limit";
inline constexpr std::string_view kPlanDeadline = "plan_deadline";
inline constexpr std::string_view kPlanHoursDiffer = "plan_hours_differ";
inline constexpr std::string_view kTopicNotInPlan = "topic_not_in_plan";
inline constexpr std::string_view kHomeworkKindMissing = "homework_kind_missing";
inline constexpr std::string_view kWorkUntitled = "work_untitled";
}  // namespace rule

struct Wording {
  std::string_view ru, en;
  std::string_view in(Language language) const { return language == Language::kRussian ? ru : en; }
};

struct RuleSpec {
  std::string_view id;
  // The values its sentences may show, separated by spaces (what message_values gives): texts ready to show, never a name or
  // any other personal data. Every one may show its {clause}.
  std::string_view placeholders;
  Wording title;    // what lists and reports call it
  Wording message;  // where the profile has no words of its own
};
std::span<const RuleSpec> rule_specs();
const RuleSpec* find_rule_spec(std::string_view id);                  // null for one that is not ours
std::string_view rule_title(std::string_view id, Language language);  // the id itself for a rule that is not ours

// One rule as a profile has it.
struct Rule {
  std::string id;
  std::string clause;  // empty when silent
  bool silent = false;
  std::string message_ru;
  std::string message_en;
};

// The message with every {name} replaced by its value; a value that is missing shows as "—".
std::string render_message(const Rule& rule, Language language, const std::map<std::string, std::string>& values);

// "r001, п. 5.5", "r004, прил. 2, п. 2.12": a clause as people write it; empty gives what stands for silence.
std::string clause_text(std::string_view clause, Language language);

}  // namespace letopis::commands
