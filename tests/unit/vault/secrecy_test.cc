// What somebody learns who steals the files.

#include "signing/sha256.h"
#include "tests/unit/vault/vault_fixture.h"

namespace letopis::ledger {
namespace {

class Secrecy : public VaultTest {
 protected:
  // One of everything personal the vault takes, and every form it could leak in.
  std::vector<std::string> fill() {
    const std::vector<std::string> fields = {"name", "contact", "illness", "excuse", "remark", "reason"};
    std::vector<std::string> needles = {"ivanova.maria", std::string(as_text(pupil_.view())), to_hex(pupil_.view())};
    for (std::uint64_t i = 0; i < fields.size(); ++i) {
      const auto one = text(pupil_, fields[i], "Секрет-" + std::to_string(i) + " о Марии");
      put(one, i + 1);
      needles.push_back(one.text);
      needles.emplace_back(as_text(one.salt.view()));
    }
    const Account account{"ivanova.maria",
                          pupil_,
                          random_.id(),
                          random_.fixed<Hash>(),
                          random_.fixed<PublicKey>(),
                          as_vector("wrapped key of Maria, 72 bytes")};
    EXPECT_TRUE(vault_->put_account(kSchool, account));
    for (const ByteView part :
         {account.salt.view(), account.proof_hash.view(), account.public_key.view(), ByteView(account.wrapped_key)})
      needles.emplace_back(as_text(part));
    const Bytes seed = as_vector("the seed of the log key, 32 byte");
    EXPECT_TRUE(vault_->put_secret(kSchool, "log-key-seed", seed));
    const Bytes scan = as_vector("a scan of the birth certificate");
    EXPECT_TRUE(vault_->put_blob(kSchool, scan, signing::sha256(scan)));
    needles.insert(needles.end(),
                   {"the seed of the log key, 32 byte", "a scan of the birth certificate", "log-key-seed",
                    std::string(as_text(signing::sha256(scan).view())), std::string(as_text(master_))});
    return needles;
  }
  static Bytes as_vector(std::string_view from) { return Bytes(as_bytes(from).begin(), as_bytes(from).end()); }
};

TEST_F(Secrecy, NoFileOfTheVaultHoldsAnythingPersonalInTheClear) {
  const auto needles = fill();
  for (const auto& needle : needles)
    EXPECT_EQ(faults::file_holding(directory(), needle), "") << "in the log: " << needle;
  // Written again by ourselves and without compression, for a table may hide a text from a search merely by packing it.
  std::string everything;
  ASSERT_TRUE(vault_->store().scan({}, {}, {}, [&](ByteView key, ByteView value) {
    everything.append(as_text(key)).append(as_text(value));
    return true;
  }));
  ASSERT_GT(everything.size(), 1000u);
  for (const auto& needle : needles) EXPECT_EQ(everything.find(needle), std::string::npos) << "in a row: " << needle;
  ASSERT_TRUE(vault_->store().compact());
  vault_.reset();
  for (const auto& needle : needles)
    EXPECT_EQ(faults::file_holding(directory(), needle), "") << "in a table: " << needle;
}

TEST_F(Secrecy, TheSearchWouldFindWhatLiesInTheClear) {
  plant(Bytes{'Z'}, Bytes(as_bytes("plain words").begin(), as_bytes("plain words").end()));
  EXPECT_NE(faults::file_holding(directory(), "plain words"), "");
}

TEST_F(Secrecy, TheLengthOfANameDoesNotShow) {
  const Hash brief = put(text(pupil_, "name", "Ли"));
  const Hash longer = put(text(pupil_, "name", "Иванова М."));
  EXPECT_EQ(raw(rows().text(brief)).size(), raw(rows().text(longer)).size());
}

TEST_F(Secrecy, TheSameTextOfTwoPeopleLooksDifferentEverywhere) {
  const Hash one = put(text(pupil_, "name", "Иванова"));
  const Hash two = put(text(teacher_, "name", "Иванова"));
  EXPECT_NE(one, two);
  EXPECT_NE(decode_text_row(raw(rows().text(one)))->sealed_text, decode_text_row(raw(rows().text(two)))->sealed_text);
}

TEST_F(Secrecy, AnotherMasterKeyIsRecognisedAtOnce) {
  const Hash hash = put(text(pupil_, "name", "Иванова"));
  const auto opened = open(random_.fixed<Hash>().bytes);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "wrong_master_key");
  reopen();
  EXPECT_EQ(get(hash), "Иванова");
}

TEST_F(Secrecy, AnEmptyVaultRemembersItsMasterKeyToo) {
  EXPECT_EQ(open(random_.fixed<Hash>().bytes).error().code, "wrong_master_key");
}

TEST_F(Secrecy, AVaultThatLostTheProofOfItsMasterKeyIsDamaged) {
  put(text(pupil_, "name", "Иванова"));
  WriteBatch batch;
  batch.remove(check_row());
  ASSERT_TRUE(vault_->store().commit(batch, Durability::kSync));
  EXPECT_EQ(open(master_).error().code, "damaged");
}

TEST_F(Secrecy, ReadOnlyReadsAndRefusesToWrite) {
  const Hash hash = put(text(pupil_, "name", "Иванова"));
  auto opened = open(master_, {.read_only = true});
  ASSERT_TRUE(opened) << opened.error().text();
  vault_ = std::move(*opened);
  EXPECT_EQ(get(hash), "Иванова");
  EXPECT_EQ(vault_->put_texts(kSchool, {text(pupil_, "name", "Петрова")}, {place(2)}).error().code, "read_only");
}

TEST_F(Secrecy, ReadOnlyMakesNoVault) {
  faults::TemporaryDirectory elsewhere;
  EXPECT_EQ(Vault::open(elsewhere / "none", master_, {.read_only = true}, random_).error().code, "not_found");
  EXPECT_FALSE(std::filesystem::exists(elsewhere / "none"));
}

TEST_F(Secrecy, ACopyOpensUnderTheSameMasterKeyAlone) {
  const Hash hash = put(text(pupil_, "name", "Иванова"));
  ASSERT_TRUE(vault_->copy_to(home_ / "copy"));
  vault_.reset();
  std::filesystem::remove_all(directory());
  EXPECT_EQ(Vault::open(home_ / "copy", random_.fixed<Hash>().bytes, {}, random_).error().code, "wrong_master_key");
  auto copy = Vault::open(home_ / "copy", master_, {}, random_);
  ASSERT_TRUE(copy) << copy.error().text();
  vault_ = std::move(*copy);
  EXPECT_EQ(get(hash), "Иванова");
}

}  // namespace
}  // namespace letopis::ledger
