// Getting in and out: by key, by password, by invitation; what does not get in, and what nobody can learn by trying.

#include <gtest/gtest.h>

#include "replay-tools/receipt.h"
#include "tests/unit/server/browser.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

class SignInTest : public ::testing::Test {
 protected:
  SignInTest() { site.start(); }

  std::uint64_t size() {
    return licey.school().read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  }
  // Whether a token opens the school's door now.
  bool opens(const std::string& token, std::string_view slug = "licey29") {
    return site.get("/v1/schools/" + std::string(slug) + "/me", token).status == 200;
  }
  std::string token_of(const Response& signed_in) { return std::string(json_of(signed_in).at("token").as_string()); }
  // As a browser keeps it: the value of the cookie that an answer set.
  static std::string cookie_of(const Response& response) {
    const std::string set = header_of(response, "Set-Cookie");
    return set.substr(0, set.find(';'));
  }
  Response with_cookie(Method method, std::string_view target, const std::string& cookie,
                       const std::function<void(Request&)>& also = {}) {
    Request request = site.request(method, target);
    request.cookie = cookie;
    if (also) also(request);
    return site.ask(request);
  }

  Site site;
  LiveSchool& licey = site.school("licey29");
  LiveSchool& gymnasium = site.school("gymnasium");
  Member& ivan = licey.teacher("Иван Седов");
  Member& invited = newcomer("Новая учительница");
  Browser browser{site, licey};
  const Credentials credentials{"novaya", "тихий тёплый вечер"};

  // A teacher with an invitation, and no key yet.
  Member& newcomer(std::string_view name) {
    Member& member = licey.person(name);
    licey.grant(member, Role::kTeacher);
    licey.invite(member, licey.administrator(), Role::kAdministrator);
    return member;
  }
  Response enrol() { return browser.enrol(invited, credentials); }
};

// --- By key ----------------------------------------------------------------------------------------------------------

TEST_F(SignInTest, AKeyThatSignsTheChallengeGetsIn) {
  const auto response = browser.by_key(*ivan.key);
  ASSERT_EQ(response.status, 200U) << body_of(response);
  const auto body = json_of(response);
  EXPECT_EQ(body.at("person").as_string(), hex(ivan.id));
  EXPECT_EQ(body.at("name").as_string(), "Иван Седов");
  EXPECT_EQ(body.at("origin").as_string(), licey.origin());
  EXPECT_EQ(body.at("key").as_string(), hex(ivan.key->id()));
  EXPECT_TRUE(opens(token_of(response)));
  const auto session = json_of(site.get("/v1/auth/session", token_of(response)));
  EXPECT_EQ(session.at("person").as_string(), hex(ivan.id));
  EXPECT_EQ(session.at("expires").as_string(), body.at("expires").as_string());
}

TEST_F(SignInTest, AChallengeIsAnsweredOnce) {
  const auto nonce = browser.nonce();
  const auto signature = ivan.key->sign(sign_in_text("letopis/sign-in/v1", licey.origin(), nonce));
  EXPECT_EQ(browser.answer(ivan.key->id(), nonce, signature).status, 200U);
  const auto again = browser.answer(ivan.key->id(), nonce, signature);
  EXPECT_EQ(again.status, 401U);
  EXPECT_EQ(problem_of(again), "challenge-failed");
  EXPECT_EQ(header_of(again, "Set-Cookie"), "");
}

TEST_F(SignInTest, AChallengeLastsTwoMinutes) {
  const auto at_the_end = browser.nonce();
  const auto too_late = browser.nonce();
  const auto answer = [&](const std::string& nonce) {
    return browser.answer(ivan.key->id(), nonce,
                          ivan.key->sign(sign_in_text("letopis/sign-in/v1", licey.origin(), nonce)));
  };
  site.live().advance(119);
  EXPECT_EQ(answer(at_the_end).status, 200U);
  site.live().advance(1);
  EXPECT_EQ(answer(too_late).status, 401U);
}

