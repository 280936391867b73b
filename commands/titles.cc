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
};

}  // namespace

std::string_view role_title(Role role, Language language) {
  return kRoleTitles[static_cast<std::size_t>(role) - 1].in(language);
}

std::string_view type_title(std::string_view type, Language language) {
  return find_title(kTypeTitles, type, language);
}

std::string_view basis_title(std::string_view kind, Language language) {
  return find_title(kBasisTitles, kind, language);
}

}  // namespace letopis::commands
