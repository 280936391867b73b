#include "server/entries.h"

#include <algorithm>
#include <set>

#include "commands/files.h"
#include "ledger/receipt_bracket.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "projections/json_writer.h"

namespace letopis::server {

using commands::ReadModel;
using projections::SchoolState;
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
  // The journals of a branch one oversees.
  if (!viewer.branches.empty())
    for (const auto& [group, known] : state.groups())
      if (seen.allows(Action::kJournal, {.group = group})) groups.insert(group);
  for (const auto& [id, commission] : state.attestation().commissions())
    if (sits_for(state, viewer, commission.group)) groups.insert(commission.group);
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

// --- What is given out beside lessons, or addressed: it stands in the school's own list, and is read by those it is for

class Given {
 public:
  Given(const Seen& seen, const Id& author)
      : seen_(seen),
        author_(author),
        state_(*seen.caller.structure),
        viewer_(seen.caller.viewer),
        family_(diaries_of_family(state_, viewer_)) {}

  bool operator()(const ledger::MaterialPublished& b) const { return of_group(b.group) || is_enrolled(b.group); }
  bool operator()(const ledger::TaskAssigned& b) const {
    return of_group(b.group) || std::any_of(b.students.begin(), b.students.end(), [&](const Id& id) {
             return std::find(family_.begin(), family_.end(), id) != family_.end();
           });
  }
  bool operator()(const ledger::SubmissionSent& b) const {
    const auto* task = state_.plans().task(b.task);
    const bool taught = task != nullptr && seen_.allows(Action::kJournal, {.group = task->group});
    return taught || seen_.allows(Action::kDiary, {.student = author_});
  }
  bool operator()(const ledger::CourseworkAssigned& b) const {
    return seen_.allows(Action::kJournal, {.group = b.group}) || seen_.allows(Action::kDiary, {.student = b.student});
  }
  bool operator()(const ledger::PlanTemplateShared&) const { return teaches(); }
  bool operator()(const ledger::WorkProgrammePublished&) const {  // once the deputy has signed it
    const auto& known = state_.plans().programmes();
    return teaches() &&
           std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.index == seen_.index; });
  }
  bool operator()(const ledger::DocumentPublished& b) const {
    return b.audience.empty() || std::any_of(b.audience.begin(), b.audience.end(), [&](const auto& addressed) {
             return (viewer_.capacities & commands::role_bit(addressed.role)) != 0;
           });
  }
  // справка: for those with whose work something was found.
  bool operator()(const ledger::InspectionNoteIssued& b) const {
    const auto* inspection = state_.office().inspection(b.inspection);
    return inspection != nullptr && std::any_of(inspection->findings.begin(), inspection->findings.end(),
                                                [&](const auto& finding) { return finding.teacher == viewer_.person; });
  }
  bool operator()(const ledger::ConsultationRequested& b) const { return b.to == viewer_.person; }
  bool operator()(const ledger::ConsultationAnswered& b) const {
    const auto& known = state_.office().consultations();
    const auto asked = known.find(b.request);
    return asked != known.end() && asked->second.from == viewer_.person;
  }
  template <class T>
  bool operator()(const T&) const {
    return false;
  }

 private:
  bool teaches() const { return (viewer_.capacities & commands::kTeaching) != 0; }
  bool of_group(const Id& group) const {
    return seen_.allows(Action::kJournal, {.group = group}) || seen_.allows(Action::kJournalOwnClass, {.group = group});
  }
  bool is_enrolled(const Id& group) const {
    return std::any_of(family_.begin(), family_.end(),
                       [&](const Id& student) { return state_.enrolled(group, student, viewer_.today); });
  }

  const Seen& seen_;
  const Id& author_;
  const SchoolState& state_;
  const Viewer& viewer_;
  std::vector<Id> family_;
};