TEST_F(SignInTest, AChallengeIsForOneSchool) {
  Browser elsewhere(site, gymnasium);
  const auto nonce = elsewhere.nonce();
  // Relayed by whoever runs another school: neither over its own origin nor over ours.
  for (const auto& origin : {licey.origin(), gymnasium.origin()})
    EXPECT_EQ(
        browser.answer(ivan.key->id(), nonce, ivan.key->sign(sign_in_text("letopis/sign-in/v1", origin, nonce))).status,
        401U)
        << origin;
  const auto ours = browser.nonce();
  EXPECT_EQ(
      browser.answer(ivan.key->id(), ours, ivan.key->sign(sign_in_text("letopis/sign-in/v1", gymnasium.origin(), ours)))
          .status,
      401U)
      << "our challenge, signed for another school";
  // None of this has used our challenge up.
  EXPECT_EQ(
      browser.answer(ivan.key->id(), ours, ivan.key->sign(sign_in_text("letopis/sign-in/v1", licey.origin(), ours)))
          .status,
      200U);
}

TEST_F(SignInTest, AChallengeNobodyGaveIsNone) {
  auto nonce = browser.nonce();
  nonce.back() = nonce.back() == '0' ? '1' : '0';  // of the tag
  const auto signature = ivan.key->sign(sign_in_text("letopis/sign-in/v1", licey.origin(), nonce));
  EXPECT_EQ(problem_of(browser.answer(ivan.key->id(), nonce, signature)), "challenge-failed");
  auto longer = browser.nonce();
  longer[33] = longer[33] == '0' ? '1' : '0';  // of its end
  EXPECT_EQ(
      browser.answer(ivan.key->id(), longer, ivan.key->sign(sign_in_text("letopis/sign-in/v1", licey.origin(), longer)))
          .status,
      401U);
}

TEST_F(SignInTest, OnlyTheKeysOwnSignatureOverTheRightMessageCounts) {
  const auto refused = [&](const Id& key, const std::string& nonce, const Signature& signature) {
    const auto response = browser.answer(key, nonce, signature);
    EXPECT_EQ(problem_of(response), "challenge-failed");
    return response.status == 401;
  };
  const auto nonce = browser.nonce();
  const auto message = sign_in_text("letopis/sign-in/v1", licey.origin(), nonce);
  EXPECT_TRUE(refused(ivan.key->id(), nonce, licey.director().key->sign(message))) << "another's key";
  EXPECT_TRUE(refused(ivan.key->id(), nonce, Signature{})) << "no signature";
  EXPECT_TRUE(
      refused(ivan.key->id(), nonce, ivan.key->sign(sign_in_text("letopis/invitation/v1", licey.origin(), nonce))))
      << "a message of another kind";
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kAuthor, site.live().random());
  EXPECT_TRUE(refused(stranger.id(), nonce, stranger.sign(message))) << "a key this log does not know";
  EXPECT_TRUE(refused(licey.root().key->id(), nonce, licey.root().key->sign(message))) << "a root key is no person";
  EXPECT_TRUE(refused(gymnasium.director().key->id(), nonce, gymnasium.director().key->sign(message)))
      << "a key of another school";
  licey.revoke_key(ivan);
  EXPECT_TRUE(refused(ivan.key->id(), nonce, ivan.key->sign(message))) << "a revoked key";
  EXPECT_EQ(site.app().services().sessions.size(), 0U);
}

TEST_F(SignInTest, GuessingFromOneAddressIsSlowedDownAndOthersAreNot) {
  int refused = 0;
  const auto nonce = browser.nonce();
  while (browser.answer(ivan.key->id(), nonce, Signature{}).status == 401) ASSERT_LT(++refused, 1000);
  const auto limited = browser.answer(ivan.key->id(), nonce, Signature{});
  EXPECT_EQ(limited.status, 429U);
  EXPECT_NE(header_of(limited, "Retry-After"), "");
  EXPECT_EQ(browser.by_key(*ivan.key).status, 429U);
  browser.address = "192.0.2.8";
  EXPECT_EQ(browser.by_key(*ivan.key).status, 200U);
  browser.address = "192.0.2.7";
  site.live().advance(60);
  EXPECT_EQ(browser.by_key(*ivan.key).status, 200U);
}

