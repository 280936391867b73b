#include <gtest/gtest.h>

#include "signing/keys.h"

namespace letopis::signing {
namespace {

// A key file written by hand from its description in keys.h, at the lowest costs, so that hundreds can be tried.
struct HandWritten {
  std::string purpose = "author";
  std::string id;
  std::string public_key;
  std::string salt = std::string(32, '7');
  std::string ops = "1";
  std::string mem = "8192";
  Bytes sealed;

  std::string text() const {
    return R"({"letopis":"key/v1","purpose":")" + purpose + R"(","id":")" + id + R"(","public":")" + public_key +
           R"(","salt":")" + salt + R"(","ops":)" + ops + R"(,"mem":)" + mem + R"(,"sealed":")" + to_base64(sealed) +
           "\"}\n";
  }
};

class KeyFile : public ::testing::Test {
 protected:
  static constexpr std::string_view kPassphrase = "Тихий омут, 4 черта";

  HandWritten by_hand(const KeyPair& key) {
    HandWritten file;
    file.id = to_hex(key.id().view());
    file.public_key = to_hex(key.public_key().view());
    const auto sealing_key = stretch_passphrase(kPassphrase, fixed_from_hex<Id>(file.salt).value(), 1, 8192).value();
    file.sealed = seal(sealing_key, about("author", key), key.seed(), random_);
    return file;
  }
  static Bytes about(std::string_view purpose, const KeyPair& key) {
    Bytes about;
    append(about, as_bytes(purpose));
    append(about, key.public_key().view());
    return about;
  }
  static std::string opened(const std::string& text, Purpose purpose = Purpose::kAuthor,
                            std::string_view passphrase = kPassphrase) {
    const auto key = open_key(text, purpose, passphrase);
    return key ? "ok" : key.error().code;
  }

  SeededRandom random_{41};
  KeyPair key_ = KeyPair::generate(Purpose::kAuthor, random_);
};

TEST_F(KeyFile, WhatWasSealedOpensWithItsPassphraseOnly) {
  const auto text = seal_key(key_, kPassphrase, random_);
  ASSERT_TRUE(text) << text.error().text();
  const auto key = open_key(*text, Purpose::kAuthor, kPassphrase);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->seed(), key_.seed());
  EXPECT_EQ(key->id(), key_.id());
  EXPECT_EQ(opened(*text, Purpose::kAuthor, "Тихий омут, 5 чертей"), "wrong_passphrase");
  EXPECT_EQ(opened(*text, Purpose::kAuthor, ""), "wrong_passphrase");
  EXPECT_EQ(opened(*text, Purpose::kAuthor, std::string(kPasswordMaxBytes + 1, 'x')), "wrong_passphrase");
}

TEST_F(KeyFile, IsOneLineThatNamesPurposeKeyAndCostsAndNotTheSeed) {
  const auto text = seal_key(key_, kPassphrase, random_).value();
  HandWritten expected = by_hand(key_);
  expected.ops = "2";  // libsodium's interactive limits
  expected.mem = std::to_string(64 * 1024 * 1024);
  const auto salt = text.find(R"("salt":")") + 8;
  expected.salt = text.substr(salt, 32);
  const auto sealed = text.find(R"("sealed":")") + 10;
  expected.sealed = from_base64(text.substr(sealed, text.size() - sealed - 3)).value();
  EXPECT_EQ(text, expected.text());
  EXPECT_EQ(text.find(to_hex(key_.seed())), std::string::npos);
  EXPECT_EQ(text.find(to_base64(key_.seed())), std::string::npos);
}

TEST_F(KeyFile, IsFreshlySaltedEachTime) {
  EXPECT_NE(seal_key(key_, kPassphrase, random_).value(), seal_key(key_, kPassphrase, random_).value());
}

TEST_F(KeyFile, IsNotSealedWithAnEmptyOrOverlongPassphrase) {
  EXPECT_EQ(seal_key(key_, "", random_).error().code, "malformed");
  EXPECT_EQ(seal_key(key_, std::string(kPasswordMaxBytes + 1, 'x'), random_).error().code, "malformed");
}

TEST_F(KeyFile, WrittenByHandFromTheDescriptionOpens) {
  EXPECT_EQ(opened(by_hand(key_).text()), "ok");
  EXPECT_EQ(open_key(by_hand(key_).text(), Purpose::kAuthor, kPassphrase)->seed(), key_.seed());
}

TEST_F(KeyFile, IsRefusedForEveryOtherPurpose) {
  for (const auto purpose :
       {Purpose::kRoot, Purpose::kInvitation, Purpose::kLog, Purpose::kWitness, Purpose::kService, Purpose::kArchive})
    EXPECT_EQ(opened(by_hand(key_).text(), purpose), "wrong_purpose") << purpose_name(purpose);
}

