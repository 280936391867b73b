#include "tests/tamper/attacks.h"

#include <deque>

#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "projections/evidence_book.h"
#include "signing/sha256.h"

namespace letopis::test {

using namespace ledger;

namespace {

constexpr const char* kLogKey = "the log's key";
constexpr const char* kTeacher = "the log's key and a teacher's";
constexpr const char* kServiceKey = "the log's key and the service key";
constexpr const char* kWithTeacher = "the log's and service keys, and the teacher's";

const Instant kAfternoon = LiveEngine::local("2026-09-01 15:50");
const Instant kMidnight = LiveEngine::local("2026-09-01 23:31");

// Stamped with the afternoon, as if nothing had been late.
void stamp(Event& event) {
  event.recorded_at = kAfternoon;
  event.verdict = Verdict::kAccepted;
  event.rule = {};
  event.late_seconds = 0;
}

// --- By the operator alone

void stamp_the_night(Forger& op, const Story& honest) {
  op.rewrite_event(honest.night_mark, stamp);
  op.sign_anew();
}
// What contradicts the stamp is struck out: the evidence from after the deadline, and all that followed.
void stamp_and_strike_out(Forger& op, const Story& honest) {
  op.rewrite_event(honest.night_mark, stamp);
  op.cut(honest.night_mark + 1);
  op.drop(honest.evening);
  op.renumber();
  op.sign_anew();
}
void strike_an_anchor_out(Forger& op, const Story& honest) {
  op.drop(honest.evening);
  op.renumber();
  op.sign_anew();
}
// The whole night, evidence and all, four hours earlier; times still grow from entry to entry.
void shift_the_clock(Forger& op, const Story& honest) {
  for (std::uint64_t i = honest.evening; i <= honest.night; ++i)
    op.rewrite_event(i, [&](Event& event) {
      event.recorded_at.micros -= 4 * 3'600 * kMicrosPerSecond;
      if (i == honest.night_mark) event.verdict = Verdict::kAccepted, event.rule = {}, event.late_seconds = 0;
    });
  op.sign_anew();
}
// Evidence made up: a witness's line over a checkpoint that the witness never signed.
void make_evidence_up(Forger& op, const Story& honest) {
  const auto service = honest.operator_key("service-key", signing::Purpose::kService);
  std::string line;
  op.rewrite(
      honest.night,
      [&](Event&, Statement& statement) {
        auto& evidence = std::get<AnchorAdded>(statement.body).evidence.front();
        line = std::string(as_text(evidence.bytes));
        line[line.size() - 6] = line[line.size() - 6] == 'A' ? 'B' : 'A';
        evidence.bytes = as_bytes(std::string_view(line));
      },
      &service);
  op.sign_anew();
}

// The mark of the night, signed anew by its teacher, slipped in among the entries of the afternoon: before the anchor of 15:40. What
// was between it and the night is renumbered; the anchors' evidence stays, the witnesses' keys being theirs.
void slip_in(Forger& op, const Story& honest) {
  const Instant before = decode_event(honest.entries[static_cast<std::size_t>(honest.afternoon)])->recorded_at;
  op.cut(honest.night_mark);
  op.insert(honest.afternoon, honest.entries[static_cast<std::size_t>(honest.night_mark)], *honest.first_key,
            [&](Event& event, Statement& statement) {
              stamp(event);
              event.recorded_at = {before.micros - 1};
              statement.claimed_at = event.recorded_at;
            });
  op.sign_anew();
}

// --- With a teacher: nothing was witnessed between the afternoon and the night, and the teacher signs at night what the operator
// dates back. The witnesses, asked at night, sign what they are shown.

// The service adds an anchor over all there is, at an hour of the operator's choosing, with what witnesses say of theirs.
struct Asked {
  Instant recorded_at;
  std::vector<Instant> said;  // by the first witnesses, in order
};
void add_anchor(Forger& op, const Story& honest, std::uint64_t like, const Bytes& before, const Asked& asked) {
  const std::string note = op.checkpoint_now();
  const Checkpoint over = open_checkpoint(note, *signing::parse_vkey(honest.vkey)).value().checkpoint;
  const auto service = honest.operator_key("service-key", signing::Purpose::kService);
  const Event previous = decode_event(before).value();
  std::deque<std::string> lines;
  op.add(honest.entries[static_cast<std::size_t>(like)], service, [&](Event& event, Statement& statement) {
    statement.number = decode_statement(previous.statement).value().number + 1;
    statement.previous = previous_hash(previous.statement, previous.signature);
    statement.seen = Seen{over.size, over.root};
    auto& body = std::get<AnchorAdded>(statement.body);
    body.checkpoint = note;
    body.evidence.clear();
    for (std::size_t witness = 0; witness < asked.said.size(); ++witness) {
      lines.push_back(cosignature_line(honest, witness, note, asked.said[witness]));
      body.evidence.push_back({projections::kCosignature, as_bytes(std::string_view(lines.back()))});
    }
    event.recorded_at = asked.recorded_at;
    event.context = event.index;
  });
}

void with_the_teacher(Forger& op, const Story& honest, const std::vector<Asked>& anchors) {
  op.cut(honest.afternoon + 1);
  const Checkpoint seen = open_checkpoint(op.checkpoint_now(), *signing::parse_vkey(honest.vkey)).value().checkpoint;
  op.add(honest.entries[static_cast<std::size_t>(honest.night_mark)], *honest.first_key,
         [&](Event& event, Statement& statement) {
           stamp(event);
           statement.seen = Seen{seen.size, seen.root};
           statement.claimed_at = kAfternoon;
         });
  Bytes before = op.entries()[static_cast<std::size_t>(honest.afternoon)];
  const std::uint64_t like[] = {honest.evening, honest.night};
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    add_anchor(op, honest, like[i], before, anchors[i]);
    before = op.entries().back();
  }
  op.sign_anew();
}

}  // namespace