// --- By invitation ---------------------------------------------------------------------------------------------------

TEST_F(SignInTest, AnInvitationBecomesAKeyAPasswordAndASession) {
  const auto shown = browser.invitation(invited.invitation_code);
  ASSERT_EQ(shown.status, 200U) << body_of(shown);
  EXPECT_EQ(json_of(shown).at("person").as_string(), hex(invited.id));
  EXPECT_EQ(json_of(shown).at("name").as_string(), invited.name);
  EXPECT_EQ(json_of(shown).at("invitation").as_string(), hex(invited.invitation));

  const auto before = size();
  const auto enrolled = browser.enrol(invited, credentials);
  ASSERT_EQ(enrolled.status, 201U) << body_of(enrolled);
  EXPECT_EQ(json_of(enrolled).at("item").at("verdict").as_string(), "accepted");
  EXPECT_EQ(json_of(enrolled).at("item").at("index").as_int64(), static_cast<std::int64_t>(before));
  EXPECT_EQ(size(), before + 1);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", cookie_of(enrolled)).status, 200U);

  const auto signed_in = browser.by_password(credentials);
  ASSERT_EQ(signed_in.status, 200U) << body_of(signed_in);
  EXPECT_EQ(json_of(signed_in).at("person").as_string(), hex(invited.id));
  EXPECT_FALSE(json_of(signed_in).as_object().contains("token")) << "pages have no use for it";
  const auto key = browser.unwrap(signed_in, credentials);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->id(), invited.key->id());
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", cookie_of(signed_in)).status, 200U);
}

TEST_F(SignInTest, AnEnrolmentMayBeRepeatedWordForWord) {
  ASSERT_EQ(enrol().status, 201U);
  const auto before = size();
  const auto again = browser.post("enrol", browser.last_enrolment);
  EXPECT_EQ(again.status, 200U) << body_of(again);
  EXPECT_TRUE(json_of(again).at("item").at("repeated").as_bool());
  EXPECT_NE(header_of(again, "Set-Cookie"), "");
  EXPECT_EQ(size(), before);
}

