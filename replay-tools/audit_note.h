#pragma once
// The auditor's own reading of vkeys, signed notes and checkpoints (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0) and of
// proof files, written apart from signing/note and ledger/checkpoint: a mistake in one shows against the other. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::audit {

struct LogKey {
  std::string name;
  PublicKey key;
  Bytes id;  // 4 bytes
};
// A log's vkey (type 0x01); its key id is recomputed. "malformed".
Result<LogKey> read_log_key(std::string_view vkey);

struct OpenedCheckpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root;
};
// Errors: "malformed", "other_origin", "other_key" (no line of the log's key), "bad_signature" (one that does not verify).
Result<OpenedCheckpoint> open_note(std::string_view note, const LogKey& log);

// The time of a witness's cosignature (C2SP tlog-cosignature, type 0x04), in unix seconds: `line` without its line feed, over the
// text of `note`. Errors: "malformed", "other_key" (another name or key), "bad_signature".
Result<std::int64_t> read_cosignature(std::string_view line, std::string_view note, std::string_view name,
                                      const PublicKey& key);

struct ReadReceipt {
  std::uint64_t index = 0;
  std::vector<Hash> proof;
  std::string note;
  Bytes extra;
};
Result<ReadReceipt> read_receipt(std::string_view proof_file);  // "malformed"

}  // namespace letopis::audit
