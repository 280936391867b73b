#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/vault.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::ledger {
namespace {

class MasterKey : public ::testing::Test {
 protected:
  std::string load(const MasterKeySource& source) {
    const auto key = load_master_key(vault(), source, random_);
    return key ? to_hex(*key) : key.error().code;
  }
  std::string file(std::string_view name, std::string_view content) {
    faults::overwrite(home_ / name, as_bytes(content));
    return home_ / name;
  }
  std::string vault() const { return home_ / "vault"; }
  std::string salt_file() const { return vault() + "/" + std::string(kVaultSaltFile); }

  faults::TemporaryDirectory home_;
  SeededRandom random_{7};
  const std::string digits_ = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
};

TEST_F(MasterKey, AKeyFileHoldsBytesOrDigits) {
  const auto bytes = from_hex(digits_);
  EXPECT_EQ(load({.key_file = file("raw", as_text(*bytes))}), digits_);
  EXPECT_EQ(load({.key_file = file("hex", digits_)}), digits_);
  EXPECT_EQ(load({.key_file = file("line", digits_ + "\n")}), digits_);
}

TEST_F(MasterKey, AnythingElseInAKeyFileIsMalformed) {
  for (const std::string& bad : {std::string(), std::string("secret"), digits_ + "\r", digits_ + "\n\n",
                                 digits_.substr(1), std::string(31, 'k'), std::string(64, 'K'), std::string(5000, 'k')})
    EXPECT_THAT(load({.key_file = file("bad", bad)}), ::testing::AnyOf("malformed", "too_large")) << bad.size();
  EXPECT_EQ(load({.key_file = home_ / "missing"}), "not_found");
}

TEST_F(MasterKey, TheCredentialsDirectoryServesWhenItHasOurs) {
  file("vault-key", digits_);
  EXPECT_EQ(load({.credentials_directory = home_.path()}), digits_);
  EXPECT_EQ(load({.credentials_directory = home_ / "nothing"}), "no_master_key");
  EXPECT_NE(load({.credentials_directory = home_ / "nothing", .passphrase = "four words and more"}), "no_master_key");
}

TEST_F(MasterKey, TheFileComesFirst) {
  file("vault-key", std::string(64, '1'));
  EXPECT_EQ(load({.key_file = file("key", digits_), .credentials_directory = home_.path(), .passphrase = "words"}),
            digits_);
}

TEST_F(MasterKey, APassphraseGivesTheSameKeyWhileItsSaltIsThere) {
  const auto first = load({.passphrase = "correct horse"});
  ASSERT_EQ(first.size(), 64u) << first;
  EXPECT_EQ(load({.passphrase = "correct horse"}), first);
  EXPECT_NE(load({.passphrase = "correct horsf"}), first);
  EXPECT_EQ(std::filesystem::status(salt_file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  std::filesystem::remove(salt_file());
  EXPECT_NE(load({.passphrase = "correct horse"}), first);
}

TEST_F(MasterKey, WhoeverOnlyReadsWritesNothing) {
  const auto read = [&] {
    return load_master_key(vault(), {.passphrase = "correct horse"}, random_, VaultAccess::kReadOnly);
  };
  const auto nothing = read();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, "not_found");
  EXPECT_FALSE(std::filesystem::exists(vault()));

  const auto key = load({.passphrase = "correct horse"});
  const Bytes salt = faults::read_whole(salt_file());
  EXPECT_EQ(to_hex(*read()), key);
  EXPECT_EQ(faults::read_whole(salt_file()), salt);
}

TEST_F(MasterKey, ALostSaltBesideAVaultIsNotReplaced) {
  const auto key = load_master_key(vault(), {.passphrase = "correct horse"}, random_);
  ASSERT_TRUE(key);
  ASSERT_TRUE(Vault::open(vault(), *key, {}, random_));
  std::filesystem::remove(salt_file());
  EXPECT_EQ(load({.passphrase = "correct horse"}), "damaged");
  EXPECT_FALSE(std::filesystem::exists(salt_file()));
}

TEST_F(MasterKey, ACopyOfTheVaultOpensWithThePassphrase) {
  const MasterKeySource source{.passphrase = "correct horse"};
  const auto key = load_master_key(vault(), source, random_);
  ASSERT_TRUE(key);
  {
    const auto opened = Vault::open(vault(), *key, {}, random_);
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->copy_to(home_ / "copy"));
  }
  const auto again = load_master_key(home_ / "copy", source, random_);
  ASSERT_TRUE(again);
  EXPECT_TRUE(Vault::open(home_ / "copy", *again, {}, random_));
}

TEST_F(MasterKey, ASaltFileHasOneSpelling) {
  load({.passphrase = "words"});
  const Bytes good = faults::read_whole(salt_file());
  const std::string text(as_text(good));
  for (const std::string& bad :
       {text + "\n", text.substr(0, text.size() - 1), " " + text, text + text, std::string(), "x" + text.substr(1)}) {
    faults::overwrite(salt_file(), as_bytes(bad));
    EXPECT_EQ(load({.passphrase = "words"}), "malformed") << bad;
  }
  for (const auto* cost : {" 03 ", " 0 ", " 33 ", " -3 ", " 3x "}) {
    std::string bad = text;
    bad.replace(bad.find(" 3 "), 3, cost);
    faults::overwrite(salt_file(), as_bytes(bad));
    EXPECT_EQ(load({.passphrase = "words"}), "malformed") << bad;
  }
}

TEST_F(MasterKey, NoSourceIsSaidPlainly) {
  EXPECT_EQ(load({}), "no_master_key");
  EXPECT_EQ(load({.passphrase = ""}), "no_master_key");
}

}  // namespace
}  // namespace letopis::ledger
