#include "replay-tools/audit_signatures.h"

#include "ledger/second_signatures.h"

namespace letopis::audit {

using namespace ledger;
using signing::Purpose;

void verify(const SignatureCheck& check, Findings& findings) {
  constexpr std::string_view kTag("letopis/statement/v1\0", 21);
  Bytes tagged;
  if (check.message.empty()) {
    tagged.reserve(kTag.size() + check.statement.size());
    append(tagged, as_bytes(kTag));
    append(tagged, check.statement);
  }
  const ByteView message = check.message.empty() ? tagged : check.message;
  if (!signing::verify(check.key, message, check.signature)) findings.add(check.code, check.place);
}

struct SignatureRules::Case {
  const Entry& entry;
  Findings::Place place;
  std::vector<SignatureCheck>& to;

  void author(const PublicKey& key) const {
    to.push_back({key, entry.event.statement, {}, entry.event.signature, "bad_signature", place});
  }
  void second(const PublicKey& key, Bytes message, const Signature& signature) const {
    to.push_back({key, {}, std::move(message), signature, "bad_second_signature", place});
  }
};

void SignatureRules::collect(const projections::SchoolState& state, const Entry& entry, std::uint64_t index,
                             std::vector<SignatureCheck>& to) {
  const Statement& st = entry.statement;
  const Case c{entry, {index, st.id, st.author}, to};
  if (const auto* created = std::get_if<SchoolCreated>(&st.body))
    genesis(c, *created);
  else if (const auto* enrolled = std::get_if<KeyEnrolled>(&st.body))
    enrolment(c, *enrolled);
  else
    by_known_key(c, state);
  if (const auto* issued = std::get_if<InvitationIssued>(&st.body)) codes_.emplace(st.id, issued->code_key);
}

// Brings its own keys: signed by the first of them, and by as many as its threshold says over the act itself.
void SignatureRules::genesis(const Case& c, const SchoolCreated& body) {
  const Statement& st = c.entry.statement;
  if (st.key != signing::key_id(Purpose::kRoot, body.root_keys.front().key) || !st.author.is_zero())
    findings_.add("foreign_key", c.place, "root");
  c.author(body.root_keys.front().key);
  const Bytes message = genesis_message(st);
  unsigned valid = 0;
  for (std::size_t i = 0; i < body.root_keys.size(); ++i) {
    const RootKey& root = body.root_keys[i];
    for (std::size_t k = 0; k < i; ++k)
      if (body.root_keys[k].key == root.key) findings_.add("bad_genesis", c.place, "root key " + std::to_string(i));
    if (root.signature.is_zero()) continue;
    if (signing::verify(root.key, message, root.signature))
      ++valid;
    else
      findings_.add("bad_second_signature", c.place, "root key " + std::to_string(i));
  }
  if (body.threshold < 1 || valid < body.threshold)
    findings_.add("genesis_threshold", c.place, std::to_string(valid) + " < " + std::to_string(body.threshold));
}

void SignatureRules::enrolment(const Case& c, const KeyEnrolled& body) {
  const Statement& st = c.entry.statement;
  if (st.key != signing::key_id(Purpose::kAuthor, body.key) || st.author != body.person)
    findings_.add("foreign_key", c.place, "author");
  c.author(body.key);
  const auto code = code_of(body.invitation);
  if (!code) return findings_.add("unknown_invitation", c.place, to_hex(body.invitation.view()));
  c.second(*code, enrolment_message(st.origin, body.invitation, body.person, body.key), body.code_signature);
}

std::optional<PublicKey> SignatureRules::code_of(const Id& invitation) const {
  const auto code = codes_.find(invitation);
  if (code != codes_.end()) return code->second;
  return kept_ ? kept_(invitation) : std::nullopt;
}

void SignatureRules::by_known_key(const Case& c, const projections::SchoolState& state) {
  const Statement& st = c.entry.statement;
  const auto* key = state.key(st.key);
  if (key == nullptr) return findings_.add("unknown_key", c.place, to_hex(st.key.view()));
  const Purpose needed = st.acting_as == Role::kRoot      ? Purpose::kRoot
                         : st.acting_as == Role::kService ? Purpose::kService
                                                          : Purpose::kAuthor;
  // Root and service keys are nobody's: they name no author.
  if (key->purpose != needed || key->person != st.author || (needed == Purpose::kAuthor && st.author.is_zero()))
    findings_.add("foreign_key", c.place, signing::purpose_name(key->purpose));
  c.author(key->public_key);
  if (const auto* rotated = std::get_if<KeyRotated>(&st.body))
    c.second(rotated->key, rotation_message(st.origin, st.key, rotated->key), rotated->new_signature);
}

}  // namespace letopis::audit
