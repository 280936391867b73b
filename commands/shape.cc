#include "commands/shape.h"

#include <algorithm>
#include <vector>

#include "commands/files.h"
#include "ledger/limits.h"
#include "projections/evidence_book.h"
#include "signing/note.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr int kLessonSlotsMax = 4;
constexpr int kSlotMax = 16;
constexpr int kLatenessMaxMinutes = 240;
constexpr int kExcuseMaxDays = 120;
constexpr int kSpanMaxDays = 400;
constexpr int kWorkPartsMax = 8;
constexpr int kWorkWeightMax = 1000;
constexpr int kGradeMax = 12;
constexpr int kCurriculumHoursMax = 4000;
constexpr int kPlanLineHoursMax = 400;
constexpr int kOffsetMaxSeconds = 14 * 3600;

using Found = std::optional<Misfit>;

Found number(const char* ru, const char* en, int value, int min, int max) {
  if (value >= min && value <= max) return {};
  const std::string shown = std::to_string(value);
  const std::string allowed = std::to_string(min) + "–" + std::to_string(max);
  return Misfit{{ru + (": " + shown), en + (": " + shown)}, {allowed, allowed}};
}

std::string day(Date date) { return date.days == 0 ? "?" : format_day(date); }

// Both days given, in order, and not further apart than that.
Found span(Date from, Date to, int max_days) {
  if (from.days != 0 && from <= to && to - from <= max_days) return {};
  const std::string shown = day(from) + " – " + day(to);
  const std::string limit = std::to_string(max_days);
  return Misfit{
      {shown, shown},
      {"оба дня по порядку, не больше " + limit + " дней", "both days, in order, at most " + limit + " days"}};
}

// A sealed text that must be there.
Found sealed(const Statement& st, std::string_view field, const char* ru, const char* en) {
  const bool there = std::any_of(st.commitments.begin(), st.commitments.end(),
                                 [&](const Commitment& commitment) { return commitment.field == field; });
  if (there) return {};
  const std::string name(field);
  return Misfit{{"без текста", "no text"},
                {ru + (" (закрытый текст " + name + ")"), en + (" (sealed text " + name + ")")}};
}

// Texts about a person lie under that person's key alone, or erasing the person would leave them.
Found of_nobody_else(const Statement& st, const Id& person) {
  const bool others = std::any_of(st.commitments.begin(), st.commitments.end(),
                                  [&](const Commitment& commitment) { return commitment.person != person; });
  if (!others) return {};
  return Misfit{{"закрытый текст о другом человеке", "a sealed text about somebody else"},
                {"тексты о том, о ком запись", "texts about whom the entry is about"}};
}

Found first_of(Found first, Found second) { return first ? first : second; }

// --- By type

template <class T>
Found of(const Statement&, const T&) {
  return {};
}

Found of(const Statement&, const ZoneOffsetSet& b) {
  if (b.utc_offset >= -kOffsetMaxSeconds && b.utc_offset <= kOffsetMaxSeconds && b.utc_offset % 60 == 0) return {};
  const std::string shown = std::to_string(b.utc_offset);
  return Misfit{{shown + " с", shown + " s"}, {"целые минуты, не больше 14 часов", "whole minutes, at most 14 hours"}};
}
Found of(const Statement& st, const GuardianSet& b) {
  // The log knows no birthdays: the day before the student comes of age is the entry's own last day.
  if (b.access == Access::kUntilAdult && st.effective_to.days == 0)
    return Misfit{{"до совершеннолетия, без дня", "until adulthood, without a day"},
                  {"последний день доступа", "the last day of the access"}};
  if (b.guardian != b.student) return {};
  return Misfit{{"представитель самого себя", "their own guardian"}, {"другой человек", "another person"}};
}
Found of(const Statement&, const YearOpened& b) { return span(b.from, b.to, kSpanMaxDays); }
Found grades(const std::vector<GradeSpan>& spans);
Found of(const Statement&, const PeriodDefined& b) {
  return first_of(span(b.from, b.to, kSpanMaxDays), grades(b.grades));
}
Found of(const Statement&, const CalendarExceptionSet& b) {
  return first_of(first_of(span(b.from, b.to, kSpanMaxDays), number("день недели", "weekday", b.as_weekday, 0, 7)),
                  grades(b.grades));
}

