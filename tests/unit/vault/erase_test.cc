#include "tests/unit/vault/vault_fixture.h"

namespace letopis::ledger {
namespace {

class Erase : public VaultTest {
 protected:
  std::uint64_t erase(const Id& person) {
    const auto erased = vault_->erase_person(kSchool, person);
    EXPECT_TRUE(erased) << erased.error().text();
    return erased ? *erased : 999;
  }
  Account account_of(const Id& person, std::string login) {
    return {std::move(login), person, random_.id(), random_.fixed<Hash>(), random_.fixed<PublicKey>(), Bytes(72, 4)};
  }
};

TEST_F(Erase, TakesEveryTextOfThePersonAndNobodyElses) {
  const Hash name = put(text(pupil_, "name", "Иванова"));
  const Hash illness = put(text(pupil_, "illness", "ОРВИ"));
  const Hash teacher = put(text(teacher_, "name", "Петров"));
  EXPECT_EQ(erase(pupil_), 2u);
  reopen();
  EXPECT_EQ(get(name), "not_found");
  EXPECT_EQ(get(illness), "not_found");
  EXPECT_EQ(get(teacher), "Петров");
  EXPECT_EQ(erase(pupil_), 0u);
}

TEST_F(Erase, TakesTheAccountAndFreesTheLogin) {
  ASSERT_TRUE(vault_->put_account(kSchool, account_of(pupil_, "ivanova")));
  ASSERT_TRUE(vault_->put_account(kSchool, account_of(teacher_, "petrov")));
  EXPECT_EQ(erase(pupil_), 0u);
  EXPECT_EQ(vault_->get_account(kSchool, "ivanova").error().code, "not_found");
  EXPECT_TRUE(vault_->get_account(kSchool, "petrov"));
}

TEST_F(Erase, LeavesTheSamePersonOfAnotherSchool) {
  const auto there = text(pupil_, "name", "Иванова");
  ASSERT_TRUE(vault_->put_texts("school5", {there}, {place(1)}));
  put(text(pupil_, "name", "Иванова"));
  EXPECT_EQ(erase(pupil_), 1u);
  EXPECT_EQ(get(commitment(there), "school5"), "Иванова");
}

// Crypto-shredding is worth nothing while the sealed key still lies in a log or an old table.
TEST_F(Erase, NoFileHoldsTheSealedKeyOrTheSealedTextAnyMore) {
  const Hash name = put(text(pupil_, "name", "Иванова"));
  ASSERT_TRUE(vault_->put_account(kSchool, account_of(pupil_, "ivanova")));
  const Bytes sealed_text = raw(rows().text(name));
  const Bytes sealed_key = raw(rows().person_key(pupil_, "identity"));
  const Bytes sealed_account = raw(rows().account("ivanova"));
  ASSERT_NE(faults::file_holding(directory(), as_text(sealed_key)), "") << "the search finds nothing at all";
  ASSERT_TRUE(vault_->store().compact());
  put(text(teacher_, "name", "Петров"));

  EXPECT_EQ(erase(pupil_), 1u);
  vault_.reset();
  EXPECT_EQ(faults::file_holding(directory(), as_text(sealed_text)), "");
  EXPECT_EQ(faults::file_holding(directory(), as_text(sealed_key)), "");
  EXPECT_EQ(faults::file_holding(directory(), as_text(sealed_account)), "");
}

TEST_F(Erase, APersonErasedMayComeBackUnderANewKey) {
  const auto name = text(pupil_, "name", "Иванова");
  put(name);
  const Bytes old_key = raw(rows().person_key(pupil_, "identity"));
  erase(pupil_);
  EXPECT_EQ(get(put(name)), "Иванова");
  EXPECT_NE(raw(rows().person_key(pupil_, "identity")), old_key);
}

TEST_F(Erase, ATextTwoPeopleShareGoesWithEither) {
  auto shared = text(pupil_, "remark", "Вместе сорвали урок.");
  const Hash hash = put(shared);
  shared.person = teacher_;
  put(shared);
  EXPECT_EQ(erase(teacher_), 1u);
  EXPECT_EQ(get(hash), "not_found");
  EXPECT_EQ(erase(pupil_), 0u);
}

TEST_F(Erase, EvenADamagedTextGoes) {
  const Hash hash = put(text(pupil_, "name", "Иванова"));
  plant(rows().text(hash), Bytes(100, 1));
  EXPECT_EQ(erase(pupil_), 1u);
  EXPECT_EQ(get(hash), "not_found");
}

}  // namespace
}  // namespace letopis::ledger
