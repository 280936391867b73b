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

int shell(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); }
void write(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }
Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// --- Lists of revoked certificates

constexpr std::string_view kLists = "http://lists.example/root.crl";

class RevokedSigners : public Timestamps {
 protected:
  using Revoked = test::TimeAuthority::Revoked;
  static test::TimeAuthority::Kind with_lists() {
    test::TimeAuthority::Kind kind;
    kind.lists_at = kLists;
    return kind;
  }
  static Revoked since(std::int64_t seconds, std::optional<int> reason) {
    return {Instant::from_seconds(seconds), reason};
  }
  // What a token says whose authority has this list of revoked certificates inside.
  std::string with(const std::optional<Revoked>& signer) {
    const Lists list = {*RevocationList::read(listed_.revocation_list(signer))};
    const auto made = with_revocation_lists(*token(listed_), list);
    EXPECT_TRUE(made) << made.error().text();
    const std::string inside = checked(*made, digest_, listed_.root());
    const auto beside = verify_timestamp(*token(listed_), digest_, listed_.root(), kMicrosPerSecond, list);
    EXPECT_EQ(beside ? "good" : beside.error().code, inside) << "a list counts wherever it lies";
    return inside;
  }
  using Lists = std::vector<RevocationList>;
  test::TimeAuthority listed_{"tsa.example", Instant::from_seconds(kNow), with_lists()};
};

TEST_F(RevokedSigners, TheirListsAreWhereTheirCertificatesSay) {
  EXPECT_EQ(*revocation_list_urls(*token(listed_)), std::vector<std::string>{std::string(kLists)});
  EXPECT_TRUE(revocation_list_urls(*token(authority_))->empty());
  EXPECT_EQ(revocation_list_urls(digest_.view()).error().code, "malformed");
  EXPECT_EQ(RevocationList::read(listed_.revocation_list())->next().seconds(), kNow + 7 * 24 * 3600);
  EXPECT_EQ(RevocationList::read(listed_.root()).error().code, "malformed");
  EXPECT_EQ(RevocationList::read(Bytes(kRevocationListSizeMaxBytes + 1)).error().code, "too_large");
}

TEST_F(RevokedSigners, AListLiesInTheTokenAndChangesNothingWhereTheSignerIsNotOnIt) {
  EXPECT_EQ(with({}), "good");
  const Bytes plain = *token(listed_);
  const Bytes listed = *with_revocation_lists(plain, Lists{*RevocationList::read(listed_.revocation_list())});
  EXPECT_GT(listed.size(), plain.size());
  EXPECT_EQ(*with_revocation_lists(plain, {}), plain);
}

// RFC 3161, section 4.
TEST_F(RevokedSigners, ForAReasonThatLeavesTheKeySoundOnlyLaterTokensAreWorthless) {
  constexpr int kUnspecified = 0, kAffiliationChanged = 3, kSuperseded = 4, kCeased = 5;
  for (const int reason : {kUnspecified, kAffiliationChanged, kSuperseded, kCeased}) {
    EXPECT_EQ(with(since(kNow - 60, reason)), "revoked") << reason;
    EXPECT_EQ(with(since(kNow, reason)), "revoked") << reason;
    EXPECT_EQ(with(since(kNow + 60, reason)), "good") << reason;
  }
}

TEST_F(RevokedSigners, ForAnyOtherReasonNoTokenIsWorthAnything) {
  constexpr int kKeyCompromise = 1, kAuthorityCompromise = 2, kPrivilegeWithdrawn = 9;
  for (const std::optional<int> reason :
       {std::optional<int>(), {kKeyCompromise}, {kAuthorityCompromise}, {kPrivilegeWithdrawn}})
    for (const std::int64_t when : {kNow - 60, kNow + 3600}) EXPECT_EQ(with(since(when, reason)), "revoked");
}

TEST_F(RevokedSigners, AListThatItsIssuerDidNotSignIsNotTakenAlong) {
  const test::TimeAuthority other("tsa.example", Instant::from_seconds(kNow), with_lists());
  Bytes changed = listed_.revocation_list(since(kNow - 60, 1));
  changed.back() ^= 1;
  const Bytes plain = *token(listed_);
  for (const Bytes& bytes : {other.revocation_list(since(kNow - 60, 1)), changed}) {
    const Lists list = {*RevocationList::read(bytes)};
    EXPECT_TRUE(lists_signed_by_chain(plain, list, listed_.root())->empty());
    EXPECT_TRUE(verify_timestamp(plain, digest_, listed_.root(), kMicrosPerSecond, list)) << "nor does it count";
  }
  const Lists good = {*RevocationList::read(listed_.revocation_list())};
  EXPECT_EQ(lists_signed_by_chain(plain, good, listed_.root())->size(), 1U);
  for (const Bytes& none : {Bytes{0x30, 0x00}, Bytes()})
    EXPECT_EQ(RevocationList::read(none).error().code, "malformed");
}

TEST_F(RevokedSigners, WhatWouldMakeATokenTooLargeIsTold) {
  const Bytes list = listed_.revocation_list();
  const Lists many(kTimestampSizeMaxBytes / list.size() + 1, *RevocationList::read(list));
  EXPECT_EQ(with_revocation_lists(*token(listed_), many).error().code, "too_large");
}

TEST_F(RevokedSigners, AListAsTextIsOneSpellingThatOpensslReads) {
  const faults::TemporaryDirectory home;
  const auto list = *RevocationList::read(listed_.revocation_list(since(kNow, 4)));
  const std::string text = list_text(list);
  EXPECT_TRUE(equal(list_of_text(text)->der(), list.der()));
  for (const std::string& other : {text + "\n", text.substr(1), "x" + text, token_text(*token(listed_))})
    EXPECT_EQ(list_of_text(other).error().code, "malformed") << other.substr(0, 40);
  EXPECT_EQ(token_of_text(text).error().code, "malformed") << "a list is no token";
  write(home / "list", text);
  EXPECT_EQ(shell("openssl crl -in " + (home / "list") + " -noout -text | grep -q Superseded"), 0);
}

// --- openssl ts, the program

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

TEST_F(RevokedSigners, OpensslReadsATokenWithAListAsOneWithout) {
  const faults::TemporaryDirectory home;
  const Bytes listed = *with_revocation_lists(*token(listed_), Lists{*RevocationList::read(listed_.revocation_list())});
  write(home / "token", as_text(listed));
  write(home / "root.pem", listed_.root_pem());
  EXPECT_EQ(shell("openssl ts -verify -token_in -in " + (home / "token") + " -CAfile " + (home / "root.pem") +
                  " -attime " + std::to_string(kNow) + " -digest " + to_hex(digest_.view())),
            0);
  EXPECT_EQ(shell("openssl pkcs7 -inform DER -in " + (home / "token") + " -print_certs | grep -q 'BEGIN X509 CRL'"), 0);
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
