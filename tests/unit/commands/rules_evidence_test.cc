// Evidence from outside the operator: whose word counts, and what is refused of it (formats.md: "Proof that nothing was backdated").

#include "ledger/checkpoint.h"
#include "ledger/trust_policy.h"
#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;

class EvidenceRules : public Rules {
 protected:
  static constexpr int kWitnesses = 4;
  EvidenceRules() {
    SeededRandom seeded(17);
    for (int i = 0; i < kWitnesses; ++i)
      keys_.push_back(signing::KeyPair::generate(signing::Purpose::kWitness, seeded));
  }
  static std::string name(int witness) { return "w" + std::to_string(witness) + ".example"; }
  // k of the witnesses from `first` to `last`.
  std::string policy(int k, int first, int last) const {
    std::string text, group = "group g " + std::to_string(k);
    for (int i = first; i <= last; ++i) {
      text += "witness " + name(i) + " " +
              signing::vkey_of(name(i), signing::kNoteTypeCosignature, keys_[static_cast<std::size_t>(i)]).text() +
              "\n";
      group += " " + name(i);
    }
    return text + group + "\nquorum g\n";
  }
  Id set_policy(const std::string& text) {
    texts_.push_back(text);
    return as_director().add(WitnessPolicySet{texts_.back(), {}});
  }
  test::History& service() { return h.by({}, Role::kService); }

  Checkpoint checkpoint(std::uint64_t size) const {
    return {std::string(test::kOrigin), size, test::History::root_at(size)};
  }
  std::string line(int witness, const Checkpoint& over, std::int64_t at) const {
    signing::Note note;
    note.text = over.text();
    note.signatures = {signing::cosign(note.text, name(witness), keys_[static_cast<std::size_t>(witness)], at)};
    const std::string text = note.encode();
    return text.substr(note.text.size() + 1, text.size() - note.text.size() - 2);
  }
  AnchorAdded anchor(const std::string& note, const std::vector<std::string>& lines,
                     std::string_view kind = projections::kCosignature) {
    texts_.push_back(note);
    AnchorAdded body;
    body.checkpoint = texts_.back();
    for (const auto& one : lines) {
      texts_.push_back(one);
      body.evidence.push_back({kind, as_bytes(std::string_view(texts_.back()))});
    }
    return body;
  }
  std::string note_of(std::uint64_t size) const { return sign_checkpoint(checkpoint(size), h.log_key()); }
  // Over the newest checkpoint, by these witnesses, now.
  AnchorAdded fresh(const std::vector<int>& witnesses) {
    std::vector<std::string> lines;
    for (const int witness : witnesses) lines.push_back(line(witness, checkpoint(h.size()), h.now().seconds()));
    return anchor(note_of(h.size()), lines);
  }
  std::string anchored(AnchorAdded body) { return ruled(service(), std::move(body)); }
  std::string at(std::int64_t seconds_from_now) {
    return anchored(anchor(note_of(h.size()), {line(0, checkpoint(h.size()), h.now().seconds() + seconds_from_now)}));
  }

  std::vector<signing::KeyPair> keys_;
  std::deque<std::string> texts_;
};

// --- The policy

TEST_F(EvidenceRules, APolicyIsTheDirectorsWithTheAdministrator) {
  texts_.push_back(policy(2, 0, 2));
  const WitnessPolicySet set{texts_.back(), {}};
  const auto ruling = this->ruling(as_director(), set);
  EXPECT_EQ(text(ruling), "accepted");
  EXPECT_EQ(ruling.awaits, std::vector{Role::kAdministrator});
  EXPECT_EQ(ruled(as_deputy(), set), "refused not_entitled");
  EXPECT_EQ(ruled(service(), set), "refused not_entitled");
}

