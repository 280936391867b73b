#include "ledger/sparse_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "signing/base/random.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

using Entries = std::map<Hash, Hash>;  // ordered by key: as the leaves stand from left to right

// docs/formats/state.md, sentence by sentence: at every depth, one bit at a time.
class ReferenceSparseTree {
 public:
  explicit ReferenceSparseTree(const Entries& entries) : entries_(entries.begin(), entries.end()) {}

  Hash root() const { return subtree(0, entries_.size(), 0); }

  std::vector<Hash> siblings(const Hash& key) const {
    std::vector<Hash> found;
    std::size_t begin = 0, end = entries_.size();
    for (unsigned depth = 0; end - begin > 1; ++depth) {
      const std::size_t middle = split(begin, end, depth);
      const bool right = bit(key, depth);
      found.push_back(right ? subtree(begin, middle, depth + 1) : subtree(middle, end, depth + 1));
      (right ? begin : end) = middle;
    }
    return found;
  }

 private:
  static bool bit(const Hash& key, unsigned depth) { return (key.bytes[depth / 8] & (0x80u >> depth % 8)) != 0; }

  std::size_t split(std::size_t begin, std::size_t end, unsigned depth) const {
    while (begin < end && !bit(entries_[begin].first, depth)) ++begin;
    return begin;
  }

  Hash subtree(std::size_t begin, std::size_t end, unsigned depth) const {
    if (begin == end) return Hash{};
    const auto& [key, value] = entries_[begin];
    if (end - begin == 1) return signing::tagged_hash("letopis/state-leaf/v1", {key.view(), value.view()});
    const std::size_t middle = split(begin, end, depth);
    const Hash left = subtree(begin, middle, depth + 1), right = subtree(middle, end, depth + 1);
    return signing::tagged_hash("letopis/state-node/v1", {left.view(), right.view()});
  }

  std::vector<std::pair<Hash, Hash>> entries_;
};

std::string reason(const Status& status) { return status ? "accepted" : status.error().code; }

Hash hash_of(std::string_view text) { return signing::sha256(as_bytes(text)); }

// A key given by its first bits, the rest zero: "0110…".
Hash key_of_bits(std::string_view bits) {
  Hash key;
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] == '1') key.bytes[i / 8] |= static_cast<std::uint8_t>(0x80u >> i % 8);
  return key;
}

