// Where entries are filed, and that the files add up to one hash.

#include "projections/shards.h"

#include <gtest/gtest.h>

#include <map>

#include "ledger/merkle.h"
#include "signing/sha256.h"
#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;
using test::day;

class Filing : public testing::Test, protected SmallSchool {
 protected:
  std::vector<ShardKey> shards_of(const Id& statement) const { return h.shards_of(h.index_of(statement)); }
  ShardKey journal(Date week = kMonday) const { return {View::kJournal, physics, week}; }
  static ShardKey diary(const Id& student, Date week = kMonday) { return {View::kDiary, student, week}; }
};

TEST(ShardDigests, AreWhatTheDocumentationSays) {
  Bytes message(32, 0);  // the digest of an empty shard
  put_u64(message, 0x0102030405060708);
  Hash leaf;
  leaf.bytes.fill(0xaa);
  append(message, leaf.view());
  Bytes tagged;
  append(tagged, as_bytes("letopis/shard/v1"));
  tagged.push_back(0);
  append(tagged, message);
  EXPECT_EQ(next_shard_digest({}, 0x0102030405060708, leaf), signing::sha256(tagged));

  Id subject;
  subject.bytes.fill(0xbb);
  Bytes key;
  append(key, as_bytes("letopis/shard-key/v1"));
  key.push_back(0);
  key.push_back(3);
  append(key, subject.view());
  put_u32(key, 20779);
  EXPECT_EQ(shard_tree_key({View::kDiary, subject, Date{20779}}), signing::sha256(key));
}

TEST_F(Filing, AnEntryGoesWhereItIsReadFrom) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(h.shards_of(h.size() - 1), std::vector{journal()});
  EXPECT_EQ(shards_of(h.topic(lesson, "Закон Ома")), std::vector{journal()});
  const Id work = h.work(lesson, "control");
  EXPECT_EQ(shards_of(work), std::vector{journal()});
  const Id mark = h.at("2026-12-02 09:00").late(60).mark(work, masha, "4");
  EXPECT_EQ(shards_of(mark), (std::vector{journal(), diary(masha)})) << "by the lesson, not by when it was recorded";
  EXPECT_EQ(shards_of(h.absence(lesson, petya)), (std::vector{journal(), diary(petya)}));
  EXPECT_EQ(shards_of(h.remark(masha)), std::vector{diary(masha, kMonday + 7)});
  h.refused("invalid_value").mark(work, masha, "7");
  EXPECT_EQ(h.shards_of(h.size() - 1), std::vector{(ShardKey{View::kRefusals, {}, kMonday + 7})});
  EXPECT_EQ(shards_of(h.grant(teacher, Role::kSecretary)), std::vector{(ShardKey{View::kSchool, {}, {}})});
}

// Whatever is said about an entry is filed where the entry is, and what is said about that as well.
TEST_F(Filing, CorrectionsAnnulmentsAndEndorsementsFollowTheirTargets) {
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  const Id work = h.work(lesson, "control");
  const Id mother = h.parent(masha);
  std::vector<Id> targets = {
      work,
      h.mark(work, masha, "4"),
      h.topic(lesson, "Закон Ома"),
      h.homework(lesson, "§12", "2026-12-03"),
      h.homework_ahead(physics, "2026-12-10", 3, "§20", "2026-12-21"),
      h.excuse(masha, "2026-11-18", "2026-12-03"),
      h.remark(masha, lesson),
      h.remark(petya),
      h.by(mother, Role::kParent).sign_diary(masha, "2026-11-09"),
      h.cancel(physics, "2026-12-17", 3),
      h.move(physics, "2026-12-14", 2, "2026-12-22", 1),
      h.by(h.secretary(), Role::kSecretary).add(ledger::GuardianSet{mother, petya, ledger::Access::kFull}),
      h.awaiting({Role::kDeputyHead}).work(lesson, "essay"),
  };
  h.awaiting({Role::kDeputyHead}).lesson(physics, "2026-12-07", 2);
  targets.push_back(h.last().statement.id);
  h.at("2027-01-12 10:00");
  for (const auto& target : targets) {
    const auto expected = shards_of(target);
    ASSERT_FALSE(expected.empty());
    const Id correction = h.awaiting({Role::kDeputyHead}).correct(target, "иначе");
    EXPECT_EQ(shards_of(correction), expected) << h.index_of(target);
    EXPECT_EQ(shards_of(h.endorse(correction)), expected);
    EXPECT_EQ(shards_of(h.annul(correction)), expected);
    EXPECT_EQ(shards_of(h.endorse(target, false)), expected);
    EXPECT_EQ(shards_of(h.annul(target)), expected);
  }
}

