#pragma once
// POST /v1/auth/*: how a password, a key or an invitation code becomes a session. The server sees neither passwords nor
// private keys: of a password it gets the login proof (one half of what Argon2id makes of it on the client) and keeps
// its hash; the other half wraps the private key, which is kept here as an opaque blob.
//
// docs/formats/http.md writes the messages that are signed. Thread-safe.

#include <string>
#include <string_view>

#include "commands/engine.h"
#include "server/attempts.h"
#include "server/challenges.h"
#include "server/sessions.h"

namespace letopis::server {

// tagged_message("letopis/sign-in/v1", {origin, nonce}), by the person's key.
Bytes sign_in_message(std::string_view origin, const Challenges::Nonce& nonce);
// tagged_message("letopis/invitation/v1", {origin, nonce}), by the code's key.
Bytes invitation_message(std::string_view origin, const Challenges::Nonce& nonce);
// tagged_message("letopis/account/v1", {origin, person, login, salt, proof hash, public key, wrapped key}), by that
// key: nobody else decides what unlocks it.
Bytes account_message(std::string_view origin, const ledger::Account& account);
// SHA-256("letopis/login-proof/v1" ‖ 0 ‖ proof)
Hash proof_hash(const Hash& proof);
// Lower case; 2 to 64 of a–z, 0–9, '.', '_', '-', '@', beginning with a letter or digit. "malformed".
Result<std::string> normal_login(std::string_view login);
// One household, one name: an IPv4 address, or the first 64 bits of an IPv6 address.
std::string address_name(std::string_view remote_address);

class SignIn {
 public:
  SignIn(const Clock& clock, Random& random, Sessions& sessions);

  Id salt(const commands::School& school, std::string_view login) const;  // a decoy for an unknown login

  struct SignedIn {
    Sessions::Opened session;
    Id person;
    Id key;
    std::string name;
    std::optional<ledger::Account> account;  // when signing in by password: what unlocks the key
  };
  struct ByPassword {
    std::string login;
    Hash proof;
    std::string address;
  };
  // "sign_in_failed" for whatever is wrong (login, proof, a revoked key); "rate_limited" by login and by address.
  Result<SignedIn> by_password(commands::School& school, const ByPassword& input);

  Challenges::Nonce challenge(const commands::School& school) { return challenges_.make(school.origin()); }
  Instant challenge_expires(const Challenges::Nonce& nonce) const { return challenges_.expires(nonce); }

  struct ByKey {
    Id key;
    Challenges::Nonce nonce;
    Signature signature;
    std::string address;
  };
  Result<SignedIn> by_key(commands::School& school, const ByKey& input);  // "challenge_failed", "rate_limited"

  struct Code {
    PublicKey code_key;
    Challenges::Nonce nonce;
    Signature signature;
    std::string address;
  };
  struct Invited {
    Id invitation;  // id of the statement that issued it
    Id person;
    std::string name;
    Instant expires;  // zero: never
  };
  // "challenge_failed", "unknown_invitation", "invitation_spent" (used, revoked or expired), "rate_limited".
  Result<Invited> invitation(const commands::School& school, const Code& input);

  struct Enrolment {
    commands::RawStatement statement;  // key_enrolled
    ledger::Account account;           // person and public_key are the statement's
    Signature account_signature;
    std::string address;
  };
  struct Enrolled {
    commands::Acknowledged item;
    std::optional<SignedIn> signed_in;  // nothing when the rules refused the enrolment
  };
  // Records the statement, then keeps the account; may be repeated word for word, as after a lost answer. Errors: as
  // School::submit, "login_taken", "account_exists" (the key has an account that says something else), "rate_limited".
  Result<Enrolled> enrol(commands::School& school, Enrolment input, commands::Language language);

  // A new password, or a new key under the old login: `account.login` must be the caller's own, its key a key of
  // theirs. "forbidden", "bad_signature", "malformed".
  Status change_account(const Caller& caller, ledger::Account account, const Signature& signature);

  const Attempts& login_attempts() const { return logins_; }

 private:
  Status check_attempts(const std::string& login_name, const std::string& address) const;
  void failed(const std::string& login_name, const std::string& address);
  Result<SignedIn> open(commands::School& school, const Id& person, const Id& key);
  Status check_account(const commands::School& school, const ledger::Account& account) const;

  const Clock& clock_;
  Sessions& sessions_;
  Challenges challenges_;
  Attempts logins_;
  Attempts addresses_;
};

}  // namespace letopis::server
