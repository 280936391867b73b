#include "commands/engine.h"

namespace letopis::commands {

using namespace ledger;

Author::Author(const signing::KeyPair& key, std::string origin, const Id& person, Random& random)
    : key_(&key), origin_(std::move(origin)), person_(person), chain_(random.id()), random_(&random) {}

RawStatement Author::sign(const Draft& draft, const Seen& seen, std::vector<RawText>* texts, Id* id) {
  Statement statement;
  statement.origin = origin_;
  statement.id = draft.id.is_zero() ? random_->id() : draft.id;
  statement.author = person_;
  statement.acting_as = draft.acting_as;
  statement.key = key_->id();
  statement.chain = chain_;
  statement.number = position_.number + 1;
  statement.previous = position_.previous;
  statement.salt = random_->id();
  statement.seen = seen;
  statement.claimed_at = draft.claimed_at;
  statement.basis = draft.basis;
  statement.effective_from = draft.effective_from;
  statement.effective_to = draft.effective_to;
  for (const auto& sealed : draft.sealed) {
    const Hash salt = random_->fixed<Hash>();
    statement.commitments.push_back({sealed.field, sealed.person, sealed_commitment(sealed.field, salt, sealed.text)});
    if (texts != nullptr) texts->push_back({std::string(sealed.field), salt, std::string(sealed.text)});
  }
  statement.body = draft.body;
  RawStatement signed_statement;
  signed_statement.bytes = encode(statement);
  signed_statement.signature = key_->sign(statement_message(signed_statement.bytes));
  position_ = {statement.number, previous_hash(signed_statement.bytes, signed_statement.signature)};
  if (id != nullptr) *id = statement.id;
  return signed_statement;
}

}  // namespace letopis::commands
