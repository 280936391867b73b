// Evidence in a real log: a policy, anchors of witnesses, and the receipts they turn a mark's into.

#include <gtest/gtest.h>

#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/trust_policy.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/receipt.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"
#include "tests/support/live_school.h"
#include "tests/support/time_authority.h"

namespace letopis::server {
namespace {

using namespace ledger;

class Evidences : public testing::Test {
 protected:
  Evidences()
      : ivan(licey.teacher("Иван Петрович")),
        class_7a(licey.klass("7А", 7, ivan)),
        physics(licey.group("7А", "Физика", {class_7a}, ivan, {{2, 3}})) {
    SeededRandom seeded(23);
    for (int i = 0; i < 3; ++i) keys.push_back(signing::KeyPair::generate(signing::Purpose::kWitness, seeded));
    live.at("2026-09-01 10:30");
  }
  static std::string name(std::size_t witness) { return "w" + std::to_string(witness) + ".example"; }
  std::string policy() const {
    std::string text, group = "group g 2";
    for (std::size_t i = 0; i < keys.size(); ++i) {
      text +=
          "witness " + name(i) + " " + signing::vkey_of(name(i), signing::kNoteTypeCosignature, keys[i]).text() + "\n";
      group += " " + name(i);
    }
    return text + group + "\nquorum g\n";
  }
  void set_policy() {
    const std::string text = policy();
    const Id set = licey.say(licey.director(), Role::kDirector, WitnessPolicySet{text, {}});
    licey.say(licey.administrator(), Role::kAdministrator, Endorsed{set, true});
  }
  // What the newest checkpoint of these witnesses' cosignatures makes of it.
  // … `off` seconds from the school's clock.
  // … and of other evidence, with the files it names.
  struct Part {
    std::string_view kind;
    Bytes bytes;
  };
  Result<std::vector<commands::Acknowledged>> anchor(std::initializer_list<std::size_t> witnesses, std::int64_t off = 0,
                                                     const std::vector<Part>& others = {},
                                                     std::vector<Bytes> files = {}) {
    const auto [checkpoint, note] = licey.school().read(
        [](const commands::ReadModel& model) { return std::pair(model.checkpoint, model.checkpoint_note); });
    AnchorAdded body;
    body.checkpoint = note;
    std::deque<std::string> lines;
    for (const std::size_t witness : witnesses) {
      signing::Note cosigned;
      cosigned.text = checkpoint.text();
      cosigned.signatures = {
          signing::cosign(cosigned.text, name(witness), keys[witness], live.clock().now().seconds() + off)};
      const std::string encoded = cosigned.encode();
      lines.push_back(encoded.substr(cosigned.text.size() + 1, encoded.size() - cosigned.text.size() - 2));
      body.evidence.push_back({projections::kCosignature, as_bytes(std::string_view(lines.back()))});
    }
    for (const auto& other : others) body.evidence.push_back({other.kind, other.bytes});
    return licey.school().record(body, std::move(files));
  }
  std::uint64_t topic() {
    const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    return licey.index_of(licey.topic(ivan, lesson, "Закон Ома"));
  }
  std::uint64_t size() {
    return licey.school().read([](const commands::ReadModel& model) { return model.checkpoint.size; });
  }
  std::string reason(const Result<std::string>& proof) { return proof ? "there" : proof.error().code; }

