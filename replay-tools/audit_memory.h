#pragma once
// What an auditor keeps of one log between two audits, so that the next one looks at new entries alone (docs/formats/audit-memory.md):
// the checkpoint and the state root it came to, and in rows whatever judging goes on from. In a directory of the auditor's own, mode
// 0700, that nobody else writes to: what is in it was checked once and is believed.
//
// One audit at a time ("in_use"). Not thread-safe: the thread that judges uses it. A row that cannot be read is remembered and
// counts as not there; whoever audits asks failure() before a verdict.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/kv.h"
#include "projections/school_state.h"
#include "replay-tools/audit_chains.h"
#include "replay-tools/audit_merkle.h"
#include "replay-tools/audit_shards.h"
#include "replay-tools/audit_times.h"

namespace letopis::audit {

// The last audit's word. Whatever stands here was found unviolated.
struct AuditHead {
  std::string origin, vkey;
  std::uint64_t size = 0;  // entries that were checked
  Hash root;               // of the log's tree
  std::string checkpoint;  // the signed note over exactly these
  Hash state_root;         // what a state commitment at this place would say
  std::uint64_t shards = 0;
  Hash policy;                 // policy_digest() of what times were judged by; zero: of nothing
  std::uint64_t unproved = 0;  // of its entries, those whose time is not proved as that policy asks, and never will be
};

// SHA-256("letopis/audit-policy/v1" ‖ 0 ‖ policy ‖ companion ‖ limit), each part after its length: times go on under the same alone.
Hash policy_digest(std::string_view policy, std::string_view companion, std::int64_t bracket_limit_micros);

class AuditMemory {
 public:
  // A new one: the directory is made, and must be empty or hold one that was never finished ("exists").
  static Result<std::unique_ptr<AuditMemory>> create(const std::string& directory);
  // Errors: "not_found", "unfinished" (it was left in the middle of keeping), "damaged", "in_use".
  static Result<std::unique_ptr<AuditMemory>> open(const std::string& directory);

  const std::string& directory() const { return directory_; }
  const std::optional<AuditHead>& head() const { return head_; }  // none in a new one

  // --- As of head()
  Hash node(unsigned level, std::uint64_t index) const;  // of the tree
  std::optional<ChainTable::Chain> chain(const Id& key, const Id& chain) const;
  std::optional<PublicKey> code(const Id& invitation) const;
  EntryTimes::Kept times() const;  // where head() names a policy
  // For as long as this lives:
  std::shared_ptr<const projections::Past> past() const;
  std::unique_ptr<KeptShards> shards() const;
  // The entries that made the school's structure, in order; until visit returns false.
  Status structure(const std::function<bool(ByteView entry)>& visit) const;

  // Every row, in the order of keys.
  Status each_row(const std::function<bool(ByteView key, ByteView value)>& visit) const {
    return kv_->scan({}, {}, {}, visit);
  }

  const std::optional<Error>& failure() const { return failure_; }

  // --- What follows head(). All of it or nothing: as much as fits a batch replaces what was there at once; where it takes more, a
  // directory left in the middle is "unfinished" and says so.
  class Keeping {
   public:
    void put(Bytes key, Bytes value);
    void tree(const AuditTree& tree, std::uint64_t from);
    void recorded(const projections::SchoolState& state, std::uint64_t from);
    void chain(const ChainTable::Chain& chain);
    void code(const Id& invitation, const PublicKey& key);
    void structure(std::uint64_t index, ByteView entry);
    void state(const projections::SchoolState& state);
    void shards(KeptShards& shards);
    void times(const EntryTimes::Kept& times);
    Status finish(AuditHead head);

   private:
    friend class AuditMemory;
    explicit Keeping(AuditMemory& memory) : memory_(memory) {}
    void flush();
    AuditMemory& memory_;
    ledger::WriteBatch batch_;
    bool begun_ = false;
    Status status_;
  };
  Keeping keep() { return Keeping(*this); }

 private:
  AuditMemory(std::string directory, std::unique_ptr<ledger::KvStore> kv)
      : directory_(std::move(directory)), kv_(std::move(kv)) {}
  class KeptPast;
  std::optional<Bytes> row(ByteView key) const;
  void damaged(ByteView key) const;  // that row is not what was kept
  template <class T>
  std::optional<T> may_have(const Bytes& key) const;
  template <class T>
  T must_have(const Bytes& key) const;
  const std::vector<Hash>& tile(unsigned level, std::uint64_t number) const;
  const std::vector<Instant>& times_from(std::uint64_t block) const;

  std::string directory_;
  std::unique_ptr<ledger::KvStore> kv_;
  std::optional<AuditHead> head_;
  mutable std::optional<Error> failure_;
  mutable std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> tiles_;  // that were asked for
  mutable std::map<std::uint64_t, std::vector<Instant>> recorded_;
};

}  // namespace letopis::audit
