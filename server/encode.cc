#include "server/encode.h"

#include "commands/rights.h"
#include "commands/statement_json.h"
#include "ledger/authorship.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"

namespace letopis::server {

using ledger::Role;

namespace {

Role likely_capacity(const projections::SchoolState& state, const EncodeInput& input, const ledger::Body& body) {
  const auto signers = commands::right_for(body).signers;
  const auto held = commands::capacities(state, input.person, input.today);
  for (const auto role : held)
    if ((signers & commands::role_bit(role)) != 0) return role;
  // Nobody who may: the rules will say so; the author speaks as what they are.
  return held.empty() ? Role::kStudent : held.front();
}

}  // namespace

Result<Encoded> encode_statement(const commands::School& school, const EncodeInput& input, Instant now,
                                 Random& random) {
  TRY(auto draft, commands::read_statement_json(input.json));
  auto& statement = draft.statement;
  if (statement.origin.empty()) statement.origin = school.origin();
  if (statement.origin != school.origin()) return fail("other_origin", "the statement is for another school's log");
  if (statement.id.is_zero()) statement.id = random.id();
  if (statement.author.is_zero()) statement.author = input.person;
  if (statement.key.is_zero()) statement.key = input.key;
  if (statement.salt.is_zero()) statement.salt = random.id();
  if (statement.chain.is_zero()) statement.chain = random.id();
  if (statement.number == 0) statement.number = 1;
  if (!statement.seen)
    statement.seen = school.read([](const auto& model) {
      return ledger::Seen{model.checkpoint.size, model.checkpoint.root};
    });
  if (statement.claimed_at.micros == 0) statement.claimed_at = now;
  if (static_cast<int>(statement.acting_as) == 0) {
    const auto structure = school.structure();
    statement.acting_as = likely_capacity(*structure, input, statement.body);
  }
  Encoded encoded;
  encoded.texts = draft.seal(random);
  encoded.statement = ledger::encode(statement);
  TRY(const auto decoded, ledger::decode_statement(encoded.statement));
  encoded.meaning = ledger::statement_json(decoded);
  return encoded;
}

std::string encoded_json(const Encoded& encoded) {
  std::string out = "{\"statement\":\"" + to_base64(encoded.statement) + "\",\"message\":\"" +
                    to_base64(ledger::statement_message(encoded.statement)) + "\",\"decoded\":" + encoded.meaning +
                    ",\"texts\":[";
  for (std::size_t i = 0; i < encoded.texts.size(); ++i) {
    const auto& text = encoded.texts[i];
    if (i > 0) out += ',';
    out += "{\"field\":" + ledger::json_string(text.field) + ",\"salt\":\"" + to_hex(text.salt.view()) +
           "\",\"text\":" + ledger::json_string(text.text) + "}";
  }
  return out += "]}";
}

}  // namespace letopis::server