  test::LiveEngine live;
  test::LiveSchool licey{live, "licey29"};
  test::Member& ivan;
  Id class_7a, physics;
  std::vector<signing::KeyPair> keys;
};

TEST_F(Evidences, AnEntrysReceiptCarriesTheWitnessesOnceAnAnchorCoversIt) {
  set_policy();
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(60);
  const std::uint64_t index = topic();
  EXPECT_EQ(reason(licey.school().cosigned_proof(index)), "pending");
  live.advance(5);
  const auto anchored = anchor({0, 2});
  ASSERT_TRUE(anchored) << anchored.error().text();
  EXPECT_EQ(anchored->front().verdict, Verdict::kAccepted) << anchored->front().rule;
  const auto proof = licey.school().cosigned_proof(index);
  ASSERT_TRUE(proof) << proof.error().text();
  EXPECT_EQ(receipt::check(*proof, licey.school().vkey().text()).verdict, receipt::Verdict::kGood);

  const auto file = parse_proof_file(*proof);
  const auto receipt = decode_receipt(*file->extra);
  ASSERT_TRUE(receipt);
  const auto opened = verify_proof_file(*file, leaf_hash(receipt->event), licey.school().vkey());
  ASSERT_TRUE(opened);
  const auto trusted = TrustPolicy::parse(policy());
  EXPECT_EQ(signing::verify_note(opened->note, trusted->witness_keys())->size(), 2U) << "two of the policy's witnesses";
  // The anchor before it, proved under the same checkpoint.
  ASSERT_EQ(receipt->anchors.size(), 1U);
  const auto& before = receipt->anchors[0];
  EXPECT_LT(before.index, index);
  EXPECT_TRUE(verify_inclusion(leaf_hash(before.event), before.index, opened->checkpoint.size, before.proof,
                               opened->checkpoint.root));
  EXPECT_TRUE(std::holds_alternative<AnchorAdded>(decode_entry(before.event)->statement.body));
}

// Later anchors change nothing of it, nor does a restart: a stable address has stable bytes.
TEST_F(Evidences, TheCosignedReceiptStaysTheSame) {
  set_policy();
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0, 1}));
  const auto first = licey.school().cosigned_proof(index);
  ASSERT_TRUE(first);
  live.advance(60);
  ASSERT_TRUE(anchor({0, 1, 2}));
  EXPECT_EQ(*licey.school().cosigned_proof(index), *first);
  ASSERT_TRUE(live.reopen());
  EXPECT_EQ(*licey.school().cosigned_proof(index), *first);
}

TEST_F(Evidences, LessThanAQuorumIsNoAnchorOfAReceipt) {
  set_policy();
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0}));
  EXPECT_EQ(reason(licey.school().cosigned_proof(index)), "pending");
  EXPECT_EQ(reason(licey.school().cosigned_proof(1'000'000)), "not_found");
}

TEST_F(Evidences, ASchoolThatIsHeldTakesNoWrites) {
  set_policy();
  ASSERT_TRUE(licey.school().hold({{}, "witness_ahead", "a witness has seen 900 entries", "w", "note"}));
  const auto said = licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, "held");
  EXPECT_NE(said.error().detail.find("900 entries"), std::string::npos);
  EXPECT_FALSE(anchor({0, 1})) << "nor its own";
  EXPECT_TRUE(licey.school().entry(0)) << "it is read";
}

// --- What a receipt proves of the time, offline

class ProvedTimes : public Evidences {
 protected:
  ProvedTimes() { set_policy(); }
  receipt::Report checked(const std::string& proof) const {
    const auto trusted = TrustPolicy::parse(policy());
    return receipt::check(proof, vkey_, {}, &*trusted);
  }
  receipt::Report checked(std::uint64_t index) { return checked(licey.school().cosigned_proof(index).value()); }
  std::string verdict(const receipt::Report& report) const {
    return report.times ? std::string(time_verdict_name(report.times->verdict)) : report.steps.back().reason;
  }
  std::string verdict(std::uint64_t index) { return verdict(checked(index)); }
  const std::string vkey_ = licey.school().vkey().text();
};

TEST_F(ProvedTimes, SeenByItsDeadlineItIsTimely) {
  ASSERT_TRUE(anchor({0, 1}));
  const Instant before = live.clock().now();
  live.advance(60);
  const std::uint64_t index = topic();
  live.advance(20);
  ASSERT_TRUE(anchor({0, 1, 2}));
  const auto report = checked(index);
  EXPECT_EQ(verdict(report), "timely_proved");
  EXPECT_EQ(exit_code(report), 0);
  EXPECT_EQ(report.times->witnesses, 3U);
  // ε is a second, and so is a second.
  EXPECT_EQ(*report.times->latest, Instant::from_seconds(live.clock().now().seconds() + 2));
  EXPECT_EQ(*report.times->earliest, Instant::from_seconds(before.seconds() - 1));
  const std::string words = text_report(report, Language::kRussian);
  EXPECT_NE(words.find("доказано"), std::string::npos);
  for (const Instant at : {*report.times->earliest, *report.times->latest, report.deadline})
    EXPECT_NE(words.find(format_local_seconds(at, report.offset)), std::string::npos) << words;
  EXPECT_NE(words.find("время школы, " + format_offset(report.offset)), std::string::npos) << words;
  EXPECT_NE(json_report(report).find(R"("verdict":"timely_proved")"), std::string::npos);
}

TEST_F(ProvedTimes, PastAnAnchorThatFollowsItsDeadlineItIsLate) {
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  live.at("2026-09-02 08:00");
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(5);
  const std::uint64_t index = licey.index_of(licey.topic(ivan, lesson, "Закон Ома"));
  live.advance(5);
  ASSERT_TRUE(anchor({0, 1}));
  EXPECT_EQ(verdict(index), "late_proved");
}