std::string clock(const Bell& bell) { return format_minute(bell.start.value) + "–" + format_minute(bell.end.value); }
Found of(const Statement&, const BellsSet& b) {
  int previous_slot = 0;
  int previous_end = 0;
  for (const auto& bell : b.bells) {
    if (auto found = number("урок", "slot", bell.slot, std::min(previous_slot + 1, kSlotMax), kSlotMax)) return found;
    if (bell.start.value < previous_end || bell.start.value >= bell.end.value)
      return Misfit{{clock(bell), clock(bell)},
                    {"уроки по порядку, без наложений", "lessons in order that do not overlap"}};
    previous_slot = bell.slot;
    previous_end = bell.end.value;
  }
  return {};
}

Found of_slots(const std::vector<Slot>& slots) {
  for (const auto& slot : slots)
    if (auto found = first_of(number("день недели", "weekday", slot.weekday, 1, 7),
                              number("урок", "slot", slot.slot, 1, kSlotMax)))
      return found;
  return {};
}
Found of(const Statement&, const TimetablePublished& b) { return of_slots(b.slots); }
Found of(const Statement&, const TimetableChanged& b) { return of_slots(b.slots); }
Found of(const Statement&, const SubstitutionOrdered& b) {
  if (b.substitute != b.absent) return {};
  return Misfit{{"замена самим собой", "a substitute for themselves"}, {"другой преподаватель", "another teacher"}};
}

Found of(const Statement&, const LessonRecorded& b) {
  if (b.date.days == 0) return Misfit{{"без даты", "no date"}, {"день урока", "the day of the lesson"}};
  return number("уроков подряд", "slots", b.slots, 0, kLessonSlotsMax);
}
Found of(const Statement&, const LatenessRecorded& b) {
  return number("минут", "minutes", b.minutes, 1, kLatenessMaxMinutes);
}
Found of(const Statement& st, const AbsenceExcused& b) {
  return first_of(span(b.from, b.to, kExcuseMaxDays), of_nobody_else(st, b.student));
}
Found of(const Statement& st, const RemarkRecorded& b) {
  if (b.lesson.is_zero() && st.acting_as != Role::kClassTeacher)
    return Misfit{{"без урока", "no lesson"}, {"урок, на котором сделано замечание", "the lesson it was made in"}};
  return first_of(sealed(st, "remark", "замечание", "a remark"), of_nobody_else(st, b.student));
}
Found monday(Date week);
Found of(const Statement&, const DiarySigned& b) { return monday(b.week); }

Found of(const Statement&, const WorkPlanned& b) {
  auto found = first_of(number("частей", "parts", b.parts, 0, kWorkPartsMax),
                        number("вес", "weight", b.weight, 0, kWorkWeightMax));
  if (found || !b.lesson.is_zero() || b.held_on.days != 0) return found;
  return Misfit{{"без даты", "no date"}, {"урок или день проведения", "a lesson, or the day it is held on"}};
}

// --- Structure, plans

Found grades(const std::vector<GradeSpan>& spans) {
  for (const auto& span : spans) {
    if (span.from >= 1 && span.from <= span.to && span.to <= kGradeMax) continue;
    const std::string shown = std::to_string(span.from) + "–" + std::to_string(span.to);
    const std::string allowed = "1–" + std::to_string(kGradeMax);
    return Misfit{{"классы " + shown, "grades " + shown}, {allowed, allowed}};
  }
  return {};
}

