#include "ledger/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signing/base/random.h"
#include "tests/unit/ledger/reference_tree.h"

namespace letopis::ledger {
namespace {

using test::numbered_tree;
using test::ReferenceTree;

// Every pair of sizes up to here: past a power of two, and past its double.
constexpr std::uint64_t kSmall = 70;

std::string reason(const Status& status) { return status ? "accepted" : status.error().code; }

Hash flipped(Hash hash, unsigned bit) {
  hash.bytes[bit / 8 % Hash::kSize] ^= static_cast<std::uint8_t>(1u << bit % 8);
  return hash;
}

// The leaves and the roots that every implementation of Certificate Transparency is tested with.
const std::vector<std::string> kPublishedLeaves = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kPublishedRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                                  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                                  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                                  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                                  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                                  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                                  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Frontier, EmptyTreeHasTheHashOfNothing) {
  EXPECT_EQ(to_hex(Frontier().root().view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Frontier().root(), empty_root());
}

TEST(Frontier, GrowsThroughThePublishedRoots) {
  Frontier frontier;
  for (std::size_t i = 0; i < kPublishedLeaves.size(); ++i) {
    const auto leaf = from_hex(kPublishedLeaves[i]);
    ASSERT_TRUE(leaf);
    frontier.append(leaf_hash(*leaf));
    EXPECT_EQ(to_hex(frontier.root().view()), kPublishedRoots[i]) << "size " << i + 1;
  }
}

TEST(Frontier, AgreesWithTheReferenceAtEverySize) {
  const ReferenceTree reference = numbered_tree(600);
  Frontier frontier;
  for (std::uint64_t size = 1; size <= reference.size(); ++size) {
    frontier.append(reference.mth(size - 1, size));
    ASSERT_EQ(frontier.size(), size);
    ASSERT_EQ(frontier.root(), reference.mth(0, size)) << "size " << size;
  }
}

TEST(Frontier, ContinuesFromItsRoots) {
  const ReferenceTree reference = numbered_tree(100);
  for (std::uint64_t size = 0; size < reference.size(); ++size) {
    Frontier whole;
    for (std::uint64_t i = 0; i < size; ++i) whole.append(reference.mth(i, i + 1));
    auto restored = Frontier::from_roots(size, whole.roots());
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_EQ(*restored, whole);
    restored->append(reference.mth(size, size + 1));
    EXPECT_EQ(restored->root(), reference.mth(0, size + 1)) << "size " << size + 1;
  }
}

TEST(Frontier, RefusesTheWrongNumberOfRoots) {
  EXPECT_EQ(Frontier::from_roots(6, {Hash{}}).error().code, "malformed");
  EXPECT_EQ(Frontier::from_roots(0, {Hash{}}).error().code, "malformed");
  EXPECT_EQ(Frontier::from_roots(8, {}).error().code, "malformed");
}

TEST(InclusionProof, IsThePathOfTheRfcForEveryLeafOfEverySmallTree) {
  const ReferenceTree reference = numbered_tree(kSmall);
  for (std::uint64_t size = 1; size <= kSmall; ++size) {
    const Hash root = reference.mth(0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, reference.nodes(size));
      ASSERT_TRUE(proof) << proof.error().text();
      ASSERT_EQ(*proof, reference.path(index, 0, size)) << "leaf " << index << " of " << size;
      ASSERT_EQ(reason(verify_inclusion(reference.mth(index, index + 1), index, size, *proof, root)), "accepted");
    }
  }
}

TEST(ConsistencyProof, IsTheProofOfTheRfcForEveryPairOfSmallTrees) {
  const ReferenceTree reference = numbered_tree(kSmall);
  for (std::uint64_t n = 1; n <= kSmall; ++n) {
    for (std::uint64_t m = 1; m <= n; ++m) {
      const auto proof = consistency_proof(m, n, reference.nodes(n));
      ASSERT_TRUE(proof) << proof.error().text();
      ASSERT_EQ(*proof, reference.consistency(m, n)) << m << " to " << n;
      ASSERT_EQ(reason(verify_consistency(m, reference.mth(0, m), n, reference.mth(0, n), *proof)), "accepted");
    }
  }
}

TEST(RootOf, FoldsPerfectSubtrees) {
  const ReferenceTree reference = numbered_tree(300);
  for (std::uint64_t size = 0; size <= 300; ++size) {
    const auto root = root_of(size, reference.nodes(size));
    ASSERT_TRUE(root);
    ASSERT_EQ(*root, reference.mth(0, size)) << "size " << size;
  }
}

TEST(Proofs, AgreeWithTheReferenceInALargeTree) {
  constexpr std::uint64_t kSeed = 20'261'121;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const ReferenceTree reference = numbered_tree(5000);
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t n = 1 + random.below(reference.size());
    const std::uint64_t m = 1 + random.below(n);
    const auto inclusion = inclusion_proof(m - 1, n, reference.nodes(n));
    ASSERT_TRUE(inclusion);
    ASSERT_EQ(*inclusion, reference.path(m - 1, 0, n)) << "leaf " << m - 1 << " of " << n;
    ASSERT_EQ(reason(verify_inclusion(reference.mth(m - 1, m), m - 1, n, *inclusion, reference.mth(0, n))), "accepted");
    const auto consistency = consistency_proof(m, n, reference.nodes(n));
    ASSERT_TRUE(consistency);
    ASSERT_EQ(*consistency, reference.consistency(m, n)) << m << " to " << n;
    ASSERT_EQ(reason(verify_consistency(m, reference.mth(0, m), n, reference.mth(0, n), *consistency)), "accepted");
  }
}

