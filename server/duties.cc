#include "server/duties.h"

#include <algorithm>
#include <set>

#include "commands/titles.h"
#include "ledger/schema/codec.h"
#include "projections/json_writer.h"
#include "server/registers.h"
#include "server/shard_reader.h"

namespace letopis::server {

using commands::Duty;
using commands::DutyScope;
using commands::Language;
using commands::School;
using ledger::Role;
using projections::SchoolState;
using projections::ShardKey;
using projections::View;

namespace {

constexpr std::size_t kOperationsMax = 1000;

// Who may be awaited for a second signature in any group.
constexpr commands::RoleSet kSignsAnywhere = commands::roles(Role::kDirector, Role::kDeputyHead, Role::kHeadOfStudies,
                                                             Role::kHeadOfDepartment, Role::kAdministrator);

bool may_ask(const Caller& caller, const std::string& of) {
  if (of == "me") return true;
  if (of == "class") return !caller.structure->classes_led_by(caller.viewer.person, caller.viewer.today).empty();
  return allow(*caller.structure, caller.viewer, Action::kEveryDuty) || oversees_branch(caller.viewer);
}

// A capacity granted for a branch answers for what is in that branch.
bool in_reach(const Caller& caller, const Id& klass, const Id& group) {
  if (caller.viewer.branches.empty() || (klass.is_zero() && group.is_zero())) return true;
  return holds_over(*caller.structure, caller.viewer, caller.viewer.capacities, {.klass = klass, .group = group});
}

bool is_of_own_class(const Caller& caller, const Id& klass) {
  return !klass.is_zero() && caller.structure->is_class_teacher(caller.viewer.person, klass, caller.viewer.today);
}
bool is_of_own_class(const Caller& caller, const projections::Group& group) {
  return std::any_of(group.classes.begin(), group.classes.end(),
                     [&](const Id& klass) { return is_of_own_class(caller, klass); });
}

// The groups whose journals have to be looked at.
std::vector<Id> groups_asked(const Caller& caller, const DutiesQuery& query) {
  const SchoolState& state = *caller.structure;
  const bool all = query.of == "school" || (query.of == "me" && (caller.viewer.capacities & kSignsAnywhere) != 0);
  std::set<Id> taught;
  if (query.of == "me")
    for (const auto& id : state.groups_of_teacher(caller.viewer.person, caller.viewer.today)) taught.insert(id);
  for (const auto& substitution : state.substitutions())
    if (query.of == "me" && substitution.substitute == caller.viewer.person && substitution.place.date >= query.from)
      taught.insert(substitution.place.group);
  std::vector<Id> groups;
  for (const auto& [id, group] : state.groups())
    if ((all && in_reach(caller, {}, id)) || taught.contains(id) || is_of_own_class(caller, group))
      groups.push_back(id);
  return groups;
}

// What has to be looked at in the journals.
class Journals {
 public:
  Journals(const Caller& caller, const DutyScope& scope, std::uint64_t size, std::vector<Duty>& duties)
      : caller_(caller), scope_(scope), size_(size), duties_(duties) {}

  Status whole(const Id& group, Date from, Date to) {
    TRY(const auto read, read_shards(*caller_.school, journal_weeks(group, from, to), size_));
    add_group_duties(scope_, projections::fold_journal(*caller_.structure, group, from, to, read.entries), duties_);
    return {};
  }
  // A week in which somebody waits for a second signature.
  Status signatures(const ShardKey& week) {
    TRY(const auto read, read_shards(*caller_.school, {week}, size_));
    const auto journal =
        projections::fold_journal(*caller_.structure, week.subject, week.week, week.week + 6, read.entries);
    add_group_endorsements(scope_, journal, duties_);
    return {};
  }

