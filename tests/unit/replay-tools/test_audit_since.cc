// Audits that go on from an earlier one: they come to what a whole audit comes to, they read nothing twice, and what was kept does
// not depend on how many of them there were.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay-tools/audit.h"
#include "tests/fault/temporary_directory.h"
#include "tests/tamper/forger.h"

namespace letopis::audit {
namespace {

using test::Forger;
using test::Story;
using test::story;
using test::witnessed_story;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The log as it was when it had so many entries, signed then.
MemorySource as_of(const Story& honest, std::uint64_t size) {
  Forger log(honest);
  log.cut(size);
  log.sign_anew();
  return log.source();
}

// An auditor with a directory of their own, and perhaps a policy.
class Auditor {
 public:
  explicit Auditor(const std::string& policy = {}, std::int64_t bracket_limit_micros = kBracketLimitMicros) {
    if (policy.empty()) return;
    options_.bracket_limit_micros = bracket_limit_micros;
    options_.policy = ledger::TrustPolicy::parse(policy).value();
    options_.policy_digest = policy_digest(policy, "", options_.bracket_limit_micros);
  }
  // The first audit is of everything; each later one goes on from the one before.
  Result<AuditReport> try_audit(const AuditSource& source) {
    auto memory = kept_ ? AuditMemory::open(directory()) : AuditMemory::create(directory());
    if (!memory) return tl::unexpected(memory.error());
    options_.memory = memory->get();
    auto report = letopis::audit::audit(source, options_);
    options_.memory = nullptr;
    if (report) kept_ = kept_ || report->kept;
    return report;
  }
  AuditReport audit(const AuditSource& source) {
    auto report = try_audit(source);
    EXPECT_TRUE(report.has_value()) << report.error().text();
    return report.value_or(AuditReport{});
  }
  std::string directory() const { return home_ / "kept"; }
  std::map<Bytes, Bytes> rows() const {
    std::map<Bytes, Bytes> rows;
    const auto memory = AuditMemory::open(directory());
    EXPECT_TRUE(memory.has_value());
    EXPECT_TRUE((*memory)->each_row([&](ByteView key, ByteView value) {
      rows.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
      return true;
    }));
    return rows;
  }
  AuditOptions& options() { return options_; }

 private:
  faults::TemporaryDirectory home_;
  AuditOptions options_;
  bool kept_ = false;
};

std::vector<std::string> codes(const AuditReport& report) {
  std::vector<std::string> codes;
  for (const auto& [code, count] : report.findings_by_code) codes.push_back(code);
  return codes;
}

Hash root_of(const MemorySource& source) {
  AuditTree tree;
  for (const auto& entry : source.log) tree.append(hash_of_entry(entry));
  return tree.root();
}

// Whoever reads an entry below `from` is told off.
class OnlyNew final : public MemorySource {
 public:
  OnlyNew(MemorySource source, std::uint64_t from) : MemorySource(std::move(source)), from_(from) {}
  Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const override {
    if (from < from_) return fail("io_error", "entry " + std::to_string(from) + " was read again");
    return MemorySource::entries(from, to, visit);
  }
  Status leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const override {
    if (from < from_) return fail("io_error", "leaf " + std::to_string(from) + " was read again");
    return MemorySource::leaves(from, to, visit);
  }