TEST_F(EvidenceRules, APolicyThatProvesNothingIsRefusedAndSaysWhy) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{{policy(1, 0, 1), "disjoint_quorums"},
                                                                                  {"quorum none\n", "quorum none"},
                                                                                  {"quorum x\n", "line 1"},
                                                                                  {"\n", "missing"}}) {
    texts_.push_back(text);
    EXPECT_EQ(ruled(as_director(), WitnessPolicySet{texts_.back(), {}}), "refused bad_policy") << text;
    EXPECT_NE(told.en.find(why), std::string::npos) << told.en;
    EXPECT_NE(told.ru.find("Политика свидетелей не принята"), std::string::npos);
  }
  texts_.push_back(policy(2, 0, 2));
  EXPECT_EQ(ruled(as_director(), WitnessPolicySet{texts_.back(), "dishonest 1\n"}), "refused bad_policy");
}

// Their lines and the log's own are one signed note.
TEST_F(EvidenceRules, APolicyNamesNoMoreWitnessesThanANoteHolds) {
  SeededRandom seeded(3);
  const auto of = [&](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = "w" + std::to_string(i);
      const auto key = signing::KeyPair::generate(signing::Purpose::kWitness, seeded);
      text += "witness " + name + " " + signing::vkey_of(name, signing::kNoteTypeCosignature, key).text() + "\n";
    }
    texts_.push_back(text + "quorum w0\n");
    return ruled(as_director(), WitnessPolicySet{texts_.back(), {}});
  };
  EXPECT_EQ(of(63), "accepted");
  EXPECT_EQ(of(64), "refused bad_policy");
  EXPECT_NE(told.en.find("at most 63"), std::string::npos) << told.en;
}

// "Changing the policy needs a quorum under the old one."
TEST_F(EvidenceRules, APolicyGivesWayOnlyToOneItsQuorumHasSeen) {
  set_policy(policy(2, 0, 2));
  ASSERT_NE(h.state().evidence().policy(), nullptr);
  EXPECT_EQ(h.state().evidence().policy()->parsed->witnesses().size(), 3U) << "the first one holds at once";
  const AnchorAdded before = fresh({0, 1});
  set_policy(policy(1, 3, 3));
  const auto names = [&](const char* witness) {
    return h.state().evidence().policy()->parsed->witnesses()[0].name == witness;
  };
  EXPECT_TRUE(names("w0.example"));
  service().add(before);
  EXPECT_TRUE(names("w0.example")) << "over a checkpoint without it";
  service().add(fresh({2}));
  EXPECT_TRUE(names("w0.example")) << "no quorum of the old policy";
  EXPECT_EQ(anchored(fresh({3})), "refused evidence_foreign") << "the new one does not hold yet";
  service().add(fresh({0, 2}));
  EXPECT_TRUE(names("w3.example"));
  EXPECT_EQ(h.state().evidence().proposed(), nullptr);
  EXPECT_EQ(anchored(fresh({3})), "accepted");
  EXPECT_EQ(anchored(fresh({0})), "refused evidence_foreign");
}

// As readers have it, from the school's own shard, the same policy holds.
TEST_F(EvidenceRules, ReadersKnowThePolicyToo) {
  set_policy(policy(2, 0, 2));
  set_policy(policy(1, 3, 3));
  service().add(fresh({0, 1}));
  EXPECT_EQ(h.structure().evidence().policy()->text, h.state().evidence().policy()->text);
  EXPECT_EQ(h.structure().evidence().newest_anchor()->size, h.state().evidence().newest_anchor()->size);
}

// --- Anchors

TEST_F(EvidenceRules, WithoutAPolicyThereIsNobodyWhoseWordCounts) {
  EXPECT_EQ(anchored(fresh({0})), "refused no_policy");
}

TEST_F(EvidenceRules, OnlyTheServiceKeyAddsAnchors) {
  set_policy(policy(2, 0, 2));
  EXPECT_EQ(anchored(fresh({0, 1, 2})), "accepted");
  EXPECT_EQ(anchored(fresh({1})), "accepted") << "less than a quorum is evidence too";
  EXPECT_EQ(ruled(as_administrator(), fresh({0})), "refused not_entitled");
}

