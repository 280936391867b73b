#pragma once
// The audit: everything a log says is derived again from its raw bytes, and held against what is stored, signed and kept.
// docs/audit.md says what is checked and what no check of this kind can see.
//
// Tree, chains, notes and the account of who must sign are the auditor's own (replay-tools/audit_*); shared with the server
// are the schema's codec, SHA-256 and Ed25519, `decide`, and the fold of the school's state. Pure but for its source: no
// clock, nothing written. Signatures and hashes are checked on `threads` threads while one more judges in order.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/decide.h"
#include "replay-tools/audit_findings.h"
#include "replay-tools/audit_judge.h"
#include "replay-tools/audit_memory.h"
#include "replay-tools/audit_source.h"
#include "signing/base/words.h"

namespace letopis::audit {

// Without evidence from outside the operator nothing better than `consistent` can be said.
enum class AuditVerdict : std::uint8_t {
  kConsistent = 1,  // nothing contradicts itself, the rules, or what the auditor brought
  kSimulated = 2,   // the same, of a school whose genesis says that it is simulated
  kViolated = 3,
  kUnfinished = 4,  // nothing violated, but a file that was brought could not be held against the log
};
std::string_view verdict_name(AuditVerdict verdict);  // "consistent", "simulated", "violated", "unfinished"

using letopis::Language;

struct KeptFile {
  std::string label;
  std::string text;
};

struct AuditOptions {
  std::optional<std::string> vkey;    // the log's key as the auditor knows it; else the source's or the genesis's
  std::vector<KeptFile> checkpoints;  // signed notes the auditor kept (--since FILE)
  // Where the auditor keeps what this audit came to (--keep), and what it goes on from where something is kept already (--since DIR): then
  // entries before that are not read, and nothing is found in them. Kept only where nothing is violated and the log's key signed the end.
  AuditMemory* memory = nullptr;
  Hash policy_digest = {};         // of the policy below, where there is one: what times may be gone on from
  std::vector<KeptFile> receipts;  // proof files somebody kept
  std::optional<ledger::TrustPolicy> policy = {};  // whose evidence counts; without one nothing is said of times
  std::int64_t bracket_limit_micros = kBracketLimitMicros;  // wider is no proof worth the name
  // For the report, and for how long what no anchor covers has waited; none: as of the log's last entry, as for a copy.
  std::optional<Instant> now = {};
  std::function<void(const EntryTime&)> each_time = {};  // with a policy: what is known of every entry's time, in order
  unsigned threads = 0;                                  // 0: as many as the machine has
  std::size_t findings_kept_max = 1000;                  // all are counted
  std::optional<commands::ProfileBook> profiles =
      {};  // beside those of the blob store; the built-in ones when not given
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

struct CheckedCheckpoint {
  KeptBy by = KeptBy::kAuditor;
  std::string label;
  std::uint64_t size = 0;
  bool good = false;
};

struct AuditReport {
  AuditVerdict verdict = AuditVerdict::kConsistent;
  Hash since_root;  // the root that an earlier audit came to, where this one goes on from it
  std::optional<std::uint64_t>
      since;  // an earlier audit found nothing violated in so many entries; this one is of those after them
  std::uint64_t earlier_unproved = 0;  // of those, entries whose time was not proved as the policy asks
  bool kept = false;                   // what it came to, for the next one; else, where it was asked for:
  std::string not_kept;                // why not: "violated", "unfinished", "unsigned_tail"
  Hash state_root;                     // of the state after the last entry, where it was kept
  bool simulated = false;              // said in every output, whatever the verdict
  std::string source;
  std::string school;  // its name, by the genesis
  std::string origin;
  std::string vkey;
  bool vkey_brought = false;  // by the auditor; else the log vouches for its own key
  std::uint64_t size = 0;     // entries that could be read, from the first one on
  std::uint64_t stored = 0;   // entries there should be; more than `size` where reading ended at a damaged one
  Hash root;
  Instant first_recorded_at, last_recorded_at;
  UtcOffset offset;                   // of the school's time, when its last entry was recorded
  std::optional<Instant> audited_at;  // by the auditor's clock
  std::vector<CheckedCheckpoint> checkpoints;
  std::uint64_t checkpoints_brought = 0;
  std::vector<std::string> unusable;  // "FILE: why", of what was brought
  std::uint64_t signatures = 0, chains = 0, keys = 0, judged = 0, state_commitments = 0, texts = 0, texts_erased = 0;
  bool had_leaves = false, had_vault = false;
  std::optional<ledger::CopyMark> copy;  // a copy of a moment, a peer or a predecessor, and
  std::uint64_t copy_of_size = 0;        // the size of the signed checkpoint that it is a prefix of; 0: it is not
  std::map<std::string, VerdictCounts, std::less<>> types;
  VerdictCounts verdicts;
  std::map<std::string, std::uint64_t, std::less<>> rules;
  std::optional<TimesReport> times;  // by the policy the auditor brought
  std::vector<Finding> findings;     // at most findings_kept_max
  std::uint64_t findings_total = 0, violations = 0;
  std::map<std::string, std::uint64_t, std::less<>> findings_by_code;
};

// Errors mean that there was nothing to audit: the source cannot be read, the log is empty, a vkey is not one; or that it cannot go
// on from the memory: "other_log", "other_policy", "damaged", "profile_missing".
Result<AuditReport> audit(const AuditSource& source, const AuditOptions& options);

// The report of a source that is so damaged that it does not open: one violation, nothing checked.
AuditReport unreadable(const std::string& source, const std::string& school, const Error& damage);

// 0: nothing violated, and the policy met where one was brought; 3: nothing violated, but entries overdue, wide or unwitnessed
// that the policy wants witnessed; 1: violated; 2: unfinished. (2 is also what an error of audit() comes to.)
int exit_code(const AuditReport& report);
inline constexpr int kExitUnusable = 2;
inline constexpr int kExitUnwitnessed = 3;

// The one sentence that comes first.
std::string sentence(const AuditReport& report, Language language);
// What this audit could not see, a sentence each.
std::vector<std::string> caveats(const AuditReport& report, Language language);
std::string text_report(const AuditReport& report, Language language);
std::string json_report(const AuditReport& report);                     // one line
std::string json_line(const EntryTime& entry);                          // of --times, without the line feed
std::string html_report(const AuditReport& report, Language language);  // one file, nothing loaded from elsewhere

}  // namespace letopis::audit
