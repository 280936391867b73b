#include "ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "signing/base/random.h"
#include "tests/unit/ledger/reference_tree.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kOrigin = "journal.example.org/log/licey29";

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "accepted" : result.error().code;
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// A log of a few entries, its key and its checkpoints.
class SmallLog : public testing::Test {
 protected:
  static constexpr std::uint64_t kSize = 11;

  Checkpoint checkpoint(std::uint64_t size = kSize) const { return {std::string(kOrigin), size, tree_.mth(0, size)}; }
  std::string signed_checkpoint(std::uint64_t size = kSize) const { return sign_checkpoint(checkpoint(size), key_); }
  Hash leaf(std::uint64_t index) const { return tree_.mth(index, index + 1); }
  ProofFile proof_file(std::uint64_t index) const {
    return {std::nullopt, index, tree_.path(index, 0, kSize), signed_checkpoint()};
  }

  SeededRandom random_{29};
  test::ReferenceTree tree_ = test::numbered_tree(kSize);
  signing::KeyPair key_ = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  signing::VerifierKey vkey_ = signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, key_);
  signing::KeyPair witness_ = signing::KeyPair::generate(signing::Purpose::kWitness, random_);
};

// --- the text

// The example of the specification.
constexpr std::string_view kPublished =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(CheckpointText, ReadsTheExampleOfTheSpecification) {
  const auto read = parse_checkpoint_text(kPublished);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(read->size, 20'852'163u);
  EXPECT_EQ(to_hex(read->root.view()), "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  EXPECT_EQ(read->text(), kPublished);
}

TEST(CheckpointText, HasOneSpelling) {
  const std::string good(kPublished);
  const std::vector<std::string> bad = {
      "",
      "\n",
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "an extension line\n",
      "\n" + good,
      changed(good, "example.com/behind-the-sofa", ""),
      changed(good, "20852163", "020852163"),
      changed(good, "20852163", "00"),
      changed(good, "20852163", ""),
      changed(good, "20852163", "+20852163"),
      changed(good, "20852163", "-1"),
      changed(good, "20852163", " 20852163"),
      changed(good, "20852163", "20852163 "),
      changed(good, "20852163", "0x13e2e43"),
      changed(good, "20852163", "2e7"),
      changed(good, "q2I=", "q2J="),  // a stray bit after the last byte
      changed(good, "q2I=", "q2I"),
      changed(good, "q2I=", "q2I=="),
      changed(good, "q2I=", "q2I= "),
      changed(good, "CsUY", ""),
      changed(good, "CsUY", "CsUYCsUY"),
      changed(good, "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", ""),
      changed(good, "om/X", "om_X"),
      changed(good, "\n", "\r\n"),
      changed(good, "sofa", "so\tfa"),
  };
  for (const auto& text : bad) EXPECT_EQ(reason(parse_checkpoint_text(text)), "malformed") << text;
  EXPECT_EQ(reason(parse_checkpoint_text(changed(good, "20852163", "18446744073709551616"))), "out_of_range");
  EXPECT_EQ(reason(parse_checkpoint_text(changed(good, "20852163", "18446744073709551615"))), "accepted");
  EXPECT_EQ(reason(parse_checkpoint_text(changed(good, "20852163", "0"))), "accepted");
  EXPECT_EQ(reason(parse_checkpoint_text(std::string(signing::kNoteSizeMaxBytes + 1, 'x'))), "too_large");
}

// --- the signed note

TEST_F(SmallLog, OpensItsOwnCheckpoint) {
  const auto opened = open_checkpoint(signed_checkpoint(), vkey_);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->checkpoint, checkpoint());
  EXPECT_EQ(opened->note.signatures.size(), 1u);
  EXPECT_EQ(opened->note.encode(), signed_checkpoint());
}

TEST_F(SmallLog, ASignedCheckpointSaysWhatItSaysWhoeverSignedIt) {
  const auto read =
      parse_checkpoint_note(sign_checkpoint(checkpoint(), signing::KeyPair::generate(signing::Purpose::kLog, random_)));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, checkpoint());
  EXPECT_EQ(reason(parse_checkpoint_note(checkpoint().text())), "malformed") << "nobody signed";
  signing::Note other;
  other.text = "no checkpoint\n";
  other.signatures.push_back(signing::sign_note(other.text, kOrigin, key_));
  EXPECT_EQ(reason(parse_checkpoint_note(other.encode())), "malformed");
}