TEST_F(SignInTest, AnInvitationServesOnceAndInItsTime) {
  ASSERT_EQ(enrol().status, 201U);
  const auto spent = browser.invitation(invited.invitation_code);
  EXPECT_EQ(spent.status, 410U);
  EXPECT_EQ(problem_of(spent), "invitation-spent");

  Member& other = newcomer("Другая");
  EXPECT_EQ(browser.invitation(other.invitation_code).status, 200U);
  site.live().advance(31 * 86'400);
  EXPECT_EQ(problem_of(browser.invitation(other.invitation_code)), "invitation-spent")
      << "it has expired, though nothing was recorded since";

  Member& third = newcomer("Третья");
  licey.say(licey.administrator(), Role::kAdministrator, ledger::InvitationRevoked{third.invitation});
  EXPECT_EQ(browser.invitation(third.invitation_code).status, 410U);
  EXPECT_EQ(browser.invitation(signing::new_invitation_code(site.live().random())).status, 401U);
  EXPECT_EQ(Browser(site, gymnasium).invitation(third.invitation_code).status, 401U) << "another school's code";
}

TEST_F(SignInTest, ASpentInvitationIsRefusedByTheRulesAndGivesNoSession) {
  ASSERT_EQ(enrol().status, 201U);
  const auto code = invited.invitation_code;
  Member thief;
  thief.id = invited.id;
  thief.invitation = invited.invitation;
  thief.invitation_code = code;
  const auto before = size();
  const auto response = browser.enrol(thief, {"thief", "password"});
  ASSERT_EQ(response.status, 201U) << body_of(response);
  EXPECT_EQ(json_of(response).at("item").at("verdict").as_string(), "refused");
  EXPECT_EQ(size(), before + 1) << "the attempt leaves its trace";
  const std::string proof(json_of(response).at("item").at("receipt").as_string());
  const auto report = receipt::check(proof, licey.school().vkey().text());
  EXPECT_EQ(report.verdict, receipt::Verdict::kGood) << receipt::text_report(report, receipt::Language::kEnglish);
  EXPECT_EQ(header_of(response, "Set-Cookie"), "");
  EXPECT_FALSE(json_of(response).as_object().contains("person"));
  EXPECT_EQ(browser.by_password({"thief", "password"}).status, 401U) << "and no account";
  EXPECT_EQ(browser.by_password(credentials).status, 200U);
}

TEST_F(SignInTest, ALoginBelongsToOnePerson) {
  ASSERT_EQ(enrol().status, 201U);
  Member& other = newcomer("Другая");
  const auto before = size();
  const auto taken = browser.enrol(other, credentials);
  EXPECT_EQ(taken.status, 409U);
  EXPECT_EQ(problem_of(taken), "login-taken");
  EXPECT_EQ(size(), before) << "the invitation is still good";
  EXPECT_EQ(browser.enrol(other, {"drugaya", "password"}).status, 201U);
}

// Whoever holds no invitation must not learn from an enrolment which logins exist.
TEST_F(SignInTest, AStrangersEnrolmentTellsNothingOfLogins) {
  ASSERT_EQ(enrol().status, 201U);
  const auto stranger_asks = [&](const std::string& login) {
    Member stranger;
    stranger.id = site.live().random().id();
    stranger.invitation = invited.invitation;  // known, but not its code
    stranger.invitation_code = signing::new_invitation_code(site.live().random());
    const auto before = size();
    const auto response = browser.enrol(stranger, {login, "password"});
    EXPECT_EQ(size(), before);
    return std::pair(response.status, problem_of(response));
  };
  EXPECT_EQ(stranger_asks(credentials.login), stranger_asks("nobody"));
  EXPECT_EQ(stranger_asks("nobody"), std::pair(401U, std::string("bad-signature")));
}

TEST_F(SignInTest, AnEnrolmentWithoutItsSignaturesIsTurnedAway) {
  const std::string whole = browser.enrolment(invited, credentials);
  const auto fields = boost::json::parse(whole).as_object();
  const auto before = size();
  for (const char* field : {"statement", "signature", "login", "salt", "proof", "wrapped_key", "account_signature"}) {
    auto spoilt = fields;
    std::string text(spoilt[field].as_string());
    text[text.size() / 2] = text[text.size() / 2] == 'a' ? 'b' : 'a';
    spoilt[field] = text;
    const auto response = browser.post("enrol", boost::json::serialize(spoilt));
    // A byte of the statement may make it another well-formed one: then the account is not signed for that.
    EXPECT_TRUE(response.status == 401 || (field == std::string("statement") && response.status == 400))
        << field << ": " << response.status << body_of(response);
    EXPECT_EQ(header_of(response, "Set-Cookie"), "") << field;
    auto without = fields;
    without.erase(field);
    EXPECT_EQ(browser.post("enrol", boost::json::serialize(without)).status, 400U) << field;
  }
  EXPECT_EQ(size(), before);
  EXPECT_EQ(browser.post("enrol", whole).status, 201U);
}

// --- By password -----------------------------------------------------------------------------------------------------

TEST_F(SignInTest, LoginsAreReadWithoutRegardToCase) {
  ASSERT_EQ(enrol().status, 201U);
  EXPECT_EQ(browser.by_password({"NoVaYa", credentials.password}).status, 200U);
}

TEST_F(SignInTest, AnUnknownLoginLooksLikeAWrongPassword) {
  ASSERT_EQ(enrol().status, 201U);
  const auto known = browser.salt("novaya");
  const auto unknown = browser.salt("nikto");
  EXPECT_FALSE(unknown.is_zero());
  EXPECT_NE(known, unknown);
  EXPECT_EQ(browser.salt("nikto"), unknown) << "a salt that changed would give itself away";
  EXPECT_EQ(browser.salt("NIKTO"), unknown) << "as it does for those who exist";
  EXPECT_EQ(browser.salt("NOVAYA"), known);
  EXPECT_NE(browser.salt("nekto"), unknown);
  EXPECT_NE(Browser(site, gymnasium).salt("nikto"), unknown) << "another school, other decoys";
  EXPECT_EQ(browser.salt("nikto\n"), browser.salt("nikto\n")) << "what is no login at all has one too";

  const Hash wrong = site.live().random().fixed<Hash>();
  const auto of_known = browser.by_proof("novaya", wrong);
  const auto of_unknown = browser.by_proof("nikto", wrong);
  const auto of_none = browser.by_proof("\xd0\xb0", wrong);
  EXPECT_EQ(of_known.status, 401U);
  EXPECT_EQ(problem_of(of_known), "sign-in-failed");
  for (const auto& other : {of_unknown, of_none}) {
    EXPECT_EQ(other.status, of_known.status);
    EXPECT_EQ(body_of(other), body_of(of_known));
    EXPECT_EQ(other.headers, of_known.headers);
  }
}

TEST_F(SignInTest, TheDecoySaltOutlivesARestart) {
  const Id before = browser.salt("nikto");
  EXPECT_EQ(licey.school().decoy_salt("nikto"), before);
  site.stop();
  ASSERT_TRUE(site.live().reopen());
  EXPECT_EQ(licey.school().decoy_salt("nikto"), before);
}

TEST_F(SignInTest, WrongPasswordsAreSlowedDownByAccount) {
  ASSERT_EQ(enrol().status, 201U);
  const auto keys = signing::stretch_password(credentials.password, browser.salt("novaya"));
  ASSERT_TRUE(keys);
  const Hash right = Hash::copy_of(keys->login_proof);
  const auto guess = [&](std::string_view login, const Hash& proof) {
    static int guesses = 0;  // each from an address of its own
    browser.address = "198.51.100." + std::to_string(++guesses);
    return browser.by_proof(login, proof);
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(guess("novaya", Hash{}).status, 401U) << i;
  const auto limited = guess("novaya", Hash{});
  EXPECT_EQ(limited.status, 429U);
  EXPECT_NE(header_of(limited, "Retry-After"), "");
  EXPECT_EQ(guess("NOVAYA", right).status, 429U) << "by whatever spelling, even with the right password";
  EXPECT_EQ(guess("nikto", Hash{}).status, 401U) << "other logins are not slowed down";
  site.live().advance(60);
  EXPECT_EQ(guess("novaya", Hash{}).status, 401U) << "one try a minute from then on";
  EXPECT_EQ(guess("novaya", right).status, 429U);
  site.live().advance(60);
  EXPECT_EQ(guess("novaya", right).status, 200U);
}

TEST_F(SignInTest, AnUnknownLoginIsSlowedDownAlike) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(browser.by_proof("nikto", Hash{}).status, 401U) << i;
  EXPECT_EQ(browser.by_proof("nikto", Hash{}).status, 429U);
}

TEST_F(SignInTest, WrongPasswordsAreSlowedDownByAddress) {
  ASSERT_EQ(enrol().status, 201U);
  int refused = 0;
  const auto next = [&] { return browser.by_proof("login" + std::to_string(refused), Hash{}); };
  while (next().status == 401) ASSERT_LT(++refused, 1000);
  EXPECT_EQ(next().status, 429U) << "a fresh login, the same address";
  EXPECT_GE(refused, 30) << "a school behind one address mistypes some passwords in a morning";
  EXPECT_EQ(browser.by_password(credentials).status, 429U);
  browser.address = "192.0.2.8";
  EXPECT_EQ(browser.by_password(credentials).status, 200U);
  // One household has 2^64 IPv6 addresses.
  browser.address = "2001:db8:1:2::1";
  for (refused = 0; next().status == 401;) ASSERT_LT(++refused, 1000);
  browser.address = "2001:db8:1:2:ffff::2";
  EXPECT_EQ(browser.by_password(credentials).status, 429U);
  browser.address = "2001:db8:1:3::1";
  EXPECT_EQ(browser.by_password(credentials).status, 200U);
}

TEST_F(SignInTest, RightPasswordsLockNobodyOut) {
  ASSERT_EQ(enrol().status, 201U);
  const auto keys = signing::stretch_password(credentials.password, browser.salt("novaya"));
  ASSERT_TRUE(keys);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(browser.by_proof("novaya", Hash::copy_of(keys->login_proof)).status, 200U);
}

TEST_F(SignInTest, ARevokedKeysPasswordOpensNothing) {
  ASSERT_EQ(enrol().status, 201U);
  licey.revoke_key(invited);
  EXPECT_EQ(problem_of(browser.by_password(credentials)), "sign-in-failed");
}

TEST_F(SignInTest, APasswordIsChangedByItsOwnerAlone) {
  const auto enrolled = enrol();
  ASSERT_EQ(enrolled.status, 201U);
  const auto own = site.sign_in(licey, invited);
  const Credentials changed{"novaya", "другой пароль"};
  EXPECT_EQ(browser.change_account(invited, changed, {}).status, 401U) << "nobody is signed in";
  EXPECT_EQ(browser.change_account(invited, changed, site.sign_in(licey, ivan)).status, 403U) << "somebody else is";
  EXPECT_EQ(browser.change_account(ivan, changed, site.sign_in(licey, ivan)).status, 403U) << "another's login";
  EXPECT_EQ(browser.change_account(ivan, changed, own).status, 403U) << "another's key";
  EXPECT_EQ(browser.by_password(credentials).status, 200U) << "nothing has changed so far";
  EXPECT_EQ(browser.change_account(invited, changed, own).status, 204U);
  EXPECT_EQ(browser.by_password(credentials).status, 401U);
  EXPECT_EQ(browser.by_password(changed).status, 200U);
  EXPECT_EQ(problem_of(browser.post("enrol", browser.last_enrolment)), "account-exists")
      << "the old enrolment does not bring the old password back";
  EXPECT_EQ(browser.by_password(changed).status, 200U);
}

// --- Sessions --------------------------------------------------------------------------------------------------------

TEST_F(SignInTest, SignOutEndsTheSession) {
  const auto token = token_of(browser.by_key(*ivan.key));
  ASSERT_TRUE(opens(token));
  const auto other = token_of(browser.by_key(*ivan.key));
  const auto out = site.ask(site.request(Method::kPost, "/v1/auth/sign-out", token));
  EXPECT_EQ(out.status, 204U);
  EXPECT_NE(header_of(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_FALSE(opens(token));
  EXPECT_TRUE(opens(other)) << "the other device stays";
  EXPECT_EQ(site.ask(site.request(Method::kPost, "/v1/auth/sign-out", token)).status, 204U) << "once more";
}

TEST_F(SignInTest, AnIdleSessionEndsAfterTwoHours) {
  const auto token = token_of(browser.by_key(*ivan.key));
  site.live().advance(7199);
  EXPECT_TRUE(opens(token));
  site.live().advance(7199);
  EXPECT_TRUE(opens(token)) << "use keeps it";
  site.live().advance(7200);
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, NoSessionOutlivesHalfADay) {
  const auto token = token_of(browser.by_key(*ivan.key));
  for (int hour = 1; hour < 12; ++hour) {
    site.live().advance(3600);
    ASSERT_TRUE(opens(token)) << hour;
  }
  site.live().advance(3600);
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, ARevokedKeyEndsItsSessions) {
  const auto token = token_of(browser.by_key(*ivan.key));
  ASSERT_TRUE(opens(token));
  licey.revoke_key(ivan);
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, ASessionOfOneSchoolIsNothingInAnother) {
  const auto token = token_of(browser.by_key(*ivan.key));
  EXPECT_TRUE(opens(token));
  const auto elsewhere = site.get("/v1/schools/gymnasium/me", token);
  EXPECT_EQ(elsewhere.status, 403U);
  EXPECT_EQ(problem_of(elsewhere), "other-school");
}

TEST_F(SignInTest, ATokenNobodyGaveOpensNothing) {
  auto token = token_of(browser.by_key(*ivan.key));
  token.back() = token.back() == '0' ? '1' : '0';
  for (const std::string& wrong : {token, token.substr(0, 63), std::string(), std::string(64, '0'), token + "0"}) {
    const auto response = site.get("/v1/schools/licey29/me", wrong);
    EXPECT_EQ(response.status, 401U) << wrong;
    EXPECT_EQ(problem_of(response), "not-signed-in");
  }
}

TEST_F(SignInTest, APersonHasSoManySessionsAndTheOldestGivesWay) {
  const std::size_t most = Sessions::Options{}.per_person_max;
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i <= most; ++i) {
    tokens.push_back(token_of(browser.by_key(*ivan.key)));
    site.live().advance(1);
  }
  EXPECT_FALSE(opens(tokens[0]));
  EXPECT_TRUE(opens(tokens[1]));
  EXPECT_TRUE(opens(tokens[most]));
}

// --- Cookies, and other sites ----------------------------------------------------------------------------------------

TEST_F(SignInTest, TheCookieIsForThisSiteAndNoScript) {
  const auto response = browser.by_key(*ivan.key);
  EXPECT_EQ(header_of(response, "Set-Cookie"),
            "__Host-letopis=" + token_of(response) + "; Path=/; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const auto cookie = cookie_of(response);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", cookie).status, 200U);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", "theme=dark; " + cookie + "; a=b").status, 200U);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", "x" + cookie).status, 401U);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", "letopis=" + token_of(response)).status, 401U)
      << "a cookie that a sister site could have set";
}

