#include <algorithm>

#include "signing/keys.h"
#include "signing/sha256.h"
#include "tests/unit/vault/vault_fixture.h"

namespace letopis::ledger {
namespace {

class Texts : public VaultTest {};

TEST_F(Texts, ATextComesBackWithItsPersonFieldAndSalt) {
  const auto name = text(pupil_, "name", "Иванова Мария Петровна");
  const Hash hash = put(name);
  reopen();
  const auto found = vault_->get_text(kSchool, hash);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->field, "name");
  EXPECT_EQ(found->person, pupil_);
  EXPECT_EQ(found->salt, name.salt);
  EXPECT_EQ(found->text, "Иванова Мария Петровна");
}

TEST_F(Texts, TheCommitmentIsTheHashTheFormatsPageNames) {
  const auto one = text(pupil_, "illness", "ОРВИ");
  Bytes message;
  append(message, as_bytes("letopis/sealed/v1"));
  message.push_back(0);
  append(message, as_bytes("illness"));
  message.push_back(0);
  append(message, one.salt.view());
  append(message, as_bytes("ОРВИ"));
  EXPECT_EQ(commitment(one), signing::sha256(message));
}

TEST_F(Texts, NothingIsFoundUnderAnotherCommitmentOrInAnotherSchool) {
  const Hash hash = put(text(pupil_, "name", "Иванова"));
  EXPECT_EQ(get(random_.fixed<Hash>()), "not_found");
  EXPECT_EQ(get(hash, "school5"), "not_found");
}

TEST_F(Texts, EmptyAndLongestTextsAreKept) {
  const std::string longest(16 * 1024, 'x');
  EXPECT_EQ(get(put(text(pupil_, "remark", ""))), "");
  EXPECT_EQ(get(put(text(pupil_, "remark", longest))), longest);
}

TEST_F(Texts, WhatIsTooLongOrHasNoProperFieldIsRefusedAndNothingOfTheCallIsKept) {
  const auto good = text(pupil_, "remark", "Хорошо отвечал.");
  const auto refusal = [&](const SealedText& bad) {
    const auto status = vault_->put_texts(kSchool, {good, bad}, {place(1), place(2)});
    return status ? "accepted" : status.error().code;
  };
  EXPECT_EQ(refusal(text(pupil_, "remark", std::string(16 * 1024 + 1, 'x'))), "too_large");
  EXPECT_EQ(refusal(text(pupil_, "", "words")), "malformed");
  EXPECT_EQ(refusal(text(pupil_, std::string("a\0b", 3), "words")), "malformed");
  EXPECT_EQ(refusal(text(pupil_, std::string(65, 'f'), "words")), "malformed");
  EXPECT_EQ(get(commitment(good)), "not_found");
}

TEST_F(Texts, ThirtyTextsInOneCall) {
  std::vector<SealedText> texts;
  std::vector<SealedPlace> places;
  for (std::uint64_t i = 0; i < 30; ++i) {
    texts.push_back(text(i % 2 == 0 ? pupil_ : teacher_, i % 3 == 0 ? "name" : "remark", "text " + std::to_string(i)));
    places.push_back(place(i + 1));
  }
  ASSERT_TRUE(vault_->put_texts(kSchool, texts, places));
  reopen();
  for (const auto& one : texts) EXPECT_EQ(get(commitment(one)), one.text);
}

TEST_F(Texts, TheSameTextAgainChangesNothing) {
  const auto one = text(pupil_, "remark", "Опоздал.");
  const Hash hash = put(one);
  const Bytes before = raw(rows().text(hash));
  put(one);
  EXPECT_EQ(raw(rows().text(hash)), before);
}

TEST_F(Texts, TheSameTextTwiceInOneCallIsOneText) {
  const auto one = text(pupil_, "remark", "Опоздал.");
  ASSERT_TRUE(vault_->put_texts(kSchool, {one, one}, {place(1), place(1)}));
  EXPECT_EQ(get(commitment(one)), "Опоздал.");
}

TEST_F(Texts, EveryCommitmentOfASchoolIsVisitedInOrderAndNoOtherSchools) {
  std::vector<Hash> hashes;
  for (int i = 0; i < 20; ++i) hashes.push_back(put(text(pupil_, "remark", std::to_string(i))));
  const auto elsewhere = text(pupil_, "remark", "elsewhere");
  ASSERT_TRUE(vault_->put_texts("school5", {elsewhere}, {place(1)}));
  std::sort(hashes.begin(), hashes.end());

  std::vector<Hash> visited;
  ASSERT_TRUE(vault_->each_commitment(kSchool, [&](const Hash& hash) {
    visited.push_back(hash);
    return true;
  }));
  EXPECT_EQ(visited, hashes);

  int count = 0;
  ASSERT_TRUE(vault_->each_commitment(kSchool, [&](const Hash&) { return ++count < 3; }));
  EXPECT_EQ(count, 3);
}

TEST_F(Texts, TwoTextsExchangedAreDamaged) {
  const Hash first = put(text(pupil_, "remark", "Хорошо."), 1);
  const Hash second = put(text(pupil_, "remark", "Плохо. "), 2);
  const Bytes one = raw(rows().text(first));
  const Bytes two = raw(rows().text(second));
  plant(rows().text(first), two);
  plant(rows().text(second), one);
  EXPECT_EQ(get(first), "damaged");
  EXPECT_EQ(get(second), "damaged");
}

TEST_F(Texts, ACiphertextBesideAnotherPlaceIsDamaged) {
  const Hash first = put(text(pupil_, "remark", "Хорошо."), 1);
  const Hash second = put(text(pupil_, "remark", "Плохо. "), 2);
  auto one = decode_text_row(raw(rows().text(first)));
  const auto two = decode_text_row(raw(rows().text(second)));
  ASSERT_TRUE(one && two);
  one->sealed_text = two->sealed_text;
  plant(rows().text(first), encode_text_row(*one));
  EXPECT_EQ(get(first), "damaged");
}

// Whoever holds the master key can seal what they like; what they cannot do is meet the commitment in the ledger.
class TextsForged : public Texts {
 protected:
  Hash forge(const SealedText& original, const TextPlace& claimed, const SaltedText& content) {
    const Hash hash = put(original);
    const Bytes sealed_key = raw(rows().person_key(pupil_, purpose_of(original.field)));
    const auto key = signing::unseal(keys_.person_keys.bytes,
                                     person_key_binding(kSchool, pupil_, purpose_of(original.field)), sealed_key);
    EXPECT_TRUE(key);
    const auto array = Hash::copy_of(*key).bytes;
    plant(rows().text(hash),
          encode_text_row(
              {signing::seal(keys_.places.bytes, place_binding(kSchool, hash), encode_place(claimed), random_),
               signing::seal(array, text_binding(claimed), encode_text(content), random_)}));
    return hash;
  }
};

TEST_F(TextsForged, WithTheTrueContentItOpens) {
  const auto original = text(pupil_, "remark", "Хорошо.");
  EXPECT_EQ(get(forge(original, {place(1), pupil_, "remark"}, {original.salt, "Хорошо."})), "Хорошо.");
}

TEST_F(TextsForged, OtherWordsDoNotMatchTheCommitment) {
  const auto original = text(pupil_, "remark", "Хорошо.");
  const Hash hash = forge(original, {place(1), pupil_, "remark"}, {original.salt, "Плохо."});
  const auto found = vault_->get_text(kSchool, hash);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error(), (Error{"damaged", "a text does not match its commitment"}));
}