std::vector<Attack> attacks() {
  const Instant lied{kAfternoon.micros + 10 * kMicrosPerSecond}, after_lie{lied.micros + kMicrosPerSecond};
  return {
      {"a night's mark stamped with the afternoon", kLogKey, stamp_the_night, "outside_bracket", {}},
      {"… and the evidence after its deadline struck out, with all that followed", kLogKey, stamp_and_strike_out,
       "seen_contradicted", "pending"},
      {"evidence struck out of the log", kLogKey, strike_an_anchor_out, "chain_gap", {}},
      {"a whole night stamped four hours earlier, its evidence with it",
       kLogKey,
       shift_the_clock,
       "verdict_differs",
       {}},
      {"a night's mark signed anew and slipped in among the afternoon's entries, the rest renumbered",
       kTeacher,
       slip_in,
       "checkpoint_root",
       {}},
      {"evidence made up", kServiceKey, make_evidence_up, "verdict_differs", {}},
      {"a night's mark signed at night by its teacher and stamped with the afternoon, witnesses asked at night",
       kWithTeacher,
       [](Forger& op, const Story& honest) {
         with_the_teacher(op, honest, {{kMidnight, {kMidnight, kMidnight}}});
       },
       {},
       "claimed"},
      {"… and one witness of three lies about the hour",
       "the same, and a witness",
       [lied, after_lie](Forger& op, const Story& honest) {
         with_the_teacher(op, honest, {{after_lie, {lied}}, {kMidnight, {kMidnight, kMidnight}}});
       },
       {},
       "claimed"},
      {"… and two witnesses of three lie: more than the policy allows for",
       "the same, and two witnesses",
       [lied, after_lie](Forger& op, const Story& honest) {
         with_the_teacher(op, honest, {{after_lie, {lied, lied}}});
       },
       {},
       "timely_proved"},
  };
}

Judged judge_attack(const Forger& log, const Story& honest, audit::AuditMemory* memory) {
  audit::AuditOptions options;
  options.threads = 1;
  options.policy = TrustPolicy::parse(honest.policy).value();
  options.policy_digest = audit::policy_digest(honest.policy, "", options.bracket_limit_micros);
  options.memory = memory;
  const auto report = audit::audit(log.source(), options);
  Judged judged;
  if (!report) return {{"refused: " + report.error().code}, {}};
  for (const auto& [code, count] : report->findings_by_code)
    if (audit::finding_code(code).severity != audit::Severity::kNotice) judged.codes.push_back(code);
  // The mark that the attack is about, wherever it stands now.
  const auto first = static_cast<std::size_t>(report->times->first);
  for (std::size_t i = first; i < log.entries().size() && i - first < report->times->entries.size(); ++i) {
    const auto entry = decode_entry(log.entries()[i]);
    const auto before = decode_entry(honest.entries[static_cast<std::size_t>(honest.night_mark)]);
    if (entry && entry->statement.id == before->statement.id)
      judged.verdict = audit::time_verdict_name(report->times->entries[i - first]);
  }
  return judged;
}

