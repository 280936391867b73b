#pragma once
// letopis erase: a person's texts, keys and accounts leave the vault, by an act of the director that an administrator endorses.
// The ledger keeps its entries and its proofs; the audit says "erased by act" where a text is gone.
//
// Whoever erases holds their own key; whoever holds the data directory (a running server, or the command itself on a stopped one)
// records and deletes. Between them go lines of text: private keys never do. The act is recorded first and the deletion follows,
// so that an interruption leaves an act whose texts are still there, and asking again finishes it.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/engine.h"

namespace letopis::tools {

inline constexpr std::string_view kEraseCommand = "erase-";        // how its lines begin
inline constexpr std::size_t kEraseLineSizeMaxBytes = 128 * 1024;  // a signed statement and its text, in base64

// The side of the directory: one line in, what follows "ok " out. Thread-safe as far as the engine is. Errors: "malformed",
// "not_found" (school, person), "unknown_key", the school's own, "refused" (by a rule), "not_in_effect".
Result<std::string> answer_erase(commands::Engine& engine, std::string_view line);

struct EraseRequest {
  std::string school;  // empty: the one that knows the person
  Id person;
  std::string reason;                         // sealed under the author of the act: it must not go with the texts
  std::vector<const signing::KeyPair*> keys;  // of the director, of an administrator, or of both
  const Clock* clock = nullptr;
  Random* random = nullptr;
};
struct Erased {
  bool in_effect = false;   // false: the act is recorded and waits for an administrator
  std::uint64_t texts = 0;  // that left the vault
  std::uint64_t act = 0;    // index of personal_text_erased
  std::string act_id;       // its statement's id
};
// The side of whoever signs; `ask` passes a line on and brings the answer. Errors: answer_erase's, and "not_entitled" (none of the
// keys is a director's, where the act is not recorded yet).
using Ask = std::function<Result<std::string>(const std::string& line)>;
Result<Erased> erase(const Ask& ask, const EraseRequest& request);

}  // namespace letopis::tools