// A tree far too large to hold, in which every leaf is the same: perfect subtrees of one level are then equal.
class UniformTree {
 public:
  UniformTree() {
    Hash hash = leaf_hash(as_bytes("the same"));
    for (auto& level : levels_) {
      level = hash;
      hash = node_hash(hash, hash);
    }
  }
  NodeSource nodes() const {
    return [this](unsigned level, std::uint64_t) -> Result<Hash> { return levels_.at(level); };
  }
  Hash leaf() const { return levels_[0]; }

 private:
  std::array<Hash, 64> levels_;
};

TEST(Proofs, WorkUpToTheLastSizeOf64Bits) {
  constexpr std::uint64_t kSeed = 64;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const UniformTree tree;
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t n = round == 0 ? ~std::uint64_t{0} : (random.next_u64() >> random.below(63)) | 1;
    const std::uint64_t m = round == 1 ? n : 1 + random.below(n);
    const Hash root = *root_of(n, tree.nodes());
    const auto inclusion = inclusion_proof(m - 1, n, tree.nodes());
    ASSERT_TRUE(inclusion);
    EXPECT_EQ(reason(verify_inclusion(tree.leaf(), m - 1, n, *inclusion, root)), "accepted") << m - 1 << " of " << n;
    const auto consistency = consistency_proof(m, n, tree.nodes());
    ASSERT_TRUE(consistency);
    EXPECT_EQ(reason(verify_consistency(m, *root_of(m, tree.nodes()), n, root, *consistency)), "accepted")
        << m << " to " << n;
  }
}

TEST(InclusionProof, RefusesALeafOutsideTheTree) {
  const ReferenceTree reference = numbered_tree(8);
  EXPECT_EQ(inclusion_proof(8, 8, reference.nodes(8)).error().code, "out_of_range");
  EXPECT_EQ(inclusion_proof(0, 0, reference.nodes(0)).error().code, "out_of_range");
  EXPECT_EQ(reason(verify_inclusion(Hash{}, 8, 8, {}, Hash{})), "out_of_range");
  EXPECT_EQ(reason(verify_inclusion(Hash{}, 0, 0, {}, Hash{})), "out_of_range");
}

TEST(ConsistencyProof, RefusesATreeThatShrinks) {
  const ReferenceTree reference = numbered_tree(8);
  EXPECT_EQ(consistency_proof(8, 7, reference.nodes(8)).error().code, "out_of_range");
  EXPECT_EQ(reason(verify_consistency(8, Hash{}, 7, Hash{}, {})), "out_of_range");
}

TEST(Proofs, PassOnTheErrorOfTheirSource) {
  const NodeSource damaged = [](unsigned, std::uint64_t) -> Result<Hash> {
    return fail("damaged", "a block of the store");
  };
  EXPECT_EQ(inclusion_proof(3, 7, damaged).error().code, "damaged");
  EXPECT_EQ(consistency_proof(3, 7, damaged).error().code, "damaged");
  EXPECT_EQ(root_of(7, damaged).error().code, "damaged");
}