// Its deadline inside the bracket: it rests on the operator's clock, and the receipt says no more.
TEST_F(ProvedTimes, WitnessedTooLateItIsOnlyClaimed) {
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  const std::uint64_t index = licey.index_of(licey.topic(ivan, lesson, "Закон Ома"));
  const auto deadline = decode_entry(*licey.school().entry(index))->event.deadline;
  live.clock().set({deadline.micros + 3'600 * kMicrosPerSecond});
  ASSERT_TRUE(anchor({0, 1}));
  const auto report = checked(index);
  EXPECT_EQ(verdict(report), "claimed");
  EXPECT_EQ(report.times->earliest, std::nullopt) << "no anchor before it";
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProvedTimes, WithoutItsQuorumNothingIsSaid) {
  const std::uint64_t index = topic();
  const auto plain = checked(licey.school().proof(index, true).value());
  EXPECT_EQ(verdict(plain), "unwitnessed");
  EXPECT_EQ(exit_code(plain), receipt::kExitUnwitnessed);
  ASSERT_TRUE(anchor({0, 1}));
  // Whoever trusts other witnesses is told nothing by these.
  SeededRandom random(5);
  const std::string other = "witness a " +
                            signing::vkey_of("a", signing::kNoteTypeCosignature,
                                             signing::KeyPair::generate(signing::Purpose::kWitness, random))
                                .text() +
                            "\nquorum a\n";
  const auto trusted = TrustPolicy::parse(other);
  const auto report = receipt::check(licey.school().cosigned_proof(index).value(), vkey_, {}, &*trusted);
  EXPECT_EQ(verdict(report), "unwitnessed");
  EXPECT_EQ(receipt::check(licey.school().cosigned_proof(index).value(), vkey_).times, std::nullopt) << "no policy";
}

TEST_F(ProvedTimes, AForgedCosignatureRefutesTheReceipt) {
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0, 1}));
  std::string proof = licey.school().cosigned_proof(index).value();
  const auto at = proof.size() - 12;
  proof[at] = proof[at] == 'A' ? 'B' : 'A';
  const auto report = checked(proof);
  EXPECT_EQ(report.verdict, receipt::Verdict::kRefuted);
  EXPECT_EQ(verdict(report), "bad_cosignature");
}

// A lower bound is only what is proved to stand before the entry.
TEST_F(ProvedTimes, AnAnchorThatDoesNotStandBeforeTheEntryRefutesTheReceipt) {
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(60);
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0, 1}));
  const std::string proof = licey.school().cosigned_proof(index).value();
  ProofFile file = parse_proof_file(proof).value();
  const Bytes kept = *file.extra;
  const auto forged = [&](auto change) {
    Receipt receipt = decode_receipt(kept).value();
    change(receipt);
    file.extra = encode(receipt);
    return verdict(checked(file.encode()));
  };
  EXPECT_EQ(forged([](Receipt&) {}), "timely_proved");
  EXPECT_EQ(forged([&](Receipt& r) { r.anchors[0].index = index + 1; }), "bad_anchor") << "after it";
  EXPECT_EQ(forged([](Receipt& r) { r.anchors[0].index -= 1; }), "bad_anchor") << "elsewhere";
  EXPECT_EQ(forged([](Receipt& r) { r.anchors[0].proof.pop_back(); }), "bad_anchor");
  const Bytes other = *licey.school().entry(1);
  EXPECT_EQ(forged([&](Receipt& r) { r.anchors[0].event = other; }), "bad_anchor") << "not what stands there";
  EXPECT_EQ(forged([](Receipt& r) { r.anchors.clear(); }), "timely_proved") << "less is less, not wrong";
}