 private:
  std::uint64_t from_;
};

TEST(AuditSince, ReadsWhatIsNewAndNothingElse) {
  const std::uint64_t half = story().entries.size() / 2;
  Auditor auditor;
  const auto first = auditor.audit(as_of(story(), half));
  EXPECT_FALSE(first.since.has_value());
  EXPECT_TRUE(first.kept);
  const auto second = auditor.audit(OnlyNew(as_of(story(), story().entries.size()), half));
  EXPECT_THAT(second.findings, IsEmpty()) << text_report(second, Language::kEnglish);
  EXPECT_EQ(second.since, half);
  EXPECT_EQ(second.size, story().entries.size());
  EXPECT_EQ(second.judged, story().entries.size() - half);
  EXPECT_GE(second.signatures, second.judged);
  EXPECT_THAT(sentence(second, Language::kEnglish),
              HasSubstr(std::to_string(second.judged) + " of them new since the last audit"));
}

// From every place of the log: what is found, what is counted and every row that is kept are those of one whole audit.
TEST(AuditSince, ComesToWhatAWholeAuditComesTo) {
  for (const Story* honest : {&story(), &witnessed_story()}) {
    const std::uint64_t size = honest->entries.size();
    Auditor whole(honest->policy);
    const auto all = whole.audit(as_of(*honest, size));
    EXPECT_THAT(all.findings, IsEmpty());
    const auto rows = whole.rows();
    for (std::uint64_t cut = 1; cut < size; ++cut) {
      SCOPED_TRACE(cut);
      Auditor auditor(honest->policy);
      const auto before = auditor.audit(as_of(*honest, cut));
      ASSERT_TRUE(before.kept) << before.not_kept;
      const auto after = auditor.audit(as_of(*honest, size));
      ASSERT_THAT(after.findings, IsEmpty()) << text_report(after, Language::kEnglish);
      EXPECT_EQ(all.judged, before.judged + after.judged);
      EXPECT_EQ(all.signatures, before.signatures + after.signatures);
      EXPECT_EQ(all.state_commitments, before.state_commitments + after.state_commitments);
      EXPECT_EQ(all.state_root, after.state_root);
      ASSERT_TRUE(rows == auditor.rows());
    }
  }
}

TEST(AuditSince, GoesOnEntryByEntry) {
  Auditor whole, auditor;
  whole.audit(as_of(story(), story().entries.size()));
  for (std::uint64_t size = 1; size <= story().entries.size(); ++size) {
    const auto report = auditor.audit(as_of(story(), size));
    ASSERT_THAT(report.findings, IsEmpty()) << size;
    ASSERT_TRUE(report.kept);
  }
  EXPECT_TRUE(whole.rows() == auditor.rows());
}

TEST(AuditSince, FindsNothingNewWhereNothingIs) {
  Auditor auditor;
  const auto first = auditor.audit(as_of(story(), story().entries.size()));
  const auto rows = auditor.rows();
  const auto again = auditor.audit(as_of(story(), story().entries.size()));
  EXPECT_EQ(0U, again.judged);
  EXPECT_EQ(first.root, again.root);
  EXPECT_EQ(first.state_root, again.state_root);
  EXPECT_TRUE(rows == auditor.rows());
}

// What was still open is judged again once the evidence is there: its bracket is that of a whole audit.
TEST(AuditSince, TellsTimesAsAWholeAuditDoes) {
  const Story& honest = witnessed_story();
  Auditor whole(honest.policy);
  const auto all = whole.audit(as_of(honest, honest.entries.size()));
  for (std::uint64_t cut = honest.noon; cut < honest.entries.size(); ++cut) {
    Auditor auditor(honest.policy);
    auditor.audit(as_of(honest, cut));
    const auto report = auditor.audit(as_of(honest, honest.entries.size()));
    ASSERT_TRUE(report.times.has_value());
    EXPECT_LE(report.times->first, cut);
    for (std::uint64_t index = report.times->first; index < report.size; ++index) {
      SCOPED_TRACE(std::to_string(cut) + ", entry " + std::to_string(index));
      EXPECT_EQ(all.times->entries[index], report.times->entries[index - report.times->first]);
      EXPECT_EQ(all.times->between(index).earliest, report.times->between(index).earliest);
      EXPECT_EQ(all.times->between(index).latest, report.times->between(index).latest);
    }
  }
}

TEST(AuditSince, AccusesWhoeverRewritesWhatWasChecked) {
  const std::uint64_t half = story().entries.size() / 2;
  Auditor auditor;
  auditor.audit(as_of(story(), half));
  const auto kept = auditor.rows();
  Forger rewritten(story());
  rewritten.rewrite_event(half - 1, [](ledger::Event& event) { event.recorded_at.micros += 1; });
  rewritten.sign_anew();
  const auto report = auditor.audit(rewritten.source());
  EXPECT_EQ(AuditVerdict::kViolated, report.verdict);
  // Of the new entries nothing is said: by another history than theirs they would all be wrong.
  EXPECT_THAT(codes(report), ElementsAre("history_changed"));
  EXPECT_EQ(rewritten.source().leaf_hashes->size(), report.size);
  EXPECT_EQ(root_of(rewritten.source()), report.root) << "the root of what is there";
  EXPECT_EQ("violated", report.not_kept);
  EXPECT_TRUE(kept == auditor.rows()) << "what is violated is not kept";
  EXPECT_THAT(auditor.audit(as_of(story(), story().entries.size())).findings, IsEmpty());
}

TEST(AuditSince, AccusesALogThatGotShorter) {
  Auditor auditor;
  auditor.audit(as_of(story(), story().entries.size()));
  const auto shorter = as_of(story(), story().entries.size() - 1);
  const auto report = auditor.audit(shorter);
  EXPECT_THAT(codes(report), Contains("log_cut"));
  EXPECT_EQ(story().entries.size() - 1, report.size);
  EXPECT_EQ(root_of(shorter), report.root);
  EXPECT_EQ(ledger::decode_entry(shorter.log.back())->event.recorded_at, report.last_recorded_at);
  EXPECT_THAT(text_report(report, Language::kEnglish),
              HasSubstr("The earlier audit: " + std::to_string(story().entries.size()) + " entries, root "));
}

// An old copy that was served and recorded on: two histories, though the one here is the shorter.
TEST(AuditSince, AShorterLogOfAnotherHistoryIsNotCalledCut) {
  const std::uint64_t size = story().entries.size();
  Auditor auditor;
  auditor.audit(as_of(story(), size));
  Forger other(story());
  other.rewrite_event(size - 2, [](ledger::Event& event) { event.recorded_at.micros += 1; });
  other.cut(size - 1);
  other.sign_anew();
  const auto source = other.source();
  const auto report = auditor.audit(source);
  EXPECT_THAT(codes(report), ElementsAre("history_changed"));
  EXPECT_EQ(root_of(source), report.root);
  EXPECT_EQ(ledger::decode_entry(source.log.back())->event.recorded_at, report.last_recorded_at)
      << "of what is here, not of what was";
}

// What no evidence can mend any more does not turn green by being old.
TEST(AuditSince, WhatWasNotProvedEarlierIsToldAgain) {
  const Story& honest = witnessed_story();
  const auto all = as_of(honest, honest.entries.size());
  Auditor auditor(honest.policy, 1);
  const auto whole = auditor.audit(all);
  ASSERT_EQ(kExitUnwitnessed, exit_code(whole));
  ASSERT_GT(whole.times->unproved, 0U);
  EXPECT_EQ(0U, whole.earlier_unproved);
  for (int again = 0; again < 2; ++again) {
    const auto next = auditor.audit(all);
    EXPECT_EQ(whole.times->unproved, next.earlier_unproved);
    EXPECT_THAT(sentence(next, Language::kEnglish),
                HasSubstr("the time of " + std::to_string(next.earlier_unproved) + " is still not proved"));
    EXPECT_THAT(json_report(next), HasSubstr("\"earlier_unproved\":" + std::to_string(next.earlier_unproved)));
  }
}

TEST(AuditSince, AccusesALogOfWhichNothingIsLeft) {
  Auditor auditor;
  auditor.audit(as_of(story(), story().entries.size()));
  for (const bool names_its_key : {true, false}) {
    auto nothing = as_of(story(), 0);
    if (!names_its_key) nothing.log_vkey.reset();
    const auto report = auditor.audit(nothing);
    EXPECT_THAT(codes(report), Contains("log_cut"));
    EXPECT_EQ(0U, report.size);
    EXPECT_THAT(html_report(report, Language::kEnglish), Not(HasSubstr("First entry")));
  }
}

// Nor by their times, which are held against the evidence of another history.
TEST(AuditSince, OfAnotherHistoryNoTimeIsAccusedEither) {
  const Story& honest = witnessed_story();
  Auditor auditor(honest.policy);
  auditor.audit(as_of(honest, honest.night_mark));
  Forger forked(honest);
  forked.rewrite_event(honest.noon + 1, [](ledger::Event& event) { event.utc_offset += 60; });
  forked.rewrite_event(honest.night_mark,
                       [](ledger::Event& event) { event.recorded_at.micros -= 6 * 3600 * kMicrosPerSecond; });
  forked.sign_anew();
  EXPECT_THAT(codes(auditor.audit(forked.source())), ElementsAre("history_changed"));
}

// Whatever is done to an entry that is new is found as a whole audit finds it.
TEST(AuditSince, FindsInNewEntriesWhatAWholeAuditFinds) {
  const std::uint64_t half = story().entries.size() / 2;
  for (std::uint64_t index = half; index < story().entries.size(); ++index) {
    SCOPED_TRACE(index);
    Auditor auditor;
    auditor.audit(as_of(story(), half));
    Forger forged(story());
    forged.rewrite_event(index, [](ledger::Event& event) {
      event.verdict =
          event.verdict == ledger::Verdict::kRefused ? ledger::Verdict::kAccepted : ledger::Verdict::kRefused;
      event.rule = event.verdict == ledger::Verdict::kRefused ? "not_entitled" : "";
    });
    forged.sign_anew();
    const auto whole = letopis::audit::audit(forged.source(), {});
    ASSERT_TRUE(whole.has_value());
    const auto report = auditor.audit(forged.source());
    EXPECT_GT(report.violations, 0U);
    EXPECT_EQ(whole->findings_by_code, report.findings_by_code);
  }
}

// --- What is not gone on from

TEST(AuditSince, IsNotOfAnotherLog) {
  Auditor auditor;
  auditor.audit(as_of(story(), story().entries.size()));
  auto another = as_of(story(), story().entries.size());
  SeededRandom random(7);
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  another.log_vkey = signing::vkey_of("journal.example.org/log/another", signing::kNoteTypeEd25519, key).text();
  EXPECT_EQ("other_log", auditor.try_audit(another).error().code);
}

// The wrong directory of an auditor who has many, or a log that was exchanged as a whole: nobody is accused before that is settled.
TEST(AuditSince, IsNotOfALogOfTheSameNameUnderAnotherKeyOrBeginning) {
  const std::uint64_t size = story().entries.size();
  SeededRandom random(7);
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  const std::string other_vkey = signing::vkey_of(story().licey.origin(), signing::kNoteTypeEd25519, key).text();
  Forger re_signed(story()), begun_anew(story());
  re_signed.sign_anew_with(key, other_vkey);
  begun_anew.rewrite_event(0, [](ledger::Event& event) { event.recorded_at.micros += 1; });
  begun_anew.sign_anew();
  auto without_a_key = begun_anew.source();
  without_a_key.log_vkey.reset();
  for (const auto& source : {re_signed.source(), without_a_key}) {
    Auditor auditor;
    auditor.audit(as_of(story(), size / 2));
    const auto refused = auditor.try_audit(source);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ("other_log", refused.error().code);
    EXPECT_THAT(refused.error().detail, HasSubstr("--since FILE")) << "what can be done";
  }
  Auditor auditor;
  auditor.audit(as_of(story(), size / 2));
  auditor.options().vkey = other_vkey;
  EXPECT_EQ("other_log", auditor.try_audit(as_of(story(), size)).error().code)
      << "the key they name is not the one they kept";
}

TEST(AuditSince, IsNotUnderAnotherPolicy) {
  const Story& honest = witnessed_story();
  Auditor auditor(honest.policy);
  auditor.audit(as_of(honest, honest.entries.size()));
  auditor.options().policy_digest =
      policy_digest(honest.policy, "dishonest 1\n", auditor.options().bracket_limit_micros);
  EXPECT_EQ("other_policy", auditor.try_audit(as_of(honest, honest.entries.size())).error().code);
  EXPECT_NE(policy_digest("a", "b", 1), policy_digest("ab", "", 1));
  EXPECT_NE(policy_digest("a", "b", 1), policy_digest("a", "b", 2));
}

TEST(AuditSince, DoesNotKeepAnEndThatNobodySigned) {
  Auditor auditor;
  auto source = as_of(story(), story().entries.size());
  source.kept = as_of(story(), story().entries.size() - 1).kept;
  const auto report = auditor.audit(source);
  EXPECT_FALSE(report.kept);
  EXPECT_EQ("unsigned_tail", report.not_kept);
  EXPECT_THAT(caveats(report, Language::kEnglish), Contains(HasSubstr("not signed by the log's key yet")));
  EXPECT_EQ("unfinished", AuditMemory::open(auditor.directory()).error().code);
}

TEST(AuditMemory, IsMadeInADirectoryOfItsOwn) {
  faults::TemporaryDirectory home;
  EXPECT_EQ("not_found", AuditMemory::open(home / "nowhere").error().code);
  EXPECT_THAT(AuditMemory::open(home.path()).error().detail, HasSubstr("was not made by an audit with --keep"));
  faults::overwrite(home / "letter", as_bytes("Dear auditor"));
  EXPECT_EQ("exists", AuditMemory::create(home.path()).error().code);
  Auditor auditor;
  auditor.audit(as_of(story(), 5));
  EXPECT_EQ("exists", AuditMemory::create(auditor.directory()).error().code);
  EXPECT_EQ(std::filesystem::perms::owner_all, std::filesystem::status(auditor.directory()).permissions());
  EXPECT_THAT(std::string(as_text(faults::read_whole(auditor.directory() + "/checkpoint"))), HasSubstr("\n5\n"));
}

// Whoever names a directory by mistake finds it as it was.
TEST(AuditMemory, ThatIsRefusedChangesNothing) {
  faults::TemporaryDirectory home;
  namespace fs = std::filesystem;
  faults::overwrite(home / "checkpoint", as_bytes("somebody's own"));
  const auto open_to_all = fs::perms::owner_all | fs::perms::group_all | fs::perms::others_read;
  fs::permissions(home.path(), open_to_all);
  EXPECT_EQ("exists", AuditMemory::create(home.path()).error().code);
  EXPECT_EQ(open_to_all, fs::status(home.path()).permissions());
  EXPECT_EQ("somebody's own", as_text(faults::read_whole(home / "checkpoint")));
}

// An audit that went on from a memory, and was stopped while it kept more than a batch.
TEST(AuditMemory, LeftInTheMiddleOfALaterAuditIsMadeAnewToo) {
  Auditor auditor;
  auditor.audit(as_of(story(), 5));
  {
    const auto memory = AuditMemory::open(auditor.directory());
    ASSERT_TRUE(memory.has_value());
    auto keeping = (*memory)->keep();
    for (std::uint32_t i = 0; i < 100'000; ++i) {
      Bytes key{'s', 'x'};
      put_u32(key, i);
      keeping.put(key, {1});
    }
  }
  EXPECT_EQ("unfinished", AuditMemory::open(auditor.directory()).error().code);
  EXPECT_TRUE(AuditMemory::create(auditor.directory()).has_value());
}

TEST(AuditMemory, LeftInTheMiddleSaysSoAndIsMadeAnew) {
  faults::TemporaryDirectory home;
  {
    const auto memory = AuditMemory::create(home / "kept");
    ASSERT_TRUE(memory.has_value());
    auto keeping = (*memory)->keep();
    keeping.put({'s', 'x'}, {1});
  }
  EXPECT_EQ("unfinished", AuditMemory::open(home / "kept").error().code);
  EXPECT_TRUE(AuditMemory::create(home / "kept").has_value());
}

// Rows that were changed or lost are an error of the memory, never the school's fault.
TEST(AuditMemory, ThatWasSpoiltAccusesNobody) {
  const std::uint64_t half = story().entries.size() / 2;
  Auditor auditor;
  auditor.audit(as_of(story(), half));
  std::set<char> tables;
  std::map<char, Bytes> first;
  for (const auto& [key, value] : auditor.rows()) first.try_emplace(static_cast<char>(key[0]), key);
  for (const auto& [table, key] : first) {
    if (table == 'h') continue;
    SCOPED_TRACE(table);
    faults::TemporaryDirectory home;
    std::filesystem::copy(auditor.directory(), home / "kept", std::filesystem::copy_options::recursive);
    {
      const auto kv = ledger::open_rocksdb(home / "kept/rows", {});
      ASSERT_TRUE(kv.has_value());
      ledger::WriteBatch batch;
      batch.put(key, {});
      ASSERT_TRUE((*kv)->commit(batch, ledger::Durability::kSync));
    }
    const auto memory = AuditMemory::open(home / "kept");
    ASSERT_TRUE(memory.has_value());
    AuditOptions options;
    options.memory = memory->get();
    const auto report = audit(as_of(story(), story().entries.size()), options);
    // A row that nothing new asked for does no harm.
    if (report) {
      EXPECT_THAT(report->findings, IsEmpty());
    } else {
      EXPECT_EQ("damaged", report.error().code);
      tables.insert(table);
    }
  }
  EXPECT_THAT(tables, ::testing::IsSupersetOf({'t', 'q', 'r'}));
}

}  // namespace
}  // namespace letopis::audit