// Entries of the school's own list that are about somebody's work, not about people and structure: not for who keeps these alone.
bool is_about_work(const ledger::Body& body) {
  return std::visit(
      []<class T>(const T&) {
        return std::is_same_v<T, ledger::AttestationMarkGiven> || std::is_same_v<T, ledger::MaterialPublished> ||
               std::is_same_v<T, ledger::TaskAssigned> || std::is_same_v<T, ledger::SubmissionSent> ||
               std::is_same_v<T, ledger::SubmissionReviewed> || std::is_same_v<T, ledger::CourseworkAssigned> ||
               std::is_same_v<T, ledger::CourseworkGraded> || std::is_same_v<T, ledger::FileAttached> ||
               std::is_same_v<T, ledger::ConsultationRequested> || std::is_same_v<T, ledger::ConsultationAnswered> ||
               std::is_same_v<T, ledger::InspectionHeld> || std::is_same_v<T, ledger::InspectionNoteIssued> ||
               std::is_same_v<T, ledger::ViolationReported> || std::is_same_v<T, ledger::MeasureRecorded>;
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
  if (structural && !is_about_work(entry.statement.body) && seen.allows(Action::kStructureEntry)) return true;
  if (structural && std::visit(Given(seen, entry.statement.author), entry.statement.body)) return true;
  return staff_sees(seen, entry.statement.body) || family_sees(seen, entry.statement.body);
}

std::string attached_json(const std::vector<projections::Attachment>& attached) {
  projections::JsonWriter w;
  w.begin_array();
  for (const auto& one : attached) {
    w.begin_object().key("index").number(one.index).key("file").hex(one.file).key("size").number(one.size);
    w.text("media_type", one.media_type).end_object();
  }
  w.end_array();
  return w.take();
}

Result<Bytes> visible(const Caller& caller, std::uint64_t index) {
  auto bytes = caller.school->entry(index);
  if (!bytes) return bytes.error().code == "not_found" ? fail("not_found", {}) : tl::unexpected(bytes.error());
  TRY(const auto entry, ledger::decode_entry(*bytes));
  if (!may_see(caller, index, entry)) return fail("not_found", {});
  return bytes;
}

}  // namespace

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

Result<Bytes> entry_bytes(const Caller& caller, std::uint64_t index) { return visible(caller, index); }

namespace {

Result<ledger::ReceiptBracket> bracket_of(const Caller& caller, std::uint64_t index,
                                          const ledger::TrustPolicy& policy) {
  TRY(const std::string proof, caller.school->cosigned_proof(index));
  TRY(const auto file, ledger::parse_proof_file(proof));
  TRY(const auto receipt, ledger::decode_receipt(*file.extra));
  const auto& log = caller.school->vkey();
  TRY(const auto opened, ledger::verify_proof_file(file, ledger::leaf_hash(receipt.event), log));
  return ledger::bracket_of(opened, receipt, index, log, policy);
}

// As the receipt of the same entry proves it; null where the school has no policy, or no anchor covers the entry yet.
std::string bracket_json(const Caller& caller, std::uint64_t index) {
  const auto* policy = caller.structure->evidence().policy();
  const auto bracket = policy != nullptr ? bracket_of(caller, index, *policy->parsed)
                                         : Result<ledger::ReceiptBracket>(fail("no_policy"));
  if (!bracket || !bracket->latest) return "null";
  std::string json = "{";
  if (bracket->earliest) json += "\"earliest\":\"" + format_instant(*bracket->earliest) + "\",";
  return json + "\"latest\":\"" + format_instant(*bracket->latest) + "\"}";
}

}  // namespace

Result<std::string> entry_json(const Caller& caller, std::uint64_t index) {
  TRY(const Bytes bytes, visible(caller, index));
  TRY(const auto entry, ledger::decode_entry(bytes));
  std::string json = ledger::entry_json(entry.event, entry.statement);
  LETOPIS_ASSERT(json.ends_with('}'));
  json.pop_back();
  json += ",\"bracket\":" + bracket_json(caller, index);
  if (const auto* attached = caller.structure->office().attachments(entry.statement.id))
    json += ",\"attached\":" + attached_json(*attached);
  return json + "}";
}

Result<std::string> entry_proof(const Caller& caller, std::uint64_t index, bool cosigned) {
  TRY_STATUS(visible(caller, index).map([](const Bytes&) {}));
  return cosigned ? caller.school->cosigned_proof(index) : caller.school->proof(index, true);
}

Result<Bytes> entry_file(const Caller& caller, std::uint64_t index, const Hash& hash) {
  TRY(const Bytes bytes, visible(caller, index));
  TRY(const auto entry, ledger::decode_entry(bytes));
  const auto named = commands::files_named(entry.statement);
  const auto* attached = caller.structure->office().attachments(entry.statement.id);
  const bool known = std::find(named.begin(), named.end(), hash) != named.end() ||
                     (attached != nullptr && std::any_of(attached->begin(), attached->end(),
                                                         [&](const auto& one) { return one.file == hash; }));
  if (!known) return fail("not_found", "the entry names no such file");
  auto file = caller.school->blob(hash);
  if (!file && file.error().code == "not_found") return fail("file_gone", {});
  return file;
}

}  // namespace letopis::server
