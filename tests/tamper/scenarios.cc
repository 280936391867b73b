#include "tests/tamper/scenarios.h"

#include "ledger/authorship.h"
#include "replay-tools/audit.h"
#include "tests/tamper/forger.h"

namespace letopis::test {

using namespace ledger;

namespace {

// --- In a school at work -----------------------------------------------------------------------------------------------------

// A class, its teacher of physics, and a lesson on Tuesday the first of September, whose marks are due at 20:00.
struct School {
  LiveEngine live;
  LiveSchool licey{live, "licey29"};
  Member* head = &licey.teacher("Мария Ивановна Белкина");
  Id klass = licey.klass("7А", 7, *head);
  Member* masha = &licey.student(klass, "Маша Иванова");

  Id physics(Member& teacher) {
    const Id group = licey.group("7А", "Физика", {klass}, teacher, {{2, 3}});
    licey.join(group, *masha);
    return group;
  }
  void second_signature(const Id& target, Member& by, Role acting_as) {
    licey.say(by, acting_as, Endorsed{target, true});
  }
};

// "`refused key_revoked`", "`accepted`, awaits `deputy_head`".
std::string outcome(const Result<commands::Acknowledged>& said) {
  if (!said) return "turned away: `" + said.error().code + "`";
  std::string text = "`" + std::string(enum_name(said->verdict)) + (said->rule.empty() ? "" : " " + said->rule) + "`";
  for (const Role role : said->awaits) text += ", awaits `" + std::string(enum_name(role)) + "`";
  return text;
}

// Marks for Tuesday's lesson, on Wednesday: of a work planned then, after `before` was done.
std::vector<std::string> mark_on_wednesday(std::string_view kind, const std::function<void(School&)>& before) {
  School school;
  auto& licey = school.licey;
  Member& teacher = licey.teacher("Иван Петрович Смирнов");
  const Id group = school.physics(teacher);
  school.live.at("2026-09-01 11:00");
  const Id lesson = licey.lesson(teacher, group, "2026-09-01", 3);
  school.live.at("2026-09-02 09:00");
  before(school);
  const Id work = licey.work(teacher, group, lesson, kind);
  return {"the mark: " + outcome(licey.try_say(teacher, Role::kTeacher, MarkGiven{work, 0, school.masha->id, "5"}))};
}
std::vector<std::string> call_a_kind_written_afterwards() {
  return mark_on_wednesday("answer", [](School& school) {
    const DictionaryEntryDefined written{"work_kind", "answer", "Ответ на уроке", {{"written", "true"}}};
    const Id defined = school.licey.say(school.licey.administrator(), Role::kAdministrator, written);
    school.second_signature(defined, school.licey.deputy(), Role::kDeputyHead);
  });
}
std::vector<std::string> plan_a_written_work_afterwards() {
  return mark_on_wednesday("control", [](School&) {});
}

Result<commands::Acknowledged> try_to_enrol(School& school, Member& member) {
  const auto code = signing::key_from_invitation_code(member.invitation_code).value();
  const std::string& origin = school.licey.origin();
  member.key = signing::KeyPair::generate(signing::Purpose::kAuthor, school.live.random());
  member.author.emplace(*member.key, origin, member.id, school.live.random());
  KeyEnrolled body{member.invitation, member.id, member.key->public_key(), {}};
  body.code_signature = code.sign(enrolment_message(origin, body.invitation, body.person, body.key));
  return school.licey.try_say(member, Role::kTeacher, body);
}

// Reported by whoever was told; received by the director and, with the second signature, the administrator (r004 п2 4.4).
void report_the_theft(School& school, const Id& person) {
  auto& licey = school.licey;
  const Id report = licey.say(licey.secretary(), Role::kSecretary, CompromiseReported{person, date("2026-09-01")});
  const Id received = licey.say(licey.director(), Role::kDirector, CompromiseReceived{report});
  school.second_signature(received, licey.administrator(), Role::kAdministrator);
}
// A person with a key is invited again with the deputy's signature alone, though the key be revoked.
std::string invite_anew(School& school, Member& owner) {
  auto& licey = school.licey;
  owner.invitation_code = signing::new_invitation_code(school.live.random());
  const auto code = signing::key_from_invitation_code(owner.invitation_code).value();
  const auto invited =
      licey.try_say(licey.administrator(), Role::kAdministrator, InvitationIssued{owner.id, code.public_key(), {}});
  owner.invitation = invited->statement;
  school.second_signature(owner.invitation, licey.deputy(), Role::kDeputyHead);
  return outcome(invited);
}
// By a director's act, with a commission's signature: what was entered before the receipt stands until then.
std::string annul(School& school, const Id& entry) {
  auto& licey = school.licey;
  licey.grant(*school.head, Role::kCommission);
  LiveSchool::How how;
  how.basis = Basis{"protocol", "3", date("2026-09-01")};
  const auto annulled = licey.try_say(licey.director(), Role::kDirector, EntryAnnulled{entry, "Чужая подпись"}, how);
  school.second_signature(annulled->statement, *school.head, Role::kCommission);
  return outcome(annulled);
}

std::vector<std::string> steal_an_invitation() {
  School school;
  auto& licey = school.licey;
  Member& owner = licey.person("Иван Петрович Смирнов");
  licey.grant(owner, Role::kTeacher);
  licey.invite(owner, licey.administrator(), Role::kAdministrator);
  const Id group = school.physics(owner);
  Member thief;
  thief.id = owner.id, thief.invitation = owner.invitation, thief.invitation_code = owner.invitation_code;

  school.live.at("2026-09-01 11:00");
  std::vector<std::string> came;
  came.push_back("the thief enrols: " + outcome(try_to_enrol(school, thief)));
  const Id lesson = licey.lesson(thief, group, "2026-09-01", 3);
  const Id work = licey.work(thief, group, lesson, "answer");
  const auto mark = licey.try_say(thief, Role::kTeacher, MarkGiven{work, 0, school.masha->id, "5"});
  came.push_back("and gives a mark: " + outcome(mark));
  came.push_back("the owner enrols, and learns of it: " + outcome(try_to_enrol(school, owner)));
  report_the_theft(school, owner.id);
  const TopicSet topic{lesson, "Механическое движение", {}, 0};
  came.push_back("the thief's entry once a report was received: " +
                 outcome(licey.try_say(thief, Role::kTeacher, topic)));
  licey.say(licey.administrator(), Role::kAdministrator, KeyRevoked{thief.key->id()});
  came.push_back("with the key revoked: " + outcome(licey.try_say(thief, Role::kTeacher, topic)));
  came.push_back("another invitation: " + invite_anew(school, owner));
  came.push_back("the owner enrols: " + outcome(try_to_enrol(school, owner)));
  came.push_back("and writes: " + outcome(licey.try_say(owner, Role::kTeacher, topic)));
  came.push_back("the mark of before is annulled: " + annul(school, mark->statement));
  return came;
}

// --- Before two readers ------------------------------------------------------------------------------------------------------

// The log as the operator shows it to one reader: the newest mark is late. To the other it is in time.
struct Fork {
  Forger honest{story()}, other{story()};
  Fork() {
    const std::uint64_t mark = story().late_mark;
    const Instant before = decode_event(story().entries[static_cast<std::size_t>(mark - 1)])->recorded_at;
    other.rewrite_event(mark, [&](Event& event) {
      event.recorded_at = {before.micros + kMicrosPerSecond};
      event.verdict = Verdict::kAccepted;
      event.rule = {};
      event.late_seconds = 0;
    });
    honest.sign_anew();
    other.sign_anew();
  }
};

// The violations an auditor finds who holds this against a log.
std::string found(const Forger& log, std::vector<audit::KeptFile> checkpoints, std::vector<audit::KeptFile> receipts) {
  audit::AuditOptions options;
  options.threads = 1;
  options.vkey = story().vkey;
  options.checkpoints = std::move(checkpoints);
  options.receipts = std::move(receipts);
  std::string codes;
  const auto report = audit::audit(log.source(), options).value();
  for (const auto& [code, count] : report.findings_by_code)
    if (audit::finding_code(code).severity != audit::Severity::kNotice)
      codes += (codes.empty() ? "`" : ", `") + code + "`";
  return codes.empty() ? "no violation" : codes;
}

std::vector<std::string> show_two_histories() {
  const Fork fork;
  const auto kept = [](const Forger& log) { return std::vector{audit::KeptFile{"kept", log.checkpoint_now()}}; };
  return {"each of the two alone: " + found(fork.honest, kept(fork.honest), {}) + "; " +
              found(fork.other, kept(fork.other), {}),
          "the first reader's checkpoint against the second's log: " + found(fork.other, kept(fork.honest), {}),
          "the second's against the first's: " + found(fork.honest, kept(fork.other), {})};
}

std::vector<std::string> replace_the_entry_of_a_receipt() {
  const Fork fork;
  const audit::KeptFile receipt{"kept", story().receipts.at(story().late_mark)};
  return {"against the log it is of: " + found(fork.honest, {}, {receipt}),
          "against the one with another entry in its place: " + found(fork.other, {}, {receipt})};
}

}  // namespace

std::vector<Scenario> scenarios() {
  return {
      {"a written work planned for a lesson whose marks are overdue",
       "the lesson's teacher",
       plan_a_written_work_afterwards,
       {"the mark: `late lesson_mark_deadline`"}},
      {"a kind of work called written afterwards, and the lesson's work planned with it",
       "the lesson's teacher, an administrator and a deputy",
       call_a_kind_written_afterwards,
       {"the mark: `late lesson_mark_deadline`"}},
      {"an invitation stolen, whose thief enrols before its owner",
       "the code",
       steal_an_invitation,
       {"the thief enrols: `accepted`", "and gives a mark: `accepted`",
        "the owner enrols, and learns of it: `refused invitation_used`",
        "the thief's entry once a report was received: `refused account_void`",
        "with the key revoked: `refused key_revoked`", "another invitation: `accepted`, awaits `deputy_head`",
        "the owner enrols: `accepted`", "and writes: `accepted`",
        "the mark of before is annulled: `accepted`, awaits `commission`"}},
      {"two histories shown to two readers: of one mark, late and in time",
       "the log's key",
       show_two_histories,
       {"each of the two alone: no violation; no violation",
        "the first reader's checkpoint against the second's log: `checkpoint_root`",
        "the second's against the first's: `checkpoint_root`"}},
      {"the entry of a receipt replaced",
       "the log's key",
       replace_the_entry_of_a_receipt,
       {"against the log it is of: no violation",
        "against the one with another entry in its place: `checkpoint_root`, `receipt_differs`"}},
  };
}

}  // namespace letopis::test
