// The values a rule's message shows: dates in the reader's order, roles by their names, never a name or a value of a pupil
// other than the one the author just sent.

#include <algorithm>

#include "commands/decide_case.h"
#include "commands/shape.h"
#include "commands/titles.h"
#include "ledger/trust_policy.h"

namespace letopis::commands {

using namespace ledger;
using projections::SchoolState;

namespace {

std::string titles(RoleSet set, Language language) {
  std::string text;
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); (set & role_bit(role)) != 0)
      (text += text.empty() ? "" : ", ") += role_title(role, language);
  return text;
}

std::string duration(std::int64_t seconds, Language language) {
  const bool ru = language == Language::kRussian;
  const std::int64_t minutes = (seconds + 59) / 60;
  const std::int64_t days = minutes / (24 * 60);
  const std::int64_t hours = minutes / 60 % 24;
  std::string text;
  if (days > 0) text += std::to_string(days) + (ru ? " дн. " : " d ");
  if (hours > 0) text += std::to_string(hours) + (ru ? " ч " : " h ");
  if (days == 0) text += std::to_string(minutes % 60) + (ru ? " мин" : " min");
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string basis_titles(const std::vector<std::string>& kinds, Language language) {
  if (kinds.empty())
    return language == Language::kRussian ? "такого документа регламент не называет"
                                          : "the regulation names no such document";
  std::string text;
  for (const std::string& kind : kinds) (text += text.empty() ? "" : ", ") += basis_title(kind, language);
  return text;
}

// The document an entry stands on; any, where the rules name none.
std::string basis_wanted(std::string_view kind, Language language) {
  const bool ru = language == Language::kRussian;
  if (kind.empty())
    return ru ? "приказ, протокол, справка, заявление или другой документ с номером и датой"
              : "an order, protocol, certificate, request or other document with number and date";
  std::string text = std::string(basis_title(kind, language)) + " (" + std::string(kind) + ")";
  if (kind == kDocument<AttestationMarkGiven>)
    return text + (ru ? " с номером и датой, и в ней номер протокола (order)"
                      : " with number and date, and the number of its protocol (order)");
  return text + (ru ? " с номером и датой" : " with number and date");
}

// --- What an entry speaks of

template <class T>
concept OfDays = requires(const T& body) {
  { body.from } -> std::same_as<const Date&>;
  { body.to } -> std::same_as<const Date&>;
};
template <class T>
concept OfLesson = requires(const T& body) {
  body.lesson;
};
struct Asked {
  const SchoolState& state;
  const Profile& profile;
  const Statement& st;
  std::string_view rule;
  Instant recorded_at;

  Date today() const { return state.local_today(recorded_at); }
};

// When the lesson or the work begins that an entry is about; nothing when it is about none, or about an unknown one.
struct Begins {
  Date date;
  int minute = 0;
};
Begins local_begin(const SchoolState& state, Date date, Instant starts) {
  return {date, local_minute(starts, state.offset(date))};
}
// Where it is held by its place and day (a lesson, homework), or where it stands in the timetable (what changes one lesson).
template <class T>
std::optional<projections::ScheduledLesson> placed(const SchoolState& state, const T& b) {
  if constexpr (OfLesson<T>)
    return held_at(state, b.group, b.date, b.slot, b.lesson);
  else
    return projections::scheduled(state, b.group, b.date, b.slot);
}
template <class T>
std::optional<Begins> begins(const Asked& a, const T& b) {
  if constexpr (OfLesson<T>)
    if (const auto* lesson = a.state.lesson(b.lesson)) return local_begin(a.state, lesson->date, lesson->starts);
  if constexpr (requires { b.work; })
    if (const auto* work = a.state.work(b.work)) return local_begin(a.state, work->held_on, work->starts);
  if constexpr (requires { b.slot; }) {
    if (const auto lesson = placed(a.state, b)) return local_begin(a.state, lesson->date, lesson->starts);
    if constexpr (requires { b.start; }) return Begins{b.date, b.start.value};
    return Begins{b.date, 0};
  }
  if constexpr (requires { b.week; }) return Begins{b.week, 0};
  return std::nullopt;
}

// The day of what a correction is about: its lesson or work.
Date day_of_target(const Asked& a, const Id& target) {
  const auto* entry = a.state.entry(target);
  if (entry == nullptr) return {};
  if (const auto* work = a.state.work(entry->subject)) return work->held_on;
  const auto* lesson = a.state.lesson(entry->subject);
  return lesson == nullptr ? Date{} : lesson->date;
}

// The day an entry speaks of.
template <class T>
Date day_of(const Asked& a, const T& b) {
  // Enrolment is asked of the day a mark is given.
  if (std::is_same_v<T, MarkGiven> && a.rule == rule::kNotEnrolled) return a.today();
  if (const auto begin = begins(a, b)) return begin->date;
  if constexpr (std::is_same_v<T, EntryCorrected>)
    if (const auto on = day_of_target(a, b.target); on.days != 0) return on;
  if constexpr (std::is_same_v<T, ArchiveDeposited>) return b.from;
  if constexpr (requires { b.held_on; })
    if (b.held_on.days != 0) return b.held_on;
  if constexpr (OfDays<T>)
    if (b.to.days != 0) return b.to;
  return a.st.effective_from.days != 0 ? a.st.effective_from : a.today();
}

// --- What an entry refers to and the journal does not hold, or holds otherwise

// The first reference that leads nowhere; where all lead somewhere, the one the entry is chiefly about, which is looked at last.
class References {
 public:
  template <class FixedId>
  void look(const char* ru, const char* en, const FixedId& id, bool known) {
    if (missing_ || id.is_zero()) return;
    missing_ = !known;
    ru_ = ru, en_ = en, id_ = id.view();
  }
  void unnamed(std::string ru, std::string en) {
    if (missing_) return;
    missing_ = true;
    ru_ = std::move(ru), en_ = std::move(en), id_ = {};
  }
  Words words() const {
    if (ru_.empty()) return {"одна из её ссылок", "one of its references"};
    const std::string id = id_.empty() ? std::string() : " " + to_hex(id_);
    return {ru_ + id, en_ + id};
  }

 private:
  bool missing_ = false;
  std::string ru_, en_;
  ByteView id_;
};

// What came before it, which only the books of the office, of plans and of attestations know.
template <class T>
void look_at_earlier(const T& b, References& all) {
  if constexpr (requires { b.report; }) all.look("отчёт", "report", b.report, true);
  if constexpr (requires { b.request; }) all.look("заявление", "request", b.request, true);
  if constexpr (requires { b.referral; }) all.look("направление", "referral", b.referral, true);
  if constexpr (requires { b.commission; }) all.look("комиссия", "commission", b.commission, true);
  if constexpr (requires { b.debt; }) all.look("задолженность", "debt", b.debt, true);
  if constexpr (requires { b.plan; }) all.look("план", "plan", b.plan, true);
  if constexpr (requires { b.continues; }) all.look("часть плана", "part of a plan", b.continues, true);
  if constexpr (requires { b.coursework; }) all.look("курсовая работа", "coursework", b.coursework, true);
  if constexpr (requires { b.task; }) all.look("задание", "task", b.task, true);
  if constexpr (requires { b.submission; }) all.look("сданная работа", "submission", b.submission, true);
  if constexpr (requires { b.substitution; }) all.look("замена", "substitution", b.substitution, true);
  if constexpr (requires { b.consent; }) all.look("согласие", "consent", b.consent, true);
  if constexpr (requires { b.announcement; }) all.look("объявление", "announcement", b.announcement, true);
  if constexpr (requires { b.document; }) all.look("документ", "document", b.document, true);
  if constexpr (requires { b.inspection; }) all.look("проверка", "inspection", b.inspection, true);
  if constexpr (requires { b.notice; }) all.look("уведомление", "notice", b.notice, true);
  if constexpr (requires { b.homework; }) all.look("домашнее задание", "homework", b.homework, true);
  if constexpr (std::is_same_v<T, OperationsAcknowledged>) {
    const std::string number = std::to_string(b.up_to);
    all.unnamed("запись № " + number, "entry " + number);
  }
}

template <class T>
Words first_missing(const Asked& a, const T& b) {
  References all;
  if (a.state.key(a.st.key) == nullptr && !std::is_same_v<T, KeyEnrolled>)
    all.look("ключ подписи", "signing key", a.st.key, false);
  look_at_earlier(b, all);
  if constexpr (requires { b.group; }) all.look("группа", "group", b.group, a.state.group(b.group) != nullptr);
  if constexpr (OfLesson<T>) {
    const auto* lesson = a.state.lesson(b.lesson);
    all.look("урок", "lesson", b.lesson, lesson != nullptr && lesson->standing);
  }
  if constexpr (requires { b.work; }) {
    const auto* work = a.state.work(b.work);
    all.look("работа", "work", b.work, work != nullptr && work->standing);
  }
  if constexpr (requires { b.same_as; }) all.look("та же работа", "the same work", b.same_as, false);
  if constexpr (requires { b.period; }) all.look("период", "period", b.period, a.state.period(b.period) != nullptr);
  if constexpr (requires { b.absence; }) {
    const auto* absence = a.state.entry(b.absence);
    all.look("пропуск", "absence", b.absence, absence != nullptr && absence->standing);
  }
  if constexpr (requires { b.branch; })
    if (!b.branch.empty() && !a.state.branches().contains(b.branch)) all.unnamed("филиал", "branch");
  if (!a.st.branch.empty() && !a.state.branches().contains(a.st.branch)) all.unnamed("филиал", "branch");
  if constexpr (requires { b.klass; }) {
    all.look("класс", "class", b.klass, a.state.klass(b.klass) != nullptr);
    if (b.klass.is_zero()) all.unnamed("класс не назван", "no class is named");
  }
  if constexpr (requires { b.classes; })
    for (const Id& klass : b.classes) all.look("класс", "class", klass, a.state.klass(klass) != nullptr);
  if constexpr (requires { b.target; }) {
    const auto* entry = a.state.entry(b.target);
    all.look("запись", "entry", b.target, entry != nullptr && entry->standing);
  }
  if constexpr (std::is_same_v<T, KeyRevoked>) all.look("ключ", "key", b.key, a.state.key(b.key) != nullptr);
  if constexpr (std::is_same_v<T, ProfileAdopted>) all.look("регламент", "profile", b.profile, false);
  return all.words();
}

template <class T>
Words reference(const Asked& a, const T& b) {
  if (std::is_same_v<T, AttendanceTaken> && a.rule == rule::kStateClash)
    return {"на этом уроке отмечены отсутствующие", "absences stand in this lesson"};
  if (a.rule == rule::kStateClash)
    if (const auto begin = begins(a, b)) {
      const std::string day = format_day(begin->date);
      return {"урок " + day + " отменён", "the lesson of " + day + " is cancelled"};
    }
  if (std::is_same_v<T, TimetableChanged> && a.rule == rule::kTargetMissing)
    return {"у группы ещё нет расписания", "the group has no timetable yet"};
  return first_missing(a, b);
}

// --- Who may make an entry

// Who is entitled to exactly this one, where that is fewer than sign entries of its type.
template <class T>
RoleSet entitled(const Asked& a, const T& b) {
  const RoleSet signers = right_for(a.st.body).signers;
  if constexpr (std::is_same_v<T, Endorsed>) {
    const auto* pending = a.state.pending(b.target);
    RoleSet awaited = 0;
    if (pending != nullptr)
      for (const Role role : pending->awaits) awaited |= role_bit(role);
    return awaited == 0 ? signers : awaited;
  } else if constexpr (std::is_same_v<T, EntryCorrected>) {
    return signers & ~role_bit(Role::kClassTeacher);  // who corrects absences and lateness only
  } else if constexpr (std::is_same_v<T, RoleGranted> || std::is_same_v<T, RoleRevoked>) {
    return signers & ~role_bit(Role::kAdministrator);  // who gives no role that runs the school
  } else if constexpr (std::is_same_v<T, InvitationIssued>) {
    return signers & ~role_bit(Role::kAdministrator);  // who invites staff
  } else {
    return signers;
  }
}

template <class T>
std::string required(const Asked& a, const T& b, Language language) {
  const RoleSet signers = right_for(a.st.body).signers;
  const bool wrong_capacity = (role_bit(a.st.acting_as) & signers) == 0;
  return titles(wrong_capacity ? signers : entitled(a, b), language);
}

// Where an author holds the role they claim, when it is in a branch that the entry does not name; empty: nowhere.
std::string_view held_in_branch(const Asked& a) {
  const auto* person = a.state.person(a.st.author);
  if (person == nullptr) return {};
  for (const auto& grant : person->roles)
    if (grant.role == a.st.acting_as && !grant.branch.empty() && grant.branch != a.st.branch && !grant.revoked &&
        grant.from <= a.today() && a.today() <= grant.to)
      return grant.branch;
  return {};
}

// What somebody can do who claims a role that is not theirs: sign in one that is, where such a one may make this entry.
std::string instead_of_claim(const Asked& a, Language language) {
  const bool ru = language == Language::kRussian;
  if (const auto branch = held_in_branch(a); !branch.empty())
    return (ru ? "она у вас в филиале " : "you hold it in the branch ") + std::string(branch) +
           (ru ? ", назовите его в записи (branch)" : ", name that one in the entry (branch)");
  RoleSet own = 0;
  for (const Role role : capacities(a.state, a.st.author, a.today())) own |= role_bit(role);
  own &= right_for(a.st.body).signers & ~role_bit(a.st.acting_as);
  if (own != 0) return (ru ? "внесите её в своей роли: " : "make it in a role of yours: ") + titles(own, language);
  return ru ? "внести её может тот, у кого эта роль есть; если она должна быть у вас, обратитесь к администратору школы"
            : "who holds it can make the entry; if it should be yours, ask the school's administrator";
}

// The capacity the author claims, and whether they hold it at all: on this day, in the branch they act for.
std::string acting_as(const Asked& a, Language language) {
  std::string text(role_title(a.st.acting_as, language));
  const bool by_key_alone = a.st.acting_as == Role::kRoot || a.st.acting_as == Role::kService;
  if (by_key_alone || holds(a.state, a.st.author, a.st.acting_as, a.today(), a.st.branch)) return text;
  const bool ru = language == Language::kRussian;
  text += (ru ? ", но " : ", and on ") + format_day(a.today());
  if (!a.st.branch.empty()) text += (ru ? " в филиале " : " in the branch ") + std::string(a.st.branch);
  if (a.st.branch.empty() && !held_in_branch(a).empty()) text += ru ? " для всей школы" : " for the whole school";
  return text + (ru ? " этой роли у вас нет: " : " you do not hold that role: ") + instead_of_claim(a, language);
}

// --- Values

// A value that is refused for what the school holds: not of the scale, past the parts of the work, before its lesson, …
template <class T>
Misfit misfit_here(const Asked& a, const T& b) {
  if constexpr (std::is_same_v<T, MarkGiven> || std::is_same_v<T, EntryCorrected>) {
    const projections::Work* work = nullptr;
    if constexpr (std::is_same_v<T, MarkGiven>) {
      work = a.state.work(b.work);
      if (work != nullptr && b.part > work->parts)
        return {{"часть " + std::to_string(b.part), "part " + std::to_string(b.part)},
                {"1–" + std::to_string(work->parts), "1–" + std::to_string(work->parts)}};
    } else {
      const auto* entry = a.state.entry(b.target);
      for (const auto& commitment : a.st.commitments)
        if (entry != nullptr && !entry->student.is_zero() && commitment.person != entry->student)
          return {{"закрытый текст о другом человеке", "a sealed text about somebody else"},
                  {"тексты о том, о ком запись", "texts about whom the entry is about"}};
      if (b.minutes != 0 && (entry == nullptr || entry->type != Body(LatenessRecorded{}).index())) {
        const std::string minutes = std::to_string(b.minutes);
        return {{"минут: " + minutes, minutes + " minutes"},
                {"минуты — только у опоздания", "minutes of lateness only"}};
      }
      if (b.value.empty()) return {{"без значения", "no value"}, {"новый текст или отметка", "a new text or mark"}};
      if (entry != nullptr) work = a.state.work(entry->subject);
    }
    const auto scale = find_scale(a.state, a.profile, work == nullptr ? std::string_view() : work->scale);
    const std::string allowed = scale ? scale->describe() : std::string();
    return {{std::string(b.value), std::string(b.value)}, {allowed, allowed}};
  } else if constexpr (std::is_same_v<T, LessonRecorded>) {
    if (const auto held = held_at(a.state, b.group, b.date, b.slot, b.lesson)) {
      const std::string id = to_hex(held->id.view());
      return {{to_hex(b.lesson.view()), to_hex(b.lesson.view())}, {"урок расписания " + id, "the timetable's " + id}};
    }
    const std::string times = format_minute(b.start.value) + "–" + format_minute(b.end.value);
    return {{times, times}, {"начало раньше конца", "the start before the end"}};
  } else if constexpr (std::is_same_v<T, HomeworkSet>) {
    const std::string due = format_day(b.due);
    const std::string day = format_day(day_of(a, b));
    const std::string limit = std::to_string(kPlanAheadMaxDays);
    if (b.due > day_of(a, b))
      return {{"срок " + due, "due " + due},
              {"не дальше " + limit + " дней от урока", "at most " + limit + " days after the lesson"}};
    return {{"срок " + due, "due " + due}, {"не раньше урока " + day, "not before the lesson of " + day}};
  } else if constexpr (std::is_same_v<T, InspectionHeld>) {
    for (const auto& finding : b.findings)
      if (finding.due.days != 0 && finding.due < a.today())
        return {{"срок " + format_day(finding.due), "due " + format_day(finding.due)},
                {"срок устранения не раньше сегодняшнего дня", "a finding's term, today or later"}};
    return {};
  } else if constexpr (std::is_same_v<T, LessonMoved>) {
    const std::string to = (b.new_date.days == 0 ? "?" : format_day(b.new_date)) + ", " + std::to_string(b.new_slot);
    return {{to, to},
            {"сегодня или позже, в учебный день, на урок, для которого есть звонок",
             "today or later, on a school day, at a slot that has a bell"}};
  } else if constexpr (std::is_same_v<T, WorkPlanned>) {
    const auto* other = a.state.work(b.same_as);
    if (const auto* lesson = a.state.lesson(b.lesson);
        lesson != nullptr && b.held_on.days != 0 && b.held_on != lesson->date) {
      const std::string named = format_day(b.held_on), held = format_day(lesson->date);
      return {{named, named}, {"день её урока: " + held, "the day of its lesson: " + held}};
    }
    const std::string day = format_day(day_of(a, b)), limit = std::to_string(kPlanAheadMaxDays);
    if (other != nullptr && other->held_on != day_of(a, b)) {
      const std::string theirs = format_day(other->held_on);
      return {{day, day}, {"день той же работы: " + theirs, "the day of the same work: " + theirs}};
    }
    return {{day, day}, {"не дальше " + limit + " дней", "at most " + limit + " days ahead"}};
  } else if constexpr (std::is_same_v<T, AttestationMarkGiven>) {
    const auto* year = a.state.year(a.today());
    const std::string held = format_day(b.held_on), from = year == nullptr ? "—" : format_day(year->from);
    return {{held, held}, {"день этого учебного года, с " + from, "a day of this school year, from " + from}};
  } else if constexpr (std::is_same_v<T, CompromiseReported>) {
    return {{"без даты", "no date"}, {"день, когда стало известно", "the day one learned of it"}};
  } else if constexpr (std::is_same_v<T, ProfileAdopted>) {
    return {{std::string(b.name), std::string(b.name)}, {"имя из текста профиля", "the name in the profile's text"}};
  } else if constexpr (requires { b.value; }) {
    const auto scale = find_scale(a.state, a.profile, {});
    return {{std::string(b.value), std::string(b.value)}, {scale->describe(), scale->describe()}};
  } else {
    return {};
  }
}

// The code that no dictionary holds, and the ones that do.
struct Code {
  std::string_view dictionary, code;
};
template <class T>
Code code_of(const Asked&, const T&) {
  return {};
}
Code code_of(const Asked&, const LessonRecorded& b) { return {"lesson_kind", b.kind}; }
Code code_of(const Asked&, const AbsenceRecorded& b) { return {"absence_code", b.code}; }
Code code_of(const Asked&, const AbsenceExcused& b) { return {"excuse_kind", b.kind}; }
Code code_of(const Asked&, const HomeworkSet& b) { return {"homework_kind", b.kind}; }
Code code_of(const Asked&, const MaterialPublished& b) { return {"material_kind", b.kind}; }
Code code_of(const Asked&, const IndividualModeSet& b) { return {"individual_mode", b.kind}; }
Code code_of(const Asked&, const AttestationRequested& b) { return {"attestation_form", b.form}; }
Code code_of(const Asked&, const AttestationMarkGiven& b) { return {"attestation_form", b.form}; }
Code code_of(const Asked&, const SectionsVerified& b) { return {"section", b.section}; }
Code code_of(const Asked& a, const InspectionHeld& b) {
  if (!a.state.codes("inspection_kind").empty() && a.state.dictionary("inspection_kind", b.kind) == nullptr)
    return {"inspection_kind", b.kind};
  for (const auto& finding : b.findings)
    if (a.state.dictionary("finding_kind", finding.kind) == nullptr) return {"finding_kind", finding.kind};
  return {};
}
Code code_of(const Asked&, const ViolationReported& b) { return {"finding_kind", b.kind}; }
Code code_of(const Asked&, const ReportIssued& b) { return {"report_kind", b.kind}; }
Code code_of(const Asked&, const ConsentGiven& b) { return {"consent_kind", b.kind}; }
Code code_of(const Asked&, const NoticeServed& b) { return {"notice_kind", b.kind}; }
Code code_of(const Asked&, const RemarkRecorded& b) { return {"remark_kind", b.kind}; }
Code code_of(const Asked& a, const WorkPlanned& b) {
  if (a.state.dictionary("work_kind", b.kind) == nullptr) return {"work_kind", b.kind};
  return {"scale", b.scale};
}
std::string codes(const Asked& a, std::string_view dictionary) {
  std::string text;
  if (dictionary == "scale")
    for (const auto& scale : a.profile.scales) (text += text.empty() ? "" : ", ") += scale.name;
  for (const std::string_view code : a.state.codes(dictionary)) (text += text.empty() ? "" : ", ") += code;
  return text;
}

// From when an act may take effect: the next midnight. A lesson that has not begun can be changed today, one that has not ended
// be taken over by a substitute.
template <class T>
Date earliest_effect(const Asked& a, const T& b) {
  if constexpr (std::is_same_v<T, SubstitutionOrdered>) return a.today();
  if constexpr (std::is_same_v<T, LessonCancelled> || std::is_same_v<T, LessonMoved>)
    if (b.date < a.today()) return a.today();
  return a.today() + 1;
}

// --- What the newer families show

template <class T>
Date date_asked(const Asked&, const T&) {
  return {};
}
const projections::Period* period_of(const Asked& a, const Id& id) { return a.state.period(id); }
Date date_asked(const Asked& a, const PeriodMarkGiven& b) {
  const auto* period = period_of(a, b.period);
  if (period == nullptr) return {};
  return a.rule == rule::kPeriodMarkEarly ? window_of(a.profile.period_mark, *period).opens : period->to;
}
Date date_asked(const Asked& a, const PeriodMarkWaived& b) {
  const auto* period = period_of(a, b.period);
  if (period == nullptr) return {};
  return a.rule == rule::kPeriodMarkEarly ? window_of(a.profile.period_mark, *period).opens : period->to;
}
// Of the window that comes next, or of the one that closed last.
Date date_asked(const Asked& a, const FinalMarkGiven&) {
  Date asked{};
  for (const auto& period : a.state.periods()) {
    const Date opens = window_of(a.profile.period_mark, period).opens;
    const bool early = a.rule == rule::kPeriodMarkEarly;
    if (early ? opens > a.today() && (asked.days == 0 || opens < asked) : opens <= a.today() && period.to > asked)
      asked = early ? opens : period.to;
  }
  return asked;
}
Date date_asked(const Asked& a, const MakeupMarkGiven& b) {
  const auto* absence = a.state.entry(b.absence);
  const auto* lesson = absence == nullptr ? nullptr : a.state.lesson(absence->subject);
  const bool of_absence = a.rule == rule::kAbsenceNotExcused || a.rule == rule::kMakeupOfAnotherLesson;
  return lesson == nullptr || !of_absence ? Date{} : lesson->date;
}
Date date_asked(const Asked& a, const AttestationMarkGiven& b) {
  if (a.rule != rule::kAttestationWithoutReferral) return {};
  return attested_with_group(a.state, a.profile, b).value_or(Date{});
}
Date date_asked(const Asked& a, const PlanPublished&) {
  const Date from = a.st.effective_from.days != 0 ? a.st.effective_from : a.today();
  const auto* year = a.rule == rule::kPlanDeadline ? a.state.year(from) : nullptr;
  return year == nullptr ? Date{} : year->from;
}
Date date_asked(const Asked& a, const CompromiseReported& b) {
  return a.rule == rule::kCompromiseReportDeadline || a.rule == rule::kNotYet ? b.learned_on : Date{};
}
Date date_asked(const Asked& a, const PeriodClosed& b) {
  const auto* period = period_of(a, b.period);
  return period == nullptr ? Date{} : period->to;
}
Date date_asked(const Asked& a, const SubstitutionSigned& b) {
  const auto* ordered = a.state.substitution(b.substitution);
  return ordered == nullptr ? Date{} : ordered->place.date;
}
Date date_asked(const Asked& a, const DeadlineExtended& b) { return local_date(b.from, a.state.offset_at(b.from)); }
Date date_asked(const Asked& a, const YearOpened&) { return a.today(); }

using Values = std::map<std::string, std::string>;
template <class T>
void show(const Asked&, const T&, Language, Values&) {}
void show(const Asked& a, const WitnessPolicySet& b, Language language, Values& values) {
  if (a.rule != rule::kBadPolicy) return;
  const auto read = ledger::TrustPolicy::parse(b.policy, b.companion);
  const bool ru = language == Language::kRussian;
  if (!read)
    values["reason"] = read.error().text();
  else if (read->asks_nobody())
    values["reason"] = ru ? "никого не спрашивает (quorum none)" : "it asks nobody (quorum none)";
  else
    values["reason"] = ru ? "свидетелей не больше 63" : "at most 63 witnesses";
}
void show(const Asked& a, const YearOpened& b, Language, Values& values) {
  if (a.rule != rule::kYearWindow || !a.profile.year.window) return;
  const YearWindow window = window_of(a.profile.year, b.from);
  values["from"] = format_day(window.opens);
  values["to"] = format_day(window.closes);
}
void show_kind(const Asked& a, const Id& group, const projections::Period& period, Language language, Values& values) {
  const int grade = grade_of(a.state, group, period.to);
  values["value"] = period_kind_title(period.kind, language);
  values["allowed"] = period_kind_title(period_kind_of(a.profile, grade), language);
}
void show(const Asked& a, const PeriodMarkWaived& b, Language language, Values& values) {
  const auto* period = period_of(a, b.period);
  if (a.rule == rule::kPeriodKind && period != nullptr) show_kind(a, b.group, *period, language, values);
}
void show(const Asked& a, const PeriodMarkGiven& b, Language language, Values& values) {
  const auto* period = period_of(a, b.period);
  if (a.rule == rule::kPeriodKind && period != nullptr) show_kind(a, b.group, *period, language, values);
  if (a.rule != rule::kTooFewMarks || period == nullptr) return;
  const PeriodMarks seen = period_marks(a.state, a.profile, b.group, b.student, *period);
  values["value"] = std::to_string(seen.count);
  values["limit"] = std::to_string(seen.fewest);
}
void show_hours(const Asked& a, const Id& group_id, int hours, Values& values) {
  values["value"] = std::to_string(hours);
  const auto* group = a.state.group(group_id);
  if (group == nullptr) return;
  for (const auto& klass : group->classes)
    if (const auto* item = a.state.plans().item(klass, group->subject_code, a.today() + 1))
      values["allowed"] = std::to_string(item->hours);
}
int hours_of(const std::vector<PlanItem>& items) {
  int hours = 0;
  for (const auto& item : items) hours += item.hours;
  return hours;
}
void show(const Asked& a, const PlanPublished& b, Language, Values& values) {
  if (a.rule != rule::kPlanHoursDiffer) return;
  const auto* earlier = a.state.plans().plan(b.continues);
  show_hours(a, b.group, hours_of(b.items) + (earlier == nullptr ? 0 : earlier->hours()), values);
}
void show(const Asked& a, const PlanAdjusted& b, Language, Values& values) {
  const auto* plan = a.state.plans().plan(b.plan);
  if (a.rule != rule::kPlanHoursDiffer || plan == nullptr) return;
  int hours = plan->hours();
  for (const auto& item : b.items) {
    const auto* line = plan->line(item.number);
    hours += item.hours - (line == nullptr ? 0 : line->hours);
  }
  show_hours(a, plan->group, hours, values);
}
void show(const Asked&, const TopicSet& b, Language, Values& values) { values["value"] = std::string(b.text); }
void show(const Asked& a, const WorkPlanned&, Language language, Values& values) {
  if (a.rule != rule::kWorkUntitled) return;
  const bool ru = language == Language::kRussian;
  const auto& form = a.profile.work_form;
  values["allowed"] = form.numbered ? (ru ? "номер и тема" : "number and title") : (ru ? "тема" : "title");
}
void show(const Asked& a, const LessonRecorded& b, Language language, Values& values) {
  if (a.rule != rule::kSubstitutionUnsaid) return;
  const bool ru = language == Language::kRussian;
  const auto held = held_at(a.state, b.group, b.date, b.slot, b.lesson);
  const bool replaced = held && !held->substitute.is_zero() && held->substitute != held->teacher;
  const std::string whom = replaced ? to_hex(held->teacher.view()) : std::string();
  values["allowed"] = replaced ? (ru ? "substitute_for — " : "substitute_for: ") + whom
                               : (ru ? "в этом уроке никого не замещают" : "nobody is replaced in this lesson");
}
void show(const Asked&, const RetakeScheduled&, Language, Values& values) { values["limit"] = "2"; }

// When the report was received from which on an account is void.
std::string void_since(const Asked& a) {
  const auto from = a.state.office().void_from(a.st.author);
  if (!from) return {};
  const Instant at = a.state.recorded_at(*from);
  return format_local(at, a.state.offset_at(at));
}

// The date of the rule's sentence.
template <class T>
std::string date_shown(const Asked& a, const T& b) {
  const auto local = [&](Instant at) { return format_local(at, a.state.offset_at(at)); };
  if (a.rule == rule::kAccountVoid) return void_since(a);
  if (a.rule == rule::kBasisDate) return format_day(a.st.basis->date);
  if (a.rule == rule::kRetroactiveEffect) return format_day(earliest_effect(a, b));
  if (a.rule == rule::kSeenTooOld)
    return a.st.seen->size < a.state.size() ? local(a.state.recorded_at(a.st.seen->size)) : "?";  // a damaged row
  if (a.rule == rule::kKeyRevoked) {
    const auto* key = a.state.key(a.st.key);
    if constexpr (std::is_same_v<T, KeyRevoked>)
      if (key == nullptr || !key->revoked) key = a.state.key(b.key);
    return key == nullptr ? std::string() : local(key->revoked_at);
  }
  if (const auto asked = date_asked(a, b); asked.days != 0) return format_day(asked);
  if (a.rule == rule::kInvitationExpired) {
    if constexpr (std::is_same_v<T, InvitationIssued>) return local(b.expires);
    if constexpr (requires { b.invitation; })
      if (const auto* invitation = a.state.invitation(b.invitation)) return local(invitation->expires);
  }
  return format_day(day_of(a, b));
}

template <class T>
std::map<std::string, std::string> values_of(const Asked& a, const T& b, Language language) {
  std::map<std::string, std::string> values;
  values["date"] = date_shown(a, b);
  if (const auto begin = begins(a, b)) values["time"] = format_minute(begin->minute);
  if (a.rule == rule::kUnknownReference || a.rule == rule::kTargetMissing || a.rule == rule::kStateClash)
    values["reference"] = reference(a, b).in(language);
  if (a.rule == rule::kInvalidValue || a.rule == rule::kOffScale) {
    const Misfit found = misfit(a.st).value_or(misfit_here(a, b));
    values["value"] = found.value.in(language);
    values["allowed"] = found.allowed.in(language);
  } else if constexpr (requires { b.value; }) {
    values["value"] = std::string(b.value);
  }
  if (a.rule == rule::kNoBasis) values["allowed"] = basis_wanted(kDocument<T>, language);
  if constexpr (requires { b.role; })
    values["role"] = a.rule == rule::kRoleUnknown ? std::string(role_title(b.role, language)) : acting_as(a, language);
  else
    values["role"] = acting_as(a, language);
  if (a.rule == rule::kNotEntitled) values["required"] = required(a, b, language);
  if constexpr (OfDays<T>) {
    values["from"] = format_day(b.from);
    values["to"] = format_day(b.to);
  }
  show(a, b, language, values);
  if (a.rule == rule::kDictionaryUnknown) {
    const Code unknown = code_of(a, b);
    values["code"] = std::string(unknown.code);
    values["allowed"] = codes(a, unknown.dictionary);
  }
  return values;
}

}  // namespace

