#include "tests/support/live_school.h"

#include "ledger/authorship.h"
#include "ledger/schema/codec.h"
#include "signing/keys.h"

namespace letopis::test {

using namespace ledger;  // the types of statements
using commands::Acknowledged;
using commands::Author;
using commands::RawSubmission;

namespace {

constexpr UtcOffset kOffset{3 * 3600};
constexpr std::string_view kOpening = "2026-08-31 09:00";

template <class T>
T must(Result<T> result, std::string_view what) {
  if (!result) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), result.error().text().c_str());
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

// --- The engine --------------------------------------------------------------------------------------------------------

LiveEngine::LiveEngine(commands::Engine::Options options) : clock_(local(kOpening)), options_(std::move(options)) {
  const std::string key_file = home_ / "vault.key";
  faults::overwrite(key_file, Bytes(32, 7));
  options_.directory = home_ / "data";
  options_.master_key.key_file = key_file;
  options_.clock = &clock_;
  if (options_.random == nullptr) options_.random = &random_;
  engine_ = must(commands::Engine::open(options_), "opening the engine");
}
LiveEngine::~LiveEngine() { close(); }

Instant LiveEngine::local(std::string_view text) {
  const Date day = must(parse_date(text.substr(0, 10)), text);
  return at_local(day, must(parse_minute(text.substr(11)), text), kOffset);
}
void LiveEngine::at(std::string_view text) {
  LETOPIS_ASSERT(local(text) >= clock_.now());
  clock_.set(local(text));
}

void LiveEngine::close() {
  if (engine_) engine_->stop();
  engine_.reset();
}

Status LiveEngine::reopen() {
  close();
  TRY(engine_, commands::Engine::open(options_));
  return {};
}

// --- Opening a school ----------------------------------------------------------------------------------------------------

LiveSchool::LiveSchool(LiveEngine& live, std::string_view slug, std::string_view name)
    : live_(live), slug_(slug), origin_("journal.example.org/log/" + slug_) {
  root_.name = "root";
  root_.key = signing::KeyPair::generate(signing::Purpose::kRoot, live.random());
  commands::NewSchool wanted;
  wanted.slug = slug_;
  wanted.origin = origin_;
  wanted.name = name;
  wanted.zone = "Europe/Moscow";
  wanted.offset = kOffset;
  wanted.root_keys = {&*root_.key};
  must(live.engine().create_school(wanted), "creating a school");
  root_.author.emplace(*root_.key, origin_, Id{}, live.random());
  open_with_officials();
  open_structure();
}

void LiveSchool::open_with_officials() {
  const auto official = [&](Role role, std::string_view name) {
    Member& member = registered(name, root_, Role::kRoot);
    say(root_, Role::kRoot, RoleGranted{member.id, role});
    invite(member, root_, Role::kRoot);
    enrol(member);
    return &member;
  };
  director_ = official(Role::kDirector, "Анна Сергеевна Орлова");
  administrator_ = official(Role::kAdministrator, "Пётр Ильич Ким");
  deputy_ = official(Role::kDeputyHead, "Вера Павловна Розанова");
  secretary_ = &staff(Role::kSecretary, "Нина Львовна Белова");
}

void LiveSchool::open_structure() {
  const Basis order{"order", "1"};
  BellsSet bells;
  for (int slot = 1; slot <= 8; ++slot) {
    const auto start = static_cast<std::uint16_t>(8 * 60 + 30 + (slot - 1) * 55);
    bells.bells.push_back({static_cast<std::uint8_t>(slot), {start}, {static_cast<std::uint16_t>(start + 45)}});
  }
  say(deputy(), Role::kDeputyHead, bells);
  for (const auto& [code, title, written] :
       {std::tuple("answer", "Ответ на уроке", "false"), std::tuple("control", "Контрольная работа", "true")}) {
    const Id kind = say(administrator(), Role::kAdministrator,
                        DictionaryEntryDefined{"work_kind", code, title, {{"written", written}}});
    say(deputy(), Role::kDeputyHead, Endorsed{kind, true});
  }
}

// --- Saying things ---------------------------------------------------------------------------------------------------------

Seen LiveSchool::seen() {
  return school().read([](const auto& model) { return Seen{model.checkpoint.size, model.checkpoint.root}; });
}

namespace {

// The same statement, acting for a branch; the chain goes on from it.
void say_for_branch(Member& author, std::string_view branch, commands::RawStatement& signed_statement) {
  const Bytes before = signed_statement.bytes;
  Statement statement = decode_statement(before).value();
  statement.branch = branch;
  signed_statement.bytes = encode(statement);
  signed_statement.signature = author.key->sign(statement_message(signed_statement.bytes));
  author.author->rewind({statement.number, previous_hash(signed_statement.bytes, signed_statement.signature)});
}

}  // namespace

void LiveSchool::draft(Member& author, Role acting_as, Body body, const How& how, RawSubmission& submission) {
  LETOPIS_ASSERT(author.author.has_value());  // whoever speaks has enrolled
  Author::Draft draft;
  draft.body = std::move(body);
  draft.acting_as = acting_as;
  draft.basis = how.basis;
  draft.effective_from = how.from;
  draft.effective_to = how.to;
  draft.sealed = how.sealed;
  draft.claimed_at = live_.clock().now();
  submission.statements.push_back(author.author->sign(draft, seen(), &submission.texts));
  if (!how.branch.empty()) say_for_branch(author, how.branch, submission.statements.back());
  for (const auto& blob : how.blobs) submission.blobs.push_back(blob);
}

Result<Acknowledged> LiveSchool::try_say(Member& author, Role acting_as, Body body, const How& how) {
  const auto before = author.author->position();
  RawSubmission submission;
  draft(author, acting_as, std::move(body), how, submission);
  live_.advance(1);
  auto acknowledged = school().submit(std::move(submission), commands::Language::kRussian);
  if (!acknowledged) {
    author.author->rewind(before);
    return tl::unexpected(acknowledged.error());
  }
  indices_[acknowledged->front().statement] = acknowledged->front().index;
  return acknowledged->front();
}

Id LiveSchool::say(Member& author, Role acting_as, Body body, const How& how) {
  const std::string type(name_of(body));
  const auto said = must(try_say(author, acting_as, std::move(body), how), type);
  if (said.verdict == Verdict::kRefused) must(Result<Id>(fail(said.rule, said.message)), type);
  return said.statement;
}

// --- People ------------------------------------------------------------------------------------------------------------------

Member& LiveSchool::registered(std::string_view name, Member& by, Role acting_as) {
  Member& member = people_.emplace_back();
  member.id = live_.random().id();
  member.name = name;
  How how;
  how.sealed = {{"name", member.id, member.name}};
  say(by, acting_as, PersonRegistered{member.id}, how);
  return member;
}

Member& LiveSchool::person(std::string_view name) { return registered(name, administrator(), Role::kAdministrator); }

Member& LiveSchool::staff(Role role, std::string_view name) {
  Member& member = person(name);
  grant(member, role);
  invite(member, administrator(), Role::kAdministrator);
  enrol(member);
  return member;
}

void LiveSchool::grant(const Member& member, Role role) {
  say(director(), Role::kDirector, RoleGranted{member.id, role});
}

void LiveSchool::invite(Member& member, Member& by, Role acting_as) {
  member.invitation_code = signing::new_invitation_code(live_.random());
  const auto code = must(signing::key_from_invitation_code(member.invitation_code), "an invitation code");
  const Instant expires{live_.clock().now().micros + 30 * 86'400 * kMicrosPerSecond};
  member.invitation = say(by, acting_as, InvitationIssued{member.id, code.public_key(), expires});
}

void LiveSchool::enrol(Member& member) {
  const auto code = must(signing::key_from_invitation_code(member.invitation_code), "an invitation code");
  member.key = signing::KeyPair::generate(signing::Purpose::kAuthor, live_.random());
  member.author.emplace(*member.key, origin_, member.id, live_.random());
  KeyEnrolled body{member.invitation, member.id, member.key->public_key(), {}};
  body.code_signature = code.sign(enrolment_message(origin_, body.invitation, body.person, body.key));
  // A person enrols in whatever capacity they have; the rules ask for none in particular.
  say(member, Role::kTeacher, body);
}

void LiveSchool::revoke_key(const Member& member) { say(director(), Role::kDirector, KeyRevoked{member.key->id()}); }

Member& LiveSchool::student(const Id& klass, std::string_view name) {
  Member& member = registered(name, secretary(), Role::kSecretary);
  How how;
  how.basis = Basis{"order", "12"};
  say(secretary(), Role::kSecretary, MovementOrdered{member.id, klass, Movement::kEnrolled}, how);
  invite(member, this->member(class_teachers_.at(klass)), Role::kClassTeacher);
  enrol(member);
  return member;
}

Member& LiveSchool::parent(const Member& child, std::string_view name) {
  Member& member = registered(name, secretary(), Role::kSecretary);
  guardian(member, child);
  const Id klass = school().read([&](const auto& model) {
    return model.structure.class_of(child.id, model.structure.local_today(live_.clock().now()));
  });
  invite(member, this->member(class_teachers_.at(klass)), Role::kClassTeacher);
  enrol(member);
  return member;
}

void LiveSchool::guardian(const Member& parent, const Member& child, Access access) {
  say(secretary(), Role::kSecretary, GuardianSet{parent.id, child.id, access});
}

Member& LiveSchool::member(const Id& person) {
  for (auto& member : people_)
    if (member.id == person) return member;
  LETOPIS_ASSERT(!"a person of this school");
  std::abort();
}

// --- Structure -----------------------------------------------------------------------------------------------------------------

Id LiveSchool::klass(std::string_view label, int grade, Member& class_teacher, std::string_view branch) {
  const Id id = live_.random().id();
  say(director(), Role::kDirector, ClassOpened{id, label, static_cast<std::uint8_t>(grade), branch, {}});
  say(director(), Role::kDirector, ClassTeacherAppointed{id, class_teacher.id});
  class_teachers_[id] = class_teacher.id;
  return id;
}

Id LiveSchool::group(std::string_view label, std::string_view subject, std::vector<Id> classes, Member& teacher,
                     std::initializer_list<Slot> slots) {
  TeachingGroupOpened opened;
  opened.group = live_.random().id();
  opened.label = label;
  opened.subject = subject;
  opened.classes = std::move(classes);
  say(deputy(), Role::kDeputyHead, opened);
  say(deputy(), Role::kDeputyHead,
      TeachingAssigned{teacher.id, opened.group, static_cast<std::uint16_t>(slots.size()), {}});
  TimetablePublished timetable;
  timetable.group = opened.group;
  for (const auto& [weekday, slot] : slots)
    timetable.slots.push_back({static_cast<std::uint8_t>(weekday), static_cast<std::uint8_t>(slot), teacher.id, "12"});
  say(deputy(), Role::kDeputyHead, timetable);
  return opened.group;
}

void LiveSchool::join(const Id& group, const Member& student) {
  say(administrator(), Role::kAdministrator, GroupMemberSet{group, student.id});
}

Id LiveSchool::substitute(const Id& group, std::string_view on, int slot, const Member& absent,
                          const Member& substitute) {
  SubstitutionOrdered body;
  body.group = group;
  body.date = date(on);
  body.slot = static_cast<std::uint8_t>(slot);
  body.absent = absent.id;
  body.substitute = substitute.id;
  substitutions_[{group, body.date, slot}] = {absent.id, substitute.id};
  return say(deputy(), Role::kDeputyHead, body);
}

Id LiveSchool::period(std::string_view title, std::string_view from, std::string_view to) {
  PeriodDefined body;
  body.period = live_.random().id();
  body.title = title;
  body.kind = "quarter";
  body.from = date(from);
  body.to = date(to);
  say(deputy(), Role::kDeputyHead, body);
  return body.period;
}

// --- Lessons -------------------------------------------------------------------------------------------------------------------

Id LiveSchool::lesson(Member& teacher, const Id& group, std::string_view on, int slot) {
  LessonRecorded body;
  body.lesson = projections::lesson_id(group, date(on), slot);
  body.group = group;
  body.date = date(on);
  body.slot = static_cast<std::uint8_t>(slot);
  if (const auto replaced = substitutions_.find({group, body.date, slot}); replaced != substitutions_.end())
    if (replaced->second.substitute == teacher.id) body.substitute_for = replaced->second.absent;
  say(teacher, Role::kTeacher, body);
  return body.lesson;
}

Id LiveSchool::topic(Member& teacher, const Id& lesson, std::string_view text) {
  return say(teacher, Role::kTeacher, TopicSet{lesson, text, {}, 0});
}

Id LiveSchool::work(Member& teacher, const Id& group, const Id& lesson, std::string_view kind) {
  WorkPlanned body;
  body.group = group;
  body.lesson = lesson;
  body.kind = kind;
  return say(teacher, Role::kTeacher, body);
}

Id LiveSchool::mark(Member& teacher, const Id& work, const Member& student, std::string_view value) {
  return say(teacher, Role::kTeacher, MarkGiven{work, 0, student.id, value});
}

Id LiveSchool::absence(Member& teacher, const Id& lesson, const Member& student) {
  return say(teacher, Role::kTeacher, AbsenceRecorded{lesson, student.id, "н"});
}

Id LiveSchool::homework(Member& teacher, const Id& lesson, std::string_view text, std::string_view due) {
  HomeworkSet body;
  body.lesson = lesson;
  body.text = text;
  body.due = date(due);
  return say(teacher, Role::kTeacher, body);
}

Id LiveSchool::remark(Member& teacher, const Id& lesson, const Member& student, std::string_view text) {
  How how;
  how.sealed = {{"remark", student.id, text}};
  return say(teacher, Role::kTeacher, RemarkRecorded{student.id, lesson, {}}, how);
}

}  // namespace letopis::test
