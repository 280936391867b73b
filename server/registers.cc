#include "server/registers.h"

#include <algorithm>

#include "projections/schedule.h"
#include "server/shard_reader.h"

namespace letopis::server {

using commands::role_bit;
using commands::roles;
using commands::RoleSet;
using ledger::Role;
using projections::RegisterAsked;
using projections::RegisterLine;

namespace {

constexpr RoleSet kHeads =
    roles(Role::kDirector, Role::kDeputyHead, Role::kHeadOfStudies, Role::kHeadOfDepartment, Role::kAuditor);
constexpr RoleSet kArchivist = role_bit(Role::kArchivist);
constexpr RoleSet kOffice = roles(Role::kAdministrator, Role::kSecretary);
constexpr RoleSet kFamily = roles(Role::kParent, Role::kStudent);
constexpr RoleSet kCurator = role_bit(Role::kClassTeacher);
constexpr RoleSet kCommission = role_bit(Role::kCommission);
constexpr RoleSet kStaff = kHeads | kArchivist | kOffice | kCurator | kCommission | commands::kTeaching;
constexpr RoleSet kEverybody = kStaff | kFamily | role_bit(Role::kAccountant);

bool over(const Caller& caller, RoleSet any_of, const RegisterLine& line) {
  return holds_over(*caller.structure, caller.viewer, any_of,
                    {.klass = line.klass, .group = line.group, .student = line.person});
}
bool of_family(const Caller& caller, const Id& person) {
  const auto family = diaries_of_family(*caller.structure, caller.viewer);
  return !person.is_zero() && std::find(family.begin(), family.end(), person) != family.end();
}
bool leads(const Caller& caller, const Id& klass) {
  return !klass.is_zero() && caller.structure->is_class_teacher(caller.viewer.person, klass, caller.viewer.today);
}
bool leads_class_of(const Caller& caller, const Id& group) {
  const auto* known = caller.structure->group(group);
  return known != nullptr && std::any_of(known->classes.begin(), known->classes.end(),
                                         [&](const Id& klass) { return leads(caller, klass); });
}
bool teaches(const Caller& caller, const Id& group) {
  const auto own = caller.structure->groups_of_teacher(caller.viewer.person, caller.viewer.today);
  return std::find(own.begin(), own.end(), group) != own.end();
}
bool is_enrolled(const Caller& caller, const Id& group) {
  const auto family = diaries_of_family(*caller.structure, caller.viewer);
  return std::any_of(family.begin(), family.end(), [&](const Id& student) {
    return caller.structure->enrolled(group, student, caller.viewer.today);
  });
}
bool of_own_pupil(const Caller& caller, const Id& person) {
  return of_family(caller, person) || of_own_class(*caller.structure, caller.viewer, person);
}

// --- Which lines somebody is shown

bool every_line(const Caller&, const RegisterLine&) { return true; }
bool line_of_class(const Caller& caller, const RegisterLine& line) {
  return allow(*caller.structure, caller.viewer, Action::kClass, {.klass = line.klass});
}
bool line_of_group(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | kArchivist, line) || teaches(caller, line.group) || leads_class_of(caller, line.group) ||
         is_enrolled(caller, line.group);
}
// Of a task, its group's teacher sees the whole; families and class teachers what is their pupils'.
bool line_of_work(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | kArchivist, line) || teaches(caller, line.group) || of_own_pupil(caller, line.person);
}
bool line_of_pupil(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | kArchivist, line) || of_own_pupil(caller, line.person);
}
bool line_of_debt(const Caller& caller, const RegisterLine& line) {
  return line_of_pupil(caller, line) || sits_for(*caller.structure, caller.viewer, line.group);
}
bool line_of_commission(const Caller& caller, const RegisterLine& line) {
  return line_of_group(caller, line) || sits_for(*caller.structure, caller.viewer, line.group);
}
bool line_of_consent(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | kOffice, line) || line.person == caller.viewer.person ||
         of_own_pupil(caller, line.person);
}
bool line_of_account(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | role_bit(Role::kAdministrator), line) || line.person == caller.viewer.person;
}
bool line_of_parties(const Caller& caller, const RegisterLine& line) {
  const Id& own = caller.viewer.person;
  return over(caller, kHeads, line) || line.person == own || line.other == own;
}
bool line_of_violation(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads, {.klass = line.klass}) || line.person == caller.viewer.person;
}
bool line_of_printout(const Caller& caller, const RegisterLine& line) {
  return over(caller, kHeads | role_bit(Role::kSecretary), line) || leads(caller, line.klass);
}

