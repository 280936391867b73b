#include "server/sign_in.h"

#include <arpa/inet.h>

#include <algorithm>

#include "ledger/schema/codec.h"
#include "server/address_limits.h"
#include "signing/sha256.h"

namespace letopis::server {

using commands::School;
using ledger::Account;

namespace {

// A person mistypes a few times in a row; a guesser gets one try a minute on, whatever the address.
constexpr Attempts::Limits kLoginLimits{10, 1.0 / 60};
// A school behind one address signs in at eight in the morning; failures alone are counted.
constexpr Attempts::Limits kAddressLimits{100, 1.0};
constexpr std::size_t kLoginMaxBytes = 64;

const projections::Key* standing_key(const projections::SchoolState& state, const Id& id) {
  const auto* key = state.key(id);
  return key != nullptr && !key->revoked && key->purpose == signing::Purpose::kAuthor ? key : nullptr;
}

bool same_account(const Account& a, const Account& b) {
  return a.login == b.login && a.person == b.person && a.salt == b.salt && a.proof_hash == b.proof_hash &&
         a.public_key == b.public_key && a.wrapped_key == b.wrapped_key;
}

}  // namespace

Bytes sign_in_message(std::string_view origin, const Challenges::Nonce& nonce) {
  return tagged_message("letopis/sign-in/v1", {as_bytes(origin), nonce.view()});
}
Bytes invitation_message(std::string_view origin, const Challenges::Nonce& nonce) {
  return tagged_message("letopis/invitation/v1", {as_bytes(origin), nonce.view()});
}
Bytes account_message(std::string_view origin, const Account& account) {
  return tagged_message("letopis/account/v1",
                        {as_bytes(origin), account.person.view(), as_bytes(account.login), account.salt.view(),
                         account.proof_hash.view(), account.public_key.view(), account.wrapped_key});
}
Hash proof_hash(const Hash& proof) { return signing::tagged_hash("letopis/login-proof/v1", {proof.view()}); }

Result<std::string> normal_login(std::string_view login) {
  const auto is_letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::string normal(login.substr(0, kLoginMaxBytes + 1));
  for (char& c : normal)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool valid = normal.size() >= 2 && normal.size() <= kLoginMaxBytes && is_letter_or_digit(normal.front()) &&
                     std::all_of(normal.begin(), normal.end(), [&](char c) {
                       return is_letter_or_digit(c) || std::string_view("._-@").find(c) != std::string_view::npos;
                     });
  if (!valid)
    return fail("malformed", "login: 2 to 64 of a-z, 0-9, '.', '_', '-', '@', beginning with a letter or digit");
  return normal;
}

std::string address_name(std::string_view remote_address) {
  const std::string text(remote_address);
  std::array<std::uint8_t, 16> bytes{};
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &four, 4);
  } else if (in6_addr six{}; ::inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    std::memcpy(bytes.data(), &six, 16);
  } else {
    return text;
  }
  const AddressKey key = address_key(bytes);
  return std::string(reinterpret_cast<const char*>(key.data()), key.size());
}

SignIn::SignIn(const Clock& clock, Random& random, Sessions& sessions)
    : clock_(clock),
      sessions_(sessions),
      challenges_(clock, random),
      logins_(kLoginLimits, clock),
      addresses_(kAddressLimits, clock) {}

Status SignIn::check_attempts(const std::string& login_name, const std::string& address) const {
  const std::int64_t wait = std::max(login_name.empty() ? 0 : logins_.wait(login_name), addresses_.wait(address));
  if (wait > 0) return fail("rate_limited", "try again in " + std::to_string(wait) + " s");
  return {};
}
void SignIn::failed(const std::string& login_name, const std::string& address) {
  if (!login_name.empty()) logins_.take(login_name);
  addresses_.take(address);
}

Result<SignIn::SignedIn> SignIn::open(School& school, const Id& person, const Id& key) {
  SignedIn signed_in;
  signed_in.session = sessions_.open(school, person, key);
  signed_in.person = person;
  signed_in.key = key;
  signed_in.name = school.name_of(person);
  return signed_in;
}

// --- By password -----------------------------------------------------------------------------------------------------

Id SignIn::salt(const School& school, std::string_view login) const {
  const Id decoy = school.decoy_salt(login);
  const auto normal = normal_login(login);
  if (!normal) return decoy;
  const auto account = school.account(*normal);
  return account ? account->salt : school.decoy_salt(*normal);
}

Result<SignIn::SignedIn> SignIn::by_password(School& school, const ByPassword& input) {
  const auto login = normal_login(input.login);
  const std::string name = school.slug() + "/" + login.value_or(std::string());
  TRY_STATUS(check_attempts(name, input.address));
  auto account = login ? school.account(*login) : Result<Account>(fail("not_found", {}));
  if (!account && account.error().code != "not_found") return tl::unexpected(account.error());
  // The same work for an unknown login, and the same answer.
  const Hash expected = account ? account->proof_hash : proof_hash(Hash{});
  const Hash given = proof_hash(input.proof);
  const bool proven = signing::equal_in_constant_time(expected.view(), given.view()) && account.has_value();
  if (proven) {
    const Id key_id = signing::key_id(signing::Purpose::kAuthor, account->public_key);
    const auto structure = school.structure();
    const auto* key = standing_key(*structure, key_id);
    if (key != nullptr && key->person == account->person) {
      TRY(auto signed_in, open(school, account->person, key_id));
      signed_in.account = *std::move(account);
      return signed_in;
    }
  }
  failed(name, input.address);
  return fail("sign_in_failed", {});
}

// --- By key ----------------------------------------------------------------------------------------------------------

