// The vault on a disk that fails and loses its power.

#include <gtest/gtest.h>

#include "ledger/vault.h"
#include "signing/sha256.h"
#include "tests/fault/fault_file_system.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::ledger {
namespace {

using faults::Fault;
constexpr std::string_view kSchool = "licey29";

class VaultFaults : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Vault>> open() {
    KvOptions options;
    options.file_system = faults::rocksdb_file_system(disk_);
    return Vault::open(home_ / "vault", master_, options, random_);
  }

  struct Kept {
    std::vector<SealedText> texts;
    std::vector<Account> accounts;
    std::vector<Bytes> blobs;
    std::vector<Bytes> secrets;
  };

  // One life of a vault, until something fails. What is in kept_ was acknowledged.
  void live() {
    const auto vault = open();
    if (!vault) return;
    for (std::uint64_t i = 0; i < 6; ++i) {
      std::vector<SealedText> texts;
      for (const auto* field : {"name", "illness", "remark"})
        texts.push_back({field, random_.id(), random_.fixed<Hash>(), "text " + std::to_string(i)});
      const SealedPlace place{"journal.example.org/log/licey29", random_.id(), random_.id(), i + 1};
      if (!(*vault)->put_texts(kSchool, texts, {place, place, place})) return;
      kept_.texts.insert(kept_.texts.end(), texts.begin(), texts.end());

      const Account account{"login" + std::to_string(i), random_.id(), random_.id(), random_.fixed<Hash>(),
                            random_.fixed<PublicKey>(),  Bytes(72, 1)};
      if (!(*vault)->put_account(kSchool, account)) return;
      kept_.accounts.push_back(account);

      const Bytes blob(500 + i, 2);
      if (!(*vault)->put_blob(kSchool, blob, signing::sha256(blob))) return;
      kept_.blobs.push_back(blob);

      const Bytes secret(32, static_cast<std::uint8_t>(i));
      if (!(*vault)->put_secret(kSchool, std::to_string(i), secret)) return;
      kept_.secrets.push_back(secret);
    }
  }

  void audit(const std::string& when) {
    const auto vault = open();
    ASSERT_TRUE(vault) << when << ": " << vault.error().text();
    for (const auto& text : kept_.texts) {
      const auto found = (*vault)->get_text(kSchool, sealed_commitment(text.field, text.salt, text.text));
      ASSERT_TRUE(found) << when << ": " << found.error().text();
      EXPECT_EQ(found->text, text.text);
    }
    for (const auto& account : kept_.accounts) {
      const auto found = (*vault)->get_account(kSchool, account.login);
      ASSERT_TRUE(found) << when << ": " << found.error().text();
      EXPECT_EQ(found->person, account.person);
    }
    for (const auto& blob : kept_.blobs) EXPECT_TRUE((*vault)->get_blob(kSchool, signing::sha256(blob))) << when;
    for (std::size_t i = 0; i < kept_.secrets.size(); ++i)
      EXPECT_EQ(*(*vault)->get_secret(kSchool, std::to_string(i)), kept_.secrets[i]) << when;
    // What was only sent is there whole or not at all: every commitment opens.
    const auto visited = (*vault)->each_commitment(kSchool, [&](const Hash& commitment) {
      EXPECT_TRUE((*vault)->get_text(kSchool, commitment)) << when;
      return true;
    });
    EXPECT_TRUE(visited) << when;
  }

  template <class Then>
  std::uint64_t with_every_operation_failing(Fault fault, bool from_then_on, Then then) {
    for (std::uint64_t n = 1;; ++n) {
      std::filesystem::remove_all(home_ / "vault");
      kept_ = {};
      disk_.fail_operation(n, fault, from_then_on);
      live();
      const auto where = disk_.failed_operation();
      disk_.heal();
      if (where.empty()) return n - 1;
      then();
      audit("operation " + std::to_string(n) + ", " + where);
      if (HasFatalFailure()) return n;
    }
  }

  faults::TemporaryDirectory home_;
  faults::FaultDisk disk_;
  SeededRandom random_{12};
  const std::array<std::uint8_t, 32> master_ = random_.fixed<Hash>().bytes;
  Kept kept_;
};

TEST_F(VaultFaults, AnIoErrorOnceAtEveryOperation) {
  EXPECT_GT(with_every_operation_failing(Fault::kIoError, false, [] {}), 50u);
}

TEST_F(VaultFaults, ADiskThatFillsUpAtEveryOperation) {
  EXPECT_GT(with_every_operation_failing(Fault::kNoSpace, true, [] {}), 50u);
}

TEST_F(VaultFaults, ThePowerGoesAtEveryOperation) {
  SeededRandom torn(5);
  const auto operations = with_every_operation_failing(Fault::kPowerLost, true, [&] {
    disk_.lose_power(&torn);
    disk_.restore_power();
  });
  EXPECT_GT(operations, 50u);
}

// An erasure that was cut short is finished by asking again, and until then says so by its failure.
TEST_F(VaultFaults, AnErasureCutShortAnywhereIsFinishedByAskingAgain) {
  const Id person = random_.id();
  const SealedText text{"name", person, random_.fixed<Hash>(), "Иванова"};
  const Hash commitment = sealed_commitment(text.field, text.salt, text.text);
  for (std::uint64_t n = 1;; ++n) {
    std::filesystem::remove_all(home_ / "vault");
    Result<std::uint64_t> erased = 0;
    {
      const auto vault = open();
      ASSERT_TRUE(vault);
      ASSERT_TRUE((*vault)->put_texts(kSchool, {text}, {SealedPlace{"origin", random_.id(), random_.id(), 1}}));
      disk_.fail_operation(n, Fault::kIoError, true);
      erased = (*vault)->erase_person(kSchool, person);
      disk_.lose_power();
    }
    const auto where = disk_.failed_operation();
    disk_.restore_power();
    const auto vault = open();
    ASSERT_TRUE(vault) << where << ": " << vault.error().text();
    EXPECT_TRUE(!erased || !(*vault)->get_text(kSchool, commitment)) << where;
    ASSERT_TRUE((*vault)->erase_person(kSchool, person)) << where;
    EXPECT_EQ((*vault)->get_text(kSchool, commitment).error().code, "not_found") << where;
    if (where.empty()) break;
    EXPECT_LT(n, 500u);
  }
}

}  // namespace
}  // namespace letopis::ledger