bool line_of_school(const Caller& caller, const RegisterLine&) {
  return over(caller, kHeads | role_bit(Role::kAdministrator), {});
}

constexpr std::string_view kEvery = "every one";
constexpr std::string_view kOfPupils = "own pupils', own; heads: every one";
const Register kRegisters[] = {
    {"coursework",
     {"Журнал курсовых работ", "Coursework"},
     kHeads | kArchivist | commands::kTeaching | kCurator | kFamily,
     "own groups', own class's, own; heads: every one",
     line_of_work,
     projections::write_coursework},
    {"plan_templates",
     {"База КТП", "Shared lesson plans"},
     kHeads | kArchivist | commands::kTeaching,
     kEvery,
     every_line,
     projections::write_plan_templates},
    {"work_programmes",
     {"Рабочие программы", "Work programmes"},
     kStaff,
     kEvery,
     every_line,
     projections::write_work_programmes},
    {"programmes",
     {"Образовательные программы", "Programmes of study"},
     kEverybody,
     kEvery,
     every_line,
     projections::write_programmes},
    {"curricula",
     {"Учебные планы", "Curricula"},
     kEverybody,
     "families: of the own class; staff: every one",
     line_of_class,
     projections::write_curricula},
    {"study_schedules",
     {"Графики учебного процесса", "Schedules of the study process"},
     kEverybody,
     "families: of the own class; staff: every one",
     line_of_class,
     projections::write_study_schedules},
    {"materials",
     {"Учебные материалы", "Materials"},
     kHeads | kArchivist | commands::kTeaching | kCurator | kFamily,
     "of own groups; heads: every one",
     line_of_group,
     projections::write_materials},
    {"tasks",
     {"Задания и работы", "Tasks and submissions"},
     kHeads | kArchivist | commands::kTeaching | kCurator | kFamily,
     "own groups', own class's, own; heads: every one",
     line_of_work,
     projections::write_tasks},
    {"debts",
     {"Академические задолженности", "Debts and retakes"},
     kHeads | kArchivist | kCurator | kCommission | kFamily,
     "own class's, own, those before the commission; heads: every one",
     line_of_debt,
     projections::write_debts},
    {"commissions",
     {"Комиссии", "Commissions"},
     kHeads | kArchivist | commands::kTeaching | kCurator | kCommission | kFamily,
     "of own groups; heads: every one",
     line_of_commission,
     projections::write_commissions},
    {"referrals",
     {"Направления на аттестацию", "Referrals"},
     kHeads | kArchivist | kCurator | kCommission | kFamily,
     "own class's, own, those before the commission; heads: every one",
     line_of_debt,
     projections::write_referrals},
    {"council",
     {"Решения педагогического совета", "Decisions of the council"},
     kHeads | kArchivist | kCurator | kFamily,
     kOfPupils,
     line_of_pupil,
     projections::write_council},
    {"individual_modes",
     {"Индивидуальные режимы обучения", "Individual study modes"},
     kHeads | kArchivist | kCurator | kFamily,
     kOfPupils,
     line_of_pupil,
     projections::write_individual_modes},
    {"consents",
     {"Согласия", "Consents"},
     kEverybody & ~kArchivist,
     "own, of own class's families; heads and office: every one",
     line_of_consent,
     projections::write_consents},
    {"compromises",
     {"Скомпрометированные учётные записи", "Compromised accounts"},
     kEverybody & ~kArchivist,
     "own; heads and administrator: every one",
     line_of_account,
     projections::write_compromises},
    {"consultations",
     {"Консультации", "Consultations"},
     kEverybody & ~kArchivist,
     "asked by oneself or of oneself; heads: every one",
     line_of_parties,
     projections::write_consultations},
    {"violations",
     {"Сообщения о нарушениях", "Reports of violations"},
     kHeads | kCurator,
     "one's own; heads: every one",
     line_of_violation,
     projections::write_violations},
    {"printouts",
     {"Бумажные выписки за неделю", "Printouts of the week"},
     kHeads | role_bit(Role::kSecretary) | kCurator,
     "own class's; heads and secretary: every one",
     line_of_printout,
     projections::write_printouts},
    {"activity",
     {"Активность пользователей", "Activity"},
     kHeads | role_bit(Role::kAdministrator),
     "every one, for officials of the whole school",
     line_of_school,
     projections::write_activity},
};

}  // namespace