// Few distinct bits, so that keys share long prefixes and part anywhere, even in the last bit.
Hash crowded_key(Random& random) {
  Hash key;
  const std::array<unsigned, 8> positions = {0, 1, 7, 8, 40, 127, 254, 255};
  for (const auto position : positions)
    if (random.chance(500'000)) key.bytes[position / 8] |= static_cast<std::uint8_t>(0x80u >> position % 8);
  return key;
}

SparseTree tree_of(const Entries& entries) {
  SparseTree tree;
  for (const auto& [key, value] : entries) tree.set(key, value);
  return tree;
}

Entries random_entries(Random& random, std::size_t count) {
  Entries entries;
  while (entries.size() < count) entries[random.fixed<Hash>()] = random.fixed<Hash>();
  return entries;
}

TEST(SparseTree, EmptyTreeHasTheZeroRoot) {
  SparseTree tree;
  EXPECT_TRUE(tree.root().is_zero());
  EXPECT_EQ(tree.size(), 0u);
  EXPECT_FALSE(tree.get(hash_of("any")));
}

TEST(SparseTree, OneLeafIsItsOwnRoot) {
  SparseTree tree;
  const Hash key = hash_of("key"), value = hash_of("value");
  tree.set(key, value);
  EXPECT_EQ(tree.root(), signing::tagged_hash("letopis/state-leaf/v1", {key.view(), value.view()}));
  EXPECT_EQ(tree.get(key), value);
  EXPECT_EQ(tree.size(), 1u);
}

// The picture of docs/formats/state.md: two keys that share their first two bits and part in the third.
TEST(SparseTree, SharedBitsAreInnerNodesWithAnEmptySide) {
  const Hash a = key_of_bits("010"), b = key_of_bits("011"), value = hash_of("value"), empty;
  const Hash leaf_a = signing::tagged_hash("letopis/state-leaf/v1", {a.view(), value.view()});
  const Hash leaf_b = signing::tagged_hash("letopis/state-leaf/v1", {b.view(), value.view()});
  const auto inner = [](const Hash& l, const Hash& r) {
    return signing::tagged_hash("letopis/state-node/v1", {l.view(), r.view()});
  };
  EXPECT_EQ(tree_of({{a, value}, {b, value}}).root(), inner(inner(empty, inner(leaf_a, leaf_b)), empty));
}

TEST(SparseTree, AZeroValueRemoves) {
  SparseTree tree;
  tree.set(hash_of("stays"), hash_of("1"));
  const Hash before = tree.root();
  tree.set(hash_of("goes"), hash_of("2"));
  EXPECT_NE(tree.root(), before);
  tree.set(hash_of("goes"), Hash{});
  EXPECT_EQ(tree.root(), before);
  EXPECT_EQ(tree.size(), 1u);
  tree.set(hash_of("was never there"), Hash{});
  EXPECT_EQ(tree.root(), before);
  tree.set(hash_of("stays"), Hash{});
  EXPECT_TRUE(tree.root().is_zero());
}

TEST(SparseTree, MovesWithItsContents) {
  SparseTree tree = tree_of({{hash_of("a"), hash_of("1")}, {hash_of("b"), hash_of("2")}});
  const Hash root = tree.root();
  SparseTree moved = std::move(tree);
  EXPECT_EQ(moved.root(), root);
}

TEST(SparseTree, AgreesWithTheReferenceForRandomKeys) {
  constexpr std::uint64_t kSeed = 1;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (const std::size_t count : {2u, 3u, 10u, 100u, 3000u}) {
    const Entries entries = random_entries(random, count);
    EXPECT_EQ(tree_of(entries).root(), ReferenceSparseTree(entries).root()) << count << " keys";
  }
}

// A long life of a tree: sets, changes and removals, a root now and then. After each step the root depends on nothing but
// what the tree holds.
TEST(SparseTree, AgreesWithTheReferenceThroughALongLife) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    SparseTree tree;
    Entries entries;
    for (int step = 0; step < 300; ++step) {
      const Hash key = crowded_key(random);
      const Hash value = random.chance(400'000) ? Hash{} : random.fixed<Hash>();
      tree.set(key, value);
      entries.erase(key);
      if (!value.is_zero()) entries[key] = value;
      ASSERT_EQ(tree.size(), entries.size());
      if (random.chance(400'000)) {
        ASSERT_EQ(tree.root(), ReferenceSparseTree(entries).root()) << "step " << step;
      }
    }
    for (const auto& [key, value] : entries) EXPECT_EQ(tree.get(key), value);
    ASSERT_EQ(tree.root(), ReferenceSparseTree(entries).root());
  }
}

TEST(SparseTree, OrderOfInsertionDoesNotMatter) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const Entries entries = random_entries(random, 500);
  const Hash root = tree_of(entries).root();
  std::vector<std::pair<Hash, Hash>> shuffled(entries.begin(), entries.end());
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random.below(i)]);
    SparseTree tree;
    for (const auto& [key, value] : shuffled) {
      tree.set(key, random.fixed<Hash>());  // overwritten before anyone looks, or after
      if (random.chance(10'000)) tree.root();
      tree.set(key, value);
    }
    EXPECT_EQ(tree.root(), root);
  }
}

TEST(SparseTree, ForgetsRemovedKeysWithoutATrace) {
  constexpr std::uint64_t kSeed = 4;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const Entries kept = random_entries(random, 200), passing = random_entries(random, 200);
  SparseTree tree = tree_of(kept);
  const Hash root = tree.root();
  for (int round = 0; round < 3; ++round) {
    for (const auto& [key, value] : passing) tree.set(key, value);
    EXPECT_NE(tree.root(), root);
    for (const auto& [key, value] : passing) tree.set(key, Hash{});
    EXPECT_EQ(tree.root(), root);
  }
}

TEST(SparseTree, IncrementalUpdatesOfALargeTreeAreARebuild) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  Entries entries = random_entries(random, 20'000);
  SparseTree tree = tree_of(entries);
  tree.root();
  for (int batch = 0; batch < 5; ++batch) {
    for (int i = 0; i < 300; ++i) {
      auto at = entries.lower_bound(random.fixed<Hash>());
      if (at == entries.end()) at = entries.begin();
      at->second = random.fixed<Hash>();
      tree.set(at->first, at->second);
    }
    ASSERT_EQ(tree.root(), tree_of(entries).root());
  }
}