TEST_F(KeyFile, CannotBeRelabelled) {
  // Purpose and id changed together read well, but the seal was made over the purpose.
  HandWritten file = by_hand(key_);
  file.purpose = "log";
  EXPECT_EQ(opened(file.text(), Purpose::kLog), "malformed");
  file.id = to_hex(key_id(Purpose::kLog, key_.public_key()).view());
  EXPECT_EQ(opened(file.text(), Purpose::kLog), "wrong_passphrase");
}

TEST_F(KeyFile, APublicKeyThatIsNotTheSeedsIsNoticed) {
  // A public half exchanged by someone who does not know the passphrase …
  const auto other = KeyPair::generate(Purpose::kAuthor, random_);
  HandWritten file = by_hand(key_);
  file.public_key = to_hex(other.public_key().view());
  file.id = to_hex(other.id().view());
  EXPECT_EQ(opened(file.text()), "wrong_passphrase");
  // … and by someone who does.
  const auto sealing_key = stretch_passphrase(kPassphrase, fixed_from_hex<Id>(file.salt).value(), 1, 8192).value();
  file.sealed = seal(sealing_key, about("author", other), key_.seed(), random_);
  EXPECT_EQ(opened(file.text()), "malformed");
}

TEST_F(KeyFile, HasOneAcceptedSpelling) {
  const HandWritten good = by_hand(key_);
  const std::string text = good.text();
  ASSERT_EQ(opened(text), "ok");
  const auto with = [&](auto change) {
    HandWritten file = good;
    change(file);
    return file.text();
  };
  for (const std::string& bad : {
           std::string(),
           std::string("{}\n"),
           text + "\n",
           text + text,
           " " + text,
           text.substr(0, text.size() - 1),
           text.substr(0, text.size() - 1) + "\r\n",
           "\xef\xbb\xbf" + text,
           with([](auto& f) { f.purpose = "Author"; }),
           with([](auto& f) { f.purpose = ""; }),
           with([](auto& f) { f.id[0] = f.id[0] == '0' ? '1' : '0'; }),
           with([](auto& f) { f.id.pop_back(); }),
           with([](auto& f) { f.public_key[0] = 'G'; }),
           with([](auto& f) { f.public_key += "00"; }),
           with([](auto& f) { f.salt = "AA" + f.salt.substr(2); }),
           with([](auto& f) { f.salt = ""; }),
           with([](auto& f) { f.ops = "01"; }),
           with([](auto& f) { f.ops = "+1"; }),
           with([](auto& f) { f.ops = "-1"; }),
           with([](auto& f) { f.ops = "1.0"; }),
           with([](auto& f) { f.ops = "\"1\""; }),
           with([](auto& f) { f.ops = ""; }),
           with([](auto& f) { f.mem = "8192 "; }),
           with([](auto& f) { f.mem = "8e3"; }),
           with([](auto& f) { f.mem = "99999999999999999999999"; }),
           with([](auto& f) { f.sealed.push_back(0); }),
           with([](auto& f) { f.sealed.pop_back(); }),
           with([](auto& f) { f.sealed.clear(); }),
       })
    EXPECT_EQ(opened(bad), "malformed") << bad;
}

TEST_F(KeyFile, EveryTruncationIsMalformed) {
  const std::string text = by_hand(key_).text();
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_EQ(opened(text.substr(0, size)), "malformed") << size;
}

TEST_F(KeyFile, NoSingleDamagedCharacterOpens) {
  const std::string text = by_hand(key_).text();
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char c : {'0', 'a', '"', 'Z', ' '}) {
      if (text[at] == c) continue;
      std::string damaged = text;
      damaged[at] = c;
      EXPECT_NE(opened(damaged), "ok") << damaged;
    }
}

TEST_F(KeyFile, CostsOutOfBoundsAreRefusedBeforeTheyArePaid) {
  HandWritten file = by_hand(key_);
  for (const auto* ops : {"0", "33", "18446744073709551615"}) {
    file.ops = ops;
    EXPECT_EQ(opened(file.text()), "malformed") << ops;
  }
  file.ops = "1";
  for (const auto* mem : {"0", "8191", "1073741825", "18446744073709551615"}) {
    file.mem = mem;
    EXPECT_EQ(opened(file.text()), "malformed") << mem;
  }
}

TEST_F(KeyFile, IsCappedBeforeItIsRead) { EXPECT_EQ(opened(std::string(10'000'000, '{')), "malformed"); }

TEST_F(KeyFile, IsInspectedWithoutThePassphrase) {
  const auto info = inspect_key(by_hand(key_).text());
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_EQ(info->purpose, Purpose::kAuthor);
  EXPECT_EQ(info->id, key_.id());
  EXPECT_EQ(info->public_key, key_.public_key());
  EXPECT_EQ(inspect_key("nothing").error().code, "malformed");
}

}  // namespace
}  // namespace letopis::signing