TEST_F(SmallLog, KeepsTheLinesOfWitnesses) {
  signing::Note note = *signing::parse_note(signed_checkpoint());
  note.signatures.push_back(signing::cosign(note.text, "witness.example", witness_, 1'795'000'000));
  const auto opened = open_checkpoint(note.encode(), vkey_);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->note.signatures.size(), 2u);
}

TEST_F(SmallLog, RefusesWhatTheLogDidNotSign) {
  const std::string note = signed_checkpoint();
  EXPECT_EQ(reason(open_checkpoint(changed(note, "\n11\n", "\n12\n"), vkey_)), "bad_signature");
  const auto other_key = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  EXPECT_EQ(reason(open_checkpoint(sign_checkpoint(checkpoint(), other_key), vkey_)), "no_known_signature");
  EXPECT_EQ(reason(open_checkpoint(checkpoint().text(), vkey_)), "malformed");
}

TEST_F(SmallLog, RefusesTheCheckpointOfAnotherLog) {
  Checkpoint foreign = checkpoint();
  foreign.origin = "journal.example.org/log/school57";
  EXPECT_EQ(reason(open_checkpoint(sign_checkpoint(foreign, key_), vkey_)), "other_origin");
  // Signed by the right key under the right name, over another log's text.
  signing::Note note;
  note.text = foreign.text();
  note.signatures.push_back(signing::sign_note(note.text, kOrigin, key_));
  EXPECT_EQ(reason(open_checkpoint(note.encode(), vkey_)), "other_origin");
}

TEST_F(SmallLog, RefusesASignedTextThatIsNoCheckpoint) {
  signing::Note note;
  note.text = checkpoint().text() + "an extension line\n";
  note.signatures.push_back(signing::sign_note(note.text, kOrigin, key_));
  EXPECT_EQ(reason(open_checkpoint(note.encode(), vkey_)), "malformed");
}

// --- proof files

TEST_F(SmallLog, ProofFileIsWrittenAsTheSpecificationSays) {
  ProofFile file = proof_file(4);
  ASSERT_EQ(file.proof.size(), 4u);
  std::string expected = "c2sp.org/tlog-proof@v1\nindex 4\n";
  for (const auto& hash : file.proof) expected += to_base64(hash.view()) + "\n";
  expected += "\n" + signed_checkpoint();
  EXPECT_EQ(file.encode(), expected);

  file.extra = Bytes{'c', 'o', 'n', 't', 'e', 'x', 't'};
  EXPECT_EQ(file.encode(), changed(expected, "index", "extra Y29udGV4dA==\nindex"));
}

TEST_F(SmallLog, ProofFileReadsBackAndVerifies) {
  for (std::uint64_t index = 0; index < kSize; ++index) {
    ProofFile file = proof_file(index);
    if (index % 2 == 1) file.extra = Bytes(index - 1, 0xee);
    const auto read = parse_proof_file(file.encode());
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, file);
    const auto opened = verify_proof_file(*read, leaf(index), vkey_);
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(opened->checkpoint, checkpoint());
  }
}

TEST_F(SmallLog, ALogOfOneEntryHasAProofWithoutHashes) {
  const ProofFile file{std::nullopt, 0, {}, signed_checkpoint(1)};
  const auto read = parse_proof_file(file.encode());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(reason(verify_proof_file(*read, leaf(0), vkey_)), "accepted");
}

TEST_F(SmallLog, ProofFileHasOneSpelling) {
  ProofFile file = proof_file(4);
  file.extra = Bytes{'x', 'y'};
  const std::string good = file.encode();
  const std::string hash = to_base64(file.proof[1].view());
  const std::vector<std::string> bad = {
      "",
      "\n" + good,
      changed(good, "@v1", "@v2"),
      changed(good, "@v1\n", "@v1\r\n"),
      changed(good, "c2sp.org/tlog-proof@v1\n", ""),
      changed(good, "extra eHk=", "extra eHk=\nextra eHk="),
      changed(good, "extra eHk=", "extra eHl="),
      changed(good, "extra eHk=", "extra  eHk="),
      changed(good, "extra eHk=", "extra"),
      changed(good, "extra eHk=\nindex 4", "index 4\nextra eHk="),
      changed(good, "index 4\n", ""),
      changed(good, "index 4", "index 04"),
      changed(good, "index 4", "index  4"),
      changed(good, "index 4", "index"),
      changed(good, "index 4", "Index 4"),
      changed(good, hash, hash.substr(4)),
      changed(good, hash, hash + hash),
      changed(good, hash, hash + " "),
      changed(good, hash + "\n", hash + "\r\n"),
      changed(good, "\n\n", "\n"),
      changed(good, "\n\n", "\n\n\n"),
      good + "\n",
      good.substr(0, good.size() - 1),
      good.substr(0, good.find("\n\n") + 2),
  };
  for (const auto& text : bad) EXPECT_EQ(reason(parse_proof_file(text)), "malformed") << text;
  EXPECT_EQ(reason(parse_proof_file(changed(good, "index 4", "index 18446744073709551616"))), "out_of_range");
  EXPECT_EQ(reason(parse_proof_file(std::string(kProofFileSizeMaxBytes + 1, '\n'))), "too_large");
}

TEST_F(SmallLog, ProofFileHasAsManyHashesAsATreeIsDeep) {
  ProofFile file = proof_file(0);
  file.proof.assign(kInclusionProofLengthMax, leaf(0));
  EXPECT_EQ(reason(parse_proof_file(file.encode())), "accepted");
  file.proof.push_back(leaf(0));
  EXPECT_EQ(reason(parse_proof_file(file.encode())), "malformed");
}

TEST_F(SmallLog, AWrongProofIsRefusedByName) {
  const ProofFile good = proof_file(4);
  EXPECT_EQ(reason(verify_proof_file(good, leaf(4), vkey_)), "accepted");
  EXPECT_EQ(reason(verify_proof_file(good, leaf(5), vkey_)), "root_mismatch");

  ProofFile wrong = good;
  wrong.index = 5;
  EXPECT_EQ(reason(verify_proof_file(wrong, leaf(4), vkey_)), "root_mismatch");
  wrong.index = kSize;
  EXPECT_EQ(reason(verify_proof_file(wrong, leaf(4), vkey_)), "out_of_range");

  wrong = good;
  wrong.proof.pop_back();
  EXPECT_EQ(reason(verify_proof_file(wrong, leaf(4), vkey_)), "proof_length");

  wrong = good;
  wrong.checkpoint = signed_checkpoint(10);
  EXPECT_EQ(reason(verify_proof_file(wrong, leaf(4), vkey_)), "root_mismatch");
  wrong.checkpoint = changed(good.checkpoint, "\n11\n", "\n13\n");
  EXPECT_EQ(reason(verify_proof_file(wrong, leaf(4), vkey_)), "bad_signature");
}

}  // namespace
}  // namespace letopis::ledger
