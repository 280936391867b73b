#include "tests/support/history.h"

#include <algorithm>
#include <set>

#include "ledger/merkle.h"
#include "projections/schedule.h"
#include "signing/sha256.h"

namespace letopis::test {

using namespace ledger;  // the types of statements
using projections::View;

namespace {

constexpr UtcOffset kOffset{3 * 3600};
constexpr std::string_view kStartOfYear = "2026-09-01";

}  // namespace

History::History(std::uint64_t seed) : random_(seed) {}

Hash History::root_at(std::uint64_t size) {
  Bytes bytes;
  put_u64(bytes, size);
  return signing::tagged_hash("letopis/test-root", {bytes});
}

// --- The clock

Instant History::local(std::string_view text) const {
  const Date date = day(text.substr(0, 10));
  const int minute = parse_minute(text.substr(11)).value();
  return at_local(date, minute, state_.exists() ? state_.offset(date) : kOffset);
}

History& History::at(std::string_view text) {
  const Instant moment = local(text);
  LETOPIS_ASSERT(moment >= now_);
  now_ = moment;
  return *this;
}

// --- Modifiers

History& History::by(const Id& author, Role role) {
  next_.by = {author, role};
  return *this;
}
History& History::late(std::int64_t seconds, std::string_view rule) {
  next_.verdict = Verdict::kLate;
  next_.late_seconds = seconds;
  next_.rule = rule;
  return *this;
}
History& History::refused(std::string_view rule) {
  next_.verdict = Verdict::kRefused;
  next_.rule = rule;
  return *this;
}
History& History::awaiting(std::vector<Role> roles) {
  next_.awaits = std::move(roles);
  return *this;
}
History& History::from(std::string_view effective_from) {
  next_.from = day(effective_from);
  return *this;
}
History& History::to(std::string_view effective_to) {
  next_.to = day(effective_to);
  return *this;
}
History& History::branch(std::string_view name) {
  next_.branch = name;
  return *this;
}
History& History::basis(std::string_view kind, std::string_view number, std::string_view date) {
  next_.basis.emplace();
  next_.basis->date = date.empty() ? state_.local_today(now_) : day(date);
  next_.basis->kind = keep(kind);
  next_.basis->number = keep(number);
  return *this;
}
History& History::sealed(std::string_view field, const Id& person, const Hash& commitment) {
  next_.sealed.push_back({keep(field), person, commitment});
  return *this;
}
History& History::with_id(const Id& statement) {
  next_.id = statement;
  return *this;
}
History& History::by_default(const Id& author, Role role) {
  if (!next_.by) next_.by = {author, role};
  return *this;
}
History& History::from_default(std::string_view effective_from) {
  if (next_.from.days == 0) next_.from = day(effective_from);
  return *this;
}
History& History::by_teacher_of(const Id& group) {
  const auto teacher = first_teacher_.find(group);
  return teacher == first_teacher_.end() ? by_default(director(), Role::kDirector)
                                         : by_default(teacher->second, Role::kTeacher);
}

// --- Appending

Statement History::make_statement(Body body) {
  Statement statement;
  statement.origin = kOrigin;
  statement.id = next_.id.is_zero() ? random_.id() : next_.id;
  const auto [author, role] = next_.by.value_or(std::pair(Id{}, Role::kRoot));
  statement.author = author;
  statement.acting_as = role;
  statement.branch = keep(next_.branch);
  const auto* enrolled = std::get_if<KeyEnrolled>(&body);  // signed by the key it brings
  statement.key = enrolled != nullptr      ? signing::key_id(signing::Purpose::kAuthor, enrolled->key)
                  : role == Role::kService ? service_key_
                  : author.is_zero()       ? root_key_
                                           : key_of(author);
  Chain& chain = chains_[statement.key];
  if (chain.id.is_zero()) chain.id = random_.id();
  statement.chain = chain.id;
  statement.number = chain.number + 1;
  statement.previous = chain.previous;
  statement.salt = random_.id();
  statement.seen = Seen{size(), root_at(size())};
  statement.claimed_at = now_;
  statement.basis = next_.basis;
  statement.effective_from = next_.from;
  statement.effective_to = next_.to;
  statement.commitments = next_.sealed;
  statement.body = std::move(body);
  return statement;
}

Statement History::propose(Body body) {
  const Statement statement = make_statement(std::move(body));
  next_ = {};
  const Bytes bytes = encode(statement);
  return decode_statement(as_bytes(keep(as_text(bytes)))).value();
}

Id History::add(Body body) {
  const Statement statement = make_statement(std::move(body));
  const Bytes bytes = encode(statement);
  Event event;
  event.index = size();
  event.recorded_at = now_;
  event.utc_offset = state_.exists() ? state_.offset_at(now_).seconds : kOffset.seconds;
  event.statement = bytes;
  event.signature = random_.fixed<Signature>();
  event.verdict = next_.verdict;
  event.rule = next_.rule;
  event.late_seconds = next_.late_seconds;
  if (next_.late_seconds != 0) event.deadline = {now_.micros - next_.late_seconds * kMicrosPerSecond};
  event.context = size();
  for (const auto role : next_.awaits) event.awaits.push_back({role});
  event.rules_version = kRulesVersion;
  Chain& chain = chains_[statement.key];
  ++chain.number;
  chain.previous = signing::tagged_hash("letopis/previous/v1", {bytes, event.signature.view()});
  leaves_.push_back(encode(event));
  entries_.push_back(decode_entry(leaves_.back()).value());
  next_ = {};
  now_.micros += kMicrosPerSecond;
  shards_of_.push_back(state_.apply(entries_.back()));
  // As readers have it: from the school's own shard alone.
  const auto& filed = shards_of_.back();
  if (std::any_of(filed.begin(), filed.end(), [](const auto& key) { return key.view == projections::View::kSchool; }))
    structure_.apply(entries_.back());
  const Hash leaf = ledger::leaf_hash(leaves_.back());
  for (const auto& key : shards_of_.back()) shards_.add(key, entries_.size() - 1, leaf);
  return statement.id;
}

// --- School, people, keys

void History::school(std::string_view opened) {
  now_ = local(opened);
  const auto root = random_.fixed<PublicKey>();
  root_key_ = signing::key_id(signing::Purpose::kRoot, root);
  SchoolCreated genesis;
  genesis.name = "Школа";
  genesis.zone = "Europe/Moscow";
  genesis.utc_offset = kOffset.seconds;
  const std::string vkey = signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, log_key_).text();
  genesis.log_vkey = vkey;
  genesis.service_key = random_.fixed<PublicKey>();
  service_key_ = signing::key_id(signing::Purpose::kService, genesis.service_key);
  genesis.root_keys = {{root, random_.fixed<Signature>()}};
  genesis.threshold = 1;
  genesis.simulated = true;
  genesis.profile_name = "r000";
  genesis.profile = random_.fixed<Hash>();
  add(genesis);
  bells({{1, {510}, {555}},
         {2, {565}, {610}},
         {3, {620}, {665}},
         {4, {680}, {725}},
         {5, {740}, {785}},
         {6, {795}, {840}},
         {7, {850}, {895}},
         {8, {905}, {950}}});
}

