#pragma once
// POST /v1/schools/{s}/statements:encode: JSON in, the exact bytes to sign out, with what they say beside them, for
// clients without FlatBuffers. Nothing is kept. Whoever signs should compare the decoded meaning with what they meant.

#include <string>
#include <string_view>

#include "commands/engine.h"

namespace letopis::server {

struct EncodeInput {
  std::string_view json;  // commands/statement_json.h
  Id person;              // the defaults of author, key and acting_as
  Id key;
  Date today;
};
struct Encoded {
  Bytes statement;
  std::string meaning;  // statement_json() of it
  std::vector<commands::RawText> texts;
};
// Fills in what the envelope leaves out: origin, author, key, a random id, salt and chain (with number 1), the newest
// checkpoint as seen, the first capacity of the person that may sign this, the present moment. Errors:
// read_statement_json's, "other_origin", and the codec's.
Result<Encoded> encode_statement(const commands::School& school, const EncodeInput& input, Instant now, Random& random);
// {"statement": base64, "message": base64, "decoded": {…}, "texts": […]}; message is what the key signs.
std::string encoded_json(const Encoded& encoded);

}  // namespace letopis::server