TEST_F(EvidenceRules, BadEvidenceIsRefused) {
  set_policy(policy(2, 0, 2));
  const auto over = checkpoint(h.size());
  const std::string good = line(0, over, h.now().seconds());
  std::string spoilt = good;
  spoilt[spoilt.size() - 20] = spoilt[spoilt.size() - 20] == 'A' ? 'B' : 'A';
  const std::string note = note_of(h.size());
  EXPECT_EQ(anchored(anchor(note, {spoilt})), "refused evidence_bad");
  EXPECT_EQ(anchored(anchor(note, {good, spoilt})), "refused evidence_bad");
  EXPECT_EQ(anchored(anchor(note, {line(0, checkpoint(h.size() - 1), h.now().seconds())})), "refused evidence_bad")
      << "over another checkpoint";
  EXPECT_EQ(anchored(anchor(note, {good + "\n" + good})), "refused evidence_bad") << "two lines";
  EXPECT_EQ(anchored(anchor(note, {"nonsense"})), "refused evidence_bad");
  EXPECT_EQ(anchored(anchor(note, {good}, "hearsay")), "refused evidence_bad");
  EXPECT_EQ(anchored(anchor("nonsense", {good})), "refused evidence_bad");
  SeededRandom other(1);
  EXPECT_EQ(anchored(anchor(sign_checkpoint(over, signing::KeyPair::generate(signing::Purpose::kLog, other)), {good})),
            "refused evidence_bad")
      << "not the log's signature";
}

TEST_F(EvidenceRules, ForeignEvidenceIsRefused) {
  set_policy(policy(2, 0, 2));
  EXPECT_EQ(anchored(anchor(note_of(h.size()), {line(3, checkpoint(h.size()), h.now().seconds())})),
            "refused evidence_foreign");
  Checkpoint elsewhere = checkpoint(h.size());
  elsewhere.origin = "elsewhere.example/log";
  EXPECT_EQ(anchored(anchor(sign_checkpoint(elsewhere, h.log_key()), {line(0, elsewhere, h.now().seconds())})),
            "refused evidence_foreign");
}

TEST_F(EvidenceRules, OnlyACheckpointThisLogHadIsAnchored) {
  set_policy(policy(2, 0, 2));
  const auto over = [&](const Checkpoint& one) {
    return anchored(anchor(sign_checkpoint(one, h.log_key()), {line(0, one, h.now().seconds())}));
  };
  EXPECT_EQ(over(checkpoint(h.size() + 1)), "refused seen_unknown") << "of the future";
  EXPECT_EQ(over(checkpoint(0)), "refused seen_unknown") << "of nothing";
  Checkpoint forked = checkpoint(h.size() - 1);
  forked.root.bytes[0] ^= 1;
  EXPECT_EQ(over(forked), "refused seen_unknown") << "of another history";
  EXPECT_EQ(over(checkpoint(h.size() - 1)), "accepted");
}

TEST_F(EvidenceRules, OldWordsAreNotRepeated) {
  set_policy(policy(2, 0, 2));
  const std::uint64_t size = h.size();
  const std::int64_t then = h.now().seconds();
  const AnchorAdded first = anchor(note_of(size), {line(0, checkpoint(size), then)});
  service().add(first);
  EXPECT_EQ(anchored(first), "refused evidence_replayed");
  EXPECT_EQ(anchored(anchor(note_of(size), {line(0, checkpoint(size), then - 1)})), "refused evidence_replayed")
      << "an older word";
  EXPECT_EQ(anchored(anchor(note_of(size), {line(0, checkpoint(size), then + 1)})), "accepted") << "a fresh time";
  EXPECT_EQ(anchored(anchor(note_of(size + 1), {line(0, checkpoint(size + 1), then)})), "accepted")
      << "of a longer log";
  EXPECT_EQ(anchored(anchor(note_of(size), {line(1, checkpoint(size), then)})), "accepted") << "another witness";
}

