#include "ledger/vault_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace letopis::ledger {
namespace {

const SecretKey kMaster(Hash::copy_of(Bytes(32, 1)).bytes);

Bytes cut(const Bytes& from, std::size_t size) {
  return Bytes(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
}

TEST(KeyedHash, DependsOnKeyTagAndEveryPart) {
  const SecretKey other(Hash::copy_of(Bytes(32, 2)).bytes);
  const Hash hash = keyed_hash(kMaster, "tag", {as_bytes("a"), as_bytes("b")});
  EXPECT_EQ(keyed_hash(kMaster, "tag", {as_bytes("a"), as_bytes("b")}), hash);
  EXPECT_NE(keyed_hash(other, "tag", {as_bytes("a"), as_bytes("b")}), hash);
  EXPECT_NE(keyed_hash(kMaster, "tab", {as_bytes("a"), as_bytes("b")}), hash);
  EXPECT_NE(keyed_hash(kMaster, "tag", {as_bytes("ab"), as_bytes("")}), hash);
}

TEST(VaultKeys, EveryUseHasAKeyOfItsOwn) {
  const VaultKeys keys(kMaster);
  std::vector<std::array<std::uint8_t, 32>> all;
  for (const auto* key : {&kMaster, &keys.rows, &keys.check, &keys.person_keys, &keys.places, &keys.accounts,
                          &keys.secrets, &keys.blobs, &keys.decoys})
    all.push_back(key->bytes);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(RowNames, ARowOfAPersonLiesBelowThePersonsPrefix) {
  const VaultKeys keys(kMaster);
  const RowNames rows(keys, "licey29");
  const Id person{{1, 2, 3}};
  const Hash commitment = Hash::copy_of(Bytes(32, 9));
  const auto below = [](const Bytes& key, const Bytes& prefix) { return key >= prefix && key < end_of(prefix); };
  EXPECT_TRUE(below(rows.text(commitment), rows.texts()));
  EXPECT_TRUE(below(rows.text_of_person(person, commitment), rows.texts_of_person(person)));
  EXPECT_FALSE(below(rows.text_of_person(Id{{4}}, commitment), rows.texts_of_person(person)));
  EXPECT_TRUE(below(rows.person_key(person, "health"), rows.keys_of_person(person)));
  EXPECT_TRUE(below(rows.login_of_person(person, "ivanova"), rows.logins_of_person(person)));
}

TEST(RowNames, WhatARowPointsToIsReadBack) {
  const VaultKeys keys(kMaster);
  const RowNames rows(keys, "licey29");
  const Id person{{1, 2, 3}};
  const Hash commitment = Hash::copy_of(Bytes(32, 9));
  EXPECT_EQ(*RowNames::commitment_of(rows.text(commitment)), commitment);
  EXPECT_EQ(*RowNames::commitment_of(rows.text_of_person(person, commitment)), commitment);
  EXPECT_EQ(*RowNames::account_of(rows.login_of_person(person, "ivanova")), rows.account("ivanova"));
  EXPECT_EQ(RowNames::commitment_of(rows.texts()).error().code, "damaged");
  EXPECT_EQ(RowNames::commitment_of({}).error().code, "damaged");
  EXPECT_EQ(RowNames::account_of(rows.logins_of_person(person)).error().code, "damaged");
}

TEST(EndOf, IsTheSmallestKeyAfterAllThatStartSo) {
  EXPECT_EQ(end_of({1, 2}), (Bytes{1, 3}));
  EXPECT_EQ(end_of({1, 0xff}), (Bytes{2}));
  EXPECT_EQ(end_of({0xff, 0xff}), Bytes{});  // to the end of the store
}

TEST(Encoding, APlaceIsReadBackAndNothingShorterOrLonger) {
  const TextPlace place{{"journal.example.org/log/licey29", Id{{1}}, Id{{2}}, 77}, Id{{3}}, "remark"};
  const Bytes bytes = encode_place(place);
  const auto read = decode_place(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_place(*read), bytes);
  EXPECT_EQ(read->place.number, 77u);
  EXPECT_EQ(read->field, "remark");
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_place(cut(bytes, size))) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_place(longer));
}

TEST(Encoding, ATextIsPaddedWithZerosOnly) {
  const Bytes bytes = encode_text({Hash::copy_of(Bytes(32, 5)), "Хорошо."});
  EXPECT_EQ(bytes.size() % kPadBytes, 0u);
  EXPECT_EQ(decode_text(bytes)->text, "Хорошо.");
  Bytes other = bytes;
  other.back() = 1;
  EXPECT_FALSE(decode_text(other));
  other = bytes;
  other.resize(other.size() + kPadBytes);
  EXPECT_FALSE(decode_text(other));
  EXPECT_FALSE(decode_text(cut(bytes, 36)));
  EXPECT_FALSE(decode_text({}));
}

TEST(Encoding, AnAccountIsReadBackAndNothingShorter) {
  const Account account{"ivanova", Id{{1}}, Id{{2}}, Hash{}, PublicKey{}, Bytes(72, 3)};
  const Bytes bytes = encode_account(account);
  EXPECT_EQ(encode_account(*decode_account(bytes)), bytes);
  // 96 bytes of fixed parts, two lengths, the login and the wrapped key; the rest is padding.
  const std::size_t needed = 96 + 2 + account.login.size() + 2 + account.wrapped_key.size();
  for (std::size_t size = 0; size < needed; ++size) EXPECT_FALSE(decode_account(cut(bytes, size))) << size;
}

}  // namespace
}  // namespace letopis::ledger
