// A time-stamping authority of one's own: what it makes, openssl and our own reader accept; what is no query, it refuses.

#include "signing/rfc3161_authority.h"

#include <gtest/gtest.h>

#include <fstream>

#include "signing/keys.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::signing {
namespace {

constexpr Instant kNow{1'795'001'000'250'000};
constexpr char kWords[] = "a passphrase";

class OwnAuthority : public testing::Test {
 protected:
  TimestampAuthority open(const NewAuthority& made) {
    auto opened = TimestampAuthority::open(made.key_pem, made.certificate_pem, kWords);
    EXPECT_TRUE(opened) << opened.error().text();
    return *std::move(opened);
  }
  Result<Bytes> token(TimestampAuthority& authority, std::uint64_t serial, Instant at) {
    const auto query = make_timestamp_query(digest_, random_);
    TRY(const auto answer, authority.answer(query.der, serial, at));
    return token_of_answer(answer.der, query);
  }
  // What the program says; 0: verified.
  int openssl(const std::string& arguments) {
    return std::system(("cd " + directory_.path() + " && openssl " + arguments + " > out 2>&1").c_str());
  }
  std::string said() const { return std::string(as_text(faults::read_whole(directory_ / "out"))); }
  void keep(const std::string& name, ByteView bytes) { faults::overwrite(directory_ / name, bytes); }

  faults::TemporaryDirectory directory_;
  SeededRandom random_{3};
  Hash digest_ = sha256({as_bytes("a signed statement")});
  NewAuthority made_ = make_authority("notary.example", kWords, kNow, 365).value();
};

TEST_F(OwnAuthority, ItsTokensSayWhenADigestExisted) {
  auto authority = open(made_);
  const auto made = token(authority, 17, kNow);
  ASSERT_TRUE(made) << made.error().text();
  const auto stamp = verify_timestamp(*made, digest_, made_.certificate, 60 * kMicrosPerSecond);
  ASSERT_TRUE(stamp) << stamp.error().text();
  EXPECT_EQ(stamp->said, kNow);
  EXPECT_EQ(stamp->earliest, (Instant{kNow.micros - kMicrosPerSecond})) << "by its own accuracy";
  EXPECT_EQ(stamp->latest, (Instant{kNow.micros + kMicrosPerSecond}));
  EXPECT_EQ(verify_timestamp(*made, sha256({as_bytes("another")}), made_.certificate, 0).error().code, "other_digest");
}

TEST_F(OwnAuthority, OpensslVerifiesItsTokens) {
  auto authority = open(made_);
  keep("statement", as_bytes("a signed statement"));
  keep("notary.pem", as_bytes(made_.certificate_pem));
  ASSERT_EQ(openssl("ts -query -data statement -sha256 -cert -out query"), 0) << said();
  const auto answer = authority.answer(faults::read_whole(directory_ / "query"), 99, kNow);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->granted);
  keep("reply", answer->der);
  const std::string at = " -attime " + std::to_string(kNow.seconds());
  EXPECT_EQ(openssl("ts -verify -queryfile query -in reply -CAfile notary.pem" + at), 0) << said();
  EXPECT_EQ(openssl("ts -verify -data statement -in reply -CAfile notary.pem" + at), 0) << said();
  keep("statement", as_bytes("another statement"));
  EXPECT_NE(openssl("ts -verify -data statement -in reply -CAfile notary.pem" + at), 0);
  ASSERT_EQ(openssl("ts -reply -in reply -text"), 0);
  EXPECT_NE(said().find("Serial number: 0x63"), std::string::npos) << said();
}

TEST_F(OwnAuthority, ATokenIsATextFileOpensslReads) {
  auto authority = open(made_);
  const Bytes made = token(authority, 1, kNow).value();
  const std::string text = token_text(made);
  EXPECT_EQ(token_of_text(text).value(), made);
  keep("token.pem", as_bytes(text));
  ASSERT_EQ(openssl("pkcs7 -in token.pem -outform DER -out token.der"), 0) << said();
  EXPECT_EQ(faults::read_whole(directory_ / "token.der"), made);
  for (const std::string& wrong : {text + "\n", text.substr(1), std::string(), "\n" + text,
                                   std::string(text).replace(text.find("\n", 30), 1, "\r\n")})
    EXPECT_EQ(token_of_text(wrong).error().code, "malformed");
  EXPECT_EQ(token_of_text(std::string(100'000, 'a')).error().code, "too_large");
}

TEST_F(OwnAuthority, ItsCertificateIsForTimeStampingAlone) {
  keep("notary.pem", as_bytes(made_.certificate_pem));
  ASSERT_EQ(openssl("x509 -in notary.pem -noout -text"), 0);
  const std::string text = said();
  const auto usage = text.find("X509v3 Extended Key Usage: critical");
  ASSERT_NE(usage, std::string::npos) << text;
  EXPECT_NE(text.find("Time Stamping", usage), std::string::npos);
  EXPECT_NE(text.find("CA:FALSE"), std::string::npos);
  EXPECT_EQ(open(made_).valid_until(), Instant::from_seconds(kNow.seconds() + 365 * 24 * 3600));
  // One for anything else is refused.
  ASSERT_EQ(
      openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout pass:'a passphrase' -subj /CN=other "
              "-keyout key.pem -out other.pem"),
      0)
      << said();
  const std::string key(as_text(faults::read_whole(directory_ / "key.pem"))),
      other(as_text(faults::read_whole(directory_ / "other.pem")));
  EXPECT_EQ(TimestampAuthority::open(key, other, kWords).error().code, "wrong_certificate");
}

TEST_F(OwnAuthority, ItsKeyOpensByItsPassphraseAlone) {
  EXPECT_NE(made_.key_pem.find("BEGIN ENCRYPTED PRIVATE KEY"), std::string::npos);
  const auto reason = [&](const std::string& key, const std::string& certificate, std::string_view words) {
    const auto opened = TimestampAuthority::open(key, certificate, words);
    return opened ? "good" : opened.error().code;
  };
  EXPECT_EQ(reason(made_.key_pem, made_.certificate_pem, kWords), "good");
  EXPECT_EQ(reason(made_.key_pem, made_.certificate_pem, "another"), "wrong_passphrase");
  EXPECT_EQ(reason(made_.key_pem, made_.certificate_pem, ""), "wrong_passphrase");
  EXPECT_EQ(reason("", made_.certificate_pem, kWords), "wrong_passphrase");
  EXPECT_EQ(reason(made_.key_pem, "", kWords), "malformed");
  const auto other = make_authority("notary.example", kWords, kNow, 365).value();
  EXPECT_EQ(reason(made_.key_pem, other.certificate_pem, kWords), "wrong_certificate");
  keep("key.pem", as_bytes(made_.key_pem));
  EXPECT_EQ(openssl("pkey -in key.pem -passin pass:'a passphrase' -noout"), 0) << said();
}

TEST_F(OwnAuthority, WhatIsNoQueryIsRejected) {
  auto authority = open(made_);
  const auto granted = [&](ByteView query) { return authority.answer(query, 1, kNow).value().granted; };
  const auto good = make_timestamp_query(digest_, random_).der;
  EXPECT_TRUE(granted(good));
  EXPECT_FALSE(granted({}));
  EXPECT_FALSE(granted(as_bytes("nonsense")));
  EXPECT_FALSE(granted(ByteView(good).first(good.size() - 1)));
  EXPECT_EQ(authority.answer(Bytes(kTimestampQueryMaxBytes + 1), 1, kNow).error().code, "too_large");
  keep("statement", as_bytes("x"));
  ASSERT_EQ(openssl("ts -query -data statement -sha1 -out query"), 0);
  EXPECT_FALSE(granted(faults::read_whole(directory_ / "query"))) << "SHA-256 alone";
  const auto query = make_timestamp_query(digest_, random_);
  EXPECT_EQ(token_of_answer(TimestampAuthority::no_time(), query).error().code, "not_granted");
  keep("reply", TimestampAuthority::no_time());
  ASSERT_EQ(openssl("ts -reply -in reply -text"), 0) << said();
  EXPECT_NE(said().find("the TSA's time source is not available"), std::string::npos) << said();
}

TEST_F(OwnAuthority, NamesAndWordsHaveLimits) {
  EXPECT_EQ(make_authority("", kWords, kNow, 1).error().code, "malformed");
  EXPECT_EQ(make_authority(std::string(65, 'n'), kWords, kNow, 1).error().code, "malformed");
  EXPECT_EQ(make_authority("n", "", kNow, 1).error().code, "malformed");
  EXPECT_TRUE(make_authority("Лицей № 29", kWords, kNow, 1));
}

}  // namespace
}  // namespace letopis::signing