 private:
  const Caller& caller_;
  const DutyScope& scope_;
  std::uint64_t size_;
  std::vector<Duty>& duties_;
};

// Second signatures are awaited for as long as it takes: those of the weeks before and after are found by the list of what waits.
Status add_journals(const Caller& caller, const DutyScope& scope, const DutiesQuery& query, std::uint64_t size,
                    std::vector<Duty>& duties) {
  const auto groups = groups_asked(caller, query);
  const Date to = commands::duties_until(scope);
  Journals journals(caller, scope, size, duties);
  const Date from = commands::duties_from(scope, query.from);
  for (const auto& group : groups) TRY_STATUS(journals.whole(group, from, to));
  const auto waiting = caller.school->read([](const auto& model) { return model.waiting.journals(); });
  for (const auto& week : waiting) {
    const bool looked_at = from.monday() <= week.week && week.week <= to;
    const bool asked = std::find(groups.begin(), groups.end(), week.subject) != groups.end();
    if (asked && !looked_at) TRY_STATUS(journals.signatures(week));
  }
  return {};
}

bool notified(const School& school, std::uint64_t size, const Id& student, Date since, Date today) {
  for (Date week = since.monday(); week <= today; week = week + 7) {
    const auto read = read_shards(school, {{View::kDiary, student, week}}, size);
    if (read && std::any_of(read->entries.begin(), read->entries.end(), [&](const ledger::Entry& entry) {
          const auto* served = std::get_if<ledger::NoticeServed>(&entry.statement.body);
          return served != nullptr && served->student == student &&
                 local_date(entry.event.recorded_at, {entry.event.utc_offset}) >= since;
        }))
      return true;
  }
  return false;
}

// What administrators did after an entry: each is visited, in order, until the visit says no.
template <class Visit>
Status each_operation(const School& school, std::uint64_t after, std::uint64_t size, Visit visit) {
  std::vector<std::uint64_t> since;
  school.read([&](const commands::ReadModel& model) {
    if (const auto* shard = model.shards.find({View::kSchool, {}, {}}))
      for (const auto index : shard->entries)
        if (index > after && index < size) since.push_back(index);
  });
  for (const auto index : since) {
    TRY(const Bytes bytes, school.entry(index));
    TRY(const auto entry, ledger::decode_entry(bytes));
    if (entry.statement.acting_as == Role::kAdministrator && !visit(entry)) return {};
  }
  return {};
}

Status count_operations(const School& school, const SchoolState& state, std::uint64_t size,
                        commands::OfficeFacts& facts) {
  return each_operation(school, state.office().operations_acknowledged(), size, [&](const ledger::Entry&) {
    ++facts.operations;
    return true;
  });
}

// By name, or in a capacity that reaches there.
bool is_answered_for(const Caller& caller, const Duty& duty) {
  const auto& people = duty.people;
  if (std::find(people.begin(), people.end(), caller.viewer.person) != people.end()) return true;
  return (duty.roles & caller.viewer.everywhere) != 0 || in_reach(caller, duty.klass, duty.group);
}

bool is_shown(const Caller& caller, const DutiesQuery& query, const Duty& duty) {
  if (query.of == "school")
    return allow(*caller.structure, caller.viewer, Action::kEveryDuty, {.klass = duty.klass, .group = duty.group});
  if (query.of == "me")
    return commands::is_own(duty, caller.viewer.person, caller.viewer.capacities) && is_answered_for(caller, duty);
  const auto* group = caller.structure->group(duty.group);
  return is_of_own_class(caller, duty.klass) || (group != nullptr && is_of_own_class(caller, *group));
}

class DutiesJson {
 public:
  DutiesJson(const Caller& caller, Instant now, Language language)
      : caller_(caller), state_(*caller.structure), now_(now), language_(language) {}

  std::string write(const DutiesQuery& query, const std::vector<Duty>& duties) {
    w_.begin_object().text("of", query.of).key("from").date(query.from).key("to").date(caller_.viewer.today);
    w_.key("duties").begin_array();
    for (const auto& duty : duties) write(duty);
    w_.end_array().end_object();
    return w_.take();
  }

 private:
  void write(const Duty& duty) {
    w_.begin_object().text("code", duty.code).text("text", duty.text.in(language_));
    w_.text_if("clause", duty.source.clause).key("silent").boolean(duty.source.silent);
    if (duty.due.micros != 0) {
      w_.key("due").instant(duty.due).key("due_local").local(duty.due, state_.offset_at(duty.due));
      w_.key("overdue").boolean(duty.overdue(now_));
    }
    w_.key("roles").begin_array();
    for (std::size_t i = 1; i <= std::size(ledger::kRoleNames); ++i)
      if ((duty.roles & commands::role_bit(static_cast<Role>(i))) != 0) w_.string(ledger::kRoleNames[i - 1]);
    w_.end_array().key("people").begin_array();
    for (const auto& person : duty.people)
      w_.begin_object().key("id").hex(person).text("name", caller_.school->name_of(person)).end_object();
    w_.end_array();
    about(duty);
    w_.end_object();
  }
  void about(const Duty& duty) {
    if (const auto* group = state_.group(duty.group)) {
      w_.key("group").begin_object().key("id").hex(duty.group).text("label", group->label);
      w_.text("subject", group->subject).end_object();
    }
    if (const auto* klass = state_.klass(duty.klass))
      w_.key("class")
          .begin_object()
          .key("id")
          .hex(duty.klass)
          .text("label", klass->label(caller_.viewer.today))
          .end_object();
    w_.hex_if("lesson", duty.lesson).hex_if("work", duty.work).hex_if("period", duty.period);
    w_.hex_if("entry", duty.entry).date_if("from", duty.from).date_if("to", duty.to);
    w_.number_if("slot", duty.slot).number_if("count", duty.count);
  }