Result<SignIn::SignedIn> SignIn::by_key(School& school, const ByKey& input) {
  TRY_STATUS(check_attempts({}, input.address));
  const auto structure = school.structure();
  const auto* key = standing_key(*structure, input.key);
  const bool proven =
      key != nullptr &&
      signing::verify(key->public_key, sign_in_message(school.origin(), input.nonce), input.signature) &&
      challenges_.use(school.origin(), input.nonce);
  if (!proven) {
    failed({}, input.address);
    return fail("challenge_failed", {});
  }
  return open(school, key->person, input.key);
}

// --- By invitation ---------------------------------------------------------------------------------------------------

Result<SignIn::Invited> SignIn::invitation(const School& school, const Code& input) {
  TRY_STATUS(check_attempts({}, input.address));
  const auto refuse = [&](std::string_view code) -> Result<Invited> {
    failed({}, input.address);
    return fail(code, {});
  };
  const bool proven =
      signing::verify(input.code_key, invitation_message(school.origin(), input.nonce), input.signature) &&
      challenges_.use(school.origin(), input.nonce);
  if (!proven) return refuse("challenge_failed");
  const auto structure = school.structure();
  Invited invited;
  const auto* invitation = structure->invitation_by_code(input.code_key, &invited.invitation);
  if (invitation == nullptr) return refuse("unknown_invitation");
  const bool expired = invitation->expires.micros != 0 && clock_.now() > invitation->expires;
  if (invitation->used || invitation->revoked || expired || structure->superseded(*invitation))
    return refuse("invitation_spent");
  invited.person = invitation->person;
  invited.name = school.name_of(invitation->person);
  invited.expires = invitation->expires;
  return invited;
}

Status SignIn::check_account(const School& school, const Account& account) const {
  if (account.wrapped_key.size() != signing::kWrappedKeyBytes)
    return fail("malformed", "wrapped_key: a wrapped key has 72 bytes");
  const auto present = school.account(account.login);
  if (!present) return present.error().code == "not_found" ? Status{} : tl::unexpected(present.error());
  if (present->person != account.person) return fail("login_taken", {});
  if (present->public_key == account.public_key && !same_account(*present, account)) return fail("account_exists", {});
  if (present->public_key == account.public_key) return {};
  // Another key of the same person: an enrolment replaces only what an earlier one has set.
  const auto structure = school.structure();
  const auto* old_key = structure->key(signing::key_id(signing::Purpose::kAuthor, present->public_key));
  const auto* new_key = structure->key(signing::key_id(signing::Purpose::kAuthor, account.public_key));
  if (old_key != nullptr && new_key != nullptr && new_key->enrolled < old_key->enrolled)
    return fail("account_exists", {});
  return {};
}

Result<SignIn::Enrolled> SignIn::enrol(School& school, Enrolment input, commands::Language language) {
  TRY_STATUS(check_attempts({}, input.address));
  Account& account = input.account;
  {
    TRY(const auto statement, ledger::decode_statement(input.statement.bytes));
    const auto* body = std::get_if<ledger::KeyEnrolled>(&statement.body);
    if (body == nullptr) return fail("malformed", "statement: only a key_enrolled enrols");
    account.person = body->person;
    account.public_key = body->key;
  }
  TRY(account.login, normal_login(account.login));
  // Before anything is said of logins: only whoever has the code may learn that one is taken.
  Status proven =
      commands::authenticate(input.statement.bytes, input.statement.signature, school.origin(), school.keys())
          .map([](const auto&) {});
  if (proven &&
      !signing::verify(account.public_key, account_message(school.origin(), account), input.account_signature))
    proven = fail("bad_signature", "account_signature does not match the new key");
  if (proven) proven = check_account(school, account);
  if (!proven) {
    failed({}, input.address);
    return tl::unexpected(proven.error());
  }
  commands::RawSubmission submission;
  submission.statements.push_back(std::move(input.statement));
  auto recorded = school.submit(std::move(submission), language);
  if (!recorded) {
    failed({}, input.address);
    return tl::unexpected(recorded.error());
  }
  Enrolled enrolled;
  enrolled.item = recorded->front();
  if (enrolled.item.verdict == ledger::Verdict::kRefused) return enrolled;
  const Id key_id = signing::key_id(signing::Purpose::kAuthor, account.public_key);
  const auto structure = school.structure();
  if (standing_key(*structure, key_id) == nullptr) return fail("account_exists", {});  // repeated after it was revoked
  TRY_STATUS(check_account(school, account));
  if (const auto kept = school.put_account(account); !kept)
    return fail(kept.error().code == "already_exists" ? "login_taken" : kept.error().code, kept.error().detail);
  TRY(enrolled.signed_in, open(school, account.person, key_id));
  return enrolled;
}

Status SignIn::change_account(const Caller& caller, Account account, const Signature& signature) {
  School& school = *caller.school;
  account.person = caller.viewer.person;
  TRY(account.login, normal_login(account.login));
  if (account.wrapped_key.size() != signing::kWrappedKeyBytes)
    return fail("malformed", "wrapped_key: a wrapped key has 72 bytes");
  const auto* key = standing_key(*caller.structure, signing::key_id(signing::Purpose::kAuthor, account.public_key));
  if (key == nullptr || key->person != caller.viewer.person) return fail("forbidden", {});
  const auto present = school.account(account.login);
  if (!present || present->person != caller.viewer.person) return fail("forbidden", {});
  if (!signing::verify(account.public_key, account_message(school.origin(), account), signature))
    return fail("bad_signature", "signature does not match the key");
  return school.put_account(account);
}

}  // namespace letopis::server