Found of(const Statement&, const ClassOpened& b) { return number("класс", "grade", b.grade, 0, kGradeMax); }
Found of(const Statement&, const ClassLabelled& b) { return number("класс", "grade", b.grade, 0, kGradeMax); }
Found of(const Statement&, const StudyScheduleSet& b) {
  Found found;
  Date previous{};
  for (const auto& part : b.spans) {
    if (found) return found;
    found = span(part.from, part.to, kSpanMaxDays);
    if (!found && part.from <= previous)
      found = Misfit{{day(part.from), day(part.from)},
                     {"отрезки по порядку, без наложений", "spans in order that do not overlap"}};
    previous = part.to;
  }
  return found;
}
Found of(const Statement&, const SubgroupsSplit& b) {
  std::vector<Id> all;
  for (const auto& part : b.parts) all.insert(all.end(), part.students.begin(), part.students.end());
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) == all.end()) return {};
  return Misfit{{"обучающийся дважды", "a student twice"}, {"каждый в одной подгруппе", "each in one subgroup"}};
}
Found of(const Statement&, const SubgroupMoved& b) {
  if (b.from != b.to) return {};
  return Misfit{{"та же подгруппа", "the same subgroup"}, {"другая подгруппа", "another subgroup"}};
}

Found of(const Statement&, const CurriculumSet& b) {
  Found found;
  for (const auto& item : b.items)
    if (!found) found = number("часов", "hours", item.hours, 1, kCurriculumHoursMax);
  return found;
}
Found of_plan(const std::vector<PlanItem>& items, int fewest_hours) {
  Found found;
  for (const auto& item : items)
    if (!found) found = number("часов", "hours", item.hours, fewest_hours, kPlanLineHoursMax);
  return found;
}
Found of(const Statement&, const PlanTemplateShared& b) { return of_plan(b.items, 1); }
Found of(const Statement&, const PlanPublished& b) { return of_plan(b.items, 1); }
Found of(const Statement& st, const PlanAdjusted& b) {
  return first_of(of_plan(b.items, 0), sealed(st, "reason", "причина", "a reason"));
}
Found of(const Statement&, const FileAttached& b) {
  if (b.size == 0 || b.size > kBlobSizeMaxBytes) {
    const std::string shown = std::to_string(b.size);
    const std::string limit = std::to_string(kBlobSizeMaxBytes);
    return Misfit{{shown + " Б", shown + " bytes"}, {"1–" + limit + " Б", "1–" + limit + " bytes"}};
  }
  const auto types = media_types();
  if (std::find(types.begin(), types.end(), b.media_type) != types.end()) return {};
  return Misfit{{std::string(b.media_type), std::string(b.media_type)},
                {"PDF, изображение, текст, документ или таблица", "PDF, image, text, document or sheet"}};
}

// --- Marks of periods, attestation

Found of(const Statement&, const ClockFault& b) {
  if (b.kind == projections::kClockJump || b.kind == projections::kClockEvidence || b.kind == projections::kClockAgrees)
    return {};
  const std::string kind = b.kind.empty() ? "?" : std::string(b.kind);
  return Misfit{{kind, kind}, {"jump, evidence, agrees", "jump, evidence, agrees"}};
}
Found of(const Statement& st, const NeighbourGenesis& b) {
  const auto vkey = signing::parse_vkey(b.vkey);
  if (vkey && vkey->type == signing::kNoteTypeEd25519 && vkey->name != st.origin) return {};
  const std::string shown = b.vkey.empty() ? "?" : std::string(b.vkey);
  return Misfit{{shown, shown}, {"открытый ключ другого журнала (vkey)", "the vkey of another log"}};
}
Found of(const Statement& st, const WrittenWishGiven& b) {
  return first_of(sealed(st, "wish", "пожелание", "a wish"), of_nobody_else(st, b.student));
}
Found of(const Statement& st, const PeriodMarkWaived& b) {
  return first_of(sealed(st, "reason", "причина", "a reason"), of_nobody_else(st, b.student));
}
Found of(const Statement&, const ReferralIssued& b) { return span(b.on, b.on, 0); }
Found of(const Statement&, const RetakeScheduled& b) { return span(b.on, b.on, 0); }
Found of(const Statement&, const AttestationMarkGiven& b) { return span(b.held_on, b.held_on, 0); }
Found of(const Statement& st, const AbsenceAnnounced& b) {
  return first_of(span(b.from, b.to, kExcuseMaxDays), of_nobody_else(st, b.student));
}

