// Receipts as people keep them: good ones, and every way they can be less than that.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "replay-tools/receipt.h"
#include "tests/tamper/forger.h"

namespace letopis::receipt {
namespace {

using namespace ledger;
using test::Forger;
using test::story;
using ::testing::AllOf;
using ::testing::HasSubstr;

Report checked(const std::string& file) { return check(file, story().vkey); }

// The step that failed and why: "inclusion: root_mismatch"; empty when all held.
std::string refusal(const Report& report) {
  if (report.steps.empty() || report.steps.back().holds()) return {};
  return report.steps.back().name + ": " + report.steps.back().reason;
}

// A receipt as the log would give it for an entry of `entries`, under a checkpoint signed anew.
struct ReceiptMaker {
  std::vector<Bytes> entries = story().entries;
  std::uint64_t index = story().mark;
  std::vector<Bytes> key_chain = chain_of(story().receipts.at(story().mark));

  static std::vector<Bytes> chain_of(const std::string& file) {
    const auto proof = parse_proof_file(file).value();
    const auto receipt = decode_receipt(*proof.extra).value();
    std::vector<Bytes> chain;
    for (const auto& link : receipt.key_chain) chain.emplace_back(link.event.begin(), link.event.end());
    return chain;
  }

  std::string make() const {
    std::vector<std::vector<Hash>> levels(1);
    for (const auto& entry : entries) levels[0].push_back(leaf_hash(entry));
    while (levels.back().size() > 1) {
      const auto below = levels.back();
      auto& row = levels.emplace_back();
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) row.push_back(node_hash(below[i], below[i + 1]));
    }
    const NodeSource nodes = [&](unsigned level, std::uint64_t at) {
      return levels[level][static_cast<std::size_t>(at)];
    };
    const auto key = story().operator_key("log-key", signing::Purpose::kLog);
    Receipt receipt;
    receipt.version = kReceiptVersion;
    receipt.event = entries[static_cast<std::size_t>(index)];
    for (const auto& link : key_chain) receipt.key_chain.push_back({link});
    receipt.genesis_proof = inclusion_proof(0, entries.size(), nodes).value();
    ProofFile file;
    file.extra = encode(receipt);
    file.index = index;
    file.proof = inclusion_proof(index, entries.size(), nodes).value();
    file.checkpoint =
        sign_checkpoint({story().licey.origin(), entries.size(), root_of(entries.size(), nodes).value()}, key);
    return file.encode();
  }
};

// A change to an entry of a ReceiptMaker by way of the forger: the old signature stays unless a key is given.
void rewrite(ReceiptMaker& maker, std::uint64_t index, const Forger::Change& change,
             const signing::KeyPair* author = nullptr) {
  Forger forger(story());
  forger.rewrite(index, change, author);
  maker.entries = forger.entries();
}

TEST(AReceipt, FromTheServerIsGood) {
  for (const auto& [index, file] : story().receipts) {
    const auto report = checked(file);
    EXPECT_EQ("", refusal(report));
    EXPECT_EQ(Verdict::kGood, report.verdict);
    EXPECT_EQ(0, exit_code(report.verdict));
    EXPECT_EQ(index, report.index);
    EXPECT_EQ(story().entries.size(), report.tree_size);
    EXPECT_THAT(report.entry_json, HasSubstr("mark_given"));
  }
}

TEST(AReceipt, MadeByHandIsGoodToo) { EXPECT_EQ("", refusal(checked(ReceiptMaker().make()))); }

// Officials by a root key, a teacher by an administrator, a pupil by a class teacher, a key that was rotated, the service.
TEST(AReceipt, OfEveryEntryLeadsBackToTheGenesis) {
  for (std::uint64_t i = 0; i < story().entries.size(); ++i) {
    ReceiptMaker maker;
    maker.index = i;
    // More links than needed do no harm: here, all of the log before the entry.
    maker.key_chain.assign(story().entries.begin(), story().entries.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ("", refusal(checked(maker.make()))) << i;
  }
}

TEST(AReceipt, ShowsTheEntryAndSaysGoodInBothLanguages) {
  const auto report = checked(story().receipts.at(story().late_mark));
  EXPECT_THAT(text_report(report, Language::kRussian),
              AllOf(HasSubstr("ВЕРНО"), HasSubstr("verdict: \"late\""), HasSubstr("value: \"3\"")));
  EXPECT_THAT(text_report(report, Language::kEnglish),
              AllOf(HasSubstr("GOOD"), HasSubstr("The author signed exactly this")));
  EXPECT_THAT(json_report(report), AllOf(HasSubstr(R"("verdict":"good")"), HasSubstr(R"("entry":{"index":)")));
}

TEST(AReceipt, IsHeldAgainstTheGivenEntry) {
  const auto& file = story().receipts.at(story().mark);
  EXPECT_EQ("", refusal(check(file, story().vkey, story().entries[static_cast<std::size_t>(story().mark)])));
  EXPECT_EQ("entry: entry_differs", refusal(check(file, story().vkey, story().entries.back())));
}

TEST(AReceipt, IsUnusableWhenItDoesNotRead) {
  const auto& file = story().receipts.at(story().mark);
  for (const auto& bad : {std::string(), std::string("nonsense"), file.substr(0, file.size() / 2), "x" + file}) {
    const auto report = checked(bad);
    EXPECT_EQ(Verdict::kUnusable, report.verdict);
    EXPECT_EQ(2, exit_code(report.verdict));
  }
  EXPECT_EQ(Verdict::kUnusable, check(file, "not a vkey").verdict);
  EXPECT_EQ("vkey: malformed", refusal(check(file, "not a vkey"))) << "the receipt is not to blame";
  auto bare = parse_proof_file(file).value();
  bare.extra.reset();
  EXPECT_EQ("proof_file: no_entry", refusal(checked(bare.encode())));
}

TEST(AReceipt, IsRefutedUnderAnotherLogsKey) {
  SeededRandom random(4);
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  const auto& file = story().receipts.at(story().mark);
  const auto vkey = [&](const std::string& origin) {
    return signing::vkey_of(origin, signing::kNoteTypeEd25519, key).text();
  };
  EXPECT_EQ("log_signature: no_known_signature", refusal(check(file, vkey(story().licey.origin()))));
  EXPECT_EQ("log_signature: other_origin", refusal(check(file, vkey("elsewhere"))));
  EXPECT_EQ(1, exit_code(check(file, vkey("elsewhere")).verdict));
}

TEST(AReceipt, IsRefutedWhenTheEntryIsNotInTheTree) {
  auto proof = parse_proof_file(story().receipts.at(story().mark)).value();
  proof.proof.back().bytes[0] ^= 1;
  EXPECT_EQ("inclusion: root_mismatch", refusal(checked(proof.encode())));
  proof = parse_proof_file(story().receipts.at(story().mark)).value();
  proof.proof.pop_back();
  EXPECT_EQ("inclusion: proof_length", refusal(checked(proof.encode())));
  proof = parse_proof_file(story().receipts.at(story().mark)).value();
  proof.index += 1;
  EXPECT_EQ("entry: index_differs", refusal(checked(proof.encode())));
}

// The operator holds the log's key and can sign any tree; an author's words still cannot be put into another's mouth.
TEST(AReceipt, IsRefutedWhenTheLogSignsWhatTheAuthorDidNot) {
  ReceiptMaker maker;
  rewrite(maker, maker.index, [](Event&, Statement& st) { std::get<MarkGiven>(st.body).value = "2"; });
  EXPECT_EQ("author_signature: bad_signature", refusal(checked(maker.make())));
}

TEST(AReceipt, IsRefutedWhenAKeyIsMadeUp) {
  ReceiptMaker maker;
  SeededRandom random(5);
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  rewrite(
      maker, maker.index, [&](Event&, Statement& st) { st.key = stranger.id(); }, &stranger);
  EXPECT_EQ("key_chain: key_chain_broken", refusal(checked(maker.make())));
}

TEST(AReceipt, IsRefutedWhenAKeySpeaksForSomebodyElse) {
  ReceiptMaker maker;
  maker.index = story().late_mark;
  maker.key_chain = ReceiptMaker::chain_of(story().receipts.at(story().late_mark));
  ASSERT_EQ("", refusal(checked(maker.make())));
  rewrite(
      maker, maker.index, [](Event&, Statement& st) { st.author = story().masha->id; }, &*story().teacher->key);
  EXPECT_EQ("key_chain: foreign_key", refusal(checked(maker.make())));
}

TEST(AReceipt, IsRefutedWithoutTheWholeChainOfKeys) {
  const auto whole = ReceiptMaker().key_chain;
  ASSERT_GT(whole.size(), 3U);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ReceiptMaker maker;
    maker.key_chain.erase(maker.key_chain.begin() + static_cast<std::ptrdiff_t>(i));
    const bool genesis = i + 1 == whole.size();
    EXPECT_EQ(genesis ? "genesis: no_genesis" : "key_chain: key_chain_broken", refusal(checked(maker.make()))) << i;
  }
}

TEST(AReceipt, IsRefutedWhenALinkOfTheChainIsForged) {
  const auto whole = ReceiptMaker().key_chain;
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    ReceiptMaker maker;
    const auto index = decode_event(whole[i])->index;
    Forger forger(story());
    forger.rewrite(index, [](Event&, Statement& st) { st.salt.bytes[3] ^= 1; });
    maker.key_chain[i] = forger.entries()[static_cast<std::size_t>(index)];
    EXPECT_EQ("key_chain: bad_signature", refusal(checked(maker.make()))) << i;
  }
}

