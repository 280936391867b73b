// The audit of an honest school, from memory and from its directory; what it says, and what it does not claim.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ledger/checkpoint.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/audit_note.h"
#include "tests/fault/temporary_directory.h"
#include "tests/tamper/forger.h"

namespace letopis::audit {
namespace {

using test::Forger;
using test::story;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string data_directory() { return story().live.directory() + "/data"; }

AuditReport audited(const AuditSource& source, const AuditOptions& options = {}) {
  auto report = audit(source, options);
  EXPECT_TRUE(report.has_value()) << report.error().text();
  return report.value_or(AuditReport{});
}

// Every file below a directory with its bytes.
std::map<std::string, Bytes> snapshot(const std::string& directory) {
  std::map<std::string, Bytes> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files[entry.path().string()] = faults::read_whole(entry.path().string());
  return files;
}

TEST(Audit, FindsNothingInAnHonestSchool) {
  const auto report = audited(Forger(story()).source());
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(AuditVerdict::kConsistent, report.verdict);
  EXPECT_EQ(0, exit_code(report));
  EXPECT_EQ(story().entries.size(), report.size);
  EXPECT_EQ(report.size, report.judged);
  EXPECT_EQ(report.size, report.verdicts.accepted + report.verdicts.late + report.verdicts.refused);
  EXPECT_EQ(1U, report.verdicts.late);
  EXPECT_EQ(1U, report.verdicts.refused);
  EXPECT_EQ((VerdictCounts{1, 1, 1}), report.types.at("mark_given"));
  EXPECT_EQ(1U, report.rules.at("second_mark"));
  EXPECT_GT(report.state_commitments, 1U);
  // Every entry has its author's signature; enrolments, a rotation and the genesis' root keys have more.
  EXPECT_GT(report.signatures, report.size);
}

TEST(Audit, TellsOfRulesAndTypesInTheReadersWords) {
  const auto report = audited(Forger(story()).source());
  EXPECT_THAT(text_report(report, Language::kRussian), HasSubstr(to_base64(report.root.view())))
      << "as the checkpoint writes it";
  EXPECT_THAT(text_report(report, Language::kRussian), HasSubstr("вторая отметка (second_mark): 1"));
  EXPECT_THAT(text_report(report, Language::kEnglish), HasSubstr("second mark (second_mark): 1"));
  const auto html = html_report(report, Language::kRussian);
  EXPECT_THAT(html, HasSubstr("вторая отметка"));
  EXPECT_THAT(html, HasSubstr("<td>домашнее задание</td>"));
  EXPECT_THAT(html, Not(HasSubstr("<td>homework_set</td>")));
}

// Whom the auditor trusts, and what was heard of each.
TEST(Audit, NamesTheWitnessesAndTellsTimesAsTheSchoolDoes) {
  const auto& honest = test::witnessed_story();
  AuditOptions options;
  options.policy = ledger::TrustPolicy::parse(honest.policy).value();
  options.now = parse_instant("2026-10-01T09:00:30.000000Z").value();
  const auto report = audited(Forger(honest).source(), options);
  ASSERT_TRUE(report.times.has_value());
  ASSERT_THAT(report.times->heard, SizeIs(honest.witnesses.size()));
  std::uint64_t lines = 0;
  for (std::uint64_t i = 0; i < honest.entries.size(); ++i) {
    const auto entry = ledger::decode_entry(honest.entries[i]);
    if (const auto* anchor = std::get_if<ledger::AnchorAdded>(&entry->statement.body)) lines += anchor->evidence.size();
  }
  std::uint64_t heard = 0;
  const auto html = html_report(report, Language::kRussian);
  for (const auto& witness : report.times->heard) {
    heard += witness.anchors;
    EXPECT_LE(*witness.newest, report.last_recorded_at) << "as the witness said, not as late as it may have been";
    EXPECT_THAT(html, HasSubstr("<td>" + witness.name + "</td>"));
  }
  EXPECT_EQ(lines, heard);
  // Exit 3 is in the first sentence, and the page is not green.
  ASSERT_EQ(3, exit_code(report)) << "of some the bracket is wide";
  EXPECT_THAT(sentence(report, Language::kEnglish),
              HasSubstr("But of " + std::to_string(report.times->wanting()) + " entries the time is not proved"));
  EXPECT_THAT(html, Not(HasSubstr("verdict good")));
  EXPECT_THAT(html, HasSubstr("Проверено: 01.10.2026 12:00:30"));
  EXPECT_THAT(html, HasSubstr("UTC+03:00"));
  EXPECT_THAT(json_report(report), HasSubstr("\"audited_at\":\"2026-10-01T09:00:30.000000Z\""));
}

TEST(Audit, ReadsAStoppedServersDirectoryAndChangesNothingInIt) {
  const auto before = snapshot(data_directory());
  {
    const auto source = DirectorySource::open(data_directory(), story().slug(), story().master_key);
    ASSERT_TRUE(source.has_value()) << source.error().text();
    AuditOptions options;
    options.vkey = story().vkey;
    options.checkpoints = {{"kept", story().checkpoint}};
    const auto report = audited(**source, options);
    EXPECT_THAT(report.findings, IsEmpty()) << text_report(report, Language::kEnglish);
    EXPECT_THAT(report.checkpoints, SizeIs(3));
    EXPECT_TRUE(report.had_vault);
    EXPECT_GT(report.texts, 10U);
    EXPECT_EQ(1U, report.texts_erased);
  }
  EXPECT_EQ(before, snapshot(data_directory()));
}

TEST(Audit, ReadsADirectoryThatNobodyMayWriteTo) {
  faults::TemporaryDirectory home;
  std::filesystem::copy(data_directory(), home / "data", std::filesystem::copy_options::recursive);
  std::filesystem::permissions(home / "data", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto source = DirectorySource::open(home / "data", story().slug());
  std::filesystem::permissions(home / "data", std::filesystem::perms::owner_all);
  ASSERT_TRUE(source.has_value()) << source.error().text();
  EXPECT_THAT(audited(**source).findings, IsEmpty());
}

TEST(Audit, RefusesADirectoryThatAServerHolds) {
  faults::TemporaryDirectory home;
  std::filesystem::copy(data_directory(), home / "data", std::filesystem::copy_options::recursive);
  const auto server = DirectoryLock::acquire(home / "data");
  ASSERT_TRUE(server.has_value());
  const auto source = DirectorySource::open(home / "data", story().slug());
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ("in_use", source.error().code);
  EXPECT_THAT(source.error().detail, HasSubstr("is already open in process"));
}

TEST(Audit, KeepsServersOutWhileItReads) {
  faults::TemporaryDirectory home;
  std::filesystem::copy(data_directory(), home / "data", std::filesystem::copy_options::recursive);
  const auto one = DirectorySource::open(home / "data", story().slug());
  const auto another = DirectorySource::open(home / "data", story().slug());
  ASSERT_TRUE(one.has_value() && another.has_value());
  EXPECT_EQ("in_use", DirectoryLock::acquire(home / "data").error().code);
}

TEST(Audit, NamesWhatIsNotThere) {
  faults::TemporaryDirectory home;
  EXPECT_EQ("not_found", DirectorySource::open(home / "nowhere", "licey29").error().code);
  EXPECT_FALSE(std::filesystem::exists(home / "nowhere"));
  EXPECT_EQ("not_found", DirectorySource::open(data_directory(), "another").error().code);
  EXPECT_EQ("wrong_master_key",
            DirectorySource::open(data_directory(), story().slug(), std::array<std::uint8_t, 32>{}).error().code);
  EXPECT_EQ("empty", audit(MemorySource(), {}).error().code);
}

TEST(Audit, RefusesAKeyThatIsNotOne) {
  AuditOptions options;
  options.vkey = "not a key";
  EXPECT_EQ("bad_vkey", audit(Forger(story()).source(), options).error().code);
}

// A key brought by mistake says nothing of the school whose key it is.
TEST(Audit, AKeyOfAnotherLogDoesNotAccuseThatLog) {
  SeededRandom random(99);
  const auto other = signing::KeyPair::generate(signing::Purpose::kLog, random);
  AuditOptions options;
  options.vkey = signing::vkey_of("journal.example.org/log/another", signing::kNoteTypeEd25519, other).text();
  const auto report = audited(Forger(story()).source(), options);
  EXPECT_EQ(report.findings_by_code.count("log_key_differs"), 1U);
  for (const auto language : {Language::kRussian, Language::kEnglish}) {
    EXPECT_THAT(sentence(report, language), Not(HasSubstr("log/another")));
    EXPECT_THAT(sentence(report, language), HasSubstr(report.origin));
  }
}

// What somebody may hand to an auditor in place of evidence: honest files with one thing changed.
class Evidence : public testing::Test {
 protected:
  static AuditReport held_against(const Forger& forger, const AuditOptions& options) {
    return audited(forger.source(), options);
  }
  static AuditOptions checkpoint(const std::string& text) {
    AuditOptions options;
    options.checkpoints.push_back({"kept", text});
    return options;
  }
  static AuditOptions receipt(const std::string& text) {
    AuditOptions options;
    options.receipts.push_back({"kept", text});
    return options;
  }
  static AuditOptions with_vkey(AuditOptions options) {
    options.vkey = story().vkey;
    return options;
  }
  static std::string_view verdict(const AuditOptions& options) {
    return verdict_name(held_against(Forger(story()), options).verdict);
  }
  static std::string without(std::string text, const std::string& part, const std::string& instead) {
    const auto at = text.rfind(part);
    EXPECT_NE(std::string::npos, at) << part;
    return at == std::string::npos ? text : text.replace(at, part.size(), instead);
  }

  const std::string note = story().checkpoint, proof = story().receipts.at(story().mark);
  const std::string signatures = note.substr(note.find("\n\n") + 2);
  const std::string spoilt = without(note, "\n", "A\n");
};

TEST_F(Evidence, IsGoodAsItWasGiven) {
  EXPECT_EQ("consistent", verdict(with_vkey(checkpoint(note))));
  EXPECT_EQ("consistent", verdict(with_vkey(receipt(proof))));
}

TEST_F(Evidence, ThatIsNoSignedNoteAccusesNobody) {
  for (const std::string& text : {std::string("nothing"), note.substr(0, 40), without(note, signatures, ""), spoilt})
    EXPECT_EQ("unfinished", verdict(checkpoint(text))) << text;
  for (const std::string& text : {std::string("nothing"), proof.substr(0, 90), without(proof, signatures, "")})
    EXPECT_EQ("unfinished", verdict(receipt(text))) << text;
}

// With the log's key at hand the auditor knows that it did not sign this; without, it may be the log that was exchanged.
TEST_F(Evidence, OfAnotherKeyOrLogIsToldApartByTheKeyThatIsBrought) {
  SeededRandom random(8);
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kLog, random);
  const std::string by_stranger =
      ledger::sign_checkpoint({story().licey.origin(), story().entries.size(), Hash{}}, stranger);
  const std::string elsewhere = ledger::sign_checkpoint({"elsewhere", 3, Hash{}}, stranger);
  std::string changed = note;
  changed[note.find('\n') + 1] ^= 1;  // the size
  for (const std::string& text : {by_stranger, elsewhere, changed}) {
    EXPECT_EQ("unfinished", verdict(with_vkey(checkpoint(text)))) << text;
    EXPECT_EQ("violated", verdict(checkpoint(text))) << text;
  }
}

TEST_F(Evidence, OfAnotherEntryAccusesNobody) {
  Bytes extra = read_receipt(proof).value().extra;
  const std::string as_it_was = "extra " + to_base64(extra);
  extra[static_cast<std::size_t>(ledger::decode_receipt(extra).value().event.data() - extra.data()) + 100] ^= 1;
  const std::string other_entry = without(proof, as_it_was, "extra " + to_base64(extra));
  const std::string no_entry = without(proof, as_it_was, "extra AAAA");
  const std::string other_index = without(proof, "index ", "index 1");
  for (const std::string& text : {other_entry, no_entry, other_index})
    EXPECT_EQ("unfinished", verdict(receipt(text))) << text;
}

// What the log signed counts, whatever else was spoilt in the file, on purpose or not.
TEST_F(Evidence, CountsAsFarAsTheLogSignedIt) {
  Forger forger(story());
  forger.drop(story().mark);
  forger.sign_anew();
  const std::string extra = "extra " + to_base64(read_receipt(proof).value().extra);
  for (const std::string& text : {proof, without(proof, extra, "extra AAAA"), without(proof, "index ", "index 1")}) {
    const auto report = held_against(forger, with_vkey(receipt(text)));
    EXPECT_EQ(AuditVerdict::kViolated, report.verdict);
    EXPECT_EQ(1U, report.findings_by_code.count("log_cut") + report.findings_by_code.count("checkpoint_root")) << text;
  }
}

TEST_F(Evidence, ThatIsUnusableIsNamedInEveryForm) {
  AuditOptions options = checkpoint("nothing");
  options.receipts.push_back({"other", "nothing"});
  const auto report = held_against(Forger(story()), options);
  EXPECT_THAT(report.unusable, SizeIs(2));
  EXPECT_EQ(2, exit_code(report));
  EXPECT_THAT(sentence(report, Language::kEnglish), HasSubstr("NOT CHECKED TO THE END"));
  EXPECT_THAT(sentence(report, Language::kRussian), HasSubstr("НЕ ДО КОНЦА"));
  for (const auto* file : {"kept: holds no signed checkpoint", "other: is not a receipt"}) {
    EXPECT_THAT(text_report(report, Language::kEnglish), HasSubstr(file));
    EXPECT_THAT(html_report(report, Language::kRussian), HasSubstr(file));
    EXPECT_THAT(json_report(report), HasSubstr(file));
  }
}

TEST(Audit, SaysHowMuchOfADamagedLogItCouldRead) {
  struct Torn : MemorySource {
    using MemorySource::MemorySource;
    Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const override {
      return MemorySource::entries(from, std::min<std::uint64_t>(to, 20), visit);
    }
  };
  Torn torn;
  static_cast<MemorySource&>(torn) = Forger(story()).source();
  const auto report = audited(torn);
  EXPECT_EQ(AuditVerdict::kViolated, report.verdict);
  EXPECT_EQ(20U, report.size);
  EXPECT_EQ(story().entries.size(), report.stored);
  const std::string all = std::to_string(story().entries.size());
  EXPECT_THAT(sentence(report, Language::kEnglish), HasSubstr("20 of " + all + " entries read"));
  EXPECT_THAT(sentence(report, Language::kRussian), HasSubstr("прочитано записей: 20 из " + all));
}

TEST(Audit, SaysThatASimulatedSchoolIsSimulatedWhateverElseItSays) {
  // A school of one entry, whose root key says that it is simulated.
  auto report = audited(Forger(story()).source());
  report.simulated = true;
  report.verdict = AuditVerdict::kSimulated;
  EXPECT_THAT(sentence(report, Language::kRussian), HasSubstr("смоделирована"));
  EXPECT_THAT(json_report(report), AllOf(HasSubstr(R"("verdict":"simulated")"), HasSubstr(R"("simulated":true)")));
  EXPECT_EQ(0, exit_code(report));
  report.verdict = AuditVerdict::kViolated;
  EXPECT_THAT(sentence(report, Language::kEnglish), HasSubstr("simulated"));
  EXPECT_THAT(html_report(report, Language::kRussian), HasSubstr("смоделирована"));
}

TEST(Audit, TakesTheSimulatedFlagFromTheGenesis) {
  Forger forger(story());
  forger.cut(1);
  const auto& root = *story().licey.root().key;
  forger.rewrite(
      0, [](ledger::Event&, ledger::Statement& st) { std::get<ledger::SchoolCreated>(st.body).simulated = true; },
      &root);
  forger.sign_anew();
  const auto report = audited(forger.source());
  // The root key signed another act, so this is no honest genesis; but what it says of itself is said.
  EXPECT_EQ(AuditVerdict::kViolated, report.verdict);
  EXPECT_TRUE(report.simulated);
}

TEST(Audit, SaysTheWorstItKnowsInEveryForm) {
  Forger forger(story());
  forger.rewrite(story().mark,
                 [](ledger::Event&, ledger::Statement& st) { std::get<ledger::MarkGiven>(st.body).value = "2"; });
  forger.sign_anew();
  const auto report = audited(forger.source());
  EXPECT_EQ(1, exit_code(report));
  EXPECT_THAT(sentence(report, Language::kRussian), HasSubstr("НАРУШЕН"));
  EXPECT_THAT(text_report(report, Language::kEnglish),
              HasSubstr("[bad_signature] entry " + std::to_string(story().mark)));
  const auto html = html_report(report, Language::kRussian);
  EXPECT_THAT(html, AllOf(HasSubstr("bad_signature"), HasSubstr("<!doctype html>"), HasSubstr("charset=\"utf-8\"")));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("src=")), Not(HasSubstr("href=")), Not(HasSubstr("@import"))))
      << "nothing is loaded";
  const auto json = json_report(report);
  EXPECT_THAT(json,
              HasSubstr(R"("code":"bad_signature","severity":"violation","index":)" + std::to_string(story().mark)));
  EXPECT_THAT(json, Not(HasSubstr("\n")));
}

