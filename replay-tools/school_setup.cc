#include "replay-tools/school_setup.h"

#include <algorithm>
#include <map>
#include <set>

#include "commands/rights.h"
#include "signing/sha256.h"

namespace letopis::replay_tools {

using namespace ledger;

namespace {

constexpr int kPeriodMarksDays = 7;

std::optional<Id> uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits += text[i];
  }
  const auto id = fixed_from_hex<Id>(digits);
  return id ? std::optional(*id) : std::nullopt;
}

struct DictionaryRow {
  std::string_view kind, code, title;
  std::string_view properties = {};  // "written=true titled=true"
};
// What a school starts with; everything may be added to and renamed by the same statement.
constexpr DictionaryRow kDictionary[] = {
    {"work_kind", "answer", "Ответ на уроке"},
    {"work_kind", "homework", "Домашняя работа"},
    {"work_kind", "test", "Тест"},
    {"work_kind", "practical", "Практическая работа", "practical=true titled=true"},
    {"work_kind", "laboratory", "Лабораторная работа", "practical=true titled=true"},
    {"work_kind", "independent", "Самостоятельная работа", "written=true"},
    {"work_kind", "control", "Контрольная работа", "written=true titled=true"},
    {"work_kind", "dictation", "Диктант", "written=true titled=true"},
    {"work_kind", "essay", "Сочинение", "written=true"},
    {"absence_code", "н", "Отсутствовал"},
    {"absence_code", "о", "Освобождён от занятия"},
    {"excuse_kind", "illness", "Болезнь"},
    {"excuse_kind", "family", "Семейные обстоятельства"},
    {"excuse_kind", "competition", "Соревнования, олимпиада"},
    {"lesson_kind", "lesson", "Урок"},
    {"lesson_kind", "consultation", "Консультация"},
    {"lesson_kind", "club", "Кружок, факультатив"},
    {"lesson_kind", "excursion", "Экскурсия"},
    {"lesson_kind", "computer", "Урок с использованием ИКТ"},
    {"lesson_kind", "video", "Видеоурок"},
    {"homework_kind", "written", "Письменное"},
    {"homework_kind", "reading", "Чтение"},
    {"homework_kind", "creative", "Творческое"},
    {"remark_kind", "behaviour", "Поведение"},
    {"remark_kind", "praise", "Благодарность"},
    {"notice_kind", "performance", "Неуспеваемость"},
    {"notice_kind", "absence", "Пропуски без уважительной причины"},
    {"notice_kind", "behaviour", "Поведение"},
    {"consent_kind", "personal_data", "Обработка персональных данных"},
    {"consent_kind", "electronic_journal", "Ведение журнала и дневника в электронном виде"},
    {"individual_mode", "individual_plan", "Индивидуальный учебный план"},
    {"individual_mode", "home", "Обучение на дому"},
    {"individual_mode", "family", "Семейное образование"},
    {"individual_mode", "sanatorium", "Обучение в санатории"},
    {"attestation_form", "exam", "Экзамен"},
    {"attestation_form", "credit", "Зачёт"},
    {"inspection_kind", "monthly", "Ежемесячная проверка"},
    {"inspection_kind", "period", "Проверка по окончании учебного периода"},
    {"inspection_kind", "thematic", "Тематическая проверка"},
    {"finding_kind", "topics", "Темы и прохождение программы"},
    {"finding_kind", "marks", "Отметки: своевременность, накопляемость, объективность"},
    {"finding_kind", "attendance", "Учёт посещаемости"},
    {"finding_kind", "homework", "Домашние задания"},
    {"finding_kind", "works", "Контрольные, лабораторные и практические работы"},
    {"finding_kind", "substitution", "Запись замен"},
    {"report_kind", "activity", "Активность пользователей"},
    {"report_kind", "performance", "Успеваемость и качество обучения"},
    {"report_kind", "paper", "Отчёт за учебный период на бумаге"},
    {"material_kind", "text", "Текст, файл"},
    {"material_kind", "course", "Дистанционный курс"},
    {"document_kind", "order", "Приказ"},
    {"document_kind", "protocol", "Протокол"},
    {"document_kind", "certificate", "Справка"},
    {"document_kind", "application", "Заявление"},
    {"document_kind", "referral", "Направление"},
    {"document_kind", "exam_sheet", "Зачётно-экзаменационная ведомость"},
    {"document_kind", "decision", "Решение"},
    {"scale", "зачёт", "Зачёт — незачёт", "values=зач,незач"},
};