TEST_F(Filing, AnExcuseIsFiledInEveryWeekAndGroupItCovers) {
  const auto shards = shards_of(h.excuse(masha, "2026-11-20", "2026-11-30"));
  EXPECT_EQ(shards, (std::vector{diary(masha, kMonday - 7), journal(kMonday - 7), diary(masha), journal(),
                                 diary(masha, kMonday + 7), journal(kMonday + 7)}));
}

TEST_F(Filing, EveryWeekALessonWasPlacedInHearsOfItsChanges) {
  EXPECT_EQ(shards_of(h.move(physics, "2026-11-26", 3, "2026-12-01", 4)),
            (std::vector{ShardKey{View::kSchool, {}, {}}, journal(), journal(kMonday + 7)}));
  EXPECT_EQ(shards_of(h.move(physics, "2026-11-26", 3, "2026-12-08", 4)),
            (std::vector{ShardKey{View::kSchool, {}, {}}, journal(), journal(kMonday + 14), journal(kMonday + 7)}));
  EXPECT_EQ(shards_of(h.cancel(physics, "2026-11-26", 3)),
            (std::vector{ShardKey{View::kSchool, {}, {}}, journal(), journal(kMonday + 7), journal(kMonday + 14)}));
}

TEST_F(Filing, AShardListsItsEntriesOnceAndChainsTheirLeaves) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.topic(lesson, "Закон Ома");
  h.mark(h.work(lesson, "control"), masha, "4");
  const Shard* shard = h.shards().find(journal());
  ASSERT_NE(shard, nullptr);
  ASSERT_EQ(shard->entries.size(), 4U);
  Hash digest;
  for (const auto index : shard->entries) digest = next_shard_digest(digest, index, ledger::leaf_hash(h.leaf(index)));
  EXPECT_EQ(shard->digest, digest);

  Shards twice;
  Hash leaf;
  twice.add(journal(), 5, leaf);
  twice.add(journal(), 5, leaf);
  EXPECT_EQ(twice.find(journal())->entries, std::vector<std::uint64_t>{5});
  EXPECT_EQ(twice.find(journal())->digest, next_shard_digest({}, 5, leaf));
}

// The reference is naive: every entry decoded and applied anew, digests kept in a map, the tree built once at the end.
TEST_F(Filing, ARebuiltStateHasTheSameRoot) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  std::vector<Hash> roots;
  for (const auto* value : {"3", "4", "5"}) {
    h.correct(h.mark(work, petya, value), "2");
    roots.push_back(h.shards().root());  // asked for in between: dirty shards only
  }
  h.excuse(masha, "2026-11-20", "2026-11-30");
  h.refused("not_entitled").revoke(teacher, Role::kTeacher);

  SchoolState state;
  std::map<ShardKey, Hash> digests;
  for (std::uint64_t i = 0; i < h.size(); ++i) {
    const auto entry = ledger::decode_entry(h.leaf(i)).value();
    const Hash leaf = ledger::leaf_hash(h.leaf(i));
    for (const auto& key : state.apply(entry)) digests[key] = next_shard_digest(digests[key], i, leaf);
  }
  ledger::SparseTree tree;
  for (const auto& [key, digest] : digests) tree.set(shard_tree_key(key), digest);
  EXPECT_EQ(h.shards().root(), tree.root());
  EXPECT_EQ(h.shards().count(), digests.size());
  EXPECT_NE(roots[0], roots[1]);
  EXPECT_NE(roots[2], h.shards().root());
}

TEST_F(Filing, ADiaryWeekCanBeProvedComplete) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(lesson, "control"), masha, "4");
  const Hash root = h.shards().root();
  const Hash key = shard_tree_key(diary(masha));
  const auto proof = h.shards().tree().prove(key);
  Hash digest;
  for (const auto& entry : h.entries_in(diary(masha)))
    digest = next_shard_digest(digest, entry.event.index, ledger::leaf_hash(h.leaf(entry.event.index)));
  EXPECT_TRUE(ledger::verify_sparse(root, key, digest, proof));
  Hash shorter;  // what somebody who hides the mark would claim
  EXPECT_FALSE(ledger::verify_sparse(root, key, next_shard_digest(shorter, 1, {}), proof));
  const Hash nothing = shard_tree_key(diary(petya));
  EXPECT_TRUE(ledger::verify_sparse(root, nothing, std::nullopt, h.shards().tree().prove(nothing)));
}

}  // namespace
}  // namespace letopis::projections