TEST(Audit, NamesEntryStatementAndAuthorOfAFinding) {
  Forger forger(story());
  forger.rewrite(story().late_mark,
                 [](ledger::Event&, ledger::Statement& st) { std::get<ledger::MarkGiven>(st.body).value = "2"; });
  forger.sign_anew();
  const auto report = audited(forger.source());
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ("bad_signature", report.findings[0].code);
  EXPECT_EQ(story().late_mark, report.findings[0].index);
  EXPECT_EQ(story().teacher->id, report.findings[0].author);
  EXPECT_EQ(ledger::decode_entry(story().entries.back())->statement.id, report.findings[0].statement);
}

TEST(Audit, AdmitsWhatItCannotSee) {
  AuditOptions blind;
  const auto alone = caveats(audited(Forger(story()).source(), blind), Language::kEnglish);
  AuditOptions prepared;
  prepared.vkey = story().vkey;
  prepared.receipts = {{"mine", story().receipts.at(story().mark)}};
  const auto with = caveats(audited(Forger(story()).source(), prepared), Language::kEnglish);
  EXPECT_EQ(alone.size(), with.size() + 2);
}

TEST(Audit, GivesTheSameReportOnAnyNumberOfThreads) {
  Forger forger(story());
  for (const auto index : {story().mark, story().correction, story().late_mark})
    forger.rewrite(index, [](ledger::Event&, ledger::Statement& st) { st.salt.bytes[0] ^= 1; });
  forger.sign_anew();
  std::set<std::string> reports;
  for (const unsigned threads : {1U, 2U, 5U}) {
    AuditOptions options;
    options.threads = threads;
    reports.insert(json_report(audited(forger.source(), options)));
  }
  EXPECT_THAT(reports, SizeIs(1));
}

