#pragma once
// Takes the entries in the log's order and re-judges each: its place, time and chain, what it claims of the log, and the
// ruling, by `decide` over the state as of its index. One thread. What only needs arithmetic (signatures, sealed texts) it
// hands on as checks for others.
//
// A log that lies must not bring the auditor down: the fold is only ever given what `decide` would have accepted, and stops
// for good where it cannot go on (an entry that does not decode, a missing profile, an impossible time). The tree goes on.

#include <array>
#include <map>
#include <set>

#include "commands/decide.h"
#include "projections/school_state.h"
#include "projections/shards.h"
#include "replay-tools/audit_chains.h"
#include "replay-tools/audit_findings.h"
#include "replay-tools/audit_memory.h"
#include "replay-tools/audit_merkle.h"
#include "replay-tools/audit_shards.h"
#include "replay-tools/audit_signatures.h"
#include "replay-tools/audit_source.h"
#include "replay-tools/audit_times.h"

namespace letopis::audit {

// One entry, prepared by a worker.
struct AuditItem {
  ByteView bytes;
  Hash leaf;
  Hash link;  // of the statement with its signature
  Result<ledger::Entry> entry = fail("malformed");
};

struct TextCheck {
  Hash commitment;
  Id person;
  Findings::Place place;
};

struct VerdictCounts {
  std::uint64_t accepted = 0, late = 0, refused = 0;
  bool operator==(const VerdictCounts&) const = default;
};

class AuditJudge {
 public:
  // `times` hears of every entry and anchor; null where the auditor brought no policy.
  AuditJudge(const AuditSource& source, commands::ProfileBook profiles, Findings& findings, EntryTimes* times);

  // Goes on from what was kept, before the first entry; the memory must outlive the judge. "damaged" where it contradicts itself,
  // "profile_missing" where the source has not the text of a regulation that is in force.
  Status go_on_from(const AuditMemory& memory);
  // From now on remembers what keep() needs.
  void collect() { collects_ = true; }
  // What the next audit goes on from, after the last entry; the head says the rest.
  void keep(AuditMemory::Keeping& to);
  Hash state_root() { return kept_shards_ ? kept_shards_->root() : shards_.root(); }
  std::uint64_t shard_count() const { return kept_shards_ ? kept_shards_->count() : shards_.count(); }

  // The entry at index tree().size(). The item's views must outlive the checks.
  void take(AuditItem& item, std::vector<SignatureCheck>& signatures, std::vector<TextCheck>& texts);
  // After the last entry: blobs the log names.
  void check_blobs();

  const AuditTree& tree() const { return tree_; }
  const ChainTable& chains() const { return chains_; }
  const projections::SchoolState& state() const { return state_; }
  bool judging() const { return judging_; }
  const std::vector<KeptCheckpoint>& anchors() const { return anchors_; }
  // Every commitment of the log, when the source has a vault.
  const std::set<Hash>& commitments() const { return commitments_; }
  // Whether an erasure of the person's texts took effect that was recorded after entry `index`.
  bool erased_after(const Id& person, std::uint64_t index) const;

  std::uint64_t judged = 0;
  std::uint64_t state_commitments = 0;
  Instant first_recorded_at, last_recorded_at;
  std::map<std::string_view, VerdictCounts> types;
  VerdictCounts verdicts;
  std::map<std::string, std::uint64_t, std::less<>> rules;

 private:
  struct Now;
  class SeenRoots;
  void judge(AuditItem& item, std::vector<SignatureCheck>& signatures, std::vector<TextCheck>& texts);
  bool check_envelope(Now& now);
  bool check_genesis(const Now& now);
  bool check_times(const Now& now);
  bool have_profile(const Now& now, const Hash& profile);
  void check_seen(const Now& now);
  void check_ruling(Now& now);
  void check_claims(const Now& now);
  void check_root(const Now& now, std::uint64_t size, const Hash& root);
  void weigh(const Now& now, const ledger::AnchorAdded& body);
  std::optional<Bytes> evidence_file(const Now& now, const ledger::EvidenceFile& file);
  void weigh(const Now& now, const ledger::FileAttached& body);
  void weigh(const Now& now, const ledger::ClockFault& body);
  void check_state(const Now& now, const ledger::StateCommitted& body);
  void collect_texts(const Now& now, std::vector<TextCheck>& texts);
  void collect_blobs(const Now& now);
  void file(const Now& now, const ledger::Entry& entry);
  void count(const Now& now);

  const AuditSource& source_;
  commands::ProfileBook profiles_;
  Findings& findings_;
  EntryTimes* times_;
  bool judging_ = true;
  AuditTree tree_;
  ChainTable chains_;
  SignatureRules signature_rules_;
  projections::SchoolState state_;
  projections::Shards shards_;
  std::unique_ptr<KeptShards> kept_shards_;  // instead of shards_, where it goes on from a memory
  std::uint64_t kept_ = 0;                   // entries of that memory
  bool collects_ = false;
  std::vector<std::pair<std::uint64_t, Bytes>> structure_;  // entries that make structure, where it collects
  std::vector<KeptCheckpoint> anchors_;
  std::set<Hash> commitments_;
  std::set<Hash> evidence_missed_;
  std::map<Hash, Findings::Place> blobs_;                             // first named by
  std::map<Id, std::vector<std::pair<std::uint64_t, Id>>> erasures_;  // person → (index, statement)
};

}  // namespace letopis::audit
