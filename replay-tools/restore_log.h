#pragma once
// One log as a restore finds it: its entries, its key, the newest checkpoint that was signed over them, and what somebody else
// says was signed. Read once, before anything is made.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/copy_mark.h"
#include "ledger/statement.h"
#include "replay-tools/audit_merkle.h"
#include "replay-tools/audit_source.h"
#include "signing/note.h"

namespace letopis::tools {

struct SourceLog {
  std::string slug, origin;
  std::shared_ptr<audit::AuditSource> source;
  signing::VerifierKey vkey;
  audit::AuditTree tree;      // over every entry the source has
  ledger::Checkpoint newest;  // of the checkpoints the source has: it covers entries of the tree exactly, but
  std::string note;           // in a copy of a moment, whose mark leads to it
  std::optional<ledger::CopyMark> copy;  // the source is a copy itself

  // What the genesis says, for a successor.
  std::string name, zone, profile;
  std::int32_t utc_offset = 0;
  bool simulated = false;
  int threshold = 1;
  std::vector<PublicKey> root_keys;

  std::uint64_t size() const { return tree.size(); }
};

// Errors: the source's; "empty"; "damaged" (an entry is missing, the genesis cannot be read, checkpoints contradict the entries);
// "other_key" (not the vkey the operator gave); "no_checkpoint"; "log_behind_checkpoint" (both sizes).
Result<SourceLog> read_source_log(std::string slug, std::shared_ptr<audit::AuditSource> source,
                                  const std::optional<std::string>& vkey);

// A note found elsewhere ("where"), held against the log. The answer is its checkpoint, which may cover more than the log has.
// Errors: "other_origin" (another log under this name), "log_forked" (another key, or other entries were signed).
Result<ledger::Checkpoint> hold_against(const SourceLog& log, std::string_view note, const std::string& where);

// From `size` to the log's newest checkpoint.
Result<std::vector<Hash>> prefix_proof(const SourceLog& log, std::uint64_t size);

}  // namespace letopis::tools
