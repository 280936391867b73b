#pragma once
// A school with its vault, in few words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/vault.h"
#include "ledger/vault_rows.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::ledger {

inline constexpr std::string_view kSchool = "licey29";

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() { reopen(); }

  Result<std::unique_ptr<Vault>> open(const std::array<std::uint8_t, 32>& master, KvOptions options = {}) {
    vault_.reset();
    return Vault::open(directory(), master, options, random_);
  }
  void reopen() {
    auto opened = open(master_);
    ASSERT_TRUE(opened) << opened.error().text();
    vault_ = std::move(*opened);
  }
  std::string directory() const { return home_ / "vault"; }

  SealedText text(const Id& person, std::string field, std::string words) {
    return {std::move(field), person, random_.fixed<Hash>(), std::move(words)};
  }
  static Hash commitment(const SealedText& of) { return sealed_commitment(of.field, of.salt, of.text); }
  // The n-th entry of one author.
  SealedPlace place(std::uint64_t number) const {
    return {"journal.example.org/log/licey29", author_key_, chain_, number};
  }
  Hash put(const SealedText& one, std::uint64_t number = 1) {
    const auto status = vault_->put_texts(kSchool, {one}, {place(number)});
    EXPECT_TRUE(status) << status.error().text();
    return commitment(one);
  }
  std::string get(const Hash& of, std::string_view school = kSchool) const {
    const auto found = vault_->get_text(school, of);
    return found ? found->text : found.error().code;
  }

  // What somebody with the files (and even the master key) could do: look at rows, and replace them.
  RowNames rows() const { return {keys_, kSchool}; }
  Bytes raw(const Bytes& key) const {
    const auto value = vault_->store().get(key);
    EXPECT_TRUE(value && *value) << "no such row";
    return value && *value ? **value : Bytes();
  }
  void plant(const Bytes& key, const Bytes& value) {
    WriteBatch batch;
    batch.put(key, value);
    ASSERT_TRUE(vault_->store().commit(batch, Durability::kSync));
  }

  faults::TemporaryDirectory home_;
  SeededRandom random_{29};
  const std::array<std::uint8_t, 32> master_ = random_.fixed<Hash>().bytes;
  const VaultKeys keys_{SecretKey(master_)};
  const Id pupil_ = random_.id();
  const Id teacher_ = random_.id();
  const Id author_key_ = random_.id();
  const Id chain_ = random_.id();
  std::unique_ptr<Vault> vault_;
};

}  // namespace letopis::ledger
