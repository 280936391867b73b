#include "tests/unit/server/browser.h"

#include <gtest/gtest.h>

#include "ledger/second_signatures.h"
#include "signing/sha256.h"

namespace letopis::server::testing {
namespace {

using test::Member;

void part(Bytes& to, ByteView bytes) {
  put_u32(to, static_cast<std::uint32_t>(bytes.size()));
  append(to, bytes);
}
Bytes tagged(std::string_view tag) {
  Bytes message;
  append(message, as_bytes(tag));
  message.push_back(0);
  return message;
}

Hash login_proof_hash(const Hash& proof) {
  Bytes message = tagged("letopis/login-proof/v1");
  append(message, proof.view());
  return signing::sha256(message);
}

struct Secrets {
  Id salt;
  Hash proof;
  Bytes wrapped;
};
Secrets secrets_for(const signing::KeyPair& key, const std::string& password, Random& random) {
  Secrets secrets;
  secrets.salt = random.id();
  const auto keys = signing::stretch_password(password, secrets.salt);
  LETOPIS_ASSERT(keys.has_value());
  secrets.proof = Hash::copy_of(keys->login_proof);
  secrets.wrapped = signing::wrap_key(key, keys->wrapping_key, random);
  return secrets;
}

Bytes account_text(std::string_view origin, const Id& person, std::string_view login, const Secrets& secrets,
                   const PublicKey& key) {
  Bytes message = tagged("letopis/account/v1");
  const Hash proof_hash = login_proof_hash(secrets.proof);
  for (const ByteView bytes : {as_bytes(origin), person.view(), as_bytes(login), secrets.salt.view(), proof_hash.view(),
                               key.view(), ByteView(secrets.wrapped)})
    part(message, bytes);
  return message;
}

}  // namespace

Bytes sign_in_text(std::string_view tag, std::string_view origin, std::string_view nonce) {
  Bytes message = tagged(tag);
  part(message, as_bytes(origin));
  part(message, from_hex(nonce).value());
  return message;
}

std::string signature_text(const signing::KeyPair& key, ByteView message) {
  return to_base64(key.sign(message).view());
}

Response Browser::post(std::string_view name, std::string_view body) {
  Request request = site_.request(Method::kPost, "/v1/auth/" + std::string(name));
  request.content_type = "application/json";
  request.body = body;
  request.remote_address = address;
  return site_.ask(request);
}

std::string Browser::nonce() {
  return std::string(json_of(post("challenge", {{"school", school_.slug()}})).at("nonce").as_string());
}

Id Browser::salt(std::string_view login) {
  const auto answered = post("salt", {{"school", school_.slug()}, {"login", std::string(login)}});
  EXPECT_EQ(answered.status, 200U);
  return fixed_from_hex<Id>(std::string_view(json_of(answered).at("salt").as_string())).value();
}

Response Browser::answer(const Id& key, const std::string& nonce, const Signature& signature) {
  return post(
      "key",
      {{"school", school_.slug()}, {"key", hex(key)}, {"nonce", nonce}, {"signature", to_base64(signature.view())}});
}

Response Browser::by_key(const signing::KeyPair& key) {
  const auto challenge = nonce();
  return answer(key.id(), challenge, key.sign(sign_in_text("letopis/sign-in/v1", school_.origin(), challenge)));
}

Response Browser::by_proof(std::string_view login, const Hash& proof) {
  return post("login", {{"school", school_.slug()}, {"login", std::string(login)}, {"proof", to_hex(proof.view())}});
}

Response Browser::by_password(const Credentials& credentials) {
  const auto keys = signing::stretch_password(credentials.password, salt(credentials.login));
  LETOPIS_ASSERT(keys.has_value());
  return by_proof(credentials.login, Hash::copy_of(keys->login_proof));
}

Result<signing::KeyPair> Browser::unwrap(const Response& signed_in, const Credentials& credentials) {
  const auto body = json_of(signed_in);
  const auto text = [&](const char* name) { return std::string_view(body.at(name).as_string()); };
  TRY(const auto wrapped, from_base64(text("wrapped_key")));
  TRY(const auto public_key, fixed_from_hex<PublicKey>(text("public_key")));
  TRY(const auto keys, signing::stretch_password(credentials.password, salt(credentials.login)));
  return signing::unwrap_key(wrapped, signing::Purpose::kAuthor, public_key, keys.wrapping_key);
}

Response Browser::invitation(std::string_view code) {
  const auto key = signing::key_from_invitation_code(code).value();
  const auto challenge = nonce();
  return post("invitation",
              {{"school", school_.slug()},
               {"code_key", to_hex(key.public_key().view())},
               {"nonce", challenge},
               {"signature", signature_text(key, sign_in_text("letopis/invitation/v1", school_.origin(), challenge))}});
}

Response Browser::enrol(Member& member, const Credentials& credentials) {
  return post("enrol", enrolment(member, credentials));
}

std::string Browser::enrolment(Member& member, const Credentials& credentials) {
  auto& random = site_.live().random();
  const auto code = signing::key_from_invitation_code(member.invitation_code).value();
  member.key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  member.author.emplace(*member.key, school_.origin(), member.id, random);
  ledger::KeyEnrolled body{member.invitation, member.id, member.key->public_key(), {}};
  body.code_signature = code.sign(ledger::enrolment_message(school_.origin(), body.invitation, body.person, body.key));
  commands::RawSubmission submission;
  school_.draft(member, ledger::Role::kTeacher, body, {}, submission);
  const auto& statement = submission.statements.front();
  const Secrets secrets = secrets_for(*member.key, credentials.password, random);
  last_enrolment = flat(
      {{"school", school_.slug()},
       {"statement", to_base64(statement.bytes)},
       {"signature", to_base64(statement.signature.view())},
       {"login", credentials.login},
       {"salt", hex(secrets.salt)},
       {"proof", to_hex(secrets.proof.view())},
       {"wrapped_key", to_base64(secrets.wrapped)},
       {"account_signature", signature_text(*member.key, account_text(school_.origin(), member.id, credentials.login,
                                                                      secrets, member.key->public_key()))}});
  site_.live().advance(1);
  return last_enrolment;
}

Response Browser::change_account(const Member& member, const Credentials& credentials, std::string_view token) {
  const Secrets secrets = secrets_for(*member.key, credentials.password, site_.live().random());
  const Bytes message = account_text(school_.origin(), member.id, credentials.login, secrets, member.key->public_key());
  return site_.post("/v1/auth/account",
                    flat({{"login", credentials.login},
                          {"salt", hex(secrets.salt)},
                          {"proof", to_hex(secrets.proof.view())},
                          {"wrapped_key", to_base64(secrets.wrapped)},
                          {"public_key", to_hex(member.key->public_key().view())},
                          {"signature", signature_text(*member.key, message)}}),
                    token);
}

}  // namespace letopis::server::testing