class InsecureCookieTest : public ::testing::Test {};
TEST_F(InsecureCookieTest, OnlyWhoeverAsksForItGetsACookieWithoutSecure) {
  AppOptions options;
  options.site.secure_cookies = false;
  Site site(options);
  LiveSchool& school = site.school("licey29");
  site.start();
  const auto set = [&](bool secure) {
    Request request = site.request(Method::kPost, "/v1/auth/sign-out");
    request.secure = secure;
    return header_of(site.ask(request), "Set-Cookie");
  };
  EXPECT_EQ(set(false).find("; Secure"), std::string::npos);
  EXPECT_EQ(set(false).find("__Host-"), std::string::npos) << "which browsers take over TLS only";
  EXPECT_NE(set(true).find("; Secure"), std::string::npos);
  EXPECT_TRUE(set(true).starts_with("__Host-letopis=;"));
  EXPECT_EQ(Browser(site, school).by_key(*school.director().key).status, 200U);
}

TEST_F(SignInTest, AnotherSiteCannotActByTheCookie) {
  const auto cookie = cookie_of(browser.by_key(*ivan.key));
  const auto sign_out = [&](std::string origin, std::string fetch_site) {
    return with_cookie(Method::kPost, "/v1/auth/sign-out", cookie, [&](Request& request) {
      request.origin = std::move(origin);
      request.sec_fetch_site = std::move(fetch_site);
    });
  };
  for (const auto& [origin, fetch_site] : {std::pair("https://evil.example", ""),
                                           {"null", ""},
                                           {"", "cross-site"},
                                           {"", "same-site"},
                                           {"", "none"},
                                           {"", ""},
                                           {"https://evil.example", "same-origin"},
                                           {"http://journal.example.org:81", ""},
                                           {"https://journal.example.org.evil.example", ""},
                                           {"https://journal.example.org", ""}}) {
    const auto response = sign_out(origin, fetch_site);
    EXPECT_EQ(response.status, 403U) << origin << " " << fetch_site;
    EXPECT_EQ(problem_of(response), "cross-site");
  }
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", cookie).status, 200U) << "nobody was signed out";
  EXPECT_EQ(sign_out("", "same-origin").status, 204U);
  EXPECT_EQ(with_cookie(Method::kGet, "/v1/schools/licey29/me", cookie).status, 401U);
}