bool is_family(UserRole role) {
  switch (role) {
    case UserRole::kStudent:
    case UserRole::kParent:
    case UserRole::kGuardian:
    case UserRole::kRelative: return true;
    case UserRole::kAdministrator:
    case UserRole::kAide:
    case UserRole::kProctor:
    case UserRole::kTeacher: return false;
  }
  return false;
}

// Who runs the school is named by the root keys or the director, everybody else by the administrator's order.
bool granted_by_director(Role role) {
  return role == Role::kDirector || role == Role::kDeputyHead || role == Role::kAdministrator || role == Role::kAuditor;
}
// Those without whom nothing else could be signed.
bool is_founder(Role role) {
  return (granted_by_director(role) && role != Role::kAuditor) || role == Role::kSecretary ||
         role == Role::kHeadOfStudies;
}

class Builder {
 public:
  explicit Builder(const SetupContext& context) : c_(context), m_(context.model) {}

  SetupPlan take() { return std::move(plan_); }

  Result<SetupPlan> founders(Instant expires, Random& random) {
    for (const Role needed : {Role::kDirector, Role::kDeputyHead, Role::kAdministrator, Role::kSecretary})
      if (std::none_of(m_.staff.begin(), m_.staff.end(),
                       [&](const StaffRole& s) { return grantable(s) && staff_role(s.role) == needed; }))
        return fail("incomplete", "staff.csv names no " + std::string(enum_name(needed)));
    for (const auto& official : m_.staff) {
      if (!grantable(official) || !is_founder(staff_role(official.role))) continue;
      register_person(official.user, Role::kRoot);
      grant(official.user, staff_role(official.role), Role::kRoot);
    }
    for (const auto& official : m_.staff)
      if (grantable(official) && is_founder(staff_role(official.role)))
        issue(official.user, Role::kRoot, {}, expires, random);
    return take();
  }

  void staff() {
    for (std::size_t i = 0; i < m_.users.size(); ++i)
      if (!is_family(m_.users[i].role)) register_person(i, Role::kAdministrator);
    for (const auto& official : m_.staff)
      if (grantable(official)) {
        const Role role = staff_role(official.role);
        grant(official.user, role, granted_by_director(role) ? Role::kDirector : Role::kAdministrator);
      }
    for (std::size_t i = 0; i < m_.users.size(); ++i)
      if (m_.users[i].role == UserRole::kTeacher && m_.users[i].enabled) grant(i, Role::kTeacher, Role::kAdministrator);
  }