// The table of docs/formats/state.md, which the Python on that page computed.
TEST(SparseTree, HasTheRootsOfTheDocumentedReference) {
  const auto root_of = [](const Entries& entries) { return to_hex(tree_of(entries).root().view()); };
  const Hash one = hash_of("1"), two = hash_of("2");
  EXPECT_EQ(root_of({{hash_of("a"), one}}), "1e77fb63ec324419cf947494e0473e9432f81b93aeb31b32591d6cc0d5216487");
  EXPECT_EQ(root_of({{hash_of("a"), one}, {hash_of("b"), two}}),
            "4ad95ac13c05ba2b010d167290369ae4c0012bf4d2092f12a399ed15ca8c41a3");
  Entries thousand;
  for (int i = 0; i < 1000; ++i) thousand[hash_of("key " + std::to_string(i))] = hash_of("value " + std::to_string(i));
  EXPECT_EQ(root_of(thousand), "819e7bd804d2cfa4eec8905f7170daf8cceb6571e192d810a0f134d6b57474dd");
  Hash last_bit;
  last_bit.bytes[31] = 1;
  EXPECT_EQ(root_of({{Hash{}, one}, {last_bit, two}}),
            "67c537a683e1f24e45fb982e95eeed097983e6cbacc2dba6609f0be29cee9896");
}

// --- proofs

TEST(SparseProof, OfPresenceListsTheSiblingsOfTheReference) {
  constexpr std::uint64_t kSeed = 6;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const Entries entries = random_entries(random, 300);
  SparseTree tree = tree_of(entries);
  const Hash root = tree.root();
  for (const auto& [key, value] : entries) {
    const auto proof = tree.prove(key);
    EXPECT_FALSE(proof.other_leaf);
    ASSERT_EQ(proof.siblings, ReferenceSparseTree(entries).siblings(key));
    ASSERT_EQ(reason(verify_sparse(root, key, value, proof)), "accepted");
    ASSERT_EQ(reason(verify_sparse(root, key, std::nullopt, proof)), "root_mismatch")
        << "a present key is never absent";
  }
}

// Presence, absence by an empty side and absence by another leaf all occur here, at every depth.
TEST(SparseProof, EveryKeyIsEitherPresentOrAbsent) {
  int present = 0, empty_side = 0, other_leaf = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Entries entries;
    const std::uint64_t count = random.below(30);
    for (std::uint64_t i = 0; i < count; ++i) entries[crowded_key(random)] = random.fixed<Hash>();
    SparseTree tree = tree_of(entries);
    const Hash root = tree.root();
    for (int i = 0; i < 60; ++i) {
      const Hash key = crowded_key(random);
      const auto proof = tree.prove(key);
      ASSERT_EQ(proof.siblings, ReferenceSparseTree(entries).siblings(key));
      const auto found = entries.find(key);
      const auto truth = found == entries.end() ? std::nullopt : std::optional(found->second);
      ASSERT_EQ(reason(verify_sparse(root, key, truth, proof)), "accepted");
      const auto lie = truth ? std::nullopt : std::optional(random.fixed<Hash>());
      ASSERT_NE(reason(verify_sparse(root, key, lie, proof)), "accepted");
      ASSERT_NE(reason(verify_sparse(root, key, random.fixed<Hash>(), proof)), "accepted");
      ++(truth ? present : proof.other_leaf ? other_leaf : empty_side);
    }
  }
  EXPECT_GT(present, 0);
  EXPECT_GT(empty_side, 0);
  EXPECT_GT(other_leaf, 0);
}

TEST(SparseProof, OfTheEmptyTreeIsEmpty) {
  SparseTree tree;
  const auto proof = tree.prove(hash_of("any"));
  EXPECT_TRUE(proof.siblings.empty());
  EXPECT_EQ(reason(verify_sparse(Hash{}, hash_of("any"), std::nullopt, proof)), "accepted");
  EXPECT_EQ(reason(verify_sparse(Hash{}, hash_of("any"), hash_of("value"), proof)), "root_mismatch");
  EXPECT_EQ(reason(verify_sparse(hash_of("another root"), hash_of("any"), std::nullopt, proof)), "root_mismatch");
}

