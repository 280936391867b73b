// Evidence in a real log: a policy, anchors of witnesses, and the receipts they turn a mark's into.

#include <gtest/gtest.h>

#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/trust_policy.h"
#include "replay-tools/receipt.h"
#include "tests/support/live_school.h"

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
  Result<std::vector<commands::Acknowledged>> anchor(std::initializer_list<std::size_t> witnesses) {
    const auto [checkpoint, note] = licey.school().read(
        [](const commands::ReadModel& model) { return std::pair(model.checkpoint, model.checkpoint_note); });
    AnchorAdded body;
    body.checkpoint = note;
    std::deque<std::string> lines;
    for (const std::size_t witness : witnesses) {
      signing::Note cosigned;
      cosigned.text = checkpoint.text();
      cosigned.signatures = {
          signing::cosign(cosigned.text, name(witness), keys[witness], live.clock().now().seconds())};
      const std::string encoded = cosigned.encode();
      lines.push_back(encoded.substr(cosigned.text.size() + 1, encoded.size() - cosigned.text.size() - 2));
      body.evidence.push_back({projections::kCosignature, as_bytes(std::string_view(lines.back()))});
    }
    return licey.school().record(body);
  }
  std::uint64_t topic() {
    const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    return licey.index_of(licey.topic(ivan, lesson, "Закон Ома"));
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
  licey.school().hold({"witness_ahead", "a witness has seen 900 entries"});
  const auto said = licey.try_say(licey.administrator(), Role::kAdministrator, BranchDefined{"b", "Филиал"});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, "held");
  EXPECT_NE(said.error().detail.find("900 entries"), std::string::npos);
  EXPECT_FALSE(anchor({0, 1})) << "nor its own";
  EXPECT_TRUE(licey.school().entry(0)) << "it is read";
}

}  // namespace
}  // namespace letopis::server