TEST_F(TextsForged, AnotherSaltOrFieldDoesNotMatchEither) {
  const auto original = text(pupil_, "remark", "Хорошо.");
  EXPECT_EQ(get(forge(original, {place(1), pupil_, "remark"}, {random_.fixed<Hash>(), "Хорошо."})), "damaged");
  EXPECT_EQ(get(forge(original, {place(1), pupil_, "measure"}, {original.salt, "Хорошо."})), "damaged");
}

TEST_F(Texts, EveryFlippedBitOfARowIsDamage) {
  const Hash hash = put(text(pupil_, "remark", "Хорошо."));
  const Bytes good = raw(rows().text(hash));
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    plant(rows().text(hash), bad);
    EXPECT_EQ(get(hash), "damaged") << "byte " << at;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    plant(rows().text(hash), Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(get(hash), "damaged") << "cut to " << size;
  }
}

TEST_F(Texts, ADamagedTextIsWrittenAnewWhenItIsSentAgain) {
  const auto one = text(pupil_, "remark", "Хорошо.");
  const Hash hash = put(one);
  plant(rows().text(hash), Bytes(100, 7));
  EXPECT_EQ(get(hash), "damaged");
  put(one);
  EXPECT_EQ(get(hash), "Хорошо.");
}

TEST_F(Texts, AKeyThatDoesNotOpenIsNeverReplaced) {
  const Hash hash = put(text(pupil_, "remark", "Хорошо."));
  const Bytes name = rows().person_key(pupil_, "conduct");
  const Bytes good = raw(name);
  plant(name, Bytes(good.size(), 9));
  EXPECT_EQ(get(hash), "damaged");
  const auto status = vault_->put_texts(kSchool, {text(pupil_, "remark", "Ещё.")}, {place(2)});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "damaged");
  plant(name, good);
  EXPECT_EQ(get(hash), "Хорошо.");
}

TEST_F(Texts, PurposesKeepHealthApartFromConductAndIdentity) {
  EXPECT_EQ(purpose_of("name"), "identity");
  EXPECT_EQ(purpose_of("contact"), "identity");
  EXPECT_EQ(purpose_of("illness"), "health");
  EXPECT_EQ(purpose_of("excuse"), "health");
  EXPECT_EQ(purpose_of("remark"), "conduct");
  EXPECT_EQ(purpose_of("reason"), "other");
  put(text(pupil_, "illness", "ОРВИ"));
  put(text(pupil_, "remark", "Хорошо."));
  EXPECT_NE(raw(rows().person_key(pupil_, "health")), raw(rows().person_key(pupil_, "conduct")));
}

}  // namespace
}  // namespace letopis::ledger
