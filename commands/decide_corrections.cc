// Corrections, annulments, second signatures (events.md: "Generic").

#include <algorithm>

#include "commands/families.h"
#include "ledger/schema/codec.h"

namespace letopis::commands {

using namespace ledger;
using projections::EntryRef;

namespace {

template <class T>
bool is_a(const EntryRef& ref) {
  static const auto kIndex = static_cast<std::uint8_t>(Body(T{}).index());
  return ref.type == kIndex;
}

const EntryRef* standing_target(Case& c, const Id& target) {
  const EntryRef* ref = c.state.entry(target);
  if (!c.require(ref != nullptr, rule::kTargetMissing)) return nullptr;
  if (!c.require(ref->standing && !ref->pending, rule::kAlreadyDecided)) return nullptr;
  return ref;
}

// The class teacher corrects absences, never marks (r000 3.2).
void by_entitled_author(Case& c, const EntryRef& ref) {
  const bool presence = is_a<AbsenceRecorded>(ref) || is_a<LatenessRecorded>(ref);
  if (c.st.acting_as == Role::kClassTeacher) {
    c.require(presence, rule::kNotEntitled);
    const Id klass = c.state.class_of(ref.student, c.today);
    c.require(!klass.is_zero() && c.state.is_class_teacher(c.st.author, klass, c.today), rule::kNotOwnGroup);
    return;
  }
  if (const auto* work = c.state.work(ref.subject)) {
    const auto* lesson = c.state.lesson(work->lesson);
    const bool own = work->author == c.st.author || teaches(c.state, c.st.author, work->group, c.today) ||
                     (lesson != nullptr && keeps_lesson(c.state, c.st.author, *lesson, c.today));
    c.require(own, rule::kNotOwnGroup);
  } else if (const auto* lesson = c.state.lesson(ref.subject)) {
    c.require(keeps_lesson(c.state, c.st.author, *lesson, c.today), rule::kNotOwnGroup);
  } else {
    c.require(ref.author == c.st.author, rule::kNotOwnGroup);
  }
}

// A class teacher who teaches the own class: there is nobody else to ask.
bool is_both(const Case& c, const EntryRef& ref) {
  const auto* lesson = c.state.lesson(ref.subject);
  return lesson != nullptr && keeps_lesson(c.state, c.st.author, *lesson, c.today) &&
         c.state.is_class_teacher(c.st.author, c.state.class_of(ref.student, c.today), c.today);
}

Role role_named(const std::string& name) { return enum_from_name<Role>(name).value_or(Role::kDeputyHead); }

}  // namespace

namespace {

// The marks a teacher gave, of whatever kind.
bool is_mark(const EntryRef& ref) {
  return is_a<MarkGiven>(ref) || is_a<MakeupMarkGiven>(ref) || is_a<PeriodMarkGiven>(ref) ||
         is_a<AttestationMarkGiven>(ref) || is_a<FinalMarkGiven>(ref) || is_a<CourseworkGraded>(ref);
}

// By the regulation that was in force before the lesson, work or end of the period the entry is about, and not once that is
// closed.
void judge_by_target(Case& c, const EntryRef& ref) {
  if (const auto* work = c.state.work(ref.subject)) {
    c.by_profile_before(work->held_on, work->starts);
    require_open(c, work->group, work->held_on, ref.student);
  } else if (const auto* lesson = c.state.lesson(ref.subject)) {
    c.by_profile_before(lesson->date, lesson->starts);
    require_open(c, lesson->group, lesson->date, ref.student);
  } else if (const auto* period = is_a<PeriodMarkGiven>(ref) ? period_of_result(c.state, ref) : nullptr) {
    c.by_profile_before(period->to, projections::midnight(c.state, period->to + 1));
    c.require(!c.state.attestation().closed(period->id), rule::kPeriodClosed);
  }
}

// A mark is changed by a new entry that a deputy signs, where the regulation lets it be changed at all.
void correct_mark(Case& c, const EntryRef& ref, const EntryCorrected& b) {
  c.require(c.profile->correction.mode != CorrectionMode::kForbidden, rule::kCorrectionForbidden);
  if (!b.withdrawn) {
    const auto* work = c.state.work(ref.subject);
    require_on_scale(c, work == nullptr ? std::string_view() : std::string_view(work->scale), b.value);
  }
  c.await(role_named(c.profile->correction.endorsed_by));
}

// What is said anew of a topic or a homework is held to the same rules as what was said first, and is as late as it is.
void correct_text(Case& c, const EntryRef& ref, const EntryCorrected& b) {
  const auto* lesson = c.state.lesson(ref.subject);
  const bool topic = is_a<TopicSet>(ref);
  if (!b.withdrawn) {
    require_russian(c, b.value);
    if (topic && lesson != nullptr) require_topic_of_plan(c, *lesson, b.value);
  }
  if (lesson == nullptr) return;  // a homework posted in advance, of a lesson to come
  c.due(topic ? topic_rule : homework_rule, topic ? rule::kTopicDeadline : rule::kHomeworkDeadline, lesson->date,
        lesson->starts, lesson->group, lesson->ends);
}

}  // namespace

void judge(Case& c, const EntryCorrected& b) {
  const EntryRef* ref = standing_target(c, b.target);
  if (ref == nullptr) return;
  const bool mark = is_mark(*ref);
  const bool presence = is_a<AbsenceRecorded>(*ref) || is_a<LatenessRecorded>(*ref);
  const bool text = is_a<TopicSet>(*ref) || is_a<HomeworkSet>(*ref);
  c.require(mark || presence || text, rule::kCannotCorrect);
  c.require(!c.state.correction_waits(b.target), rule::kCorrectionWaits);
  c.require(b.withdrawn || !b.value.empty() || presence, rule::kInvalidValue);
  // A reason lies under the key of whom it is about, or erasing them would leave it.
  const auto about_another = [&](const Commitment& commitment) { return commitment.person != ref->student; };
  c.require(!(mark || presence) || std::none_of(c.st.commitments.begin(), c.st.commitments.end(), about_another),
            rule::kInvalidValue);
  c.require(b.minutes == 0 || is_a<LatenessRecorded>(*ref), rule::kInvalidValue);
  by_entitled_author(c, *ref);
  judge_by_target(c, *ref);
  // An absence stays where a make-up stands on it (r004 п2 2.9).
  if (is_a<AbsenceRecorded>(*ref) && b.withdrawn && c.profile->makeup.required && !c.refused())
    c.require(marks_in_lesson(c.state, ref->subject, ref->student) == 0, rule::kAbsenceAndMark);
  if (c.refused()) return;
  if (mark) correct_mark(c, *ref, b);
  if (text) correct_text(c, *ref, b);
  const bool together = c.profile->correction_of_absence.mode == AbsenceCorrectionMode::kWithTeacher;
  if (presence && together && !is_both(c, *ref))
    c.await(c.st.acting_as == Role::kClassTeacher ? Role::kTeacher : Role::kClassTeacher);
}

namespace {

// What is written in a journal or diary, and what undoes it. Whatever makes the school has an act of its own for undoing.
bool is_annulled_by_commission(const EntryRef& ref) {
  return is_a<LessonRecorded>(ref) || is_a<TopicSet>(ref) || is_a<AttendanceTaken>(ref) || is_a<AbsenceRecorded>(ref) ||
         is_a<LatenessRecorded>(ref) || is_a<AbsenceExcused>(ref) || is_a<HomeworkSet>(ref) || is_a<WorkPlanned>(ref) ||
         is_a<MarkGiven>(ref) || is_a<MakeupMarkGiven>(ref) || is_a<MarkAwaited>(ref) || is_a<MarkImported>(ref) ||
         is_a<PeriodMarkGiven>(ref) || is_a<PeriodMarkWaived>(ref) || is_a<AttestationMarkGiven>(ref) ||
         is_a<FinalMarkGiven>(ref) || is_a<CourseworkGraded>(ref) || is_a<WrittenWishGiven>(ref) ||
         is_a<RemarkRecorded>(ref) || is_a<EntryCorrected>(ref) || is_a<EntryAnnulled>(ref);
}

}  // namespace

void judge(Case& c, const EntryAnnulled& b) {
  const EntryRef* ref = c.state.entry(b.target);
  if (!c.require(ref != nullptr, rule::kTargetMissing)) return;
  c.require(ref->standing, rule::kAlreadyDecided);
  c.require(is_annulled_by_commission(*ref), rule::kCannotAnnul);
  c.require(!c.waits<EntryAnnulled>([&](const EntryAnnulled& other) { return other.target == b.target; }),
            rule::kCorrectionWaits);
}

namespace {

bool leads(const Case& c, const Id& klass) {
  return !klass.is_zero() && c.state.is_class_teacher(c.st.author, klass, c.today);
}

// A member of an examination commission signs for it alone; whatever else a commission signs is for those granted that role.
void commission_of(Case& c, const Statement& st) {
  const auto* mark = std::get_if<AttestationMarkGiven>(&st.body);
  if (mark == nullptr)
    return void(c.require(c.state.has_role(c.st.author, Role::kCommission, c.today, c.st.branch), rule::kNotEntitled));
  const auto* commission = c.state.attestation().commission(mark->commission);
  c.require(commission != nullptr && std::find(commission->members.begin(), commission->members.end(), c.st.author) !=
                                         commission->members.end(),
            rule::kNotAddressee);
}

// A teacher signs for the own lesson or group, a class teacher for the own class, a commission for what is before it.
void second_signer_of(Case& c, const Statement& st, const EntryRef& target) {
  if (c.st.acting_as == Role::kCommission) commission_of(c, st);
  const auto* split = std::get_if<SubgroupsSplit>(&st.body);
  if (c.acting(kTeaching)) {
    if (split != nullptr)
      c.require(
          std::any_of(split->parts.begin(), split->parts.end(),
                      [&](const SubgroupPart& part) { return teaches(c.state, c.st.author, part.group, c.today); }),
          rule::kNotOwnGroup);
    if (const auto* lesson = c.state.lesson(target.subject))
      c.require(keeps_lesson(c.state, c.st.author, *lesson, c.today), rule::kNotOwnGroup);
  }
  if (c.st.acting_as == Role::kClassTeacher)
    c.require(leads(c, split != nullptr ? split->klass : c.state.class_of(target.student, c.today)),
              rule::kNotOwnGroup);
}

}  // namespace

void judge(Case& c, const Endorsed& b) {
  const auto* pending = c.state.pending(b.target);
  if (pending == nullptr) {
    const EntryRef* ref = c.state.entry(b.target);
    c.refuse(ref == nullptr ? rule::kTargetMissing : rule::kAlreadyDecided);
    return;
  }
  const Id signer = c.st.acting_as == Role::kRoot ? c.st.key : c.st.author;
  const auto* target = c.state.entry(b.target);
  // A second signature is somebody else's; root keys speak for themselves, one signature each.
  const auto pending_statement = decode_statement(pending->statement);
  LETOPIS_ASSERT(pending_statement.has_value());  // it was decoded when it was recorded
  const bool own =
      c.st.acting_as == Role::kRoot ? pending_statement->key == c.st.key : pending_statement->author == c.st.author;
  c.require(!own, rule::kCannotEndorseOwn);
  c.require(std::find(pending->endorsed_by.begin(), pending->endorsed_by.end(), signer) == pending->endorsed_by.end(),
            rule::kAlreadyEndorsed);
  c.require(projections::awaited_by(pending->awaits, c.st.acting_as, pending->type) != pending->awaits.end(),
            rule::kNotEntitled);
  // What was withdrawn or annulled since is not corrected any more.
  const auto* corrected = std::get_if<EntryCorrected>(&pending_statement->body);
  const auto* annulled = std::get_if<EntryAnnulled>(&pending_statement->body);
  if (b.approve && (corrected != nullptr || annulled != nullptr)) {
    const EntryRef* of = c.state.entry(corrected != nullptr ? corrected->target : annulled->target);
    c.require(of != nullptr && of->standing, rule::kAlreadyDecided);
  }
  if (c.refused() || target == nullptr) return;
  second_signer_of(c, *pending_statement, *target);
}

// Whoever made an entry adds a file to it: a scan, a worksheet.
void judge(Case& c, const FileAttached& b) {
  const EntryRef* ref = c.state.entry(b.target);
  if (!c.require(ref != nullptr && ref->standing, rule::kTargetMissing)) return;
  c.require(ref->author == c.st.author, rule::kNotOwnGroup);
}

}  // namespace letopis::commands
