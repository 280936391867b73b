// Two signed histories of one log, as anybody checks them who has its vkey and a file.

#include "ledger/fork_file.h"

#include <gtest/gtest.h>

#include "ledger/merkle.h"
#include "tests/unit/ledger/reference_tree.h"

namespace letopis::ledger::test {
namespace {

constexpr char kOrigin[] = "journal.example.org/log/licey29";

// As numbered_tree, but for one entry.
ReferenceTree other_tree(std::uint64_t size, std::uint64_t changed) {
  std::vector<Bytes> entries;
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::string text = (i == changed ? "other " : "entry ") + std::to_string(i);
    entries.emplace_back(text.begin(), text.end());
  }
  return ReferenceTree(std::move(entries));
}

class ForkFiles : public testing::Test {
 protected:
  std::string note(std::uint64_t size, const Hash& root) const { return sign_checkpoint({kOrigin, size, root}, key_); }
  // The smaller checkpoint of `a`, the larger of `b`, and what b has to say of it.
  ForkFile file(const ReferenceTree& a, std::uint64_t m, const ReferenceTree& b, std::uint64_t n) const {
    return {note(m, a.mth(0, m)), note(n, b.mth(0, n)), b.mth(0, m), b.consistency(m, n)};
  }
  std::string verdict(const ForkFile& file) const {
    const auto read = parse_fork_file(file.encode());
    if (!read) return read.error().code;
    EXPECT_EQ(*read, file);
    const auto judged = judge_fork(*read, vkey_);
    return judged ? std::string(fork_verdict_name(judged->verdict)) : judged.error().code;
  }

  SeededRandom random_{11};
  signing::KeyPair key_ = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  signing::VerifierKey vkey_ = signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, key_);
};

TEST_F(ForkFiles, TwoRootsOfOneSizeNeedNoProof) {
  EXPECT_EQ(verdict({note(7, numbered_tree(7).mth(0, 7)), note(7, other_tree(7, 3).mth(0, 7)), {}, {}}), "forked");
  EXPECT_EQ(verdict({note(7, numbered_tree(7).mth(0, 7)), note(7, numbered_tree(7).mth(0, 7)), {}, {}}), "one_history");
}

// Every pair of sizes, powers of two among them, where a consistency proof leaves the old root out.
TEST_F(ForkFiles, AHistoryThatDoesNotHoldTheSmallerIsProved) {
  const auto here = numbered_tree(20);
  for (std::uint64_t m = 1; m < 20; ++m)
    for (std::uint64_t n = m + 1; n <= 20; ++n) {
      EXPECT_EQ(verdict(file(other_tree(m, m - 1), m, here, n)), "forked") << m << " " << n;
      EXPECT_EQ(verdict(file(here, m, here, n)), "one_history") << m << " " << n;
    }
}

TEST_F(ForkFiles, AProofOfRubbishDecidesNothing) {
  const auto here = numbered_tree(13), other = other_tree(6, 2);
  ForkFile spoilt = file(other, 6, here, 13);
  spoilt.proof.back().bytes[0] ^= 1;
  EXPECT_EQ(verdict(spoilt), "undecided");
  spoilt = file(other, 6, here, 13);
  spoilt.other_root->bytes[0] ^= 1;
  EXPECT_EQ(verdict(spoilt), "undecided") << "a root that the larger's history does not have";
  spoilt = file(other, 6, here, 13);
  spoilt.proof.pop_back();
  EXPECT_EQ(verdict(spoilt), "undecided");
  spoilt.proof.clear();
  spoilt.other_root.reset();
  EXPECT_EQ(verdict(spoilt), "undecided") << "two signed checkpoints, and nothing between them";
}

TEST_F(ForkFiles, OnlyTheLogsOwnWordCounts) {
  const auto here = numbered_tree(13), other = other_tree(6, 2);
  const ForkFile fork = file(other, 6, here, 13);
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  ForkFile planted = fork;
  planted.smaller = sign_checkpoint({kOrigin, 6, other.mth(0, 6)}, stranger);
  EXPECT_EQ(verdict(planted), "no_known_signature");
  planted.smaller = sign_checkpoint({"another.example/log", 6, other.mth(0, 6)}, key_);
  EXPECT_EQ(verdict(planted), "other_origin");
  planted = fork;
  std::swap(planted.smaller, planted.larger);
  EXPECT_EQ(verdict(planted), "malformed") << "the larger first";
}

TEST_F(ForkFiles, ACosignedCheckpointIsKeptWithItsLines) {
  const auto witness = signing::KeyPair::generate(signing::Purpose::kWitness, random_);
  ForkFile fork = file(other_tree(6, 2), 6, numbered_tree(13), 13);
  signing::Note cosigned = *signing::parse_note(fork.smaller);
  cosigned.signatures.push_back(signing::cosign(cosigned.text, "witness.example", witness, 1'795'000'000));
  fork.smaller = cosigned.encode();
  EXPECT_EQ(verdict(fork), "forked");
}

TEST_F(ForkFiles, HaveOneSpelling) {
  const std::string text = file(other_tree(6, 2), 6, numbered_tree(13), 13).encode();
  const auto reason = [](const std::string& spelt) {
    const auto read = parse_fork_file(spelt);
    return read ? "good" : read.error().code;
  };
  EXPECT_EQ(reason(text), "good");
  for (const std::string& wrong : {text + "\n", "\n" + text, text.substr(1), text.substr(0, text.size() - 1),
                                   text.substr(0, text.size() / 2), text + text, std::string(), std::string("\n")})
    EXPECT_EQ(reason(wrong), "malformed") << wrong;
  EXPECT_EQ(reason(text + std::string(kForkFileSizeMaxBytes, 'a')), "too_large");
}

}  // namespace
}  // namespace letopis::ledger::test
