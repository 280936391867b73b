#pragma once
// Checks one receipt (a C2SP tlog-proof file, docs/formats/proof.md) with nothing but the log's vkey: offline, and with no
// more than signing and the formats linked. Pure; letopis-verify is this and a command line.
//
// What is checked, in this order, each with a name that programs can rely on:
//   vkey              named only when the log's key itself cannot be read              (then unusable)
//   proof_file        the file reads, strictly                                        (else unusable)
//   log_signature     the checkpoint is the log's own word
//   entry             the receipt holds an entry, of the index the proof names; the same bytes as --entry, when given
//   inclusion         the entry stands at its index under the checkpoint
//   genesis           the first entry stands at index 0 under the same checkpoint, names this very log key, and enough of
//                     its root keys signed it
//   key_chain         the author's key leads back to that genesis, by invitations, enrolments and rotations
//   author_signature  the author signed exactly these bytes
//   time              when a policy is brought: known witnesses' lines verify, anchors stand where they should, and what the
//                     operator says of the time does not contradict them
// A chain of keys is shown by signatures alone: that the log accepted each link of it, an audit of the whole log shows.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay-tools/receipt_time.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/words.h"

namespace letopis::receipt {

enum class Verdict : std::uint8_t { kGood = 1, kRefuted = 2, kUnusable = 3 };
std::string_view verdict_name(Verdict verdict);  // "good", "refuted", "unusable"
int exit_code(Verdict verdict);                  // 0, 1, 2

using letopis::Language;

struct Step {
  std::string name;
  std::string reason;  // empty when it holds, else a code: "bad_signature", "root_mismatch", …
  std::string detail;
  bool holds() const { return reason.empty(); }
};

struct Report {
  Verdict verdict = Verdict::kUnusable;
  std::vector<Step> steps;  // ends with the first that does not hold
  bool simulated = false;   // the genesis says that the school is; said in every output
  std::string origin;
  std::string school;
  std::uint64_t index = 0;
  std::uint64_t tree_size = 0;
  std::string entry_json;  // the decoded entry; empty when there is none to show
  // What the school made of it: a genuine refusal is a receipt like any other, and nobody should take it for a mark.
  bool refused = false, late = false, awaits = false;
  std::string rule;            // by which it was refused or late
  std::optional<Times> times;  // when a policy was brought and all steps hold
  Instant deadline, recorded_at;
  UtcOffset offset;
};

// `entry`: its exact bytes, when the caller has them on their own. `policy`: whose cosignatures and tokens count; without one
// nothing is said of the time. `tokens`: time-stamps over the signed statement, somebody's kept ones; with a policy alone.
Report check(std::string_view proof_file, std::string_view vkey, const std::optional<Bytes>& entry = {},
             const ledger::TrustPolicy* policy = nullptr, const std::vector<Bytes>& tokens = {});

// 0 good; 1 refuted; 2 unusable; 3 good, but the policy's quorum has not seen it in this receipt.
int exit_code(const Report& report);
inline constexpr int kExitUnwitnessed = 3;

std::string text_report(const Report& report, Language language);
std::string json_report(const Report& report);  // one line

}  // namespace letopis::receipt