std::map<std::string, std::string> message_values(const SchoolState& state, const Profile& profile,
                                                  const Statement& statement, std::string_view rule_id,
                                                  Instant deadline, Instant recorded_at, Language language) {
  const Asked asked{state, profile, statement, rule_id, recorded_at};
  auto values = std::visit([&](const auto& body) { return values_of(asked, body, language); }, statement.body);
  if (rule_id == rule::kSeenTooOld) values["limit"] = duration(profile.seen.max_age_minutes * 60LL, language);
  if (rule_id == rule::kSecondMark) values["limit"] = std::to_string(profile.marks.max_per_cell);
  values["clause"] = clause_text(profile.rule(rule_id).clause, language);
  values["recorded"] = format_local(recorded_at, state.offset_at(recorded_at));
  if (rule_id == rule::kBackdated) values["allowed"] = basis_titles(profile.late.basis, language);
  if (deadline.micros != 0) {
    values["deadline"] = format_local(deadline, state.offset_at(deadline));
    values["lateness"] = duration((recorded_at.micros - deadline.micros) / kMicrosPerSecond, language);
  }
  return values;
}

Words message(const SchoolState& state, const Profile& profile, const Statement& statement, std::string_view rule_id,
              Instant deadline, Instant recorded_at) {
  const auto known = profile.rules.find(rule_id);
  if (known == profile.rules.end()) return {};  // a newer version recorded it
  const Rule& rule = known->second;
  const auto in = [&](Language language) {
    return render_message(rule, language,
                          message_values(state, profile, statement, rule_id, deadline, recorded_at, language));
  };
  return {in(Language::kRussian), in(Language::kEnglish)};
}

}  // namespace letopis::commands