TEST_F(SignInTest, OurOwnPagesActByTheCookie) {
  const auto cookie = cookie_of(browser.by_key(*ivan.key));
  const auto response = with_cookie(Method::kPost, "/v1/auth/sign-out", cookie,
                                    [](Request& request) { request.origin = "http://journal.example.org"; });
  EXPECT_EQ(response.status, 204U);
}

TEST(PublicOrigin, BehindAProxyThePublicAddressIsNamed) {
  AppOptions options;
  options.site.public_origins = {"https://journal.example.org"};
  Site site(options);
  LiveSchool& school = site.school("licey29");
  site.start();
  const auto token = site.sign_in(school, school.director());
  Request request = site.request(Method::kPost, "/v1/auth/sign-out");
  request.cookie = "__Host-letopis=" + token;
  request.origin = "https://other.example.org";
  EXPECT_EQ(site.ask(request).status, 403U);
  request.origin = "https://journal.example.org";
  EXPECT_EQ(site.ask(request).status, 204U);
}

TEST_F(SignInTest, AnotherSiteSignsNobodyIn) {
  ASSERT_EQ(enrol().status, 201U);
  const auto keys = signing::stretch_password(credentials.password, browser.salt("novaya"));
  ASSERT_TRUE(keys);
  Request request = site.request(Method::kPost, "/v1/auth/login");
  request.content_type = "application/json";
  request.body = flat({{"school", "licey29"}, {"login", "novaya"}, {"proof", to_hex(ByteView(keys->login_proof))}});
  request.origin = "https://evil.example";
  const auto refused = site.ask(request);
  EXPECT_EQ(problem_of(refused), "cross-site");
  EXPECT_EQ(header_of(refused, "Set-Cookie"), "");
  // A form of another site can send text/plain without asking the browser's leave.
  request.origin.clear();
  request.content_type = "text/plain";
  EXPECT_EQ(site.ask(request).status, 415U);
  request.content_type = "application/json";
  EXPECT_EQ(site.ask(request).status, 200U);
}

