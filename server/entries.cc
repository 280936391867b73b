#include "server/entries.h"

#include <algorithm>
#include <set>

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"

namespace letopis::server {

using commands::ReadModel;
using projections::ShardKey;
using projections::View;

namespace {

constexpr int kWeeksAround =
    60;  // works are planned up to 300 days ahead; entries about older weeks exist, but come later

// Where an entry may be seen: pairs of a shard's view and subject, looked for in the weeks around its recording.
struct Place {
  View view;
  Id subject;
};

bool holds(const ReadModel& model, const Place& place, Date week, std::uint64_t index) {
  const auto* shard = model.shards.find({place.view, place.subject, week});
  return shard != nullptr && std::binary_search(shard->entries.begin(), shard->entries.end(), index);
}

// The week of the place's shard that holds the entry; the nearest weeks first.
std::optional<Date> week_of(const commands::School& school, const Place& place, Date recorded, std::uint64_t index) {
  return school.read([&](const ReadModel& model) -> std::optional<Date> {
    const Date around = recorded.monday();
    for (int distance = 0; distance <= kWeeksAround; ++distance)
      for (const Date week : {around - 7 * distance, around + 7 * distance})
        if (holds(model, place, week, index)) return week;
    return std::nullopt;
  });
}

struct Seen {
  const Caller& caller;
  std::uint64_t index;
  Date recorded;

  bool allows(Action action, const Object& object = {}) const {
    return allow(*caller.structure, caller.viewer, action, object);
  }
  bool in_diary(const Id& student) const {
    return allows(Action::kDiary, {.student = student}) &&
           week_of(*caller.school, {View::kDiary, student}, recorded, index);
  }
  bool in_journal(const Id& group, Action action) const {
    const auto week = week_of(*caller.school, {View::kJournal, group}, recorded, index);
    return week && allows(action, {.group = group, .from = *week, .to = *week + 6});
  }
};

// What a group is told together: lessons, topics, works, homework. Never what speaks of one pupil.
bool is_for_the_group(const ledger::Body& body, const std::vector<Id>& pupils) {
  return std::visit(
      [&]<class T>(const T& b) {
        if constexpr (std::is_same_v<T, ledger::HomeworkSet>)
          return b.audience.empty() || std::any_of(b.audience.begin(), b.audience.end(), [&](const Id& student) {
                   return std::find(pupils.begin(), pupils.end(), student) != pupils.end();
                 });
        else
          return std::is_same_v<T, ledger::LessonRecorded> || std::is_same_v<T, ledger::TopicSet> ||
                 std::is_same_v<T, ledger::AttendanceTaken> || std::is_same_v<T, ledger::WorkPlanned> ||
                 std::is_same_v<T, ledger::LessonCancelled> || std::is_same_v<T, ledger::LessonMoved> ||
                 std::is_same_v<T, ledger::SubstitutionOrdered>;
      },
      body);
}

bool family_sees(const Seen& seen, const ledger::Body& body) {
  const auto& state = *seen.caller.structure;
  const auto family = diaries_of_family(state, seen.caller.viewer);
  if (std::any_of(family.begin(), family.end(), [&](const Id& student) { return seen.in_diary(student); })) return true;
  if (!is_for_the_group(body, family)) return false;
  const Date today = seen.caller.viewer.today;
  for (const auto& student : family)
    for (const auto& group : state.groups_of_student(student, today - 366, today + 366))
      if (const auto week = week_of(*seen.caller.school, {View::kJournal, group}, seen.recorded, seen.index))
        if (state.enrolled(group, student, *week) || state.enrolled(group, student, *week + 6)) return true;
  return false;
}

bool staff_sees(const Seen& seen, const ledger::Body& body) {
  const auto& state = *seen.caller.structure;
  const Viewer& viewer = seen.caller.viewer;
  std::set<Id> groups;
  for (const auto& group : state.groups_of_teacher(viewer.person, viewer.today)) groups.insert(group);
  // The group an entry names itself: a substitute's, or one taught before.
  std::visit(
      [&](const auto& b) {
        if constexpr (requires { b.group; })
          if (!b.group.is_zero()) groups.insert(b.group);
      },
      body);
  if (std::any_of(groups.begin(), groups.end(),
                  [&](const Id& group) { return seen.in_journal(group, Action::kJournal); }))
    return true;
  // A class teacher: the diaries of the class, and what its groups were told together.
  std::vector<Id> own_class;
  std::set<Id> class_groups;
  for (const auto& klass : state.classes_led_by(viewer.person, viewer.today))
    for (const auto& [student, spans] : state.klass(klass)->students) {
      if (seen.in_diary(student)) return true;
      own_class.push_back(student);
      for (const auto& group : state.groups_of_student(student, viewer.today - 366, viewer.today + 366))
        class_groups.insert(group);
    }
  return is_for_the_group(body, own_class) &&
         std::any_of(class_groups.begin(), class_groups.end(),
                     [&](const Id& group) { return seen.in_journal(group, Action::kJournalOwnClass); });
}

bool is_about(const ledger::Body& body, const Id& person) {
  return std::visit(
      [&](const auto& b) {
        if constexpr (requires { b.person; })
          return b.person == person;
        else
          return false;
      },
      body);
}

bool may_see(const Caller& caller, std::uint64_t index, const ledger::Entry& entry) {
  const Seen seen{caller, index, local_date(entry.event.recorded_at, {entry.event.utc_offset})};
  if (seen.allows(Action::kAnyEntry) || entry.statement.author == caller.viewer.person) return true;
  if (entry.event.verdict == ledger::Verdict::kRefused) return false;
  if (is_about(entry.statement.body, caller.viewer.person)) return true;
  const bool structural = caller.school->read([&](const ReadModel& model) {
    return holds(model, {View::kSchool, {}}, {}, index);
  });
  if (structural && seen.allows(Action::kStructureEntry)) return true;
  return staff_sees(seen, entry.statement.body) || family_sees(seen, entry.statement.body);
}

Result<Bytes> visible(const Caller& caller, std::uint64_t index) {
  auto bytes = caller.school->entry(index);
  if (!bytes) return bytes.error().code == "not_found" ? fail("not_found", {}) : tl::unexpected(bytes.error());
  TRY(const auto entry, ledger::decode_entry(*bytes));
  if (!may_see(caller, index, entry)) return fail("not_found", {});
  return bytes;
}

}  // namespace

Result<Bytes> entry_bytes(const Caller& caller, std::uint64_t index) { return visible(caller, index); }

Result<std::string> entry_json(const Caller& caller, std::uint64_t index) {
  TRY(const Bytes bytes, visible(caller, index));
  TRY(const auto entry, ledger::decode_entry(bytes));
  return ledger::entry_json(entry.event, entry.statement);
}

Result<std::string> entry_proof(const Caller& caller, std::uint64_t index) {
  TRY_STATUS(visible(caller, index).map([](const Bytes&) {}));
  return caller.school->proof(index, true);
}

}  // namespace letopis::server