TEST(InclusionProof, EveryMutationIsRefusedByName) {
  const ReferenceTree reference = numbered_tree(kSmall);
  for (std::uint64_t size = 1; size <= kSmall; size += 3) {
    const Hash root = reference.mth(0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      SCOPED_TRACE("leaf " + std::to_string(index) + " of " + std::to_string(size));
      const Hash leaf = reference.mth(index, index + 1);
      const auto proof = reference.path(index, 0, size);
      const auto verdict = [&](const std::vector<Hash>& changed) {
        return reason(verify_inclusion(leaf, index, size, changed, root));
      };

      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto changed = proof;
        changed[at] = flipped(changed[at], static_cast<unsigned>(index * 7 + at));
        ASSERT_EQ(verdict(changed), "root_mismatch") << "hash " << at;
        changed = proof;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
        ASSERT_EQ(verdict(changed), "proof_length") << "without hash " << at;
      }
      for (const Hash& extra : {Hash{}, root, leaf}) {
        auto longer = proof;
        longer.push_back(extra);
        ASSERT_EQ(verdict(longer), "proof_length");
        longer = proof;
        longer.insert(longer.begin(), extra);
        ASSERT_EQ(verdict(longer), "proof_length");
      }
      ASSERT_EQ(reason(verify_inclusion(flipped(leaf, 0), index, size, proof, root)), "root_mismatch");
      ASSERT_EQ(reason(verify_inclusion(leaf, index, size, proof, flipped(root, 255))), "root_mismatch");
      for (const std::uint64_t other : {index ^ 1, index ^ 2, index + 1, index - 1})
        ASSERT_NE(reason(verify_inclusion(leaf, other, size, proof, root)), "accepted") << "as leaf " << other;
    }
  }
}

TEST(ConsistencyProof, EveryMutationIsRefusedByName) {
  const ReferenceTree reference = numbered_tree(kSmall);
  for (std::uint64_t n = 2; n <= kSmall; n += 3) {
    const Hash new_root = reference.mth(0, n);
    for (std::uint64_t m = 1; m < n; ++m) {
      SCOPED_TRACE(std::to_string(m) + " to " + std::to_string(n));
      const Hash old_root = reference.mth(0, m);
      const auto proof = reference.consistency(m, n);
      const auto verdict = [&](const std::vector<Hash>& changed) {
        return reason(verify_consistency(m, old_root, n, new_root, changed));
      };
      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto changed = proof;
        changed[at] = flipped(changed[at], static_cast<unsigned>(m * 5 + at));
        ASSERT_EQ(verdict(changed), "root_mismatch") << "hash " << at;
        changed = proof;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
        ASSERT_EQ(verdict(changed), "proof_length") << "without hash " << at;
      }
      for (const Hash& extra : {Hash{}, new_root, old_root}) {
        auto longer = proof;
        longer.push_back(extra);
        ASSERT_EQ(verdict(longer), "proof_length");
        longer = proof;
        longer.insert(longer.begin(), extra);
        ASSERT_EQ(verdict(longer), "proof_length");
      }
      ASSERT_EQ(verdict({}), "proof_length");
      ASSERT_EQ(reason(verify_consistency(m, flipped(old_root, 9), n, new_root, proof)), "root_mismatch");
      ASSERT_EQ(reason(verify_consistency(m, old_root, n, flipped(new_root, 9), proof)), "root_mismatch");
      ASSERT_EQ(reason(verify_consistency(m, new_root, n, old_root, proof)), "root_mismatch");
    }
  }
}

TEST(ConsistencyProof, OneSizeNeedsOneRootAndNoProof) {
  const Hash root = leaf_hash(as_bytes("x"));
  EXPECT_EQ(reason(verify_consistency(5, root, 5, root, {})), "accepted");
  EXPECT_EQ(reason(verify_consistency(5, root, 5, flipped(root, 3), {})), "root_mismatch");
  EXPECT_EQ(reason(verify_consistency(5, root, 5, root, {root})), "proof_length");
  EXPECT_EQ(reason(verify_consistency(0, empty_root(), 0, empty_root(), {})), "accepted");
  EXPECT_EQ(reason(verify_consistency(0, empty_root(), 0, root, {})), "root_mismatch");
  EXPECT_EQ(reason(verify_consistency(0, root, 0, root, {})), "root_mismatch") << "the empty tree has but one root";
}

TEST(ConsistencyProof, EveryTreeExtendsTheEmptyOneWithoutAProof) {
  const ReferenceTree reference = numbered_tree(5);
  EXPECT_TRUE(consistency_proof(0, 5, reference.nodes(5))->empty());
  EXPECT_EQ(reason(verify_consistency(0, empty_root(), 5, reference.mth(0, 5), {})), "accepted");
  EXPECT_EQ(reason(verify_consistency(0, empty_root(), 5, reference.mth(0, 5), {Hash{}})), "proof_length");
  EXPECT_EQ(reason(verify_consistency(0, Hash{}, 5, reference.mth(0, 5), {})), "root_mismatch");
}

TEST(Hashing, LeavesAndNodesCannotBeTakenForEachOther) {
  const Hash left = leaf_hash(as_bytes("a")), right = leaf_hash(as_bytes("b"));
  Bytes both;
  append(both, left.view());
  append(both, right.view());
  EXPECT_NE(leaf_hash(both), node_hash(left, right));
  EXPECT_NE(node_hash(left, right), node_hash(right, left));
}

}  // namespace
}  // namespace letopis::ledger