// --- Control

Found of(const Statement&, const DeadlineExtended& b) {
  constexpr std::int64_t kLongestMicros = 31LL * 24 * 3600 * kMicrosPerSecond;
  if (b.from.micros != 0 && b.from < b.to && b.to <= b.until && b.until.micros - b.from.micros <= kLongestMicros)
    return {};
  return Misfit{
      {format_instant(b.from) + " – " + format_instant(b.to), format_instant(b.from) + " – " + format_instant(b.to)},
      {"начало, конец и срок внесения по порядку, не больше 31 дня",
       "beginning, end and the term of entry in order, at most 31 days"}};
}
Found of(const Statement&, const InspectionHeld& b) {
  auto found = span(b.from, b.to, kSpanMaxDays);
  int expected = 0;
  for (const auto& finding : b.findings)
    if (!found) found = number("замечание №", "finding No.", finding.number, expected + 1, expected + 1), ++expected;
  return found;
}
Found of(const Statement& st, const ViolationReported&) {
  return sealed(st, "violation", "что нарушено", "what was violated");
}
Found of(const Statement& st, const MeasureRecorded& b) {
  return first_of(sealed(st, "measure", "мера", "the measure"), of_nobody_else(st, b.person));
}
Found of(const Statement&, const ReportIssued& b) { return span(b.from, b.to, kSpanMaxDays); }
Found of(const Statement&, const HoursReported& b) { return span(b.from, b.to, kSpanMaxDays); }
Found of(const Statement&, const UsageTotalsFrozen& b) { return span(b.from, b.to, kSpanMaxDays); }
Found of(const Statement&, const ArchiveDeposited& b) { return span(b.from, b.to, kSpanMaxDays); }

// --- Families

Found monday(Date week) {
  if (week.days != 0 && week.weekday() == 1) return {};
  return Misfit{{day(week), day(week)}, {"понедельник недели", "the Monday of a week"}};
}
Found of(const Statement&, const PrintoutHanded& b) { return monday(b.week); }
Found of(const Statement& st, const ContactGiven& b) {
  return first_of(sealed(st, "contact", "контакт", "the contact"), of_nobody_else(st, b.person));
}
Found of(const Statement&, const PersonalDataVerified& b) {
  if (b.klass.is_zero() != b.person.is_zero()) return {};
  return Misfit{{"класс и человек или ни одного", "both or neither"},
                {"класс или один человек", "a class or one person"}};
}
Found of(const Statement& st, const NoticeServed& b) {
  return first_of(sealed(st, "notice", "текст уведомления", "the notice"), of_nobody_else(st, b.student));
}
Found of(const Statement& st, const ConsultationRequested&) { return sealed(st, "question", "вопрос", "a question"); }
Found of(const Statement& st, const ConsultationAnswered&) { return sealed(st, "answer", "ответ", "an answer"); }

Found of(const Statement& st, const EntryCorrected& b) {
  if (!b.withdrawn && b.value.empty() && b.minutes == 0)
    return Misfit{{"без значения", "no value"},
                  {"новое значение или отметка, что запись снята", "a new value, or that the entry is withdrawn"}};
  return sealed(st, "reason", "причина", "a reason");
}

}  // namespace

std::optional<Misfit> misfit(const Statement& statement) {
  const Date from = statement.effective_from;
  const Date to = statement.effective_to;
  if (from.days != 0 && to.days != 0 && to < from)
    return Misfit{{day(from) + " – " + day(to), day(from) + " – " + day(to)}, {"дни по порядку", "days in order"}};
  return std::visit([&](const auto& body) { return of(statement, body); }, statement.body);
}

}  // namespace letopis::commands
