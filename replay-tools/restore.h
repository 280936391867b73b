#pragma once
// letopis restore: schools rebuilt from their entries, from the first one on, into a directory of their own beside the target,
// audited there, and only then put in its place. docs/operations.md tells administrators what to do when; docs/formats/store.md
// describes what lies in the directory.
//
// What a restore promises:
//   - rows, tree and chains are made anew from the raw entries; the newest signed checkpoint must cover exactly these;
//   - nothing that was ever signed is gone back behind: what the target's journal and database, and the checkpoints somebody
//     kept, say was signed must be in what is restored, or it refuses and names both sizes;
//   - an interruption at any step leaves the target as it was, or as it is to be; what was there is kept beside;
//   - nothing is signed before the target is in place.
// A log can go on only where its own key is: in the vault of the backup, or of the target. Elsewhere it becomes a copy that takes
// no writes (ledger/copy_mark.h), or the predecessor of a new log.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_source.h"

namespace letopis::tools {

// A log that opens where another one ended in a loss: new origin, new key.
struct Successor {
  std::string origin;
  std::string slug;                                // of the new school, beside the old one
  std::vector<const signing::KeyPair*> root_keys;  // those present; the lost log's other root keys are carried over
  std::optional<int> threshold;                    // the lost log's when not given
};

struct RestoreRequest {
  std::string from;    // a backup's directory
  std::string data;    // the target
  std::string school;  // this one alone; needed where an option below is about one of several
  // Instead of `from`: a running peer's log. `school` is needed.
  std::function<Result<std::unique_ptr<audit::AuditSource>>()> peer;
  std::optional<std::uint64_t> to_index;     // only the entries below: a copy of that moment
  std::optional<std::string> vkey;           // of the log, as the operator knows it
  std::vector<audit::KeptFile> checkpoints;  // signed notes that somebody kept
  std::optional<Successor> successor;
  // What the witnesses of a policy keep of a log, as `checkpoints`; asked before a log goes on, or is declared lost. Nobody is
  // asked without it. What is not signed by the log's own key is passed over.
  using AskWitnesses =
      std::function<std::vector<audit::KeptFile>(const ledger::TrustPolicy& policy, const std::string& origin)>;
  AskWitnesses ask_witnesses = {};
  ledger::MasterKeySource master_key;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  // Called with a line for people before every step; an error ends the restore there, as a crash would (tests).
  std::function<Status(std::string_view step)> at_step = {};
};

struct RestoredSchool {
  std::string slug, origin, vkey;
  std::uint64_t size = 0;
  Hash root;
  std::uint64_t signed_size = 0;         // of the newest checkpoint the source had
  std::uint64_t lost = 0;                // entries that were signed once and are not here (a predecessor)
  std::uint64_t texts_missing = 0;       // sealed texts a peer could not give
  std::optional<ledger::CopyMark> copy;  // set: takes no writes
  std::string audit;                     // the audit's sentence
};
struct Restored {
  std::string data;
  std::string kept;  // where what was there lies now; empty when nothing was
  std::vector<RestoredSchool> schools;
  std::optional<RestoredSchool> successor;
};

// Errors, the target as it was: "log_behind_checkpoint" (both sizes), "log_forked", "other_origin" (another log under that name),
// "no_checkpoint", "violated" (the audit's sentence), "no_log_key", "bad_threshold", "already_exists", "in_use", "malformed",
// "wrong_master_key", "damaged", "io_error". "not_recorded": everything is in place, only restore_done is not in the log yet.
Result<Restored> restore(const RestoreRequest& request);

std::string to_json(const Restored& restored);  // one line
std::string to_text(const Restored& restored);

}  // namespace letopis::tools