// An operator whose clock runs two hours ahead, to let the night's entries be the next morning's: witnesses tell. Where the log has it on
// record that the clock is in doubt, the receipt brings that along, and the bracket alone counts: it is the same.
TEST_F(ProvedTimes, ATimeTheWitnessesContradictRefutesTheReceiptUnlessTheClockIsInDoubt) {
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0, 1}, -7'200));
  const auto doubted = checked(index);
  EXPECT_EQ(verdict(doubted), "timely_proved");
  EXPECT_TRUE(doubted.times->clock_doubted);
  EXPECT_NE(text_report(doubted, Language::kEnglish).find("clock was in doubt"), std::string::npos);
  EXPECT_NE(json_report(doubted).find("\"clock_doubted\":true"), std::string::npos);

  ProofFile file = parse_proof_file(licey.school().cosigned_proof(index).value()).value();
  const Bytes kept = *file.extra;
  const auto forged = [&](auto change) {
    Receipt receipt = decode_receipt(kept).value();
    change(receipt.clock_faults);
    file.extra = encode(receipt);
    return verdict(checked(file.encode()));
  };
  EXPECT_EQ(forged([](auto& faults) { faults.clear(); }), "outside_bracket");
  EXPECT_EQ(forged([&](auto& faults) { faults[0].index = index; }), "bad_clock_fault") << "not before it";
  EXPECT_EQ(forged([](auto& faults) { faults[0].index -= 1; }), "bad_clock_fault") << "elsewhere";
  EXPECT_EQ(forged([](auto& faults) { faults[0].proof.pop_back(); }), "bad_clock_fault");
}

TEST_F(ProvedTimes, AClockThatAgreedAgainBringsNoDoubt) {
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  const std::uint64_t index = topic();
  ASSERT_TRUE(anchor({0, 1}));
  const auto report = checked(index);
  EXPECT_EQ(verdict(report), "timely_proved");
  EXPECT_FALSE(report.times->clock_doubted);
}

// --- What an audit of the whole log proves of the times

class AuditedTimes : public ProvedTimes {
 protected:
  audit::AuditReport audited(std::int64_t limit_seconds = 600, const std::string& companion = {}) {
    live.close();
    const auto source = audit::DirectorySource::open(live.directory() + "/data", "licey29", master_key);
    LETOPIS_ASSERT(source);
    audit::AuditOptions options = asked;
    options.policy = TrustPolicy::parse(policy(), companion).value();
    options.bracket_limit_micros = limit_seconds * kMicrosPerSecond;
    auto report = audit::audit(**source, options);
    LETOPIS_ASSERT(report);
    return *std::move(report);
  }
  static std::uint64_t count(const audit::AuditReport& report, std::string_view name) {
    for (std::size_t i = 0; i < audit::kTimeVerdictNames.size(); ++i)
      if (audit::kTimeVerdictNames[i] == name) return report.times->verdicts[i];
    LETOPIS_ASSERT(false);
  }
  static std::uint64_t found(const audit::AuditReport& report, std::string_view code) {
    const auto it = report.findings_by_code.find(code);
    return it == report.findings_by_code.end() ? 0 : it->second;
  }
  static std::uint64_t all(const audit::AuditReport& report) {
    std::uint64_t sum = 0;
    for (const auto count : report.times->verdicts) sum += count;
    return sum;
  }
  audit::AuditOptions asked;
  std::optional<std::array<std::uint8_t, 32>> master_key;
};

TEST_F(AuditedTimes, EveryEntryHasItsVerdict) {
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(30);
  topic();  // a lesson and its topic
  live.advance(5);
  ASSERT_TRUE(anchor({0, 1, 2}));
  const std::uint64_t entries = size();
  const auto report = audited();
  EXPECT_EQ(report.violations, 0U);
  EXPECT_EQ(report.times->anchors, 2U);
  EXPECT_EQ(count(report, "timely_proved"), 2U);
  EXPECT_EQ(count(report, "late_proved"), 0U);
  EXPECT_EQ(all(report), entries - 2) << "but for the two anchors";
  EXPECT_EQ(count(report, "founding"), entries - 4) << "what came before the first anchor has no lower side";
  EXPECT_EQ(exit_code(report), 0);
  EXPECT_EQ(report.times->widths[1], 2U) << "the two lie between anchors less than a minute apart";
  EXPECT_NE(text_report(report, Language::kRussian).find("в срок, доказано: 2"), std::string::npos);
  EXPECT_NE(html_report(report, Language::kEnglish).find("in time, proved"), std::string::npos);
  EXPECT_NE(json_report(report).find(R"("timely_proved":2)"), std::string::npos);
}