  void dictionary() {
    for (const auto& row : kDictionary) {
      if (c_.have.dictionary(row.kind, row.code) != nullptr) continue;
      DictionaryEntryDefined body{row.kind, row.code, row.title, {}};
      for (std::string_view rest = row.properties; !rest.empty();) {
        const std::string_view property = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), property.size() + 1));
        const auto equals = property.find('=');
        body.properties.push_back({property.substr(0, equals), property.substr(equals + 1)});
      }
      plan_.add(Role::kAdministrator, body);
    }
  }

  void year() {
    const Session& year = m_.sessions[m_.school_year];
    if (c_.have.periods().empty())
      plan_.add(Role::kAdministrator, YearOpened{plan_.keep(year.title), year.start, year.end});
    for (const auto& session : m_.sessions) period(session);
    for (const auto& exception : m_.calendar) calendar(exception);
    bells();
  }

  void classes() {
    for (const auto& klass : m_.classes)
      if (c_.have.klass(class_id(klass.code)) == nullptr) {
        ClassOpened body;
        body.klass = class_id(klass.code);
        body.label = plan_.keep(klass.code);
        body.grade = static_cast<std::uint8_t>(klass.grade);
        plan_.add(Role::kDirector, body);
      }
    for (const auto& klass : m_.classes)
      for (const auto user : klass.class_teachers)
        if (!c_.have.is_class_teacher(person(user), class_id(klass.code), c_.today))
          plan_.add(Role::kDirector, ClassTeacherAppointed{class_id(klass.code), person(user)});
  }

  void families() {
    for (std::size_t i = 0; i < m_.users.size(); ++i)
      if (is_family(m_.users[i].role)) register_person(i, Role::kSecretary);
    for (std::size_t i = 0; i < m_.users.size(); ++i)
      if (m_.users[i].role == UserRole::kStudent)
        for (const auto agent : m_.users[i].agents) guardian(agent, i);
    for (const auto& klass : m_.classes)
      for (const auto user : klass.students) enrol(klass, user);
  }

  void groups() {
    for (const auto& group : m_.groups) open_group(group);
    for (const auto& enrollment : m_.enrollments)
      if (enrollment.role == EnrollmentRole::kTeacher) assign(enrollment);
    for (const auto& enrollment : m_.enrollments)
      if (enrollment.role == EnrollmentRole::kStudent) add_member(enrollment);
    for (std::size_t g = 0; g < m_.groups.size(); ++g) timetable(g);
  }

  void issue(std::size_t user, Role signer, const Id& by, Instant expires, Random& random) {
    const Id who = person(user);
    if (const auto* known = c_.have.person(who); known != nullptr && !known->keys.empty()) return;
    std::string code = signing::new_invitation_code(random);
    const auto key = signing::key_from_invitation_code(code);
    LETOPIS_ASSERT(key.has_value());
    SetupStep& step = plan_.add(signer, InvitationIssued{who, key->public_key(), expires});
    step.person = by;
    step.draft.id = random.id();
    plan_.codes.push_back({user, who, step.draft.id, std::move(code)});
  }

  Id person(std::size_t user) const { return oneroster_id(c_.origin, m_.users[user].sourced_id); }

 private:
  static bool grantable(const StaffRole& official) { return official.role != "class_teacher"; }
  Id class_id(const std::string& code) const {
    return Id::copy_of(signing::tagged_hash("letopis/oneroster-class/v1",
                                            {as_bytes(c_.origin), as_bytes(std::string_view("\0", 1)), as_bytes(code)})
                           .view());
  }
  // Calendar, bells and timetable speak of days to come only.
  Date from(Date wanted) const { return std::max(wanted, c_.today + 1); }

  Basis order(std::string_view number) {
    Basis basis;
    basis.kind = "order";
    basis.number = number;
    basis.date = c_.today;
    return basis;
  }

  void register_person(std::size_t user, Role by) {
    const Id id = person(user);
    if (c_.have.person(id) != nullptr || !registered_.insert(id).second) return;
    const User& u = m_.users[user];
    SetupStep& step = plan_.add(by, PersonRegistered{id});
    step.draft.sealed.push_back({"name", id, plan_.keep(full_name(u))});
    std::string contact = u.email;
    if (!u.phone.empty()) contact += (contact.empty() ? "" : ", ") + u.phone;
    if (!contact.empty()) step.draft.sealed.push_back({"contact", id, plan_.keep(std::move(contact))});
  }
  void grant(std::size_t user, Role role, Role by) {
    if (c_.have.has_role(person(user), role, c_.today) || !granted_.insert({person(user), role}).second) return;
    SetupStep& step = plan_.add(by, RoleGranted{person(user), role});
    if (by == Role::kAdministrator) step.draft.basis = order("1-к");
  }

  void period(const Session& session) {
    if (session.type == SessionType::kSchoolYear) return;
    const Id id = oneroster_id(c_.origin, session.sourced_id);
    if (const auto* known = c_.have.period(id);
        known != nullptr && known->from == session.start && known->to == session.end)
      return;
    std::string_view kind = "term";
    if (session.type == SessionType::kGradingPeriod) kind = "quarter";
    if (session.type == SessionType::kSemester) kind = "semester";
    plan_.add(Role::kDeputyHead, PeriodDefined{id, plan_.keep(session.title), kind, session.start, session.end,
                                               session.end - (kPeriodMarksDays - 1), session.end});
  }
  void calendar(const CalendarException& exception) {
    const DayKind kind = exception.kind == CalendarKind::kHoliday ? DayKind::kHoliday : DayKind::kDayOff;
    const Date first = from(exception.start);
    if (first > exception.end) return;  // over before the log could say so
    for (const auto& known : c_.have.calendar())
      if (known.klass.is_zero() && known.kind == kind && known.to == exception.end && known.from <= first) return;
    CalendarExceptionSet body;
    body.from = first;
    body.to = exception.end;
    body.kind = kind;
    body.title = plan_.keep(exception.title);
    plan_.add(Role::kDirector, body);
  }
  void bells() {
    BellsSet body;
    bool same = true;
    const auto* known = c_.have.bells(kLastDay);
    for (const auto& bell : m_.bells) {
      body.bells.push_back({static_cast<std::uint8_t>(bell.period),
                            {static_cast<std::uint16_t>(bell.start_minute)},
                            {static_cast<std::uint16_t>(bell.end_minute)}});
      same = same && known != nullptr && std::any_of(known->begin(), known->end(), [&](const auto& b) {
               return b.slot == bell.period && b.start == bell.start_minute && b.end == bell.end_minute;
             });
    }
    if (same && known != nullptr && known->size() == m_.bells.size()) return;
    plan_.add(timetabler(), body).draft.effective_from = from(m_.sessions[m_.school_year].start);
  }
  // Timetables are the head of studies' work; where there is none, the deputy's.
  Role timetabler() const {
    const bool head =
        std::any_of(m_.staff.begin(), m_.staff.end(), [](const StaffRole& s) { return s.role == "head_of_studies"; });
    return head ? Role::kHeadOfStudies : Role::kDeputyHead;
  }

  void guardian(std::size_t agent, std::size_t student) {
    const auto known = c_.have.guardians_of(person(student), c_.today);
    if (std::find(known.begin(), known.end(), person(agent)) != known.end()) return;
    plan_.add(Role::kSecretary, GuardianSet{person(agent), person(student), Access::kFull});
  }
  void enrol(const SchoolClass& klass, std::size_t user) {
    Date day = m_.sessions[m_.school_year].start;
    if (!c_.have.class_of(person(user), std::max(day, c_.today)).is_zero())
      return;  // where they go later is the school's affair
    SetupStep& step =
        plan_.add(Role::kSecretary, MovementOrdered{person(user), class_id(klass.code), Movement::kEnrolled});
    step.draft.basis = order("2-у");
    step.draft.effective_from = day;
  }

  void open_group(const ClassGroup& group) {
    const Id id = oneroster_id(c_.origin, group.sourced_id);
    if (c_.have.group(id) != nullptr) return;
    const Course& course = m_.courses[group.course];
    TeachingGroupOpened body;
    body.group = id;
    body.label = plan_.keep(group.title);
    body.subject = plan_.keep(course.title);
    body.subject_code = plan_.keep(course.code);
    body.kind = "class";
    body.classes.push_back(class_id(group.class_code));
    plan_.add(Role::kAdministrator, body);
  }
  void assign(const Enrollment& e) {
    const Id group = oneroster_id(c_.origin, m_.groups[e.group].sourced_id);
    // On a day it holds: today, or its first or last where the files speak of another time.
    if (c_.have.assigned(group, person(e.user), std::min(std::max(e.begin, c_.today), e.end))) return;
    const auto hours = std::count_if(m_.timetable.begin(), m_.timetable.end(),
                                     [&](const TimetableSlot& s) { return s.group == e.group && s.teacher == e.user; });
    TeachingAssigned body;
    body.teacher = person(e.user);
    body.group = group;
    body.hours = static_cast<std::uint16_t>(hours);
    SetupStep& step = plan_.add(Role::kDeputyHead, body);
    step.draft.effective_from = e.begin;
    step.draft.effective_to = e.end;
  }
  void add_member(const Enrollment& e) {
    const Id group = oneroster_id(c_.origin, m_.groups[e.group].sourced_id);
    if (const auto* known = c_.have.group(group))
      if (const auto spans = known->members.find(person(e.user)); spans != known->members.end()) return;
    SetupStep& step = plan_.add(Role::kAdministrator, GroupMemberSet{group, person(e.user)});
    step.draft.effective_from = e.begin;
    step.draft.effective_to = e.end;
  }
  void timetable(std::size_t g) {
    const Id group = oneroster_id(c_.origin, m_.groups[g].sourced_id);
    if (const auto* known = c_.have.group(group); known != nullptr && !known->timetable.all().empty()) return;
    TimetablePublished body;
    body.group = group;
    for (const auto& slot : m_.timetable)
      if (slot.group == g)
        body.slots.push_back({static_cast<std::uint8_t>(slot.weekday), static_cast<std::uint8_t>(slot.period),
                              person(slot.teacher), plan_.keep(slot.room)});
    if (body.slots.empty()) return;
    plan_.add(timetabler(), body).draft.effective_from = from(m_.sessions[m_.school_year].start);
  }

  static constexpr Date kLastDay{1'000'000};
  const SetupContext& c_;
  const OneRosterModel& m_;
  SetupPlan plan_;
  std::set<Id> registered_;
  std::set<std::pair<Id, Role>> granted_;
};