std::span<const Register> registers() { return kRegisters; }

std::optional<projections::Handed> printout_of(const commands::School& school, std::uint64_t size, const Id& student,
                                               Date monday) {
  const auto read = read_shards(school, {{projections::View::kDiary, student, monday}}, size);
  if (!read) return std::nullopt;
  for (const auto& entry : read->entries) {
    const auto* handed = std::get_if<ledger::PrintoutHanded>(&entry.statement.body);
    if (handed != nullptr && handed->student == student && handed->week == monday)
      return projections::Handed{entry.statement.author, entry.event.index};
  }
  return std::nullopt;
}

namespace {

// Figures of the activity report (r000 3.1, r001 7.1, r002 7.1): the longest is of a quarter.
Status count_days(const Caller& caller, RegisterQuery query, std::uint64_t size,
                  projections::ActivityOfWeeks& activity) {
  constexpr int kDaysMax = 100;
  const auto& state = *caller.structure;
  if (query.to.days == 0) query.to = caller.viewer.today;
  if (query.from.days == 0) query.from = query.to.monday() - 7;
  if (query.to < query.from || query.to - query.from >= kDaysMax)
    return fail("malformed", "from and to: 1 to 100 days");
  const Instant begin = projections::midnight(state, query.from);
  const Instant end = projections::midnight(state, query.to + 1);
  const auto [first, last] = caller.school->read([&](const commands::ReadModel& model) {
    const auto at = [&](Instant moment) {
      return static_cast<std::uint64_t>(std::lower_bound(model.times.begin(), model.times.end(), moment) -
                                        model.times.begin());
    };
    return std::pair(at(begin), std::min(at(end), size));
  });
  for (std::uint64_t index = first; index < last; ++index) {
    TRY(const Bytes bytes, caller.school->entry(index));
    TRY(const auto entry, ledger::decode_entry(bytes));
    projections::count_activity(entry, activity);
  }
  return {};
}

}  // namespace

Result<std::string> read_register(const Caller& caller, std::string_view name, const RegisterQuery& query,
                                  Language language) {
  const auto known =
      std::find_if(std::begin(kRegisters), std::end(kRegisters), [&](const Register& one) { return one.name == name; });
  if (known == std::end(kRegisters)) {
    std::string names;
    for (const Register& one : kRegisters) (names += names.empty() ? "" : ", ") += one.name;
    return fail("not_found", "no such register; there are " + names);
  }
  if ((caller.viewer.capacities & known->readers) == 0) return fail("forbidden", {});
  const std::uint64_t size = caller.school->read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  projections::ActivityOfWeeks activity;
  if (known->write == projections::write_activity && known->shown(caller, {}))
    TRY_STATUS(count_days(caller, query, size, activity));
  RegisterAsked asked{
      .state = *caller.structure,
      .on = caller.viewer.today,
      .week = query.week.days == 0 ? caller.viewer.today.monday() : query.week,
      .one = query.one,
      .shown = [&](const RegisterLine& line) { return known->shown(caller, line); },
      .name_of = [&](const Id& person) { return caller.school->name_of(person); },
      .printed = [&](const Id& student, Date monday) { return printout_of(*caller.school, size, student, monday); },
      .activity = &activity};
  projections::JsonWriter w;
  w.begin_object().text("name", known->name).text("title", known->title.in(language)).key("lines").begin_array();
  known->write(asked, w);
  w.end_array().end_object();
  return w.take();
}

}  // namespace letopis::server
