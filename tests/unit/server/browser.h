#pragma once
// What a browser and a program do to get in, written from docs/formats/http.md alone: the messages are built here byte by
// byte, not by the server's own functions.
//
//   Browser browser(site, licey);
//   EXPECT_EQ(browser.enrol(masha, {"masha", "correct horse"}).status, 201U);
//   EXPECT_EQ(browser.by_password({"masha", "correct horse"}).status, 200U);

#include "server/challenges.h"
#include "signing/keys.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {

struct Credentials {
  std::string login;
  std::string password;
};

class Browser {
 public:
  Browser(Site& site, test::LiveSchool& school) : site_(site), school_(school) {}

  std::string address = "192.0.2.7";

  // POST /v1/auth/<name>
  Response post(std::string_view name, std::string_view body);
  Response post(std::string_view name, std::initializer_list<std::pair<std::string_view, std::string>> fields) {
    return post(name, flat(fields));
  }

  std::string nonce();
  Id salt(std::string_view login);

  // The second half of signing in by key: nonce and signature are the caller's to spoil.
  Response answer(const Id& key, const std::string& nonce, const Signature& signature);
  Response by_key(const signing::KeyPair& key);
  Response by_proof(std::string_view login, const Hash& proof);
  Response by_password(const Credentials& credentials);
  // The key that a sign-in by password answered with, unwrapped.
  Result<signing::KeyPair> unwrap(const Response& signed_in, const Credentials& credentials);

  Response invitation(std::string_view code);
  // Redeems the member's code with a fresh key, which is the member's from then on.
  Response enrol(test::Member& member, const Credentials& credentials);
  std::string enrolment(test::Member& member, const Credentials& credentials);  // the body of that; last_enrolment too
  Response change_account(const test::Member& member, const Credentials& credentials, std::string_view token);

  std::string last_enrolment;

 private:
  Site& site_;
  test::LiveSchool& school_;
};

// tag ‖ 0 ‖ (u32 length ‖ part)…
Bytes sign_in_text(std::string_view tag, std::string_view origin, std::string_view nonce);
std::string signature_text(const signing::KeyPair& key, ByteView message);

}  // namespace letopis::server::testing
