#include "commands/titles.h"

#include <algorithm>

namespace letopis::commands {

using namespace ledger;

namespace {

using Title = Wording;

constexpr Title kRoleTitles[] = {
    {"директор", "director"},
    {"заместитель директора", "deputy head"},
    {"заведующий учебной частью", "head of studies"},
    {"заведующий отделением", "head of department"},
    {"администратор", "administrator"},
    {"классный руководитель", "class teacher"},
    {"преподаватель", "teacher"},
    {"мастер производственного обучения", "workshop master"},
    {"секретарь", "secretary"},
    {"архивариус", "archivist"},
    {"бухгалтер", "accountant"},
    {"аудитор", "auditor"},
    {"родитель", "parent"},
    {"обучающийся", "student"},
    {"комиссия", "commission"},
    {"служба журнала", "service"},
    {"корневой ключ", "root key"},
    {"педагог дополнительного образования", "teacher of additional education"},
};
static_assert(std::size(kRoleTitles) == std::size(kRoleNames));

struct NamedTitle {
  std::string_view name;
  Title title;
};
template <std::size_t kSize>
std::string_view find_title(const NamedTitle (&titles)[kSize], std::string_view name, Language language) {
  const auto found =
      std::find_if(std::begin(titles), std::end(titles), [&](const NamedTitle& known) { return known.name == name; });
  return found == std::end(titles) ? name : found->title.in(language);
}

constexpr NamedTitle kBasisTitles[] = {
    {"protocol", {"протокол", "protocol"}},
    {"referral", {"направление", "referral"}},
    {"certificate", {"справка", "certificate"}},
    {"exam_sheet", {"зачётно-экзаменационная ведомость", "exam sheet"}},
    {"order", {"приказ", "order"}},
    {"application", {"заявление", "application"}},
    {"decision", {"решение", "decision"}},
};

constexpr NamedTitle kPeriodKindTitles[] = {
    {"quarter", {"четверть", "quarter"}},
    {"half_year", {"полугодие", "half-year"}},
    {"semester", {"семестр", "semester"}},
    {"year", {"год", "year"}},
};
constexpr NamedTitle kTypeTitles[] = {
    {"school_created", {"создание школы", "school created"}},
    {"profile_adopted", {"принят регламент", "regulation adopted"}},
    {"zone_offset_set", {"часовой пояс", "time zone"}},
    {"person_registered", {"человек зарегистрирован", "person registered"}},
    {"personal_data_changed", {"личные данные", "personal data"}},
    {"guardian_set", {"законный представитель", "guardian"}},
    {"role_granted", {"роль дана", "role granted"}},
    {"role_revoked", {"роль отозвана", "role revoked"}},
    {"invitation_issued", {"приглашение", "invitation"}},
    {"invitation_revoked", {"приглашение отозвано", "invitation revoked"}},
    {"key_enrolled", {"ключ получен", "key enrolled"}},
    {"key_revoked", {"ключ отозван", "key revoked"}},
    {"key_rotated", {"ключ заменён", "key rotated"}},
    {"dictionary_entry_defined", {"справочник", "dictionary entry"}},
    {"year_opened", {"учебный год", "school year"}},
    {"period_defined", {"учебный период", "period"}},
    {"calendar_exception_set", {"календарь", "calendar exception"}},
    {"bells_set", {"звонки", "bells"}},
    {"class_opened", {"класс", "class"}},
    {"class_teacher_appointed", {"классное руководство", "class teacher"}},
    {"teaching_group_opened", {"учебная группа", "teaching group"}},
    {"group_member_set", {"состав группы", "group member"}},
    {"movement_ordered", {"движение", "movement"}},
    {"teaching_assigned", {"нагрузка", "teaching assigned"}},
    {"timetable_published", {"расписание", "timetable"}},
    {"timetable_changed", {"изменение расписания", "timetable changed"}},
    {"lesson_cancelled", {"урок отменён", "lesson cancelled"}},
    {"lesson_moved", {"урок перенесён", "lesson moved"}},
    {"substitution_ordered", {"замена", "substitution"}},
    {"lesson_recorded", {"урок", "lesson"}},
    {"topic_set", {"тема", "topic"}},
    {"attendance_taken", {"перекличка", "attendance"}},
    {"absence_recorded", {"пропуск", "absence"}},
    {"lateness_recorded", {"опоздание", "lateness"}},
    {"absence_excused", {"уважительная причина", "absence excused"}},
    {"work_planned", {"работа", "work"}},
    {"mark_given", {"отметка", "mark"}},
    {"homework_set", {"домашнее задание", "homework"}},
    {"remark_recorded", {"замечание", "remark"}},
    {"entry_corrected", {"исправление", "correction"}},
    {"entry_annulled", {"аннулирование", "annulment"}},
    {"endorsed", {"вторая подпись", "second signature"}},
    {"diary_signed", {"подпись в дневнике", "diary signed"}},
    {"anchor_added", {"внешнее свидетельство", "anchor"}},
    {"state_committed", {"обязательство о состоянии", "state commitment"}},
    {"clock_fault", {"сбой часов", "clock fault"}},
    {"backup_made", {"резервная копия", "backup"}},
    {"restore_done", {"восстановление", "restore"}},
    {"predecessor_named", {"утраченный журнал", "lost log"}},
    {"personal_text_erased", {"тексты стёрты", "texts erased"}},
    {"deadline_extended", {"срок продлён (сбой)", "deadline excused"}},
    {"branch_defined", {"филиал", "branch"}},
    {"personal_data_verified", {"сверка данных", "personal data verified"}},
    {"compromise_reported", {"сообщение о нарушении доступа", "compromise reported"}},
    {"compromise_received", {"сообщение о нарушении получено", "compromise received"}},
    {"consent_given", {"согласие", "consent"}},
    {"consent_withdrawn", {"согласие отозвано", "consent withdrawn"}},
    {"contact_given", {"контакт", "contact"}},
    {"electronic_access_declined", {"отказ от электронного доступа", "electronic access declined"}},
    {"operations_acknowledged", {"ознакомление с операциями", "operations acknowledged"}},
    {"sections_verified", {"проверка разделов", "sections verified"}},
    {"study_schedule_set", {"график учебного процесса", "study schedule"}},
    {"programme_defined", {"профессия, специальность", "programme"}},
    {"curriculum_set", {"учебный план", "curriculum"}},
    {"class_labelled", {"название класса", "class label"}},
    {"class_reorganised", {"реорганизация класса", "class reorganised"}},
    {"subgroups_split", {"деление на подгруппы", "subgroups"}},
    {"subgroup_moved", {"перевод между подгруппами", "subgroup changed"}},
    {"individual_mode_set", {"особый порядок обучения", "individual mode"}},
    {"substitution_signed", {"подпись в журнале замещения", "substitution signed"}},
    {"work_programme_published", {"рабочая программа", "work programme"}},
    {"plan_template_shared", {"образец КТП", "shared plan"}},
    {"plan_published", {"КТП", "lesson plan"}},
    {"plan_adjusted", {"лист корректировки", "plan adjusted"}},
    {"coursework_assigned", {"тема курсовой", "coursework assigned"}},
    {"coursework_graded", {"оценка курсовой", "coursework graded"}},
    {"material_published", {"материал", "material"}},
    {"task_assigned", {"индивидуальное задание", "task"}},
    {"submission_sent", {"выполненное задание", "submission"}},
    {"submission_reviewed", {"проверка задания", "submission reviewed"}},
    {"file_attached", {"файл", "file"}},
    {"absence_announced", {"предупреждение об отсутствии", "absence announced"}},
    {"mark_awaited", {"точка", "mark awaited"}},
    {"makeup_mark_given", {"отметка по протоколу", "make-up mark"}},
    {"mark_imported", {"перенесённая отметка", "imported mark"}},
    {"written_wish_given", {"письменное пожелание", "written wish"}},
    {"homework_done", {"задание выполнено", "homework done"}},
    {"period_mark_given", {"отметка за период", "period mark"}},
    {"period_mark_waived", {"нет отметки за период", "period mark waived"}},
    {"commission_appointed", {"комиссия", "commission"}},
    {"attestation_requested", {"заявление на аттестацию", "attestation requested"}},
    {"referral_issued", {"направление", "referral"}},
    {"attestation_mark_given", {"отметка за аттестацию", "attestation mark"}},
    {"final_mark_given", {"итоговая отметка", "final mark"}},
    {"debt_recorded", {"задолженность", "debt"}},
    {"retake_scheduled", {"пересдача", "retake"}},
    {"debt_cleared", {"задолженность ликвидирована", "debt cleared"}},
    {"council_decided", {"решение педсовета", "council decision"}},
    {"period_closed", {"период закрыт", "period closed"}},
    {"period_reopened", {"период открыт вновь", "period reopened"}},
    {"inspection_held", {"проверка", "inspection"}},
    {"inspection_note_issued", {"справка по проверке", "inspection note"}},
    {"finding_acknowledged", {"ознакомление с замечанием", "finding acknowledged"}},
    {"finding_resolved", {"замечание устранено", "finding resolved"}},
    {"violation_reported", {"сообщение о нарушении", "violation reported"}},
    {"measure_recorded", {"мера", "measure"}},
    {"usage_totals_frozen", {"итоги активности", "usage totals"}},
    {"report_issued", {"отчёт", "report"}},
    {"report_received", {"отчёт получен", "report received"}},
    {"hours_reported", {"выдача часов", "hours reported"}},
    {"hours_accepted", {"выдача часов принята", "hours accepted"}},
    {"announcement_published", {"объявление", "announcement"}},
    {"announcement_withdrawn", {"объявление снято", "announcement withdrawn"}},
    {"message_committed", {"сообщение", "message"}},
    {"notice_served", {"уведомление родителям", "notice"}},
    {"notice_delivered", {"уведомление доставлено", "notice delivered"}},
    {"notice_acknowledged", {"уведомление принято", "notice acknowledged"}},
    {"subscription_set", {"подписка", "subscription"}},
    {"forecast_issued", {"прогноз", "forecast"}},
    {"printout_handed", {"распечатка отдана", "printout handed over"}},
    {"consultation_requested", {"просьба о консультации", "consultation requested"}},
    {"consultation_answered", {"консультация", "consultation answered"}},
    {"document_published", {"документ", "document"}},
    {"document_acknowledged", {"ознакомление с документом", "document acknowledged"}},
    {"print_certified", {"заверение копии", "print certified"}},
    {"archive_deposited", {"передача в архив", "archive deposited"}},
    {"data_exchanged", {"обмен данными", "data exchanged"}},
    {"witness_policy_set", {"политика свидетелей", "witness policy"}},
    {"neighbour_genesis", {"соседний журнал", "neighbour's log"}},
};

}  // namespace

std::string_view role_title(Role role, Language language) {
  return kRoleTitles[static_cast<std::size_t>(role) - 1].in(language);
}

std::string_view type_title(std::string_view type, Language language) {
  return find_title(kTypeTitles, type, language);
}

std::string_view period_kind_title(std::string_view kind, Language language) {
  return find_title(kPeriodKindTitles, kind, language);
}

std::string_view basis_title(std::string_view kind, Language language) {
  return find_title(kBasisTitles, kind, language);
}

}  // namespace letopis::commands