TEST_F(SignInTest, AProgramsTokenNeedsNoOriginAndNoOtherSiteHasIt) {
  const auto token = token_of(browser.by_key(*ivan.key));
  Request request = site.request(Method::kPost, "/v1/schools/licey29/statements:encode", token);
  request.content_type = "application/json";
  request.body = "{}";
  EXPECT_EQ(site.ask(request).status, 400U) << "read, and found wanting";
  request.origin = "https://evil.example";
  EXPECT_EQ(site.ask(request).status, 403U);
}

// --- Bodies ----------------------------------------------------------------------------------------------------------

TEST_F(SignInTest, BodiesAreReadStrictly) {
  const auto status = [&](std::string_view body) { return browser.post("challenge", body).status; };
  EXPECT_EQ(status(R"({"school":"licey29"})"), 200U);
  EXPECT_EQ(status(R"({"school":"nowhere"})"), 404U);
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string(R"("licey29")"), std::string("{}"),
        std::string(R"({"school":1})"), std::string(R"({"school":"licey29","x":"y"})"),
        std::string(R"({"school":"licey29"}})"), std::string("{\"school\":\"licey29\xff\"}"), std::string(1000, '[')})
    EXPECT_EQ(status(body), 400U) << body;
  EXPECT_EQ(status("{\"school\":\"" + std::string(70'000, 'x') + "\"}"), 413U);
}

TEST_F(SignInTest, NothingOfWhatPeopleSendIsLogged) {
  ASSERT_EQ(enrol().status, 201U);
  browser.by_password({credentials.login, "wrong"});
  for (const auto& line : site.log_lines()) {
    EXPECT_EQ(line.find("novaya"), std::string::npos) << line;
    EXPECT_EQ(line.find(hex(invited.id)), std::string::npos) << line;
    EXPECT_EQ(line.find("192.0.2."), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace letopis::server::testing
