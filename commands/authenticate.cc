#include "commands/authenticate.h"

#include <algorithm>

namespace letopis::commands {

using namespace ledger;

namespace {

Status check(const PublicKey& key, ByteView message, const Signature& signature) {
  if (!signing::verify(key, message, signature)) return fail("bad_signature", "a signature does not match its key");
  return {};
}

// The genesis brings its own keys: the envelope is signed by the first root key, the act by at least `threshold` of them.
Status check_genesis(const Statement& statement, ByteView bytes, const Signature& signature) {
  const auto& b = std::get<SchoolCreated>(statement.body);
  if (b.threshold < 1 || b.threshold > b.root_keys.size()) return fail("bad_threshold", "threshold of the root keys");
  for (std::size_t i = 0; i < b.root_keys.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (b.root_keys[i].key == b.root_keys[k].key) return fail("bad_threshold", "a root key named twice");
  if (!statement.author.is_zero() || statement.seen->size != 0)
    return fail("malformed", "a genesis has no author and has seen nothing");
  if (statement.key != signing::key_id(signing::Purpose::kRoot, b.root_keys.front().key))
    return fail("foreign_key", "a genesis is signed by its first root key");
  TRY_STATUS(check(b.root_keys.front().key, statement_message(bytes), signature));
  const Bytes message = genesis_message(statement);
  std::size_t valid = 0;
  for (const auto& root : b.root_keys) {
    if (root.signature.is_zero()) continue;
    TRY_STATUS(check(root.key, message, root.signature));
    ++valid;
  }
  if (valid < b.threshold) return fail("bad_threshold", "too few root signatures");
  return {};
}

Status check_enrolment(const Statement& statement, ByteView bytes, const Signature& signature,
                       const KeyDirectory& keys) {
  const auto& b = std::get<KeyEnrolled>(statement.body);
  if (statement.key != signing::key_id(signing::Purpose::kAuthor, b.key))
    return fail("foreign_key", "an enrolment is signed by the new key");
  if (statement.author != b.person) return fail("foreign_key", "an enrolment is its person's own");
  const auto code_key = keys.find_invitation(b.invitation);
  if (!code_key) return fail("unknown_invitation", "no invitation of that id");
  TRY_STATUS(check(b.key, statement_message(bytes), signature));
  return check(*code_key, enrolment_message(statement.origin, b.invitation, b.person, b.key), b.code_signature);
}

// A root or service key speaks for itself and names no author; an author's key speaks for its person only.
Status check_speaker(const Statement& statement, const KnownKey& key) {
  switch (key.purpose) {
    case signing::Purpose::kAuthor:
      if (statement.author != key.person || statement.author.is_zero())
        return fail("foreign_key", "the key is another person's");
      if (statement.acting_as == Role::kRoot || statement.acting_as == Role::kService)
        return fail("foreign_key", "a key of another purpose");
      return {};
    case signing::Purpose::kRoot:
    case signing::Purpose::kService: {
      const Role role = key.purpose == signing::Purpose::kRoot ? Role::kRoot : Role::kService;
      if (!statement.author.is_zero() || statement.acting_as != role)
        return fail("foreign_key", "a key of another purpose");
      return {};
    }
    case signing::Purpose::kInvitation:
    case signing::Purpose::kLog:
    case signing::Purpose::kWitness:
    case signing::Purpose::kArchive: break;
  }
  return fail("foreign_key", "a key of another purpose");
}

}  // namespace

Status check_signatures(const Statement& statement, ByteView bytes, const Signature& signature, std::string_view origin,
                        const KeyDirectory& keys) {
  if (statement.origin != origin) return fail("other_origin", "the statement is for another school's log");
  if (std::holds_alternative<SchoolCreated>(statement.body)) return check_genesis(statement, bytes, signature);
  if (std::holds_alternative<KeyEnrolled>(statement.body)) return check_enrolment(statement, bytes, signature, keys);
  const auto key = keys.find_key(statement.key);
  if (!key) return fail("unknown_key", "this log knows no such key");
  TRY_STATUS(check_speaker(statement, *key));
  TRY_STATUS(check(key->public_key, statement_message(bytes), signature));
  if (const auto* rotation = std::get_if<KeyRotated>(&statement.body))
    return check(rotation->key, rotation_message(statement.origin, statement.key, rotation->key),
                 rotation->new_signature);
  return {};
}

Result<SignedStatement> authenticate(Bytes bytes, const Signature& signature, std::string_view origin,
                                     const KeyDirectory& keys, bool genesis_allowed) {
  SignedStatement statement;
  statement.bytes = std::move(bytes);
  statement.signature = signature;
  TRY(statement.decoded, decode_statement(statement.bytes));
  if (std::holds_alternative<SchoolCreated>(statement.decoded.body) && !genesis_allowed)
    return fail("unknown_key", "a school is created by letopis init only");
  TRY_STATUS(check_signatures(statement.decoded, statement.bytes, signature, origin, keys));
  return statement;
}

}  // namespace letopis::commands
