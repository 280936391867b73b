#include "signing/sha256.h"
#include "tests/unit/vault/vault_fixture.h"

namespace letopis::ledger {
namespace {

class Accounts : public VaultTest {
 protected:
  Account account(const Id& person, std::string login) {
    return {std::move(login),
            person,
            random_.id(),
            random_.fixed<Hash>(),
            random_.fixed<PublicKey>(),
            Bytes(72, static_cast<std::uint8_t>(random_.below(256)))};
  }
  std::string put(const Account& one) {
    const auto status = vault_->put_account(kSchool, one);
    return status ? "ok" : status.error().code;
  }
};

TEST_F(Accounts, AnAccountComesBackWhole) {
  const auto one = account(teacher_, "ivanova.m");
  ASSERT_EQ(put(one), "ok");
  reopen();
  const auto found = vault_->get_account(kSchool, "ivanova.m");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->login, one.login);
  EXPECT_EQ(found->person, one.person);
  EXPECT_EQ(found->salt, one.salt);
  EXPECT_EQ(found->proof_hash, one.proof_hash);
  EXPECT_EQ(found->public_key, one.public_key);
  EXPECT_EQ(found->wrapped_key, one.wrapped_key);
}

TEST_F(Accounts, ALoginOfAnotherPersonIsNotTakenOver) {
  const auto hers = account(teacher_, "ivanova");
  ASSERT_EQ(put(hers), "ok");
  EXPECT_EQ(put(account(pupil_, "ivanova")), "already_exists");
  EXPECT_EQ(vault_->get_account(kSchool, "ivanova")->proof_hash, hers.proof_hash);
}

TEST_F(Accounts, ANewPasswordReplacesTheOld) {
  ASSERT_EQ(put(account(teacher_, "ivanova")), "ok");
  const auto changed = account(teacher_, "ivanova");
  ASSERT_EQ(put(changed), "ok");
  EXPECT_EQ(vault_->get_account(kSchool, "ivanova")->proof_hash, changed.proof_hash);
}

TEST_F(Accounts, TheSameLoginInTwoSchoolsIsTwoAccounts) {
  ASSERT_EQ(put(account(teacher_, "ivanova")), "ok");
  EXPECT_EQ(vault_->get_account("school5", "ivanova").error().code, "not_found");
  EXPECT_TRUE(vault_->put_account("school5", account(pupil_, "ivanova")));
}

TEST_F(Accounts, LoginsAndKeysOutsideTheirSizesAreRefused) {
  EXPECT_EQ(put(account(teacher_, "")), "malformed");
  EXPECT_EQ(put(account(teacher_, std::string(129, 'a'))), "malformed");
  auto heavy = account(teacher_, "heavy");
  heavy.wrapped_key.resize(4097);
  EXPECT_EQ(put(heavy), "too_large");
}

TEST_F(Accounts, ARowMovedToAnotherLoginIsDamage) {
  ASSERT_EQ(put(account(teacher_, "ivanova")), "ok");
  ASSERT_EQ(put(account(pupil_, "petrov")), "ok");
  plant(rows().account("ivanova"), raw(rows().account("petrov")));
  EXPECT_EQ(vault_->get_account(kSchool, "ivanova").error().code, "damaged");
  // And a damaged account is not a free login.
  EXPECT_EQ(put(account(teacher_, "ivanova")), "damaged");
}

TEST_F(Accounts, ADecoySaltIsAlwaysTheSameAndNobodyElses) {
  const Id salt = vault_->decoy_salt(kSchool, "nobody");
  EXPECT_EQ(vault_->decoy_salt(kSchool, "nobody"), salt);
  EXPECT_NE(vault_->decoy_salt(kSchool, "nobody2"), salt);
  EXPECT_NE(vault_->decoy_salt("school5", "nobody"), salt);
  reopen();
  EXPECT_EQ(vault_->decoy_salt(kSchool, "nobody"), salt);
}

TEST_F(Accounts, ADecoySaltCannotBeComputedWithoutTheMasterKey) {
  const Id salt = vault_->decoy_salt(kSchool, "nobody");
  faults::TemporaryDirectory elsewhere;
  const auto other = Vault::open(elsewhere / "vault", random_.fixed<Hash>().bytes, {}, random_);
  ASSERT_TRUE(other);
  EXPECT_NE((*other)->decoy_salt(kSchool, "nobody"), salt);
}

class Secrets : public VaultTest {};

TEST_F(Secrets, ASecretComesBackAndCanBeReplaced) {
  const Bytes first(32, 1);
  const Bytes second(64, 2);
  ASSERT_TRUE(vault_->put_secret(kSchool, "log", first));
  reopen();
  EXPECT_EQ(*vault_->get_secret(kSchool, "log"), first);
  ASSERT_TRUE(vault_->put_secret(kSchool, "log", second));
  EXPECT_EQ(*vault_->get_secret(kSchool, "log"), second);
  EXPECT_EQ(vault_->get_secret(kSchool, "service").error().code, "not_found");
  EXPECT_EQ(vault_->get_secret("school5", "log").error().code, "not_found");
}

TEST_F(Secrets, OneSecretInThePlaceOfAnotherIsDamage) {
  ASSERT_TRUE(vault_->put_secret(kSchool, "log", Bytes(32, 1)));
  ASSERT_TRUE(vault_->put_secret(kSchool, "service", Bytes(32, 2)));
  plant(rows().secret("log"), raw(rows().secret("service")));
  EXPECT_EQ(vault_->get_secret(kSchool, "log").error().code, "damaged");
}

TEST_F(Secrets, NamesAndSizesHaveLimits) {
  EXPECT_EQ(vault_->put_secret(kSchool, "", Bytes(32)).error().code, "malformed");
  EXPECT_EQ(vault_->put_secret(kSchool, std::string(129, 'n'), Bytes(32)).error().code, "malformed");
  EXPECT_EQ(vault_->put_secret(kSchool, "log", Bytes(64 * 1024 + 1)).error().code, "too_large");
}

class Blobs : public VaultTest {};

TEST_F(Blobs, ABlobIsKeptUnderItsHash) {
  Bytes scan(300'000);
  random_.fill(scan);
  const Hash hash = signing::sha256(scan);
  ASSERT_TRUE(vault_->put_blob(kSchool, scan, hash));
  reopen();
  EXPECT_EQ(*vault_->get_blob(kSchool, hash), scan);
  EXPECT_EQ(vault_->get_blob("school5", hash).error().code, "not_found");
}

TEST_F(Blobs, AnotherBlobThanAnnouncedIsRefused) {
  const Bytes scan(100, 1);
  const Hash announced = signing::sha256(Bytes(100, 2));
  EXPECT_EQ(vault_->put_blob(kSchool, scan, announced).error().code, "hash_mismatch");
  EXPECT_EQ(vault_->get_blob(kSchool, announced).error().code, "not_found");
}

TEST_F(Blobs, TheSizeIsCappedBeforeAnythingElse) {
  const Bytes huge((16u << 20) + 1);
  EXPECT_EQ(vault_->put_blob(kSchool, huge, Hash{}).error().code, "too_large");
}

TEST_F(Blobs, ADamagedBlobIsSeenAndHealsWhenItIsSentAgain) {
  const Bytes scan(100, 1);
  const Hash hash = signing::sha256(scan);
  ASSERT_TRUE(vault_->put_blob(kSchool, scan, hash));
  plant(rows().blob(hash), Bytes(140, 5));
  EXPECT_EQ(vault_->get_blob(kSchool, hash).error().code, "damaged");
  ASSERT_TRUE(vault_->put_blob(kSchool, scan, hash));
  EXPECT_EQ(*vault_->get_blob(kSchool, hash), scan);
}

}  // namespace
}  // namespace letopis::ledger
