// RFC 3161 tokens: those of OpenSSL's responder, and what `openssl ts` says of them and they of ours.

#include "signing/rfc3161.h"

#include <gtest/gtest.h>

#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"
#include "tests/support/time_authority.h"

namespace letopis::signing {
namespace {

constexpr std::int64_t kNow = 1'795'001'000;  // 18 November 2026
constexpr std::int64_t kSecond = kMicrosPerSecond;

class Timestamps : public testing::Test {
 protected:
  Result<Bytes> token(test::TimeAuthority& authority) {
    const auto query = make_timestamp_query(digest_, random_);
    return token_of_answer(authority.answer(query.der), query);
  }
  std::string reason(const Result<Timestamp>& checked) { return checked ? "good" : checked.error().code; }
  std::string checked(ByteView token, const Hash& digest, ByteView root) {
    return reason(verify_timestamp(token, digest, root, kSecond));
  }

  SeededRandom random_{3};
  Hash digest_ = sha256({as_bytes("a checkpoint")});
  test::TimeAuthority authority_{"tsa.example", Instant::from_seconds(kNow)};
};

TEST_F(Timestamps, ATokenSaysWhenItsDigestExisted) {
  const auto made = token(authority_);
  ASSERT_TRUE(made) << made.error().text();
  const auto stamp = verify_timestamp(*made, digest_, authority_.root(), 2 * kSecond);
  ASSERT_TRUE(stamp) << stamp.error().text();
  EXPECT_EQ(stamp->earliest, Instant::from_seconds(kNow - 2));
  EXPECT_EQ(stamp->latest, Instant::from_seconds(kNow + 3)) << "a whole second, and what is left unsaid";
}

TEST_F(Timestamps, ItsOwnAccuracyAndFractionsCount) {
  test::TimeAuthority::Kind kind;
  kind.accuracy_seconds = 1;
  kind.fraction_digits = 6;
  test::TimeAuthority exact("exact.example", Instant{kNow * kSecond + 250'000}, kind);
  const auto made = token(exact);
  ASSERT_TRUE(made);
  const auto stamp = verify_timestamp(*made, digest_, exact.root(), 60 * kSecond);
  ASSERT_TRUE(stamp) << stamp.error().text();
  EXPECT_EQ(stamp->earliest, (Instant{(kNow - 1) * kSecond + 250'000}));
  EXPECT_EQ(stamp->latest, (Instant{(kNow + 1) * kSecond + 250'000}));
}

TEST_F(Timestamps, OfAnotherDigestItSaysNothing) {
  EXPECT_EQ(checked(*token(authority_), sha256({as_bytes("another")}), authority_.root()), "other_digest");
}

TEST_F(Timestamps, OnlyTheAuthorityThatIsTrustedCounts) {
  const test::TimeAuthority other("tsa.example", Instant::from_seconds(kNow));
  EXPECT_EQ(checked(*token(authority_), digest_, other.root()), "bad_signature")
      << "of the same name, with another key";
  EXPECT_EQ(checked(*token(authority_), digest_, {}), "malformed");
}

TEST_F(Timestamps, ItIsCheckedAtItsOwnTime) {
  const auto made = token(authority_);
  authority_.set(Instant::from_seconds(kNow + 3700LL * 24 * 3600));
  EXPECT_EQ(checked(*made, digest_, authority_.root()), "good") << "the certificates have run out since";
  EXPECT_EQ(checked(*token(authority_), digest_, authority_.root()), "bad_signature") << "they had run out";
  authority_.set(Instant::from_seconds(kNow - 2 * 24 * 3600));
  EXPECT_EQ(checked(*token(authority_), digest_, authority_.root()), "bad_signature") << "there were none yet";
}

TEST_F(Timestamps, AChangedTokenSaysNoOtherTime) {
  const auto made = *token(authority_);
  for (std::size_t at = 0; at < made.size(); at += 7) {
    Bytes changed = made;
    changed[at] ^= 0x20;
    const std::string found = checked(changed, digest_, authority_.root());
    // Some octets are of certificates that are not needed, or of how long their names are spelt: nothing else may pass.
    if (found != "good") continue;
    const auto stamp = verify_timestamp(changed, digest_, authority_.root(), kSecond);
    EXPECT_EQ(stamp->earliest, Instant::from_seconds(kNow - 1)) << at;
  }
}

TEST_F(Timestamps, WhatIsNoTokenIsTold) {
  auto made = *token(authority_);
  EXPECT_EQ(checked({}, digest_, authority_.root()), "malformed");
  EXPECT_EQ(checked(ByteView(made).first(made.size() - 1), digest_, authority_.root()), "malformed");
  made.push_back(0);
  EXPECT_EQ(checked(made, digest_, authority_.root()), "malformed") << "something follows";
  EXPECT_EQ(checked(authority_.root(), digest_, authority_.root()), "malformed");
  EXPECT_EQ(checked(Bytes(kTimestampSizeMaxBytes + 1), digest_, authority_.root()), "too_large");
}

TEST_F(Timestamps, AnAnswerIsToItsOwnQuery) {
  const auto query = make_timestamp_query(digest_, random_), other = make_timestamp_query(digest_, random_);
  EXPECT_NE(query.nonce, other.nonce);
  const Bytes replayed = authority_.answer(other.der);
  EXPECT_EQ(token_of_answer(replayed, query).error().code, "other_nonce");
  EXPECT_TRUE(token_of_answer(replayed, other));
  const auto refused = token_of_answer(authority_.answer(authority_.root()), query);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "not_granted") << "what it was asked is no query";
  EXPECT_EQ(token_of_answer(query.der, query).error().code, "malformed");
}

// --- openssl ts, the program

int shell(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); }
void write(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }
Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

TEST_F(Timestamps, OpensslVerifiesWhatWeKeepAtItsTime) {
  const faults::TemporaryDirectory home;
  write(home / "token", as_text(*token(authority_)));
  write(home / "root.pem", authority_.root_pem());
  const std::string verify = "openssl ts -verify -token_in -in " + (home / "token") + " -CAfile " + (home / "root.pem");
  const std::string at = " -attime " + std::to_string(kNow);
  EXPECT_EQ(shell(verify + at + " -digest " + to_hex(digest_.view())), 0);
  EXPECT_NE(shell(verify + at + " -digest " + to_hex(sha256({as_bytes("another")}).view())), 0);
  EXPECT_NE(
      shell(verify + " -attime " + std::to_string(kNow + 3700LL * 24 * 3600) + " -digest " + to_hex(digest_.view())),
      0);
}

TEST_F(Timestamps, WhatOpensslStampsVerifiesHere) {
  const faults::TemporaryDirectory home;
  const std::string d = home.path() + "/";
  write(d + "tsa.cnf",
        "[tsa]\ndefault_tsa=t\n[t]\nserial=" + d + "serial\nsigner_cert=" + d + "tsa.pem\nsigner_key=" + d +
            "tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ncerts=" + d +
            "tsa.pem\n[ext]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=critical,timeStamping\n");
  write(d + "serial", "01\n");
  const std::string subject = " -subj /CN=root -days 30 -nodes -newkey rsa:2048";
  ASSERT_EQ(shell("openssl req -x509" + subject + " -keyout " + d + "ca.key -out " + d + "ca.pem"), 0);
  ASSERT_EQ(
      shell("openssl req -new -nodes -newkey rsa:2048 -subj /CN=tsa -keyout " + d + "tsa.key -out " + d + "tsa.csr"),
      0);
  ASSERT_EQ(shell("openssl x509 -req -in " + d + "tsa.csr -CA " + d + "ca.pem -CAkey " + d +
                  "ca.key -set_serial 2 -days 30 -extfile " + d + "tsa.cnf -extensions ext -out " + d + "tsa.pem"),
            0);
  ASSERT_EQ(shell("openssl x509 -in " + d + "ca.pem -outform DER -out " + d + "ca.der"), 0);
  const auto query = make_timestamp_query(digest_, random_);
  write(d + "query", as_text(query.der));
  ASSERT_EQ(shell("openssl ts -reply -config " + d + "tsa.cnf -queryfile " + d + "query -out " + d + "answer"), 0);
  const auto made = token_of_answer(read(d + "answer"), query);
  ASSERT_TRUE(made) << made.error().text();
  const auto stamp = verify_timestamp(*made, digest_, read(d + "ca.der"), kSecond);
  ASSERT_TRUE(stamp) << stamp.error().text();
  const std::int64_t now = SystemClock().now().seconds();
  EXPECT_LE(stamp->earliest, Instant::from_seconds(now));
  EXPECT_GE(stamp->latest, Instant::from_seconds(now - 60));
  // The signer's own certificate may be what is trusted.
  ASSERT_EQ(shell("openssl x509 -in " + d + "tsa.pem -outform DER -out " + d + "tsa.der"), 0);
  EXPECT_EQ(checked(*made, digest_, read(d + "tsa.der")), "good");
}

}  // namespace
}  // namespace letopis::signing