// A minute either way is a clock; more is somebody's mistake, or worse. The witness's second lasts a second, and its clock may be one off.
TEST_F(EvidenceRules, EvidenceIsInItsTime) {
  set_policy(policy(2, 0, 2));
  h.at("2026-11-23 10:00");
  h.topic(h.lesson(physics, "2026-11-26", 3), "Закон Ома");
  // The newest entry is a second old.
  EXPECT_EQ(at(-1 - 60 - 2), "accepted");
  EXPECT_EQ(at(-1 - 60 - 3), "refused evidence_backdated");
  EXPECT_EQ(at(60 + 1), "accepted");
  EXPECT_EQ(at(60 + 2), "refused evidence_ahead");
}

TEST_F(EvidenceRules, EvidenceKeptBackIsLate) {
  set_policy(policy(2, 0, 2));
  const std::uint64_t size = h.size();
  const std::int64_t then = h.now().seconds();
  const AnchorAdded kept = anchor(note_of(size), {line(0, checkpoint(size), then)});
  const Statement statement = service().propose(kept);
  const auto after = [&](std::int64_t seconds) {
    return text(judge(statement, {(then + 2 + seconds) * kMicrosPerSecond}));
  };
  EXPECT_EQ(after(600), "accepted");
  EXPECT_EQ(after(601), "refused evidence_late");
}

TEST_F(EvidenceRules, WhileTheClockIsInDoubtBracketsAloneCount) {
  set_policy(policy(2, 0, 2));
  EXPECT_EQ(ruled(service(), ClockFault{"agrees", {}, {}}), "refused target_missing");
  EXPECT_EQ(ruled(service(), ClockFault{"broken", {}, {}}), "refused invalid_value");
  EXPECT_EQ(at(7200), "refused evidence_ahead");
  for (const char* kind : {"jump", "evidence"}) {
    EXPECT_EQ(ruled(service(), ClockFault{kind, h.now(), {}}), "accepted");
    service().add(ClockFault{kind, h.now(), {}});
    EXPECT_TRUE(h.state().evidence().clock_doubted());
    EXPECT_EQ(at(7200), "accepted");
    EXPECT_EQ(at(-7200), "accepted");
    EXPECT_EQ(ruled(service(), ClockFault{"agrees", {}, {}}), "accepted");
    service().add(ClockFault{"agrees", {}, {}});
    EXPECT_EQ(at(7200), "refused evidence_ahead");
  }
}

TEST_F(EvidenceRules, TokensAreRecordedAsTheyCame) {
  set_policy(policy(2, 0, 2));
  EXPECT_EQ(anchored(anchor(note_of(h.size()), {"DER"}, projections::kTimestamp)), "accepted");
}

TEST_F(EvidenceRules, ANeighbourIsAnotherLog) {
  SeededRandom seeded(8);
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, seeded);
  const std::string vkey = signing::vkey_of("n.example/log", signing::kNoteTypeEd25519, key).text();
  EXPECT_EQ(ruled(service(), NeighbourGenesis{vkey, some_hash(), {}}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), NeighbourGenesis{vkey, some_hash(), {}}), "refused not_entitled");
  EXPECT_EQ(ruled(service(), NeighbourGenesis{h.state().log_vkey(), some_hash(), {}}), "refused invalid_value");
  EXPECT_EQ(ruled(service(), NeighbourGenesis{"nonsense", some_hash(), {}}), "refused invalid_value");
  service().add(NeighbourGenesis{vkey, some_hash(), "https://n.example"});
  ASSERT_EQ(h.state().evidence().neighbours().size(), 1U);
  EXPECT_EQ(h.state().evidence().neighbours()[0].vkey, vkey);
}

}  // namespace
}  // namespace letopis::commands