Id History::enrol_person(const Id& person) {
  next_ = {};
  add(PersonRegistered{person});
  renew_key(person);
  return person;
}
void History::renew_key(const Id& person) {
  const Id invitation =
      add(InvitationIssued{person, random_.fixed<PublicKey>(), {now_.micros + 30 * 86'400 * kMicrosPerSecond}});
  const auto key = random_.fixed<PublicKey>();
  keys_[person] = signing::key_id(signing::Purpose::kAuthor, key);
  by(person, Role::kStudent).add(KeyEnrolled{invitation, person, key, random_.fixed<Signature>()});
}
Id History::person() { return enrol_person(random_.id()); }
Id History::person(Role role) {
  const Id person = this->person();
  grant(person, role);
  return person;
}
Id History::official(Id History::*who, Role role) {
  if ((this->*who).is_zero()) {
    const Envelope said = std::exchange(next_, {});  // what was said so far is about another entry
    const Id made = person(role);
    this->*who = made;
    next_ = said;
  }
  return this->*who;
}
Id History::director() { return official(&History::director_, Role::kDirector); }
Id History::deputy() { return official(&History::deputy_, Role::kDeputyHead); }
Id History::administrator() { return official(&History::administrator_, Role::kAdministrator); }
Id History::secretary() { return official(&History::secretary_, Role::kSecretary); }

Id History::parent(const Id& child) {
  const Envelope said = next_;
  const Id parent = person(Role::kParent);
  next_ = said;
  by_default(secretary(), Role::kSecretary).add(GuardianSet{parent, child, Access::kFull});
  return parent;
}
Id History::grant(const Id& person, Role role) { return add(RoleGranted{person, role}); }
Id History::revoke(const Id& person, Role role) { return add(RoleRevoked{person, role}); }
Id History::key_of(const Id& person) const {
  const auto key = keys_.find(person);
  LETOPIS_ASSERT(key != keys_.end());
  return key->second;
}

// --- Structure

Id History::klass(std::string_view label, int grade) {
  const auto known = classes_.find(label);
  if (known != classes_.end()) return known->second;
  const Envelope said = std::exchange(next_, {});
  const Id id = random_.id();
  by(director(), Role::kDirector).add(ClassOpened{id, label, static_cast<std::uint8_t>(grade), {}});
  next_ = said;
  classes_[std::string(label)] = id;
  return id;
}

Id History::group(std::string_view class_label, std::string_view subject, std::initializer_list<Id> teachers) {
  const Id of_class = klass(class_label);
  const Id id = random_.id();
  TeachingGroupOpened opened;
  opened.group = id;
  opened.label = class_label;
  opened.subject = subject;
  opened.kind = "class";
  opened.classes = {of_class};
  by_default(deputy(), Role::kDeputyHead).add(opened);
  for (const auto& teacher : teachers) {
    if (!first_teacher_.contains(id)) first_teacher_[id] = teacher;
    by(deputy(), Role::kDeputyHead).from(kStartOfYear).add(TeachingAssigned{teacher, id, 2, {}});
  }
  return id;
}

void History::timetable(const Id& group, std::initializer_list<TimetableLine> lines) {
  TimetablePublished published;
  published.group = group;
  for (const auto& line : lines)
    published.slots.push_back(
        {static_cast<std::uint8_t>(line.weekday), static_cast<std::uint8_t>(line.slot), line.teacher, "21"});
  from_default(kStartOfYear).by_default(deputy(), Role::kDeputyHead).add(published);
}

Id History::student(const Id& group) {
  const Envelope said = next_;
  const Id student = person(Role::kStudent);
  next_ = said;
  from_default(kStartOfYear).by_default(secretary(), Role::kSecretary);
  add(MovementOrdered{student, state_.group(group)->classes.front(), Movement::kEnrolled});
  next_ = said;
  enrol(group, student);
  return student;
}
void History::enrol(const Id& group, const Id& student) {
  from_default(kStartOfYear).by_default(administrator(), Role::kAdministrator).add(GroupMemberSet{group, student});
}
void History::bells(std::initializer_list<ledger::Bell> bells) {
  by_default(deputy(), Role::kDeputyHead).add(BellsSet{bells});
}
Id History::period(std::string_view title, std::string_view from, std::string_view to) {
  const Id id = random_.id();
  by_default(deputy(), Role::kDeputyHead).add(PeriodDefined{id, title, "quarter", day(from), day(to), {}, {}});
  return id;
}
Id History::day_exception(std::string_view from, std::string_view to, DayKind kind, const Id& klass, int as_weekday) {
  return by_default(director(), Role::kDirector)
      .add(CalendarExceptionSet{klass, day(from), day(to), kind, static_cast<std::uint8_t>(as_weekday), {}});
}
Id History::work_kind(std::string_view code, bool written) {
  DictionaryEntryDefined entry{"work_kind", code, code, {{"written", written ? "true" : "false"}}};
  return by_default(administrator(), Role::kAdministrator).add(entry);
}
Id History::cancel(const Id& group, std::string_view date, int slot) {
  return by_default(deputy(), Role::kDeputyHead)
      .add(LessonCancelled{group, day(date), static_cast<std::uint8_t>(slot)});
}
Id History::move(const Id& group, std::string_view date, int slot, std::string_view new_date, int new_slot) {
  return by_default(deputy(), Role::kDeputyHead)
      .add(LessonMoved{
          group, day(date), static_cast<std::uint8_t>(slot), day(new_date), static_cast<std::uint8_t>(new_slot), {}});
}
Id History::substitute(const Id& group, std::string_view date, int slot, const Id& absent, const Id& substitute) {
  return by_default(deputy(), Role::kDeputyHead)
      .add(SubstitutionOrdered{group, day(date), static_cast<std::uint8_t>(slot), absent, substitute, {}, {}});
}

// --- Lessons

Id History::lesson(const Id& group, std::string_view date, int slot) {
  const Id id = projections::lesson_id(group, day(date), slot);
  if (const auto ring = projections::bell(state_, day(date), slot))
    now_ = std::max(now_, at_local(day(date), ring->start, state_.offset(day(date))));
  LessonRecorded recorded;
  recorded.lesson = id;
  recorded.group = group;
  recorded.date = day(date);
  recorded.slot = static_cast<std::uint8_t>(slot);
  recorded.slots = 1;
  by_teacher_of(group).add(recorded);
  return id;
}
Id History::lesson_outside(const Id& group, std::string_view date, int start_minute, int end_minute) {
  LessonRecorded recorded;
  recorded.lesson = random_.id();
  recorded.group = group;
  recorded.date = day(date);
  recorded.start = {static_cast<std::uint16_t>(start_minute)};
  recorded.end = {static_cast<std::uint16_t>(end_minute)};
  now_ = std::max(now_, at_local(recorded.date, start_minute, state_.offset(recorded.date)));
  by_teacher_of(group).add(recorded);
  return recorded.lesson;
}
Id History::group_of_lesson(const Id& lesson) const {
  const auto* known = state_.lesson(lesson);
  return known == nullptr ? Id{} : known->group;
}
Id History::topic(const Id& lesson, std::string_view text) {
  return by_teacher_of(group_of_lesson(lesson)).add(TopicSet{lesson, text, {}, 0});
}
Id History::attendance(const Id& lesson, bool all_present) {
  return by_teacher_of(group_of_lesson(lesson)).add(AttendanceTaken{lesson, all_present});
}
Id History::absence(const Id& lesson, const Id& student, std::string_view code) {
  return by_teacher_of(group_of_lesson(lesson)).add(AbsenceRecorded{lesson, student, code});
}
Id History::lateness(const Id& lesson, const Id& student, int minutes) {
  return by_teacher_of(group_of_lesson(lesson))
      .add(LatenessRecorded{lesson, student, static_cast<std::uint16_t>(minutes)});
}
Id History::excuse(const Id& student, std::string_view from, std::string_view to, bool excused) {
  return by_default(director(), Role::kClassTeacher).add(AbsenceExcused{student, day(from), day(to), excused, {}});
}
Id History::work(const Id& lesson, std::string_view kind, std::string_view title, int weight) {
  WorkPlanned planned;
  planned.group = group_of_lesson(lesson);
  planned.lesson = lesson;
  planned.kind = kind;
  planned.title = title;
  planned.weight = static_cast<std::uint16_t>(weight);
  return by_teacher_of(planned.group).add(planned);
}
Id History::work_outside(const Id& group, std::string_view held_on, std::string_view kind) {
  WorkPlanned planned;
  planned.group = group;
  planned.held_on = day(held_on);
  planned.kind = kind;
  return by_teacher_of(group).add(planned);
}
Id History::mark(const Id& work, const Id& student, std::string_view value, int part) {
  const auto* known = state_.work(work);
  return by_teacher_of(known == nullptr ? Id{} : known->group)
      .add(MarkGiven{work, static_cast<std::uint8_t>(part), student, value});
}
Id History::homework(const Id& lesson, std::string_view text, std::string_view due, std::vector<Id> audience) {
  HomeworkSet set;
  set.lesson = lesson;
  set.due = day(due);
  set.audience = std::move(audience);
  set.text = text;
  return by_teacher_of(group_of_lesson(lesson)).add(set);
}
Id History::homework_ahead(const Id& group, std::string_view date, int slot, std::string_view text,
                           std::string_view due) {
  HomeworkSet set;
  set.lesson = projections::lesson_id(group, day(date), slot);
  set.due = day(due);
  set.text = text;
  set.group = group;
  set.date = day(date);
  set.slot = static_cast<std::uint8_t>(slot);
  return by_teacher_of(group).add(set);
}
Id History::remark(const Id& student, const Id& lesson) {
  return by_teacher_of(group_of_lesson(lesson)).add(RemarkRecorded{student, lesson, {}});
}
Id History::correct(const Id& target, std::string_view value) {
  return by_default(entry(index_of(target)).statement.author, Role::kTeacher)
      .add(EntryCorrected{target, value, 0, false});
}
Id History::withdraw(const Id& target) {
  return by_default(entry(index_of(target)).statement.author, Role::kTeacher).add(EntryCorrected{target, {}, 0, true});
}
Id History::annul(const Id& target) {
  return by_default(director(), Role::kDirector).add(EntryAnnulled{target, "Решение комиссии"});
}
Id History::endorse(const Id& target, bool approve) {
  return by_default(deputy(), Role::kDeputyHead).add(Endorsed{target, approve});
}
Id History::sign_diary(const Id& student, std::string_view week_monday) {
  LETOPIS_ASSERT(next_.by.has_value());  // a parent signs, and says who
  return add(DiarySigned{student, day(week_monday)});
}

// --- What came of it

std::uint64_t History::index_of(const Id& statement) const {
  for (const auto& entry : entries_)
    if (entry.statement.id == statement) return entry.event.index;
  LETOPIS_ASSERT(false);
  return 0;
}

std::vector<Entry> History::entries_in(const projections::ShardKey& key, std::uint64_t at) const {
  std::vector<Entry> found;
  if (const auto* shard = shards_.find(key))
    for (const auto index : shard->entries)
      if (index < at) found.push_back(entries_[index]);
  return found;
}

std::vector<Entry> History::entries_in(View view, const Id& subject, Date from, Date to, std::uint64_t at) const {
  std::set<std::uint64_t> indices;
  for (Date week = from.monday(); week <= to; week = week + 7)
    if (const auto* shard = shards_.find({view, subject, week}))
      indices.insert(shard->entries.begin(), shard->entries.end());
  std::vector<Entry> found;
  for (const auto index : indices)
    if (index < at) found.push_back(entries_[index]);
  return found;
}

}  // namespace letopis::test