// Whose class teacher invites this user; zero when there is none today.
Id inviting_class_teacher(const SetupContext& c, const User& user, const Id& person) {
  Id klass = c.have.class_of(person, c.today);
  if (klass.is_zero())
    for (const auto child : user.agents) {
      klass = c.have.class_of(oneroster_id(c.origin, c.model.users[child].sourced_id), c.today);
      if (!klass.is_zero()) break;
    }
  const auto* known = klass.is_zero() ? nullptr : c.have.klass(klass);
  const Id* teacher = known == nullptr ? nullptr : known->teachers.at(c.today);
  return teacher == nullptr ? Id{} : *teacher;
}

}  // namespace

Id oneroster_id(std::string_view origin, std::string_view sourced_id) {
  if (const auto id = uuid(sourced_id)) return *id;
  constexpr std::string_view kNul("\0", 1);
  return Id::copy_of(
      signing::tagged_hash("letopis/oneroster-id/v1", {as_bytes(origin), as_bytes(kNul), as_bytes(sourced_id)}).view());
}

std::string full_name(const User& user) {
  std::string name = user.family_name + " " + user.given_name;
  if (!user.middle_name.empty()) name += " " + user.middle_name;
  return name;
}

Role staff_role(std::string_view name) {
  const auto role = enum_from_name<Role>(name);
  LETOPIS_ASSERT(role.has_value());  // staff_roles() are names of capacities
  return *role;
}