TEST(AReceipt, IsRefutedWhenTheGenesisIsAnother) {
  ReceiptMaker maker;
  Forger forger(story());
  forger.rewrite(
      0, [](Event&, Statement& st) { std::get<SchoolCreated>(st.body).name = "Другая школа"; },
      &*story().licey.root().key);
  maker.key_chain.back() = forger.entries()[0];
  EXPECT_EQ("genesis: root_mismatch", refusal(checked(maker.make()))) << "it does not stand in the tree";
  maker.entries[0] = forger.entries()[0];
  EXPECT_EQ("genesis: bad_signature", refusal(checked(maker.make()))) << "the root keys signed another act";
}

TEST(AReceipt, IsRefutedWhenTooFewRootKeysSigned) {
  ReceiptMaker maker;
  Forger forger(story());
  forger.rewrite(
      0, [](Event&, Statement& st) { std::get<SchoolCreated>(st.body).root_keys[0].signature = {}; },
      &*story().licey.root().key);
  maker.key_chain.back() = forger.entries()[0];
  maker.entries[0] = forger.entries()[0];
  EXPECT_EQ("genesis: bad_threshold", refusal(checked(maker.make())));
}

// What the log added to the links of the key chain is proved by nothing and shown to nobody; any other byte is somebody's word.
TEST(AReceipt, NeverShowsAnotherEntryAsGood) {
  const std::string file = story().receipts.at(story().mark);
  const auto honest = checked(file);
  int refuted = 0;
  for (std::size_t i = 0; i < file.size(); i += 11) {
    std::string changed = file;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto report = checked(changed);
    if (report.verdict != Verdict::kGood)
      ++refuted;
    else
      EXPECT_EQ(honest.entry_json, report.entry_json) << i;
  }
  EXPECT_GT(refuted, static_cast<int>(file.size() / 11 / 2));
}

}  // namespace
}  // namespace letopis::receipt