  const Caller& caller_;
  const SchoolState& state_;
  Instant now_;
  Language language_;
  projections::JsonWriter w_;
};

}  // namespace

Result<std::string> duties(const Caller& caller, const DutiesQuery& wanted, Instant now, Language language) {
  DutiesQuery query = wanted;
  if (query.of != "me" && query.of != "class" && query.of != "school")
    return fail("malformed", "of: me, class or school");
  if (!may_ask(caller, query.of)) return fail("forbidden", {});
  const Date today = caller.viewer.today;
  if (query.from.days == 0) query.from = today.monday() - 7;
  if (query.from > today || today - query.from >= kDutiesDaysMax)
    return fail("malformed", "from: one of the last " + std::to_string(kDutiesDaysMax) + " days");

  const School& school = *caller.school;
  const auto profiles = school.profiles();
  DutyScope scope = commands::duty_scope(*caller.structure, *profiles, now);
  const std::uint64_t size = school.read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  scope.lessons_from = query.from;
  scope.notified = [&](const Id& student, Date since) { return notified(school, size, student, since, today); };
  std::vector<Duty> found;
  TRY_STATUS(add_journals(caller, scope, query, size, found));

  commands::OfficeFacts facts;
  facts.viewer = caller.viewer.person;
  facts.printed = [&](const Id& student, Date monday) {
    return printout_of(school, size, student, monday).has_value();
  };
  facts.family = query.of == "me" && (caller.viewer.capacities & ~commands::roles(Role::kParent, Role::kStudent)) == 0;
  const bool acknowledges =
      query.of == "school" || (caller.viewer.capacities & commands::role_bit(Role::kDeputyHead)) != 0;
  if (scope.profile != nullptr && scope.profile->operations.acknowledged && acknowledges)
    TRY_STATUS(count_operations(school, *caller.structure, size, facts));
  commands::add_office_duties(scope, facts, found);

  std::erase_if(found, [&](const Duty& duty) { return !is_shown(caller, query, duty); });
  commands::settle_duties(found);
  return DutiesJson(caller, now, language).write(query, found);
}

Result<std::string> operations(const Caller& caller, std::optional<std::uint64_t> after, Language language) {
  if (!allow(*caller.structure, caller.viewer, Action::kEveryDuty)) return fail("forbidden", {});
  const School& school = *caller.school;
  const std::uint64_t size = school.read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  const std::uint64_t acknowledged = caller.structure->office().operations_acknowledged();
  projections::JsonWriter w;
  w.begin_object().key("acknowledged").number(acknowledged).key("operations").begin_array();
  std::size_t count = 0;
  bool more = false;
  TRY_STATUS(each_operation(school, after.value_or(acknowledged), size, [&](const ledger::Entry& entry) {
    if (count == kOperationsMax) {
      more = true;
      return false;
    }
    ++count;
    const auto& event = entry.event;
    const auto type = ledger::name_of(entry.statement.body);
    w.begin_object().key("index").number(event.index).key("recorded_at").instant(event.recorded_at);
    w.key("recorded_local")
        .local(event.recorded_at, {event.utc_offset})
        .text("verdict", ledger::enum_name(event.verdict));
    w.text("type", type).text("title", commands::type_title(type, language));
    w.key("author").hex(entry.statement.author).text("author_name", school.name_of(entry.statement.author));
    w.text_if("branch", entry.statement.branch).end_object();
    return true;
  }));
  w.end_array().key("more").boolean(more).end_object();
  return w.take();
}

}  // namespace letopis::server