// --times: a line an entry, in the log's order, which says what the counts are counts of.
TEST_F(AuditedTimes, EveryEntrysTimeIsToldOneByOne) {
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(30);
  const std::uint64_t index = topic();
  live.advance(5);
  ASSERT_TRUE(anchor({0, 1, 2}));
  std::vector<audit::EntryTime> told;
  asked.each_time = [&](const audit::EntryTime& entry) { told.push_back(entry); };
  const auto report = audited();
  ASSERT_EQ(told.size(), all(report));
  for (std::size_t i = 1; i < told.size(); ++i) EXPECT_LT(told[i - 1].index, told[i].index);
  for (const auto& entry : told) {
    EXPECT_EQ(entry.verdict, report.times->entries[static_cast<std::size_t>(entry.index)]);
    EXPECT_EQ(entry.between.earliest, report.times->between(entry.index).earliest);
    EXPECT_EQ(entry.between.latest, report.times->between(entry.index).latest);
  }
  const auto topics = std::find_if(told.begin(), told.end(), [&](const auto& entry) { return entry.index == index; });
  ASSERT_NE(topics, told.end());
  const std::string line = audit::json_line(*topics);
  EXPECT_EQ(line.find("{\"index\":" + std::to_string(index) + ","), 0U) << line;
  EXPECT_NE(line.find(R"("verdict":"timely_proved")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("deadline":")" + format_instant(topics->deadline)), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

// A month is for founding a school, not for a year without witnesses.
TEST_F(AuditedTimes, WhatCameBeforeAFirstAnchorThatCameLateIsWide) {
  const std::uint64_t before = size();
  live.advance(32 * 24 * 3600);
  ASSERT_TRUE(anchor({0, 1}));
  const auto report = audited();
  EXPECT_EQ(count(report, "founding"), 0U);
  EXPECT_EQ(count(report, "wide"), before);
  EXPECT_EQ(exit_code(report), audit::kExitUnwitnessed);
  ASSERT_EQ(report.times->lacking.size(), std::min<std::uint64_t>(before, 100));
  EXPECT_EQ(report.times->lacking.front().index, 0U);
  EXPECT_NE(json_report(report).find(R"("lacking":[{"index":0,)"), std::string::npos);
  EXPECT_NE(html_report(report, Language::kRussian).find("Чьё время не доказано"), std::string::npos);
}

// Witnesses asked too late: the entry rests on the operator's clock, and that is not what a policy is for.
TEST_F(AuditedTimes, ClaimedWithinAWideBracketIsNotEnough) {
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(5);
  const std::uint64_t index = topic();
  const auto deadline = decode_entry(*licey.school().entry(index))->event.deadline;
  live.clock().set({deadline.micros + 60 * kMicrosPerSecond});
  ASSERT_TRUE(anchor({0, 1}));
  const auto report = audited();
  EXPECT_EQ(count(report, "claimed"), report.times->claimed_wide);
  EXPECT_GE(report.times->claimed_wide, 1U);
  EXPECT_EQ(exit_code(report), audit::kExitUnwitnessed);
  EXPECT_EQ(exit_code(audited(7 * 24 * 3600)), 0) << "an auditor to whom a week is enough";
}

// An operator who puts the clock in doubt to have a night's entries ruled as the afternoon's: that is told, and each of them.
TEST_F(AuditedTimes, ADoubtThatCoversTheNightIsTold) {
  ASSERT_TRUE(anchor({0, 1}));
  ASSERT_TRUE(licey.school().record(ClockFault{"jump", live.clock().now(), {}}));
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  ASSERT_TRUE(anchor({0, 1}, 24 * 3'600)) << "it is the next day already";
  const std::uint64_t index = licey.index_of(licey.topic(ivan, lesson, "Закон Ома"));
  ASSERT_EQ(decode_entry(*licey.school().entry(index))->event.verdict, Verdict::kAccepted) << "by the clock";
  ASSERT_TRUE(anchor({0, 1}, 24 * 3'600 + 60));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  const auto report = audited();
  EXPECT_EQ(report.violations, 0U) << "nothing is held against the recorded times";
  EXPECT_EQ(found(report, "clock_doubted"), 1U);
  EXPECT_EQ(found(report, "proved_late"), 1U);
  EXPECT_EQ(report.times->ruled_in_time, 1U);
  EXPECT_EQ(report.times->doubted, 2U) << "the lesson and its topic";
  EXPECT_EQ(exit_code(report), audit::kExitUnwitnessed);
  const auto late = std::find_if(report.findings.begin(), report.findings.end(),
                                 [](const auto& finding) { return finding.code == "proved_late"; });
  EXPECT_EQ(late->index, index);
  EXPECT_EQ(late->author, ivan.id);
}

// The page for a headmaster: days with their anchors, and of each finding between which moments its entry was recorded.
TEST_F(AuditedTimes, TheTimelineHasEveryDayAndTheBracketOfEveryFinding) {
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(anchor({0, 1}, 7'200));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  const Id lie = licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  live.at("2026-09-02 08:00");
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"c", "Филиал"});
  const auto report = audited();
  const auto& days = report.times->days;
  ASSERT_TRUE(days.contains(test::date("2026-09-01")) && days.contains(test::date("2026-09-02")));
  std::uint64_t entries = 0, anchors = 0;
  for (const auto& [date, day] : days) entries += day.entries, anchors += day.anchors;
  EXPECT_EQ(entries, all(report));
  EXPECT_EQ(anchors, report.times->anchors);
  EXPECT_EQ(days.at(test::date("2026-09-02")).anchors, 0U);
  ASSERT_EQ(report.times->timeline.size(), 1U);
  const auto between = report.times->between(licey.index_of(lie));
  EXPECT_EQ(between.earliest, report.times->timeline[0].earliest);
  EXPECT_EQ(between.latest, std::nullopt) << "no anchor after it";
  const std::string moment = format_instant(*between.earliest);
  const auto html = html_report(report, Language::kRussian);
  // In the school's time, to the second.
  const std::string local = format_local_seconds(*between.earliest, report.offset);
  EXPECT_EQ(report.offset, UtcOffset{3 * 3600});
  EXPECT_NE(html.find("<td>" + local + " — …</td>"), std::string::npos);
  EXPECT_NE(html.find(to_hex(licey.administrator().id.view())), std::string::npos) << "the author of the entry found";
  EXPECT_NE(html.find("<title>02.09.2026: записей 1, якорей 0</title>"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos) << "nothing is loaded from elsewhere";
  EXPECT_NE(json_report(report).find(R"("earliest":")" + moment), std::string::npos);
}

// Ten past midnight at the school is still the day before by UTC.
TEST_F(AuditedTimes, AFindingOfTheNightIsMarkedOnItsDay) {
  live.at("2026-09-02 00:10");
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(anchor({0, 1}, 7'200));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  const auto html = html_report(audited(), Language::kRussian);
  // The number that follows `name`, from `at` on.
  const auto attribute = [&](std::size_t at, std::string_view name) {
    const auto found = html.find(name, at);
    return found == std::string::npos ? -1 : std::stod(html.substr(found + name.size()));
  };
  const auto mark = html.rfind("<text ", html.find(">▼<title>")), day = html.find("<title>02.09.2026");
  ASSERT_NE(mark, std::string::npos) << html;
  ASSERT_NE(day, std::string::npos) << html;
  const double x = attribute(mark, "x=\""), from = attribute(day, "x=\""), width = attribute(day, "width=\"");
  EXPECT_GT(x, from);
  EXPECT_LT(x, from + width);
}

TEST_F(AuditedTimes, LateClaimedAndPendingAreTold) {
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  live.at("2026-09-02 08:00");
  ASSERT_TRUE(anchor({0, 1}));
  live.advance(60);
  licey.topic(ivan, lesson, "Закон Ома");
  live.advance(60);
  ASSERT_TRUE(anchor({1, 2}));
  live.advance(5);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  const auto report = audited();
  EXPECT_EQ(count(report, "claimed"), 1U) << "the lesson, witnessed the next morning";
  EXPECT_EQ(count(report, "late_proved"), 1U) << "its topic";
  EXPECT_EQ(count(report, "pending"), 1U) << "the branch";
  EXPECT_EQ(count(report, "overdue"), 0U);
}

TEST_F(AuditedTimes, WhatWaitsTooLongIsOverdue) {
  ASSERT_TRUE(anchor({0, 1}));
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"a", "Филиал"});
  live.advance(601);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  const auto report = audited();
  EXPECT_EQ(count(report, "overdue"), 1U);
  EXPECT_EQ(count(report, "pending"), 1U);
}

// Since witnessing stopped nothing was recorded: it waits all the same, unless this is a copy, of which nobody asks.
TEST_F(AuditedTimes, WhatWaitsIsOverdueByTheAuditorsClock) {
  ASSERT_TRUE(anchor({0, 1}));
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"a", "Филиал"});
  asked.now = Instant{live.clock().now().micros + 599 * kMicrosPerSecond};
  EXPECT_EQ(count(audited(), "pending"), 1U);
  asked.now = Instant{live.clock().now().micros + 601 * kMicrosPerSecond};
  EXPECT_EQ(count(audited(), "overdue"), 1U);
}

TEST_F(AuditedTimes, WithoutAQuorumNothingIsWitnessed) {
  ASSERT_TRUE(anchor({0}));
  topic();
  const auto report = audited();
  EXPECT_EQ(report.times->anchors, 0U);
  EXPECT_EQ(count(report, "unwitnessed"), all(report));
  EXPECT_EQ(exit_code(report), audit::kExitUnwitnessed);
  for (const auto& page : {text_report(report, Language::kRussian), html_report(report, Language::kRussian)})
    EXPECT_NE(page.find("у " + std::to_string(all(report)) + " записей нет (код завершения 3)"), std::string::npos)
        << "why it ends with 3";
}

// Operator alone: the night's entry, by a clock that stands hours behind. The evidence it follows tells.
TEST_F(AuditedTimes, ATimeOutsideItsBracketIsAViolation) {
  // A witness that serves the operator dates an anchor hours ahead of the school's clock; two of them make a quorum.
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(anchor({0, 1}, 7'200));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  const auto report = audited();
  EXPECT_EQ(found(report, "outside_bracket"), 1U);
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(AuditedTimes, WhileTheClockIsInDoubtBracketsAloneCount) {
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(anchor({0, 1}, 7'200));
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  const auto report = audited();
  EXPECT_EQ(found(report, "outside_bracket"), 0U);
  EXPECT_EQ(report.violations, 0U);
}

// One of the policy's witnesses lies: no quorum hangs on its word alone.
TEST_F(AuditedTimes, OneLyingWitnessNarrowsNoBracket) {
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockEvidence, live.clock().now(), {}}));
  ASSERT_TRUE(anchor({0}, 3'600)) << "alone, an hour ahead";
  ASSERT_TRUE(anchor({1, 2}));
  ASSERT_TRUE(licey.school().record(ClockFault{projections::kClockAgrees, live.clock().now(), {}}));
  live.advance(5);
  licey.say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  live.advance(5);
  ASSERT_TRUE(anchor({1, 2}));
  const auto report = audited();
  EXPECT_EQ(report.times->anchors, 2U);
  EXPECT_EQ(found(report, "outside_bracket"), 0U);
  EXPECT_EQ(count(report, "bracketed"), 1U);
}

// --- Evidence that lies in files

// An authority that dates by itself, and anchors that name its tokens and its lists of revoked certificates by their files.
class EvidenceInFiles : public AuditedTimes {
 protected:
  EvidenceInFiles() {
    master_key.emplace().fill(7);  // that of every LiveEngine
  }
  std::string companion() const { return "tsa t " + to_base64(authority.root()) + "\ntsa-quorum 1\n"; }
  std::string newest_note() {
    return licey.school().read([](const commands::ReadModel& model) { return model.checkpoint_note; });
  }
  Bytes token_over(const std::string& note) {
    authority.set(live.clock().now());
    const auto query = signing::make_timestamp_query(signing::sha256({as_bytes(note)}), live.random());
    return signing::token_of_answer(authority.answer(query.der), query).value();
  }
  static std::string list_of(const test::TimeAuthority& by, const std::optional<test::TimeAuthority::Revoked>& signer) {
    return signing::list_text(signing::RevocationList::read(by.revocation_list(signer)).value());
  }
  // What it came to: the verdict, or why nothing was recorded.
  std::string record(const std::string& note, const std::vector<Part>& parts, const std::vector<std::string>& texts) {
    AnchorAdded body;
    body.checkpoint = note;
    for (const auto& part : parts) body.evidence.push_back({part.kind, part.bytes});
    std::vector<Bytes> files;
    for (const auto& text : texts) files.emplace_back(text.begin(), text.end());
    const auto said = licey.school().record(body, std::move(files));
    if (!said) return said.error().code;
    return said->front().verdict == Verdict::kAccepted ? "accepted" : said->front().rule;
  }
  static Bytes named(const std::string& text) { return EvidenceFile::of(as_bytes(std::string_view(text))).encode(); }
  // A topic, and an anchor over it of which the token, or a list, is a file.
  std::uint64_t topic_stamped_in_a_file() {
    const std::uint64_t index = topic();
    const std::string note = newest_note(), file = signing::token_text(token_over(note));
    EXPECT_EQ(record(note, {{kTimestampFile, named(file)}}, {file}), "accepted");
    return index;
  }
  std::uint64_t topic_stamped_with_list(const std::string& list) {
    const std::uint64_t index = topic();
    const std::string note = newest_note();
    EXPECT_EQ(record(note, {{kTimestamp, token_over(note)}, {kRevocationListFile, named(list)}}, {list}), "accepted");
    return index;
  }
  std::string verdict_of(const audit::AuditReport& report, std::uint64_t index) const {
    const auto verdict = report.times->entries.at(static_cast<std::size_t>(index - report.times->first));
    return std::string(audit::time_verdict_name(verdict));
  }
  test::TimeAuthority authority{"tsa.example", live.clock().now()};
};

TEST_F(EvidenceInFiles, ATokenInAFileDatesWhatItCovers) {
  const std::uint64_t index = topic_stamped_in_a_file();
  const auto proof = licey.school().cosigned_proof(index);
  EXPECT_EQ(reason(proof), "pending") << "by the school's own policy no authority dates alone";
  const auto report = audited(600, companion());
  EXPECT_EQ(verdict_of(report, index), "timely_proved");
  EXPECT_EQ(report.times->heard.back().anchors, 1U);
  EXPECT_EQ(report.violations, 0U);
  EXPECT_EQ(found(report, "evidence_unread"), 0U);
}

TEST_F(EvidenceInFiles, AReceiptTakesTheTokenAlong) {
  const std::uint64_t index = topic();
  const std::string note = newest_note(), file = signing::token_text(token_over(note));
  ASSERT_TRUE(anchor({0, 1}, 0, {{kTimestampFile, named(file)}}, {Bytes(file.begin(), file.end())}));
  const auto trusted = TrustPolicy::parse(policy(), companion());
  const auto report = receipt::check(licey.school().cosigned_proof(index).value(), vkey_, {}, &*trusted);
  EXPECT_EQ(verdict(report), "timely_proved");
  EXPECT_EQ(report.times->authorities, 1U);
}

// Whoever cannot read the file is told so, and proves nothing by it.
TEST_F(EvidenceInFiles, AFileThatIsNotToBeHadProvesNothing) {
  const std::uint64_t index = topic_stamped_in_a_file();
  master_key.reset();
  const auto report = audited(600, companion());
  EXPECT_EQ(verdict_of(report, index), "unwitnessed");
  EXPECT_EQ(found(report, "evidence_unread"), 1U);
  EXPECT_EQ(report.violations, 0U);
}

TEST_F(EvidenceInFiles, AListThatNamesTheSignerTakesTheTokenAway) {
  const std::string list = list_of(authority, test::TimeAuthority::Revoked{live.clock().now(), std::nullopt});
  const std::uint64_t index = topic_stamped_with_list(list);
  const auto report = audited(600, companion());
  EXPECT_EQ(verdict_of(report, index), "unwitnessed");
  EXPECT_EQ(found(report, "bad_evidence"), 1U);
}

TEST_F(EvidenceInFiles, AListThatDoesNotNameItTakesNothingAway) {
  const std::uint64_t index = topic_stamped_with_list(list_of(authority, {}));
  const auto report = audited(600, companion());
  EXPECT_EQ(verdict_of(report, index), "timely_proved");
  EXPECT_EQ(found(report, "bad_evidence"), 0U);
}

// An authority of the same name whose word nobody asked for.
TEST_F(EvidenceInFiles, AListByAnotherKeyTakesNothingAway) {
  const test::TimeAuthority other("tsa.example", live.clock().now());
  const std::string list = list_of(other, test::TimeAuthority::Revoked{live.clock().now(), std::nullopt});
  const std::uint64_t index = topic_stamped_with_list(list);
  const auto report = audited(600, companion());
  EXPECT_EQ(verdict_of(report, index), "timely_proved");
  EXPECT_EQ(found(report, "bad_evidence"), 0U);
}

TEST_F(EvidenceInFiles, AFileIsThereAndAsItIsNamedOrNothingIsRecorded) {
  topic();
  const std::string note = newest_note(), file = signing::token_text(token_over(note));
  const std::uint64_t before = size();
  EXPECT_EQ(record(note, {{kTimestampFile, named(file)}}, {}), "file_missing");
  EXPECT_EQ(record(note, {{kTimestamp, token_over(note)}}, {file}), "bad_file") << "a file that nothing names";
  EvidenceFile wrong = EvidenceFile::of(as_bytes(file));
  wrong.size += 1;
  EXPECT_EQ(record(note, {{kTimestampFile, wrong.encode()}}, {file}), "bad_file");
  EXPECT_EQ(size(), before);
  wrong.size = kEvidenceFileSizeMaxBytes + 1;
  EXPECT_EQ(record(note, {{kTimestampFile, wrong.encode()}}, {}), "evidence_bad") << "a size no file may have";
  wrong.size = 0;
  EXPECT_EQ(record(note, {{kTimestampFile, wrong.encode()}}, {}), "evidence_bad");
  Bytes cut = named(file);
  cut.pop_back();
  EXPECT_EQ(record(note, {{kRevocationListFile, cut}}, {}), "evidence_bad");
}

}  // namespace
}  // namespace letopis::server