TEST(Audit, KeepsSomeFindingsAndCountsAll) {
  Forger forger(story());
  forger.rewrite_event(3, [](ledger::Event& event) { event.rules_version = 9; });
  forger.sign_anew();
  AuditOptions options;
  options.findings_kept_max = 5;
  const auto report = audited(forger.source(), options);
  EXPECT_THAT(report.findings, SizeIs(5));
  EXPECT_GT(report.findings_total, 20U) << "everybody after it had seen another history";
  EXPECT_EQ(1U, report.findings_by_code.at("rules_version"));
}

TEST(Audit, FoldsOnPastARefusalThatTheLogCallsAccepted) {
  Forger forger(story());
  forger.rewrite_event(story().refused_mark, [](ledger::Event& event) {
    event.verdict = ledger::Verdict::kAccepted;
    event.rule = {};
  });
  forger.sign_anew();
  const auto report = audited(forger.source());
  EXPECT_EQ(report.size, report.judged);
  EXPECT_EQ(1U, report.findings_by_code.at("verdict_differs"));
}

// A log that lies must not bring its auditor down.
TEST(Audit, SurvivesWhateverStandsInTheEntries) {
  SeededRandom random(20'260'901);
  for (int round = 0; round < 150; ++round) {
    auto source = Forger(story()).source();
    source.leaf_hashes.reset();
    const std::uint64_t changes = 1 + random.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      Bytes& entry = source.log[static_cast<std::size_t>(random.below(source.log.size()))];
      entry[static_cast<std::size_t>(random.below(entry.size()))] = static_cast<std::uint8_t>(random.below(256));
    }
    if (random.chance(200'000))
      std::swap(source.log[0], source.log[static_cast<std::size_t>(random.below(source.log.size()))]);
    if (random.chance(200'000))
      source.log.erase(source.log.begin() + static_cast<std::ptrdiff_t>(random.below(source.log.size())));
    AuditOptions options;
    options.threads = 1;
    const auto report = audit(source, options);
    ASSERT_TRUE(report.has_value() || report.error().code == "bad_vkey") << report.error().text();
  }
}

// No byte that an author signed, nor of the signature, can change: even by whoever holds the log's key.
TEST(Audit, SeesEveryByteThatAnAuthorSigned) {
  const Bytes& honest = story().entries[static_cast<std::size_t>(story().late_mark)];
  const auto decoded = ledger::decode_event(honest).value();
  const auto begin = static_cast<std::size_t>(decoded.statement.data() - honest.data());
  for (std::size_t i = 0; i < decoded.statement.size(); i += 5) {
    Forger forger(story());
    forger.replace(story().late_mark, [&](Bytes& entry) { entry[begin + i] ^= 0x10; });
    forger.sign_anew();
    AuditOptions options;
    options.threads = 1;
    EXPECT_EQ(AuditVerdict::kViolated, audited(forger.source(), options).verdict) << i;
  }
  for (std::size_t i = 0; i < Signature::kSize; i += 3) {
    Forger forger(story());
    forger.rewrite_event(story().late_mark, [&](ledger::Event& event) { event.signature.bytes[i] ^= 0x10; });
    forger.sign_anew();
    EXPECT_EQ(1U, audited(forger.source()).findings_by_code.count("bad_signature")) << i;
  }
}

// What a headmaster asks of a log that is not what it was: which entries, since when, and what to do.
class WhatIsGone : public testing::Test {
 protected:
  static std::string said_of(const AuditReport& report, std::string_view code) {
    for (const auto& finding : report.findings)
      if (finding.code == code) return finding.ru;
    return "no " + std::string(code);
  }
  AuditReport held_against_the_kept(Forger& forger) {
    forger.sign_anew();
    AuditOptions options;
    options.checkpoints.push_back({"наша", story().checkpoint});
    return audited(forger.source(), options);
  }
  const std::uint64_t size = story().entries.size();
};

TEST_F(WhatIsGone, IsNamedWithTheLastEntryThatIsLeft) {
  Forger forger(story());
  forger.cut(size - 3);
  const auto report = held_against_the_kept(forger);
  const std::string gone = std::to_string(size - 3) + "–" + std::to_string(size - 1);
  EXPECT_THAT(said_of(report, "log_cut"),
              AllOf(HasSubstr("принёс аудитор (наша)"), HasSubstr("подписано записей " + std::to_string(size)),
                    HasSubstr("нет записей " + gone),
                    HasSubstr("внесена " + format_local(report.last_recorded_at, report.offset))));
  const std::string advised(advice(FindingKind::kHistory).ru);
  EXPECT_THAT(html_report(report, Language::kRussian), HasSubstr(advised));
  EXPECT_THAT(text_report(report, Language::kRussian), HasSubstr(advised));
  EXPECT_THAT(text_report(report, Language::kRussian), Not(HasSubstr(std::string(advice(FindingKind::kText).ru))));
}

TEST_F(WhatIsGone, IsOneEntryWhereItIsOne) {
  Forger forger(story());
  forger.cut(size - 1);
  EXPECT_THAT(said_of(held_against_the_kept(forger), "log_cut"),
              HasSubstr("нет записи " + std::to_string(size - 1) + ","));
}

TEST_F(WhatIsGone, WasChangedAfterWhatOlderCheckpointsStillHold) {
  Forger early(story());
  early.cut(4);
  early.sign_anew();
  Forger forger(story());
  forger.rewrite_event(story().mark, [](ledger::Event& event) { event.utc_offset += 60; });
  forger.sign_anew();
  AuditOptions options;
  options.checkpoints = {{"наша", story().checkpoint}, {"прежняя", early.checkpoint_now()}};
  const auto report = audited(forger.source(), options);
  EXPECT_THAT(said_of(report, "checkpoint_root"), HasSubstr("теми же остались первые "));
  const auto at = said_of(report, "checkpoint_root").find("первые ");
  const auto same = std::stoull(said_of(report, "checkpoint_root").substr(at + std::string("первые ").size()));
  EXPECT_GE(same, 4U);
  EXPECT_LE(same, story().mark) << "the first that was changed";
}

TEST_F(WhatIsGone, NothingIsToBeDoneWhereNothingIs) {
  const auto report = audited(Forger(story()).source());
  EXPECT_THAT(text_report(report, Language::kEnglish), Not(HasSubstr("what to do")));
}

TEST(Findings, HaveASentenceInBothLanguagesAndOneCodeEach) {
  std::set<std::string_view> codes;
  for (const auto& code : finding_codes()) {
    EXPECT_TRUE(codes.insert(code.code).second) << code.code;
    EXPECT_FALSE(code.ru.empty() || code.en.empty()) << code.code;
    EXPECT_NE('.', code.ru.back()) << "the detail follows";
  }
}

TEST(Findings, AreToldInTheDocs) {
  const Bytes page = faults::read_whole(std::string(LETOPIS_SOURCE_DIR) + "/docs/audit.md");
  for (const auto& code : finding_codes()) {
    const std::string row = "| `" + std::string(code.code) + "` | " +
                            (code.severity == Severity::kViolation ? "violation" : "notice") + " | " +
                            std::string(code.en) + " |";
    EXPECT_NE(std::string_view::npos, as_text(page).find(row)) << row;
  }
}

// The page breaks lines where it likes.
TEST(Findings, TellWhatToDoAsTheDocsDo) {
  const Bytes bytes = faults::read_whole(std::string(LETOPIS_SOURCE_DIR) + "/docs/audit.md");
  std::string page(as_text(bytes));
  std::replace(page.begin(), page.end(), '\n', ' ');
  for (std::size_t i = 1; i <= kFindingKindNames.size(); ++i) {
    const auto kind = static_cast<FindingKind>(i);
    EXPECT_THAT(page, HasSubstr(std::string(advice(kind).en))) << i;
    EXPECT_THAT(page, HasSubstr("`" + std::string(finding_kind_name(kind)) + "`"));
    EXPECT_NE(advice(kind).ru, advice(kind).en);
  }
}

}  // namespace
}  // namespace letopis::audit
