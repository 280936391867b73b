// What is planned, watched and told beside lessons: КТП, inspections and their findings, substitutions signed for, consents,
// announced absences, printouts for a family without a screen, the notice board.

#include <algorithm>

#include "replay-tools/school_texts.h"
#include "replay-tools/simulation.h"

namespace letopis::replay_tools {

using namespace ledger;
using commands::Author;

void Control::plan() {
  const Date first = days_.front();
  w_.at(w_.local(first, hm(8, 2)), [this] { return publish_plans(); });
  w_.at(w_.local(first, hm(16, 10)), [this] { return announce(); });
  w_.at(w_.local(first, hm(19)), [this] { return consents(); });
  w_.at(w_.local(day(0.1), hm(17, 20)), [this] { return decline_access(); });
  w_.at(w_.local(day(0.5), hm(15, 5)), [this] { return inspect(); });
  for (const Date on : days_) w_.at(w_.local(on, hm(17, 40)), [this] { return sign_for_substitutions(); });
}

// A teacher with a key of the group, by assignment.
Scribe* Control::teacher_of(const projections::Group& group) const {
  for (const auto& assignment : group.assignments)
    if (assignment.from <= w_.today() && w_.today() <= assignment.to)
      if (Scribe* scribe = w_.scribe(assignment.teacher)) return scribe;
  return nullptr;
}

// Each topic a line of an hour, numbered from one: what teachers then write in their lessons.
Status Control::publish_plans() {
  std::vector<std::pair<Id, Scribe*>> groups;
  for (const auto& [id, group] : w_.state().groups())
    if (Scribe* teacher = teacher_of(group)) groups.emplace_back(id, teacher);
  for (const auto& [id, teacher] : groups) {
    const std::string subject = w_.state().group(id)->subject;
    const auto topics = topics_of(subject);
    std::vector<std::string> numbers;
    for (std::size_t i = 1; i <= topics.size(); ++i) numbers.push_back(std::to_string(i));
    PlanPublished plan;
    plan.group = id;
    plan.title = subject;
    for (std::size_t i = 0; i < topics.size(); ++i) plan.items.push_back({numbers[i], topics[i], 1, {}, {}});
    Author::Draft draft;
    draft.body = plan;
    draft.acting_as = Role::kTeacher;
    TRY_STATUS(propose(*teacher, draft));
  }
  return {};
}

// Said, and signed by the officials it waits for.
Status Control::propose(Scribe& scribe, Author::Draft draft) {
  TRY(const auto recorded, w_.say(scribe, std::move(draft)));
  for (const Role awaited : recorded.awaits) {
    Scribe* endorser = w_.officials.find(awaited, {}, {&scribe});
    if (endorser == nullptr) return {};  // it waits on
    Author::Draft endorsement;
    endorsement.body = Endorsed{recorded.statement, true};
    endorsement.acting_as = awaited;
    TRY_STATUS(w_.say(*endorser, endorsement));
  }
  return {};
}

Status Control::announce() {
  AnnouncementPublished notice;
  notice.title = "Родительское собрание";
  notice.text = "Собрания классов — в пятницу в 18:30, в кабинетах классных руководителей.";
  Author::Draft draft;
  draft.body = notice;
  return w_.decree(Role::kDeputyHead, draft);
}

Status Control::consents() {
  std::vector<Scribe*> parents;
  for (const auto& [person, scribe] : w_.signing)
    if (!w_.state().children_of(person, w_.today()).empty() && w_.percent(90)) parents.push_back(scribe);
  for (Scribe* parent : parents) {
    w_.clock.advance_micros(w_.between(5, 60) * kMicrosPerSecond);
    Author::Draft draft;
    draft.body = ConsentGiven{parent->person(), "personal_data"};
    draft.acting_as = Role::kParent;
    TRY_STATUS(w_.say(*parent, draft));
  }
  return {};
}

// A family that reads no diary on a screen gets it printed every Friday.
Status Control::decline_access() {
  for (const auto& [id, klass] : w_.state().classes()) {
    const Id* teacher = klass.teachers.at(w_.today());
    Scribe* scribe = teacher == nullptr ? nullptr : w_.scribe(*teacher);
    if (scribe == nullptr) continue;
    for (const auto& [student, spans] : klass.students) {
      const auto guardians = w_.state().guardians_of(student, w_.today());
      if (guardians.empty() || w_.state().class_of(student, w_.today()) != id) continue;
      Author::Draft draft;
      draft.body = ElectronicAccessDeclined{guardians.front(), student, true};
      draft.acting_as = Role::kClassTeacher;
      draft.basis = Basis{};
      draft.basis->kind = "application";
      draft.basis->number = "8";
      draft.basis->date = w_.today();
      const Id pupil = student;
      TRY_STATUS(w_.say(*scribe, draft));
      for (const Date on : days_)
        if (on > w_.today() && on.weekday() == 5)
          w_.at(w_.local(on, hm(14, 30)), [this, scribe, pupil] { return hand_printout(*scribe, pupil); });
      return {};
    }
  }
  return {};
}

Status Control::hand_printout(Scribe& class_teacher, const Id& student) {
  const Id klass = w_.state().class_of(student, w_.today());
  if (klass.is_zero() || !w_.state().is_class_teacher(class_teacher.person(), klass, w_.today())) return {};
  Author::Draft draft;
  draft.body = PrintoutHanded{student, w_.today().monday()};
  draft.acting_as = Role::kClassTeacher;
  return w_.say(class_teacher, draft).map([](const auto&) {});
}

// Two findings: their teachers acknowledge them the next days, the deputy resolves one.
Status Control::inspect() {
  InspectionHeld held;
  held.kind = "monthly";
  held.from = days_.front();
  held.to = w_.today();
  std::vector<std::pair<Scribe*, std::uint16_t>> addressed;
  for (const auto& [id, group] : w_.state().groups()) {
    Scribe* teacher = teacher_of(group);
    if (teacher == nullptr || !w_.percent(10)) continue;
    const auto number = static_cast<std::uint16_t>(addressed.size() + 1);
    held.findings.push_back({number, number == 1 ? "homework" : "marks", teacher->person(), id, {}, w_.today() + 7});
    addressed.emplace_back(teacher, number);
    if (addressed.size() == 2) break;
  }
  Scribe* deputy = w_.officials.find(Role::kDeputyHead);
  LETOPIS_ASSERT(deputy != nullptr);
  Author::Draft draft;
  draft.body = held;
  draft.acting_as = Role::kDeputyHead;
  TRY(const auto recorded, w_.say(*deputy, draft));
  for (const auto& [teacher, number] : addressed)
    w_.at(w_.local(w_.today() + 1, hm(16, w_.between(0, 50))),
          [this, teacher = teacher, id = recorded.statement, number = number] {
            Author::Draft read;
            read.body = FindingAcknowledged{id, number};
            read.acting_as = Role::kTeacher;
            return w_.say(*teacher, read).map([](const auto&) {});
          });
  w_.at(w_.local(w_.today() + 5, hm(16, 30)), [this, id = recorded.statement, found = !addressed.empty()]() -> Status {
    Author::Draft resolved;
    resolved.body = FindingResolved{id, 1};
    return found ? w_.decree(Role::kDeputyHead, resolved) : Status{};
  });
  return {};
}

// журнал замещения: whoever held a lesson for somebody signs for it the same day.
Status Control::sign_for_substitutions() {
  std::vector<std::pair<Id, Scribe*>> held;
  for (const auto& substitution : w_.state().substitutions())
    if (substitution.place.date == w_.today() && !w_.state().office().substitution_signed(substitution.id))
      if (Scribe* scribe = w_.scribe(substitution.substitute)) held.emplace_back(substitution.id, scribe);
  for (const auto& [id, scribe] : held) {
    Author::Draft draft;
    draft.body = SubstitutionSigned{id};
    draft.acting_as = Role::kTeacher;
    TRY_STATUS(w_.say(*scribe, draft));
  }
  return {};
}

}  // namespace letopis::replay_tools