Result<SetupPlan> found_school(const SetupContext& context, Instant expires, Random& random) {
  return Builder(context).founders(expires, random);
}

SetupPlan fill_school(const SetupContext& context) {
  Builder builder(context);
  builder.staff();
  builder.dictionary();
  builder.year();
  builder.classes();
  builder.families();
  builder.groups();
  return builder.take();
}

SetupPlan invite(const SetupContext& context, const std::vector<std::size_t>& users, Instant expires, Random& random) {
  Builder builder(context);
  for (const auto i : users) {
    const User& user = context.model.users[i];
    const Id person = builder.person(i);
    if (!user.enabled) continue;
    if (!is_family(user.role)) {
      if (commands::is_staff(context.have, person, context.today))
        builder.issue(i, Role::kAdministrator, {}, expires, random);
      continue;
    }
    const Id teacher = inviting_class_teacher(context, user, person);
    if (!teacher.is_zero()) builder.issue(i, Role::kClassTeacher, teacher, expires, random);
  }
  return builder.take();
}

std::vector<Date> school_days(const OneRosterModel& model) {
  std::vector<Date> days;
  std::set<int> weekdays;
  for (const auto& slot : model.timetable) weekdays.insert(slot.weekday);
  const auto quarter = [](const Session& s) { return s.type == SessionType::kGradingPeriod; };
  const bool quarters = std::any_of(model.sessions.begin(), model.sessions.end(), quarter);
  const Session& year = model.sessions[model.school_year];
  for (Date day = year.start; day <= year.end; day = day + 1) {
    if (!weekdays.contains(day.weekday())) continue;
    const bool taught = !quarters || std::any_of(model.sessions.begin(), model.sessions.end(), [&](const Session& s) {
      return quarter(s) && s.start <= day && day <= s.end;
    });
    const bool off = std::any_of(model.calendar.begin(), model.calendar.end(),
                                 [&](const CalendarException& e) { return e.start <= day && day <= e.end; });
    if (taught && !off) days.push_back(day);
  }
  return days;
}

}  // namespace letopis::replay_tools
