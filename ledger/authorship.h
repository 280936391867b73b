#pragma once
// What an author's signature covers, and how the statements of one chain hold together. Inline and free of storage, so that
// letopis-verify has it too.

#include "signing/base/bytes.h"
#include "signing/sha256.h"

namespace letopis::ledger {

// The bytes an author's key signs: "letopis/statement/v1" ‖ 0 ‖ statement.
inline Bytes statement_message(ByteView statement) {
  constexpr std::string_view kTag("letopis/statement/v1\0", 21);
  Bytes message;
  message.reserve(kTag.size() + statement.size());
  append(message, as_bytes(kTag));
  append(message, statement);
  return message;
}

// SHA-256("letopis/previous/v1" ‖ 0 ‖ statement ‖ signature): what the next statement of the chain names.
inline Hash previous_hash(ByteView statement, const Signature& signature) {
  return signing::tagged_hash("letopis/previous/v1", {statement, signature.view()});
}

}  // namespace letopis::ledger