std::vector<Refusal> refusals() {
  return {
      {"an entry by a stolen key after the notice of its theft was received",
       "refused, `account_void`",
       {"Compromise.ClauseP2_4_4OperationsAreVoidFromTheReceiptByBothOn"}},
      {"a stockpile signed in advance",
       "refused, `seen_too_old`, from the profile's patience on",
       {"Authors.HowOldACheckpointMayBeIsTheProfilesToSay"}},
      {"a timetable for days that have passed",
       "refused, `retroactive_effect`",
       {"Structure.ATimetableHoldsFromTheNextMidnight"}},
      {"a regulation profile for days that have passed",
       "refused, `retroactive_effect`",
       {"Authors.AProfileIsAdoptedByOrderFromTheNextMidnightOn"}},
      {"a period whose deadlines are moved once they matter",
       "refused, `retroactive_effect`",
       {"Structure.APeriodThatHasBegunKeepsWhatDeadlinesRestOn"}},
      {"a membership told afterwards, to move a deadline",
       "moves none",
       {"ClausesR002.Clause3_2WhoIsSaidToSitElsewhereAfterwardsMovesNothing"}},
      {"a code of an invitation used by whoever found it, after its person enrolled",
       "refused, `invitation_used`",
       {"Authors.AnInvitationIsUsedOnce"}},
      {"another key in somebody's name, by the administrator alone",
       "awaits a deputy, or for a deputy the director",
       {"Authors.WhoHasAKeyIsInvitedAgainOnlyWithTheDeputysSignature"}},
      {"a machine image from before, that writes on",
       "held: a witness has seen more, nothing is recorded",
       {"RestoredImage.AnImageBehindItsWitnessesTakesNoWrites"}},
      {"a fork that a neighbour is asked to cosign",
       "not cosigned (422); held at its next start",
       {"Federation.AForkIsRefusedAndHeldAndCosignsForNobody"}},
      {"a neighbour's log begun anew, under its key or another",
       "refused: `other_genesis`, `other_key`",
       {"NeighboursTest.AnotherFirstEntryUnderTheSameKeyIsAFork",
        "Federation.WhatIsNoNeighbourIsRefusedWithTheReason"}},
      {"a witness put back as it was yesterday, which has forgotten what it cosigned",
       "is another witness, with a key no policy names",
       {"Federation.ARestoredDirectoryIsANewWitness"}},
      {"a server's clock set wrong",
       "`clock_fault` is recorded; brackets alone count until it agrees again",
       {"AnchorKeeping.AClockAloneAgainstItsWitnessesIsInDoubtUntilItAgrees"}},
      {"a clock put in doubt on purpose, to cover what is entered at night",
       "`clock_doubted`, and each entry ruled in time against the evidence `proved_late`; exit 3",
       {"AuditedTimes.ADoubtThatCoversTheNightIsTold"}},
      {"witnesses asked too late",
       "`claimed` within a bracket wider than the limit; exit 3",
       {"AuditedTimes.ClaimedWithinAWideBracketIsNotEnough"}},
      {"a witness alone with its time",
       "its line is left out, and told of",
       {"AnchorKeeping.AWitnessAloneWithItsTimeIsLeftOut"}},
      {"evidence of a foreign witness, of another log, old, or kept back",
       "refused: `evidence_foreign`, `evidence_replayed`, `evidence_late`",
       {"EvidenceRules.ForeignEvidenceIsRefused", "EvidenceRules.OldWordsAreNotRepeated",
        "EvidenceRules.EvidenceKeptBackIsLate"}},
      {"a policy of other witnesses, by the school's own officials",
       "holds once a quorum of the old one has seen it",
       {"EvidenceRules.APolicyGivesWayOnlyToOneItsQuorumHasSeen"}},
      {"a report of a compromise against unwanted marks of before",
       "voids nothing of before its receipt",
       {"Compromise.NobodyVoidsThePastByNamingAMoment"}},
  };
}

}  // namespace letopis::test
