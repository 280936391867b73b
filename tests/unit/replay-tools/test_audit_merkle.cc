// The auditor's tree and note reading against the log's own: two implementations of one specification.

#include <gtest/gtest.h>

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "replay-tools/audit_merkle.h"
#include "replay-tools/audit_note.h"
#include "signing/base/random.h"

namespace letopis::audit {
namespace {

TEST(AuditTree, HasTheLogsRootAtEverySize) {
  SeededRandom random(7);
  AuditTree tree;
  ledger::Frontier frontier;
  std::vector<Hash> roots{frontier.root()};
  for (int i = 0; i < 600; ++i) {
    const auto entry = random.fixed<Hash>();
    ASSERT_EQ(ledger::leaf_hash(entry.view()), hash_of_entry(entry.view()));
    frontier.append(ledger::leaf_hash(entry.view()));
    tree.append(hash_of_entry(entry.view()));
    roots.push_back(frontier.root());
  }
  for (std::uint64_t size = 0; size <= 600; ++size)
    EXPECT_EQ(roots[static_cast<std::size_t>(size)], tree.root_at(size)) << size;
  EXPECT_EQ(roots.back(), tree.root());
  EXPECT_FALSE(tree.root_at(601).has_value());
}

TEST(AuditTree, RemembersRootsWithoutMixingThemUp) {
  AuditTree tree;
  ledger::Frontier frontier;
  std::vector<Hash> roots{frontier.root()};
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const Hash leaf = hash_of_entry(as_bytes(std::to_string(i)));
    tree.append(leaf);
    frontier.append(leaf);
    roots.push_back(frontier.root());
    const std::uint64_t asked = i * 7919 % (i + 1);
    ASSERT_EQ(roots[static_cast<std::size_t>(asked)], tree.root_at(asked));
    ASSERT_EQ(roots[static_cast<std::size_t>(asked)], tree.root_at(asked));
  }
}

// Against the log's own prover, for every entry of every small tree; a proof with one hash more, less or changed leads nowhere.
TEST(Inclusion, LeadsToTheRootAndNowhereElse) {
  std::vector<Hash> leaves;
  AuditTree tree;
  const ledger::NodeSource nodes = [&](unsigned level, std::uint64_t index) -> Result<Hash> {
    return tree.node(level, index);
  };
  SeededRandom random(5);
  for (std::uint64_t size = 1; size <= 40; ++size) {
    leaves.push_back(random.fixed<Hash>());
    tree.append(leaves.back());
    for (std::uint64_t i = 0; i < size; ++i) {
      auto proof = ledger::inclusion_proof(i, size, nodes).value();
      const Hash& leaf = leaves[static_cast<std::size_t>(i)];
      ASSERT_EQ(tree.root(), root_of_inclusion(leaf, i, size, proof)) << i << " of " << size;
      for (std::uint64_t other = 0; other < size; ++other)
        ASSERT_TRUE(other == i || root_of_inclusion(leaf, other, size, proof) != tree.root()) << i << " as " << other;
      for (auto& hash : proof) {
        hash.bytes[7] ^= 1;
        ASSERT_NE(tree.root(), root_of_inclusion(leaf, i, size, proof));
        hash.bytes[7] ^= 1;
      }
      proof.push_back(leaf);
      ASSERT_FALSE(root_of_inclusion(leaf, i, size, proof).has_value());
      if (size == 1) continue;
      proof.resize(proof.size() - 2);
      ASSERT_NE(tree.root(), root_of_inclusion(leaf, i, size, proof));
    }
    EXPECT_FALSE(root_of_inclusion(leaves.back(), size, size, {}).has_value());
  }
}

struct Log {
  SeededRandom random{3};
  signing::KeyPair key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  std::string origin = "journal.example.org/log/licey29";
  std::string vkey = signing::vkey_of(origin, signing::kNoteTypeEd25519, key).text();
  ledger::Checkpoint checkpoint{origin, 70'000, random.fixed<Hash>()};
  std::string note = ledger::sign_checkpoint(checkpoint, key);
};

TEST(AuditNote, ReadsWhatTheLogSigns) {
  const Log log;
  const auto key = read_log_key(log.vkey);
  ASSERT_TRUE(key.has_value()) << key.error().text();
  EXPECT_EQ(log.origin, key->name);
  const auto opened = open_note(log.note, *key);
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  EXPECT_EQ(log.checkpoint.size, opened->size);
  EXPECT_EQ(log.checkpoint.root, opened->root);
}

// Whatever one byte does to a note, both readers take it or both refuse it.
TEST(AuditNote, AgreesWithTheLogsOwnReaderOnEveryChangedByte) {
  const Log log;
  const auto key = read_log_key(log.vkey).value();
  const auto vkey = signing::parse_vkey(log.vkey).value();
  for (std::size_t i = 0; i < log.note.size(); ++i)
    for (const char change : {'\1', '\2', ' ', '@'}) {
      std::string note = log.note;
      note[i] = static_cast<char>(note[i] ^ change);
      EXPECT_EQ(ledger::open_checkpoint(note, vkey).has_value(), open_note(note, key).has_value()) << i << " " << note;
    }
}

TEST(AuditNote, RefusesByName) {
  const Log log;
  const auto key = read_log_key(log.vkey).value();
  SeededRandom random(9);
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kLog, random);
  EXPECT_EQ("other_key", open_note(ledger::sign_checkpoint(log.checkpoint, stranger), key).error().code);
  std::string spoilt = log.note;
  spoilt[spoilt.size() - 6] = spoilt[spoilt.size() - 6] == 'A' ? 'B' : 'A';
  EXPECT_EQ("bad_signature", open_note(spoilt, key).error().code);
  EXPECT_EQ("other_origin", open_note(ledger::sign_checkpoint({"elsewhere", 1, {}}, log.key), key).error().code);
  EXPECT_EQ("malformed", open_note("", key).error().code);
  EXPECT_EQ("malformed", open_note(log.note + "\n", key).error().code);
  std::string vkey = log.vkey;
  vkey[vkey.find('+') + 1] = vkey[vkey.find('+') + 1] == '0' ? '1' : '0';
  EXPECT_EQ("malformed", read_log_key(vkey).error().code);
}

TEST(AuditNote, KnowsTheSpecificationsOwnExample) {
  EXPECT_TRUE(read_log_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").has_value());
}

TEST(AuditNote, ReadsProofFiles) {
  const Log log;
  ledger::ProofFile file;
  file.extra = Bytes{1, 2, 3};
  file.index = 69'999;
  file.proof = {Hash{}, Hash{}};
  file.checkpoint = log.note;
  const auto read = read_receipt(file.encode());
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(69'999U, read->index);
  EXPECT_EQ(log.note, read->note);
  EXPECT_EQ((Bytes{1, 2, 3}), read->extra);
  EXPECT_EQ("malformed", read_receipt("something else\n").error().code);
}

}  // namespace
}  // namespace letopis::audit