TEST(SparseProof, EveryMutationIsRefusedByName) {
  constexpr std::uint64_t kSeed = 8;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const Entries entries = random_entries(random, 200);
  SparseTree tree = tree_of(entries);
  const Hash root = tree.root();
  for (const auto& [key, value] : entries) {
    const auto proof = tree.prove(key);
    ASSERT_GE(proof.siblings.size(), 2u);
    for (std::size_t i = 0; i < proof.siblings.size(); ++i) {
      auto changed = proof;
      changed.siblings[i].bytes[random.below(32)] ^= 0x10;
      ASSERT_EQ(reason(verify_sparse(root, key, value, changed)), "root_mismatch");
    }
    auto shorter = proof;
    shorter.siblings.erase(shorter.siblings.begin());
    ASSERT_EQ(reason(verify_sparse(root, key, value, shorter)), "root_mismatch");
    auto longer = proof;
    longer.siblings.push_back(hash_of("one more"));
    ASSERT_EQ(reason(verify_sparse(root, key, value, longer)), "root_mismatch");
    ASSERT_EQ(reason(verify_sparse(root, hash_of("another key"), value, proof)), "root_mismatch");
    ASSERT_EQ(reason(verify_sparse(root, key, hash_of("another value"), proof)), "root_mismatch");
    ASSERT_EQ(reason(verify_sparse(hash_of("another root"), key, value, proof)), "root_mismatch");
  }
}

class SparseProofForgery : public testing::Test {
 protected:
  const Hash key_ = key_of_bits("0011");
  const Hash value_ = hash_of("value");
  const Hash neighbour_ = key_of_bits("0110");
  SparseTree tree_ = tree_of({{key_, value_}, {neighbour_, value_}});
  const Hash root_ = tree_.root();
};

TEST_F(SparseProofForgery, AZeroValueIsNoPresence) {
  EXPECT_EQ(reason(verify_sparse(root_, key_, Hash{}, tree_.prove(key_))), "malformed");
  auto absent = tree_.prove(key_of_bits("0010"));
  ASSERT_TRUE(absent.other_leaf);
  absent.other_leaf->second = Hash{};
  EXPECT_EQ(reason(verify_sparse(root_, key_of_bits("0010"), std::nullopt, absent)), "malformed");
}

TEST_F(SparseProofForgery, AKeyDoesNotProveItsOwnAbsence) {
  auto proof = tree_.prove(key_);
  proof.other_leaf.emplace(key_, value_);
  EXPECT_EQ(reason(verify_sparse(root_, key_, std::nullopt, proof)), "malformed");
}

TEST_F(SparseProofForgery, PresenceNamesNoOtherLeaf) {
  auto proof = tree_.prove(key_);
  proof.other_leaf.emplace(neighbour_, value_);
  EXPECT_EQ(reason(verify_sparse(root_, key_, value_, proof)), "malformed");
}

// The neighbour's leaf with the neighbour's own siblings leads to the root, but not along the path of the absent key.
TEST_F(SparseProofForgery, TheOtherLeafLiesOnThePathOfTheKey) {
  auto proof = tree_.prove(neighbour_);
  proof.other_leaf.emplace(neighbour_, value_);
  const Hash elsewhere = key_of_bits("1");
  EXPECT_EQ(reason(verify_sparse(root_, elsewhere, std::nullopt, proof)), "malformed");
}

TEST_F(SparseProofForgery, APathEndsWhereItMust) {
  auto proof = tree_.prove(key_of_bits("1"));
  ASSERT_FALSE(proof.other_leaf);
  proof.siblings.push_back(Hash{});
  EXPECT_EQ(reason(verify_sparse(root_, key_of_bits("1"), std::nullopt, proof)), "malformed");
}

TEST_F(SparseProofForgery, NoPathIsLongerThanAKey) {
  auto proof = tree_.prove(key_);
  proof.siblings.resize(257, hash_of("sibling"));
  EXPECT_EQ(reason(verify_sparse(root_, key_, value_, proof)), "proof_length");
}

TEST(SparseProof, ReachesTheLastBit) {
  Hash even = hash_of("prefix"), odd = even;
  even.bytes[31] &= 0xfe;
  odd.bytes[31] |= 0x01;
  SparseTree tree = tree_of({{even, hash_of("1")}, {odd, hash_of("2")}});
  const auto proof = tree.prove(odd);
  EXPECT_EQ(proof.siblings.size(), 256u);
  EXPECT_EQ(reason(verify_sparse(tree.root(), odd, hash_of("2"), proof)), "accepted");
  EXPECT_EQ(reason(verify_sparse(tree.root(), even, hash_of("2"), proof)), "root_mismatch");
}

}  // namespace
}  // namespace letopis::ledger
