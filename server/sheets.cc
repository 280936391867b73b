#include "server/sheets.h"

#include <algorithm>
#include <set>

#include "projections/office_listing.h"
#include "projections/registers.h"
#include "projections/sheets.h"
#include "server/shard_reader.h"

namespace letopis::server {

using projections::GroupFigures;
using projections::Period;
using projections::SchoolState;
using projections::ShardKey;
using projections::View;

namespace {

constexpr int kDaysMax = 400;

struct Span {
  Date from, to;
};

projections::NameOf names_of(const Caller& caller) {
  return [school = caller.school](const Id& person) { return school->name_of(person); };
}

// The figures of some groups over some days: one journal in memory at a time.
class Journals {
 public:
  Journals(const Caller& caller, Span span, const Id& period, Instant now)
      : caller_(caller),
        span_(span),
        period_(period),
        now_(now),
        size_(caller.school->read([](const auto& model) { return std::uint64_t{model.times.size()}; })) {}

  Status add(const Id& group) {
    TRY(const auto read, read_shards(*caller_.school, journal_weeks(group, span_.from, span_.to), size_));
    const auto view = projections::fold_journal(*caller_.structure, group, span_.from, span_.to, read.entries);
    figures_.push_back(figures_of(*caller_.structure, view, period_, now_));
    return {};
  }
  Status add(const std::vector<Id>& groups) {
    for (const auto& group : groups) TRY_STATUS(add(group));
    return {};
  }
  const std::vector<GroupFigures>& figures() const { return figures_; }

