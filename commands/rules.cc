#include "commands/rules.h"

#include <algorithm>

namespace letopis::commands {
namespace {

constexpr std::string_view kLateValues = "date deadline lateness recorded";

constexpr RuleSpec kRuleSpecs[] = {
    {rule::kKeyRevoked,
     "date",
     {"ключ отозван", "key revoked"},
     {"Ключ подписи отозван {date}. Запись не принята: получите новый доступ у ответственного за журнал.",
      "The signing key was revoked on {date}. Not accepted: ask the person responsible for the journal for new "
      "access."}},
    {rule::kNotEntitled,
     "role required",
     {"не та должность", "not in this capacity"},
     {"Такую запись может внести только {required}; вы подписали её как {role}.",
      "Only {required} may make this entry; you are acting as {role}."}},
    {rule::kNotOwnGroup,
     "",
     {"чужая группа", "not their own group"},
     {"Это не ваша группа и не ваш класс: записи ведёт каждый преподаватель, ведущий группу.",
      "This is not your group or class: every teacher keeps the records of their own groups."}},
    {rule::kNotOwnSubject,
     "",
     {"чужой предмет", "not their own subject"},
     {"Этот предмет в группе ведёт другой преподаватель.", "Another teacher teaches this subject in the group."}},
    {rule::kNotOwnFamily,
     "",
     {"не своя семья", "not of one's own family"},
     {"Это можно внести только за себя или за своего ребёнка, к сведениям о котором у вас есть доступ.",
      "This is entered for oneself, or for one's own child whose records one may see."}},
    {rule::kMinor,
     "",
     {"за несовершеннолетнего решает представитель", "a representative decides for a minor"},
     {"До совершеннолетия согласие даёт и отзывает законный представитель.",
      "Until adulthood a legal representative gives and withdraws consents."}},
    {rule::kSubstitutionUnsaid,
     "allowed",
     {"замена не показана", "substitution not shown"},
     {"Замену показывают в момент внесения урока: {allowed}.",
      "A substitution is shown at the moment the lesson is entered: {allowed}."}},
    {rule::kNotTheirLesson,
     "date",
     {"не урок замещаемого", "not a lesson of who is replaced"},
     {"Замещаемый не ведёт этот урок {date}: назовите преподавателя из расписания или нагрузки.",
      "Who is to be replaced does not hold this lesson of {date}: name the teacher of the timetable or of the load."}},
    {rule::kNotStaff,
     "date",
     {"не сотрудник", "not of the staff"},
     {"Замещает сотрудник; на {date} у названного человека нет такой роли.",
      "Staff replace a teacher; on {date} the person named is none of them."}},
    {rule::kNotEnrolled,
     "date",
     {"обучающийся не в этой группе", "student not in the group"},
     {"На {date} обучающийся не состоит в этой группе.", "The student is not a member of this group on {date}."}},
    {rule::kUnknownReference,
     "reference",
     {"ссылка на неизвестное", "refers to something unknown"},
     {"Запись ссылается на то, чего нет в журнале: {reference}.",
      "The entry refers to something the journal does not hold: {reference}."}},
    {rule::kDuplicateEntry,
     "",
     {"такая запись уже есть", "entered already"},
     {"Это уже внесено. Чтобы изменить внесённое, внесите исправление.",
      "This is entered already. To change it, enter a correction."}},
    {rule::kSecondMark,
     "limit",
     {"вторая отметка", "second mark"},
     {"За эту работу отметка уже стоит (допускается не больше {limit}). Чтобы изменить её, внесите исправление.",
      "This work already has its mark (at most {limit} allowed). To change it, enter a correction."}},
    {rule::kSecondLesson,
     "date",
     {"урок уже записан", "lesson recorded already"},
     {"Этот урок уже записан ({date}).", "This lesson is recorded already ({date})."}},
    {rule::kInvalidValue,
     "value allowed",
     {"недопустимое значение", "value not allowed"},
     {"Недопустимое значение «{value}». Допускаются: {allowed}.",
      "The value “{value}” is not allowed. Allowed: {allowed}."}},
    {rule::kBannedEntry,
     "value",
     {"запрещённая запись", "banned entry"},
     {"Запись «{value}» в журнале не допускается.", "The entry “{value}” is banned from the journal."}},
    {rule::kNotRussian,
     "",
     {"запись не на русском языке", "not in Russian"},
     {"Все записи ведутся на русском языке, включая уроки иностранного языка.",
      "All records are kept in Russian, foreign-language lessons included."}},
    {rule::kPersonUnknown,
     "",
     {"человек не зарегистрирован", "person unknown"},
     {"Такого человека нет в списках.", "No such person is registered."}},
    {rule::kPersonExists,
     "",
     {"человек уже зарегистрирован", "person registered already"},
     {"Этот человек уже внесён в списки.", "This person is registered already."}},
    {rule::kRoleUnknown,
     "role",
     {"роль не действует", "role not held"},
     {"Роль «{role}» на момент записи не действует.", "The role “{role}” is not held at the moment of the entry."}},
    {rule::kGroupExists,
     "",
     {"группа уже открыта", "group open already"},
     {"Такая группа уже открыта.", "This group is open already."}},
    {rule::kPeriodOverlap,
     "from to",
     {"периоды пересекаются", "periods overlap"},
     {"Учебный период с {from} по {to} пересекается с другим.", "The period from {from} to {to} overlaps another."}},
    {rule::kDictionaryUnknown,
     "code allowed",
     {"нет в справочнике", "not in the dictionary"},
     {"В справочнике нет значения «{code}». Есть: {allowed}.",
      "The dictionary has no entry “{code}”. It has: {allowed}."}},
    {rule::kSchoolExists,
     "",
     {"школа уже создана", "school created already"},
     {"Школа уже создана: первая запись журнала бывает только одна.",
      "The school exists already: a log has a single first entry."}},
    {rule::kStateClash,
     "reference",
     {"противоречит внесённому", "contradicts what is recorded"},
     {"Запись противоречит уже внесённым: {reference}.",
      "The entry contradicts what is recorded already: {reference}."}},
    {rule::kOutsideTimetable,
     "date",
     {"вне расписания без основания", "outside the timetable, no basis"},
     {"Урока {date} нет в расписании: укажите основание (замена, перенос, приказ).",
      "The timetable has no such lesson on {date}: name a basis (substitution, move, order)."}},
    {rule::kFutureEntry,
     "date time",
     {"раньше урока", "before the lesson"},
     {"Урок ещё не начался ({date}, {time}): отметки и посещаемость ставятся во время урока или после него.",
      "The lesson has not begun ({date}, {time}): marks and attendance are entered during the lesson or after it."}},
    {rule::kNotYet,
     "date",
     {"ещё не наступило", "not yet"},
     {"{date} ещё не наступило: об этом записывают не раньше.",
      "{date} is still to come: nothing is entered about it before."}},
    {rule::kRetroactiveEffect,
     "date",
     {"задним числом", "retroactive"},
     {"Правила, календарь и расписание меняются не раньше ближайшей полуночи: укажите дату с {date}.",
      "Rules, calendar and timetable change at the next midnight at the earliest: choose {date} or later."}},
    {rule::kSubgroupMoveMidPeriod,
     "",
     {"смена подгруппы среди периода", "subgroup changed within a period"},
     {"Перевод из подгруппы в подгруппу возможен только по окончании учебного периода: укажите первый день следующего.",
      "A student moves between subgroups only at the end of a period: name the first day of the next."}},
    {rule::kNoBasis,
     "allowed",
     {"нет основания", "no basis"},
     {"Нужно основание: {allowed}.", "A basis is needed: {allowed}."}},
    {rule::kBackdated,
     "allowed date deadline lateness recorded",
     {"задним числом без основания", "backdated without a basis"},
     {"Запись о {date} внесена {recorded}, после срока (до {deadline}, {lateness} назад); задним числом не принимается "
      "({clause}). Нужно основание: {allowed}.",
      "The entry about {date} was made {recorded}, {lateness} after its deadline ({deadline}); nothing is entered "
      "retroactively ({clause}). A basis is needed: {allowed}."}},
    {rule::kSeenTooOld,
     "date limit",
     {"подготовлено по старому состоянию", "prepared on an old state"},
     {"Запись подготовлена по слишком старому состоянию журнала ({date}; допускается не старше {limit}). Обновите "
      "страницу и повторите.",
      "The entry was prepared on a state of the journal that is too old ({date}; at most {limit} allowed). Reload and "
      "repeat."}},
    {rule::kSeenUnknown,
     "",
     {"подготовлено по чужому состоянию", "prepared on a state never signed"},
     {"Запись подготовлена по состоянию, которого этот журнал никогда не подписывал.",
      "The entry was prepared on a state that this journal never signed."}},
    {rule::kAlreadyDecided,
     "",
     {"решение уже принято", "decided already"},
     {"По этой записи решение уже принято.", "This entry has been decided already."}},
    {rule::kTargetMissing,
     "reference",
     {"записи нет", "no such entry"},
     {"Записи, к которой это относится, нет, или она не действует: {reference}.",
      "The entry this refers to does not exist or does not count: {reference}."}},
    {rule::kCannotAnnul,
     "",
     {"не аннулируется", "cannot be annulled"},
     {"Аннулируются записи журнала. Это решение отменяется своим актом: отзывом роли, новым приказом, новым "
      "расписанием.",
      "Entries of the journal are annulled. This one is undone by an act of its own: a role revoked, a new order, a "
      "new timetable."}},
    {rule::kCorrectionForbidden,
     "",
     {"исправление запрещено", "correction forbidden"},
     {"Исправлять эту запись нельзя; её может аннулировать комиссия.",
      "This entry may not be corrected; a commission may annul it."}},
    {rule::kAlreadyEndorsed,
     "",
     {"уже подписано", "endorsed already"},
     {"Виза на этой записи уже стоит.", "This entry is endorsed already."}},
    {rule::kCannotEndorseOwn,
     "",
     {"подпись под своей записью", "own entry endorsed"},
     {"Нельзя визировать собственную запись.", "Nobody may endorse their own entry."}},
    {rule::kInvitationUnknown,
     "",
     {"нет такого приглашения", "no such invitation"},
     {"Такого приглашения нет.", "No such invitation."}},
    {rule::kInvitationExpired,
     "date",
     {"приглашение истекло", "invitation expired"},
     {"Срок приглашения истёк {date}.", "The invitation expired on {date}."}},
    {rule::kInvitationUsed,
     "",
     {"приглашение использовано", "invitation used"},
     {"Приглашение уже использовано.", "The invitation has been used already."}},
    {rule::kInvitationRevoked,
     "",
     {"приглашение отозвано", "invitation revoked"},
     {"Приглашение отозвано.", "The invitation was revoked."}},
    {rule::kInvitationSuperseded,
     "",
     {"приглашение устарело", "invitation void"},
     {"Приглашение больше не действует: после него этот человек уже получил ключ. Попросите новое.",
      "The invitation is void: this person has got a key since. Ask for a new one."}},
    {rule::kLessonMarkDeadline,
     kLateValues,
     {"срок отметки за урок", "deadline of lesson marks"},
     {"Отметка за урок {date} внесена {recorded}, после срока ({clause}: до {deadline}). Она записана как поздняя: на "
      "{lateness}.",
      "The mark for the lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It is "
      "recorded as late by {lateness}."}},
    {rule::kWrittenWorkDeadline,
     kLateValues,
     {"срок отметки за письменную работу", "deadline of marks for written work"},
     {"Отметка за письменную работу {date} внесена {recorded}, после срока ({clause}: до {deadline}). Она записана как "
      "поздняя: на {lateness}.",
      "The mark for the written work of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). "
      "It is recorded as late by {lateness}."}},
    {rule::kAttendanceDeadline,
     kLateValues,
     {"срок отметки о посещаемости", "deadline of attendance"},
     {"Посещаемость урока {date} отмечена {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на "
      "{lateness}.",
      "Attendance of the lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It is "
      "recorded as late by {lateness}."}},
    {rule::kHomeworkDeadline,
     kLateValues,
     {"срок домашнего задания", "deadline of homework"},
     {"Домашнее задание урока {date} внесено {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на "
      "{lateness}.",
      "Homework of the lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It is "
      "recorded as late by {lateness}."}},
    {rule::kLessonDeadline,
     kLateValues,
     {"срок записи урока", "deadline of lessons"},
     {"Урок {date} записан {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на {lateness}.",
      "The lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It is recorded as "
      "late by {lateness}."}},
    {rule::kTopicDeadline,
     kLateValues,
     {"срок записи темы", "deadline of topics"},
     {"Тема урока {date} внесена {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на {lateness}.",
      "The topic of the lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It is "
      "recorded as late by {lateness}."}},
    {rule::kInformationDeadline,
     kLateValues,
     {"срок других сведений об уроке", "deadline of other lesson information"},
     {"Сведения об уроке {date} внесены {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на "
      "{lateness}.",
      "Information about the lesson of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It "
      "is recorded as late by {lateness}."}},
    {rule::kExcuseDeadline,
     kLateValues,
     {"срок сведений о пропусках", "deadline of excuses"},
     {"Пропуски по {date} выверены {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на {lateness}.",
      "Absences up to {date} were verified {recorded}, after the deadline ({clause}: by {deadline}). It is recorded as "
      "late by {lateness}."}},
    {rule::kNotOwnBranch,
     "",
     {"чужой филиал", "another branch"},
     {"Ваши полномочия — другого филиала ({clause}).", "Your capacity is that of another branch ({clause})."}},
    {rule::kAccountVoid,
     "date",
     {"доступ скомпрометирован", "account compromised"},
     {"Сообщение о нарушении доступа этой учётной записи получено {date}: операции с этого момента недействительны "
      "({clause}), пока человек не получит новый ключ.",
      "A report that this account is compromised was received on {date}: operations from then on are void ({clause}) "
      "until the person has a new key."}},
    {rule::kCompromiseReportDeadline,
     kLateValues,
     {"срок сообщения о нарушении доступа", "deadline of compromise reports"},
     {"О нарушении доступа, ставшем известным {date}, сообщено {recorded}, после срока ({clause}: до {deadline}). "
      "Сообщение принято; опоздание {lateness}.",
      "The compromise learned of on {date} was reported {recorded}, after the deadline ({clause}: by {deadline}). The "
      "report is accepted; late by {lateness}."}},
    {rule::kNotAddressee,
     "",
     {"обращено не к вам", "addressed to somebody else"},
     {"Это обращено к другому человеку: подписать может только адресат.",
      "This is addressed to somebody else: only the addressee may sign it."}},
    {rule::kYearWindow,
     "from to date",
     {"год открывается не в срок", "year opened outside its window"},
     {"Учебный год открывается с {from} по {to} ({clause}); сегодня {date}.",
      "The school year is opened from {from} to {to} ({clause}); today is {date}."}},
    {rule::kYearDeadline,
     kLateValues,
     {"срок открытия года", "deadline of opening the year"},
     {"Учебный год открыт {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на {lateness}.",
      "The school year was opened {recorded}, after the deadline ({clause}: by {deadline}). It is recorded as late by "
      "{lateness}."}},
    {rule::kPeriodKind,
     "value allowed",
     {"не тот вид периода", "wrong kind of period"},
     {"Для этих классов учебный период — {allowed} ({clause}), а не {value}.",
      "These grades have {allowed} periods ({clause}), not {value}."}},
    {rule::kPeriodClosed,
     "",
     {"период закрыт", "period closed"},
     {"Учебный период закрыт: изменить записи можно после того, как директор откроет его вновь.",
      "The period is closed: entries change only after the director reopens it."}},
    {rule::kPeriodMarkEarly,
     "date",
     {"рано для отметки за период", "too early for a period mark"},
     {"Отметки за период выставляются с {date} ({clause}).", "Period marks are given from {date} on ({clause})."}},
    {rule::kPeriodMarkDeadline,
     kLateValues,
     {"срок отметки за период", "deadline of period marks"},
     {"Отметка за период, окончившийся {date}, внесена {recorded}, после срока ({clause}: до {deadline}). Она записана "
      "как поздняя: на {lateness}.",
      "The mark for the period that ended {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). "
      "It is recorded as late by {lateness}."}},
    {rule::kTooFewMarks,
     "value limit",
     {"мало отметок для отметки за период", "too few marks for a period mark"},
     {"Для отметки за период нужно не меньше {limit} отметок, есть {value} ({clause}). Без них — перенесённые отметки, "
      "решение (decision) с номером и датой, которое подпишет заместитель, или запись об отсутствии отметки.",
      "A period mark stands on at least {limit} marks, there are {value} ({clause}). Otherwise: imported marks, a "
      "decision (decision) with number and date that the deputy signs, or an entry that there is no mark."}},
    {rule::kWorksUnaccounted,
     "",
     {"не учтены письменные и практические работы", "written and practical works unaccounted for"},
     {"Среди отметок нет ни одной за письменную, лабораторную или практическую работу ({clause}).",
      "None of the marks is for written, laboratory or practical work ({clause})."}},
    {rule::kUnmarkedGrade,
     "",
     {"в этом классе отметки не ставятся", "no marks in this grade"},
     {"В этом классе отметки не ставятся ({clause}); возможны письменные пожелания.",
      "No marks are given in this grade ({clause}); written wishes are possible."}},
    {rule::kGroupWithoutMarks,
     "",
     {"группа без отметок", "group without marks"},
     {"В этой группе отметки не ставятся.", "This group has no marks."}},
    {rule::kAbsenceNotExcused,
     "date",
     {"нет уважительной причины", "absence not excused"},
     {"По протоколу засчитывается урок, пропущенный по уважительной причине ({clause}); пропуск {date} уважительным не "
      "признан.",
      "Only lessons missed for a valid reason are made up by protocol ({clause}); the absence of {date} is not "
      "excused."}},
    {rule::kMakeupOfAnotherLesson,
     "date",
     {"отметка за другой урок", "a mark for another lesson"},
     {"По протоколу отметка ставится в тему пропущенного урока ({clause}); названный пропуск — урока {date}.",
      "A mark by protocol goes to the topic of the lesson that was missed ({clause}); the absence named is of the "
      "lesson "
      "of {date}."}},
    {rule::kAttestationMarkDeadline,
     kLateValues,
     {"срок отметки за аттестацию", "deadline of attestation marks"},
     {"Отметка за аттестацию {date} внесена {recorded}, после срока ({clause}: до {deadline}). Она записана как "
      "поздняя: "
      "на {lateness}.",
      "The mark for the attestation of {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It "
      "is recorded as late by {lateness}."}},
    {rule::kAttestationWithoutReferral,
     "date",
     {"аттестация без направления", "attestation without a referral"},
     {"Группа аттестована {date}; пропустивший сдаёт по направлению, комиссии, с протоколом и ведомостью ({clause}).",
      "The group was attested on {date}; who missed it is attested by referral, before a commission, with protocol and "
      "exam sheet ({clause})."}},
    {rule::kRetakeLimit,
     "limit",
     {"пересдача сверх разрешённых", "retake beyond the limit"},
     {"Пересдач не больше {limit} в течение года, вторую принимает комиссия (273-ФЗ, ст. 58).",
      "There are at most {limit} retakes within a year, the second before a commission (273-FZ, art. 58)."}},
    {rule::kPlanDeadline,
     kLateValues,
     {"срок КТП", "deadline of lesson plans"},
     {"КТП на год, начинающийся {date}, внесено {recorded}, после срока ({clause}: до {deadline}). Запись поздняя: на "
      "{lateness}.",
      "The plan for the year beginning {date} was entered {recorded}, after the deadline ({clause}: by {deadline}). It "
      "is recorded as late by {lateness}."}},
    {rule::kPlanHoursDiffer,
     "value allowed",
     {"часы КТП не равны учебному плану", "plan hours differ from the curriculum"},
     {"В КТП {value} ч, в учебном плане {allowed} ч: они должны совпадать ({clause}).",
      "The plan has {value} hours, the curriculum {allowed}: they must be equal ({clause})."}},
    {rule::kTopicNotInPlan,
     "value",
     {"темы нет в КТП", "topic not in the plan"},
     {"Темы «{value}» нет в КТП группы ({clause}): выберите строку плана или внесите лист корректировки.",
      "The group's plan has no topic “{value}” ({clause}): choose a line of the plan, or adjust the plan."}},
    {rule::kHomeworkKindMissing,
     "",
     {"не указан тип задания", "homework without its kind"},
     {"Укажите тип домашнего задания ({clause}).", "Name the kind of homework ({clause})."}},
    {rule::kWorkUntitled,
     "allowed",
     {"работа без темы или номера", "work without title or number"},
     {"У работы этого вида указывается {allowed} ({clause}).", "A work of this kind names its {allowed} ({clause})."}},
};

}  // namespace

std::span<const RuleSpec> rule_specs() { return kRuleSpecs; }

const RuleSpec* find_rule_spec(std::string_view id) {
  const auto spec =
      std::find_if(std::begin(kRuleSpecs), std::end(kRuleSpecs), [&](const auto& s) { return s.id == id; });
  return spec == std::end(kRuleSpecs) ? nullptr : spec;
}

std::string_view rule_title(std::string_view id, Language language) {
  const RuleSpec* spec = find_rule_spec(id);
  return spec == nullptr ? id : spec->title.in(language);
}

std::string render_message(const Rule& rule, Language language, const std::map<std::string, std::string>& values) {
  const std::string& message = language == Language::kRussian ? rule.message_ru : rule.message_en;
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = message.find('{', at);
    const std::size_t close = open == std::string::npos ? open : message.find('}', open);
    if (close == std::string::npos) return out.append(message, at);
    out.append(message, at, open - at);
    const auto value = values.find(message.substr(open + 1, close - open - 1));
    out += value == values.end() ? "—" : value->second;
    at = close + 1;
  }
}

std::string clause_text(std::string_view clause, Language language) {
  const bool ru = language == Language::kRussian;
  if (clause.empty()) return ru ? "регламент об этом молчит" : "the regulation is silent";
  const auto space = clause.find(' ');
  std::string text(clause.substr(0, space));
  std::string_view rest = space == std::string_view::npos ? std::string_view{} : clause.substr(space + 1);
  if (constexpr std::string_view kAppendix = "п"; rest.starts_with(kAppendix)) {  // "п2 2.12": the second appendix
    const auto end = std::min(rest.find(' '), rest.size());
    text += (ru ? ", прил. " : ", app. ") + std::string(rest.substr(kAppendix.size(), end - kAppendix.size()));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text + (ru ? ", п. " : ", cl. ") + std::string(rest);
}

}  // namespace letopis::commands
