#include <algorithm>

#include "replay-tools/school_texts.h"
#include "replay-tools/simulation.h"

namespace letopis::replay_tools {

using namespace ledger;
using commands::Author;
using projections::ScheduledLesson;

namespace {

Basis order(std::string_view number, Date date) {
  Basis basis;
  basis.kind = "order";
  basis.number = number;
  basis.date = date;
  return basis;
}

}  // namespace

// --- Planning ----------------------------------------------------------------------------------------------------------

std::vector<Id> Office::teachers() const {
  std::vector<Id> all;
  for (const auto& [person, scribe] : w_.signing)
    if (const auto user = w_.user_of.find(person);
        user != w_.user_of.end() && w_.model.users[user->second].role == UserRole::kTeacher)
      all.push_back(person);
  return all;
}

std::vector<Id> Office::pupils() const {
  std::vector<Id> all;
  for (std::size_t i = 0; i < w_.model.users.size(); ++i)
    if (w_.model.users[i].role == UserRole::kStudent) all.push_back(w_.id_of(i));
  return all;
}

void Office::plan() {
  plan_people();
  plan_keys();
  plan_calendar();
  plan_rules();
  plan_refusals();
  for (const Date day : days_) {
    for (int i = w_.between(0, 4); i > 0; --i)
      w_.at(w_.local(day, hm(12, w_.between(0, 50))), [this] { return change_personal_data(); });
    for (int i = w_.between(0, 2); i > 0; --i) {
      const auto next = std::upper_bound(days_.begin(), days_.end(), day);
      if (next != days_.end())
        w_.at(w_.local(day, hm(14, w_.between(0, 50))), [this, next = *next] { return move_or_cancel(next); });
    }
  }
  // However short the term, each of these has happened.
  w_.at(w_.local(days_.front(), hm(7, 50)), [this] { return change_personal_data(); });
}

void Office::plan_people() {
  w_.at(w_.local(day(0), hm(8, 5)), [this] {
    duplicate_ = w_.random.id();
    Author::Draft draft;
    draft.body = PersonRegistered{duplicate_};
    draft.sealed.push_back({"name", duplicate_, "Петров Пётр (внесён дважды)"});
    return w_.decree(Role::kSecretary, draft);
  });
  w_.at(w_.local(day(0.6), hm(15, 10)), [this] { return erase_duplicate(); });
  w_.at(w_.local(day(0.25), hm(9, 40)), [this] { return transfer_pupil(); });
  w_.at(w_.local(day(0.3), hm(16, 20)), [this] { return expel_and_readmit(); });
  w_.at(w_.local(day(0.45), hm(15, 30)), [this] { return annul_a_mark(); });
  // Somebody stands in for the head of department, and does no longer.
  const Id stand_in = w_.pick(teachers());
  w_.at(w_.local(day(0.2), hm(9, 20)), [this, stand_in] {
    Author::Draft draft;
    draft.body = RoleGranted{stand_in, Role::kHeadOfDepartment};
    draft.basis = order("17-к", w_.today());
    return w_.decree(Role::kAdministrator, draft);
  });
  w_.at(w_.local(day(0.7), hm(16, 40)), [this, stand_in] {
    Author::Draft draft;
    draft.body = RoleRevoked{stand_in, Role::kHeadOfDepartment};
    draft.basis = order("23-к", w_.today());
    return w_.decree(Role::kAdministrator, draft);
  });
}

void Office::plan_keys() {
  const auto all = teachers();
  LETOPIS_ASSERT(all.size() > 2);
  const std::size_t first = w_.random.below(all.size());
  const Id loses = all[first];
  const Id rotates = all[(first + 1) % all.size()];
  const Id forgets = all[(first + 2) % all.size()];
  w_.at(w_.local(day(0.4), hm(16, 5)), [this, loses] { return lose_key(loses); });
  w_.at(w_.local(day(0.5), hm(17, 15)), [this, rotates] { return rotate_key(rotates); });
  w_.at(w_.local(day(0.15), hm(16, 45)), [this, forgets] { return reissue_invitation(forgets); });
}

void Office::plan_calendar() {
  const auto saturday = std::find_if(days_.begin(), days_.end(), [](Date day) { return day.weekday() == 6; });
  if (saturday != days_.end())
    w_.at(w_.local(*saturday - 3, hm(16, 10)), [this, day = *saturday] {
      CalendarExceptionSet body;
      body.from = body.to = day;
      body.kind = DayKind::kWorking;
      body.as_weekday = 1;
      body.title = "Рабочая суббота по расписанию понедельника";
      Author::Draft draft;
      draft.body = body;
      draft.basis = order("41-у", w_.today());
      return w_.decree(Role::kDirector, draft);
    });
  w_.at(w_.local(day(0.35), hm(16, 30)), [this] {
    CalendarExceptionSet body;
    body.klass =
        std::next(w_.state().classes().begin(), w_.between(0, static_cast<int>(w_.state().classes().size()) - 1))
            ->first;
    body.from = w_.today() + 1;
    body.to = w_.today() + 7;
    body.kind = DayKind::kQuarantine;
    body.title = "Карантин: занятия дистанционно";
    Author::Draft draft;
    draft.body = body;
    draft.basis = order("44-у", w_.today());
    return w_.decree(Role::kDirector, draft);
  });
  w_.at(w_.local(day(0.55), hm(15, 45)), [this] { return change_timetable(); });
}

void Office::plan_rules() {
  w_.at(w_.local(day(0.1), hm(10, 15)), [this] {
    const auto* adopted = w_.state().profile(w_.today());
    const std::string name = adopted->name;
    Author::Draft draft;
    draft.body = ProfileAdopted{name, adopted->hash, adopted->regulation};
    draft.basis = order("12-о", w_.today());
    return w_.decree(Role::kDirector, draft);
  });
  // The commission that annulments need.
  w_.at(w_.local(days_.front(), hm(8)), [this]() -> Status {
    Scribe* member = w_.officials.find(Role::kHeadOfStudies);
    LETOPIS_ASSERT(member != nullptr);
    Author::Draft draft;
    draft.body = RoleGranted{member->person(), Role::kCommission};
    draft.basis = order("5-о", w_.today());
    TRY_STATUS(w_.decree(Role::kDirector, draft));
    w_.officials.add(Role::kCommission, *member);
    return Status{};
  });
}

// What people try and the rules refuse; the classrooms try their own.
void Office::plan_refusals() {
  w_.at(w_.local(day(0.65), hm(17, 5)), [this] {
    Scribe* head = w_.officials.find(Role::kHeadOfStudies);
    Author::Draft draft;
    draft.body = BellsSet{{{1, {hm(9)}, {hm(9, 45)}}}};
    draft.acting_as = Role::kHeadOfStudies;
    draft.effective_from = w_.today() - 7;
    return w_.attempt(*head, draft);
  });
  w_.at(w_.local(day(0.5), hm(18)), [this] {
    if (w_.marks.empty()) return Status{};
    EntryCorrected body;
    body.target = w_.pick(w_.marks).id;
    body.value = "5";
    Author::Draft draft;
    draft.body = body;
    draft.acting_as = Role::kDirector;
    return w_.attempt(*w_.officials.find(Role::kDirector), draft);
  });
}

// --- People ------------------------------------------------------------------------------------------------------------

Status Office::change_personal_data() {
  const auto all = pupils();
  const Id person = w_.pick(all);
  Author::Draft draft;
  draft.body = PersonalDataChanged{person};
  const std::string phone = "+7 900 " + std::to_string(w_.between(100, 999)) + "-" +
                            std::to_string(w_.between(10, 99)) + "-" + std::to_string(w_.between(10, 99));
  draft.sealed.push_back({"contact", person, phone});
  return w_.decree(Role::kSecretary, draft);
}

Status Office::transfer_pupil() {
  const auto all = pupils();
  for (int tries = 0; tries < 100; ++tries) {
    const Id pupil = w_.pick(all);
    const Id from = w_.state().class_of(pupil, w_.today());
    const auto& classes = w_.state().classes();
    const Id to = std::next(classes.begin(), w_.between(0, static_cast<int>(classes.size()) - 1))->first;
    if (from.is_zero() || from == to) continue;
    const Date day = w_.today() + 1;
    Author::Draft draft;
    draft.body = MovementOrdered{pupil, to, Movement::kTransferred};
    draft.basis = order("31-у", w_.today());
    draft.effective_from = day;
    const auto& target = classes.at(to);
    const auto left = w_.state().groups_of_student(pupil, w_.today(), w_.today());
    const std::vector<Id> joined = target.groups;
    std::vector<std::pair<Id, Date>> began;
    for (const auto& group : left)
      for (const auto& span : w_.state().group(group)->members.at(pupil)) began.emplace_back(group, span.from);
    TRY_STATUS(w_.decree(Role::kSecretary, draft));
    for (const auto& [group, since] : began) {
      Author::Draft leaves;
      leaves.body = GroupMemberSet{group, pupil};
      leaves.effective_from = since;
      leaves.effective_to = day - 1;
      TRY_STATUS(w_.decree(Role::kAdministrator, leaves));
    }
    for (const auto& group : joined) {
      Author::Draft joins;
      joins.body = GroupMemberSet{group, pupil};
      joins.effective_from = day;
      TRY_STATUS(w_.decree(Role::kAdministrator, joins));
    }
    return {};
  }
  return {};
}

Status Office::expel_and_readmit() {
  const auto all = pupils();
  const Id pupil = w_.pick(all);
  const Id klass = w_.state().class_of(pupil, w_.today());
  if (klass.is_zero()) return {};
  Author::Draft draft;
  draft.body = MovementOrdered{pupil, {}, Movement::kExpelled};
  draft.basis = order("33-у", w_.today());
  draft.effective_from = w_.today() + 1;
  TRY_STATUS(w_.decree(Role::kSecretary, draft));
  // The order is taken back a week later: returned to class and groups from that day.
  w_.at(Instant{w_.clock.now().micros + 7 * 24 * 3600 * kMicrosPerSecond}, [this, pupil, klass]() -> Status {
    Author::Draft back;
    back.body = MovementOrdered{pupil, klass, Movement::kReturned};
    back.basis = order("36-у", w_.today());
    TRY_STATUS(w_.decree(Role::kSecretary, back));
    const std::vector<Id> groups = w_.state().klass(klass)->groups;
    for (const auto& group : groups) {
      Author::Draft joins;
      joins.body = GroupMemberSet{group, pupil};
      TRY_STATUS(w_.decree(Role::kAdministrator, joins));
    }
    return Status{};
  });
  return {};
}

Status Office::annul_a_mark() {
  if (w_.marks.empty()) return {};
  const MarkMade mark = w_.pick(w_.marks);
  Author::Draft draft;
  draft.body = EntryAnnulled{mark.id, "Протокол комиссии: отметка поставлена с нарушением порядка"};
  draft.basis = order("39-у", w_.today());
  return w_.decree(Role::kDirector, draft);
}

Status Office::erase_duplicate() {
  TRY(const std::uint64_t texts, w_.school.erase(duplicate_));
  Author::Draft draft;
  draft.body = PersonalTextErased{duplicate_, texts};
  draft.basis = order("40-о", w_.today());
  return w_.decree(Role::kDirector, draft);
}

// --- Keys --------------------------------------------------------------------------------------------------------------

Status Office::lose_key(const Id& teacher) {
  Scribe& old = *w_.scribe(teacher);
  Author::Draft draft;
  draft.body = KeyRevoked{old.key.id()};
  TRY_STATUS(w_.decree(Role::kAdministrator, draft));
  // Whoever found the key tries it, twice.
  for (int i = 0; i < 2 && !w_.marks.empty(); ++i) {
    w_.clock.advance_micros(w_.between(5, 30) * 60 * kMicrosPerSecond);
    EntryCorrected body;
    body.target = w_.pick(w_.marks).id;
    body.value = "5";
    Author::Draft theft;
    theft.body = body;
    theft.acting_as = Role::kTeacher;
    TRY_STATUS(w_.attempt(old, theft));
  }
  Author::Draft again;
  const std::string code = signing::new_invitation_code(w_.random);
  again.id = w_.random.id();
  again.body =
      InvitationIssued{teacher, signing::key_from_invitation_code(code)->public_key(), w_.local(w_.today() + 3, 0)};
  TRY_STATUS(w_.decree(Role::kAdministrator, again));
  w_.clock.advance_micros(20 * 60 * kMicrosPerSecond);
  TRY(auto scribe, enrol(*w_.door, {0, teacher, again.id, code}, Role::kTeacher, w_.clock.now(), w_.random, w_.tally));
  w_.adopt(std::move(scribe));
  return {};
}

Status Office::rotate_key(const Id& teacher) {
  Scribe& old = *w_.scribe(teacher);
  auto next = std::make_unique<Scribe>(signing::KeyPair::generate(signing::Purpose::kAuthor, w_.random),
                                       w_.school.origin(), teacher, w_.random);
  KeyRotated body;
  body.key = next->key.public_key();
  body.new_signature = next->key.sign(commands::rotation_message(w_.school.origin(), old.key.id(), body.key));
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kTeacher;
  TRY_STATUS(w_.say(old, draft));
  w_.adopt(std::move(next));
  return {};
}

// A second invitation for somebody who has a key waits for the deputy; this one is withdrawn before it is used.
Status Office::reissue_invitation(const Id& teacher) {
  Author::Draft draft;
  draft.id = w_.random.id();
  draft.body =
      InvitationIssued{teacher, signing::KeyPair::generate(signing::Purpose::kInvitation, w_.random).public_key(),
                       w_.local(w_.today() + 14, 0)};
  TRY_STATUS(w_.decree(Role::kAdministrator, draft));
  w_.clock.advance_micros(40 * 60 * kMicrosPerSecond);
  Author::Draft withdrawn;
  withdrawn.body = InvitationRevoked{draft.id};
  return w_.decree(Role::kAdministrator, withdrawn);
}

// --- Timetable ---------------------------------------------------------------------------------------------------------

Status Office::change_timetable() {
  const auto& groups = w_.state().groups();
  for (int tries = 0; tries < 100; ++tries) {
    const auto& [id, group] = *std::next(groups.begin(), w_.between(0, static_cast<int>(groups.size()) - 1));
    const auto* slots = group.timetable.at(w_.today());
    if (slots == nullptr || slots->empty()) continue;
    std::vector<std::string> rooms;
    for (const auto& slot : *slots) rooms.push_back(slot.room + "а");
    TimetableChanged body;
    body.group = id;
    for (std::size_t i = 0; i < slots->size(); ++i) {
      const auto& slot = (*slots)[i];
      body.slots.push_back(
          {static_cast<std::uint8_t>(slot.weekday), static_cast<std::uint8_t>(slot.slot), slot.teacher, rooms[i]});
    }
    Author::Draft draft;
    draft.body = body;
    draft.effective_from = w_.today() + 1;
    return w_.decree(Role::kHeadOfStudies, draft);
  }
  return {};
}

// Tomorrow one lesson is not held, or is held in another slot of the same day.
Status Office::move_or_cancel(Date for_day) {
  const auto& groups = w_.state().groups();
  for (int tries = 0; tries < 200; ++tries) {
    const auto& [id, group] = *std::next(groups.begin(), w_.between(0, static_cast<int>(groups.size()) - 1));
    const auto lessons = projections::lessons_held_on(w_.state(), id, for_day);
    if (lessons.empty()) continue;
    const ScheduledLesson& lesson = lessons.front();
    if (lesson.cancelled || lesson.moved || !lesson.substitute.is_zero()) continue;
    Author::Draft draft;
    const auto bells = static_cast<int>(w_.model.bells.size());
    // The last slot of the day is free for nearly everybody.
    if (w_.percent(70) && lesson.slot < bells && projections::bell(w_.state(), for_day, bells)) {
      LessonMoved body{
          id, for_day, static_cast<std::uint8_t>(lesson.place.slot), for_day, static_cast<std::uint8_t>(bells), {}};
      draft.body = body;
    } else {
      draft.body = LessonCancelled{id, for_day, static_cast<std::uint8_t>(lesson.place.slot)};
    }
    return w_.decree(Role::kDeputyHead, draft);
  }
  return {};
}

// --- Every morning and evening -----------------------------------------------------------------------------------------

Status Office::morning(Date day) {
  for (const auto& teacher : teachers())
    if (!w_.ill(teacher, day) && w_.percent(1.3)) w_.ill_until[teacher] = day + w_.between(0, 3);
  TRY_STATUS(substitute(day));
  return pupils_fall_ill(day);
}

Status Office::substitute(Date day) {
  struct Absence {
    Id group, teacher;
    projections::LessonPlace place;
    int slot;
  };
  std::map<int, std::set<Id>> busy;
  std::vector<Absence> absences;
  // In every term, however short, somebody is ill for a day and replaced.
  bool somebody = day == this->day(0.5);
  for (const auto& [id, group] : w_.state().groups())
    for (const auto& lesson : projections::lessons_held_on(w_.state(), id, day)) {
      if (lesson.cancelled) continue;
      busy[lesson.slot].insert(lesson.substitute.is_zero() ? lesson.teacher : lesson.substitute);
      if (std::exchange(somebody, false)) w_.ill_until[lesson.teacher] = std::max(w_.ill_until[lesson.teacher], day);
      if (lesson.substitute.is_zero() && w_.ill(lesson.teacher, day))
        absences.push_back({id, lesson.teacher, lesson.place, lesson.slot});
    }
  std::map<std::pair<Id, int>, Id> found;  // joined lessons have one substitute
  for (const auto& absence : absences) {
    auto& substitute = found[{absence.teacher, absence.slot}];
    if (substitute.is_zero() && (&absence == &absences.front() || w_.percent(80)))
      substitute = find_substitute(busy, absence.slot, day, absence.teacher);
    Author::Draft draft;
    const auto slot = static_cast<std::uint8_t>(absence.place.slot);
    if (substitute.is_zero())
      draft.body = LessonCancelled{absence.group, absence.place.date, slot};
    else
      draft.body = SubstitutionOrdered{absence.group, day, slot, absence.teacher, substitute, {}, "почасовая"};
    if (!substitute.is_zero()) busy[absence.slot].insert(substitute);
    TRY_STATUS(w_.decree(Role::kDeputyHead, draft));
    w_.clock.advance_micros(15 * kMicrosPerSecond);
  }
  return {};
}

Id Office::find_substitute(const std::map<int, std::set<Id>>& busy, int slot, Date day, const Id& absent) {
  std::vector<Id> free;
  const auto taken = busy.find(slot);
  for (const auto& teacher : teachers())
    if (teacher != absent && !w_.ill(teacher, day) && (taken == busy.end() || !taken->second.contains(teacher)))
      free.push_back(teacher);
  return free.empty() ? Id{} : w_.pick(free);
}

Status Office::pupils_fall_ill(Date day) {
  for (const auto& pupil : pupils()) {
    if (w_.ill(pupil, day) || !w_.percent(0.9)) continue;
    const Date last = day + w_.between(0, 5);
    w_.ill_until[pupil] = last;
    // Back at school with a certificate; some bring it after the week the rules give.
    Date back = last + (w_.percent(5) ? w_.between(9, 12) : w_.between(1, 3));
    if (back.weekday() > 5) back = back.monday() + 7;
    w_.at(w_.local(back, hm(15, w_.between(0, 55))), [this, pupil, day, last] { return excuse(pupil, day, last); });
  }
  return {};
}

Status Office::excuse(const Id& student, Date from, Date to) {
  const Id klass = w_.state().class_of(student, w_.today());
  if (klass.is_zero() || klass != w_.state().class_of(student, to)) return {};
  const Id* teacher = w_.state().klass(klass)->teachers.at(w_.today());
  Scribe* scribe = teacher == nullptr ? nullptr : w_.scribe(*teacher);
  if (scribe == nullptr) return {};
  const bool excused = w_.percent(91);
  const Excuse why = excuse_text(w_.random);
  Author::Draft draft;
  draft.body = AbsenceExcused{student, from, to, excused, excused ? why.kind : std::string_view{}};
  draft.acting_as = Role::kClassTeacher;
  draft.sealed.push_back({"excuse", student, excused ? why.reason : "Причина не подтверждена"});
  TRY_STATUS(w_.say(*scribe, draft));
  return {};
}

void Office::evening(Date day) {
  const auto next = std::upper_bound(days_.begin(), days_.end(), day);
  const bool week_ends = next == days_.end() || next->monday() != day.monday();
  if (!week_ends) return;
  w_.at(w_.local(day, hm(18, 30)), [this]() -> Status {
    const auto seen = w_.door->seen();
    if (!seen) return tl::unexpected(seen.error());
    Author::Draft draft;
    draft.body = BackupMade{seen->size, seen->root, "Внешний диск, кабинет 12"};
    return w_.decree(Role::kAdministrator, draft);
  });
  w_.at(w_.local(day, hm(20, 10)), [this]() -> Status {
    std::vector<Scribe*> parents;
    for (const auto& [person, scribe] : w_.signing)
      if (!w_.state().children_of(person, w_.today()).empty() && w_.percent(80)) parents.push_back(scribe);
    for (Scribe* parent : parents) {
      w_.clock.advance_micros(w_.between(10, 300) * kMicrosPerSecond);
      const auto children = w_.state().children_of(parent->person(), w_.today());
      for (const auto& child : children) {
        Author::Draft draft;
        draft.body = DiarySigned{child, w_.today().monday()};
        draft.acting_as = Role::kParent;
        TRY_STATUS(w_.say(*parent, draft));
      }
    }
    return Status{};
  });
}

}  // namespace letopis::replay_tools