 private:
  const Caller& caller_;
  Span span_;
  Id period_;
  Instant now_;
  std::uint64_t size_;
  std::vector<GroupFigures> figures_;
};

// By subject and label, as people look for them.
std::vector<Id> sorted(const SchoolState& state, const std::set<Id>& groups) {
  std::vector<Id> list(groups.begin(), groups.end());
  std::sort(list.begin(), list.end(), [&](const Id& a, const Id& b) {
    const auto& left = *state.group(a);
    const auto& right = *state.group(b);
    return std::tie(left.subject, left.label, a) < std::tie(right.subject, right.label, b);
  });
  return list;
}

// Groups of a class, and those its students are in beside (streams, subgroups across classes).
std::set<Id> groups_of_class(const SchoolState& state, const Id& id, Span span) {
  const auto& klass = *state.klass(id);
  std::set<Id> groups(klass.groups.begin(), klass.groups.end());
  for (const auto& [student, spans] : klass.students)
    for (const auto& group : state.groups_of_student(student, span.from, span.to)) groups.insert(group);
  return groups;
}

Result<const Period*> period_asked(const Caller& caller, const Id& id) {
  if (!id.is_zero()) {
    const Period* period = caller.structure->period(id);
    if (period == nullptr) return fail("not_found", "no such period");
    if (period->to - period->from >= kDaysMax) return fail("malformed", "a period of more than 400 days");
    return period;
  }
  const Period* current = nullptr;  // the shortest one of today: a quarter rather than its half-year
  for (const auto& period : caller.structure->periods())
    if (period.from <= caller.viewer.today && caller.viewer.today <= period.to &&
        (current == nullptr || period.to - period.from < current->to - current->from))
      current = &period;
  return current;
}

// The school year so far.
Span year_of(const Caller& caller) {
  const Date today = caller.viewer.today;
  const auto* year = caller.structure->year(today);
  const Date from = year != nullptr && year->from <= today ? year->from : today - (kDaysMax - 1);
  return {std::max(from, today - (kDaysMax - 1)), today};
}

Span span_of(const Caller& caller, const Period* period) {
  return period != nullptr ? Span{period->from, period->to} : year_of(caller);
}

// The children whose lines a family gets; none named: every line. nullopt: not theirs to see.
std::optional<std::vector<Id>> lines_of(const Caller& caller, const Id& klass) {
  if (allow(*caller.structure, caller.viewer, Action::kClassStudents, {.klass = klass}) &&
      (allow(*caller.structure, caller.viewer, Action::kEveryPage, {.klass = klass}) ||
       caller.structure->is_class_teacher(caller.viewer.person, klass, caller.viewer.today)))
    return std::vector<Id>{};
  std::vector<Id> children;
  for (const auto& student : diaries_of_family(*caller.structure, caller.viewer))
    if (caller.structure->class_of(student, caller.viewer.today) == klass) children.push_back(student);
  return children.empty() ? std::nullopt : std::optional(children);
}

std::set<Id> every_group(const SchoolState& state) {
  std::set<Id> groups;
  for (const auto& [id, group] : state.groups()) groups.insert(id);
  return groups;
}

}  // namespace

Result<std::string> summary(const Caller& caller, const SheetQuery& query, Instant now) {
  const SchoolState& state = *caller.structure;
  const bool whole_school = query.klass.is_zero();
  const auto only = whole_school ? std::optional<std::vector<Id>>() : lines_of(caller, query.klass);
  if (whole_school ? !allow(state, caller.viewer, Action::kEveryPage) : !only) return fail("forbidden", {});
  if (!whole_school && state.klass(query.klass) == nullptr) return fail("not_found", "no such class");
  TRY(const Period* period, period_asked(caller, query.period));
  const Span span = span_of(caller, period);
  Journals journals(caller, span, period == nullptr ? Id{} : period->id, now);
  TRY_STATUS(
      journals.add(sorted(state, whole_school ? every_group(state) : groups_of_class(state, query.klass, span))));
  const Date on = std::min(caller.viewer.today, std::max(span.from, span.to));
  if (whole_school) return school_summary_json(state, period, on, journals.figures());
  return summary_json(state, query.klass, period, on, journals.figures(), names_of(caller), *only);
}

namespace {

// Groups whose plans one is shown without naming any: all of them to who sees every page, else those one teaches, leads, or has a
// child in. Folding every journal of a year is for nobody's curiosity.
bool is_followed(const Caller& caller, const Id& id) {
  const SchoolState& state = *caller.structure;
  if (allow(state, caller.viewer, Action::kEveryPage, {.group = id})) return true;
  const auto& viewer = caller.viewer;
  const auto taught = state.groups_of_teacher(viewer.person, viewer.today);
  if (std::find(taught.begin(), taught.end(), id) != taught.end()) return true;
  const auto& classes = state.group(id)->classes;
  const auto family = diaries_of_family(state, viewer);
  return std::any_of(classes.begin(), classes.end(),
                     [&](const Id& klass) { return state.is_class_teacher(viewer.person, klass, viewer.today); }) ||
         std::any_of(family.begin(), family.end(),
                     [&](const Id& student) { return state.enrolled(id, student, viewer.today); });
}

}  // namespace

Result<std::string> plans(const Caller& caller, const SheetQuery& query, Instant now) {
  const SchoolState& state = *caller.structure;
  const auto sees = [&](const Id& group) { return allow(state, caller.viewer, Action::kGroup, {.group = group}); };
  std::set<Id> groups;
  if (!query.group.is_zero()) {
    if (!sees(query.group)) return fail("forbidden", {});
    if (state.group(query.group) == nullptr) return fail("not_found", "no such group");
    groups.insert(query.group);
  } else {
    const Span span = year_of(caller);
    if (!query.klass.is_zero() && !allow(state, caller.viewer, Action::kClass, {.klass = query.klass}))
      return fail("forbidden", {});
    if (!query.klass.is_zero() && state.klass(query.klass) == nullptr) return fail("not_found", "no such class");
    for (const auto& group : query.klass.is_zero() ? every_group(state) : groups_of_class(state, query.klass, span))
      if (sees(group) && (!query.klass.is_zero() || is_followed(caller, group))) groups.insert(group);
  }
  Journals journals(caller, year_of(caller), {}, now);
  TRY_STATUS(journals.add(sorted(state, groups)));
  return plans_json(state, caller.viewer.today, journals.figures(), !query.group.is_zero());
}

Result<std::string> hours(const Caller& caller, Date from, Date to, Instant now) {
  if (!allow(*caller.structure, caller.viewer, Action::kEverySubstitution)) return fail("forbidden", {});
  if (to < from || to - from >= kDaysMax) return fail("malformed", "from and to: 1 to 400 days");
  Journals journals(caller, {from, to}, {}, now);
  TRY_STATUS(journals.add(sorted(*caller.structure, every_group(*caller.structure))));
  return hours_json(*caller.structure, journals.figures(), names_of(caller));
}

namespace {

// One that looked at nothing but what the viewer's branch has, or that they held themselves.
bool is_of_branch(const Caller& caller, const projections::Inspection& inspection) {
  const auto over = [&](const Object& object) {
    return allow(*caller.structure, caller.viewer, Action::kEveryDuty, object);
  };
  if (inspection.author == caller.viewer.person) return true;
  return !(inspection.groups.empty() && inspection.classes.empty()) &&
         std::all_of(inspection.groups.begin(), inspection.groups.end(),
                     [&](const Id& group) { return over({.group = group}); }) &&
         std::all_of(inspection.classes.begin(), inspection.classes.end(),
                     [&](const Id& klass) { return over({.klass = klass}); });
}

// What class teachers reported this year, for the deputies to read (r001 4.3).
std::string violations_json(const Caller& caller, Date since) {
  projections::JsonWriter w;
  w.begin_array();
  projections::write_violations({.state = *caller.structure,
                                 .on = caller.viewer.today,
                                 .since = since,
                                 .shown =
                                     [&](const auto& line) {
                                       return allow(*caller.structure, caller.viewer, Action::kEveryDuty,
                                                    {.klass = line.klass});
                                     },
                                 .name_of = names_of(caller)},
                                w);
  w.end_array();
  return w.take();
}

}  // namespace

Result<std::string> inspections(const Caller& caller, const SheetQuery& query, Instant now) {
  const SchoolState& state = *caller.structure;
  const bool sees_all = allow(state, caller.viewer, Action::kEveryDuty);
  if (query.period.is_zero()) {
    const bool teaches = (caller.viewer.capacities & commands::kTeaching) != 0;
    const bool of_branch = oversees_branch(caller.viewer);
    if (!sees_all && !of_branch && !teaches) return fail("forbidden", {});
    const Span span = year_of(caller);
    std::string sheet = "{\"inspections\":";
    if (!sees_all && !of_branch)
      return sheet + inspections_json(state, span.from, span.to, names_of(caller), caller.viewer.person) + "}";
    sheet += inspections_json(state, span.from, span.to, names_of(caller), {},
                              [&](const auto& one) { return sees_all || is_of_branch(caller, one); });
    return sheet + ",\"violations\":" + violations_json(caller, span.from) + "}";
  }
  if (!sees_all) return fail("forbidden", {});
  TRY(const Period* period, period_asked(caller, query.period));
  Journals journals(caller, span_of(caller, period), period->id, now);
  TRY_STATUS(journals.add(sorted(state, every_group(state))));
  return check_json(state, *period, journals.figures());
}

}  // namespace letopis::server
