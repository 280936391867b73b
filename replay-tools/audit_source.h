#pragma once
// Where an audit reads a school's log from. A source hands over raw bytes and judges nothing; what it has beside the entries
// (stored leaf hashes, kept checkpoints, sealed texts, derived rows) it says, and the report says what it did not have.
//
// text() is called from several threads at once, the others from one. Errors: "damaged" (what is stored cannot be read as it was
// written: a finding), anything else (the source is unusable: no audit).

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/copy_mark.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::audit {

class AuditTree;
class ChainTable;
class Findings;

enum class KeptBy : std::uint8_t {
  kDatabase = 1,  // the newest checkpoint, in the database
  kJournal = 2,   // in the checkpoint journal outside it
  kServer = 3,    // served over HTTP
  kAuditor = 4,   // brought by whoever audits: what the operator cannot rewrite
  kAnchor = 5,    // inside an entry of the log
  kReceipt = 6,   // inside a receipt somebody kept
  kWitness = 7,   // shown by a witness when the school was held (SCHOOL.held)
};
inline constexpr std::string_view kKeptByNames[] = {"database", "journal", "server", "auditor",
                                                    "anchor",   "receipt", "witness"};
constexpr std::string_view kept_by_name(KeptBy by) { return kKeptByNames[static_cast<std::size_t>(by) - 1]; }

struct KeptCheckpoint {
  KeptBy by = KeptBy::kAuditor;
  std::string label;  // a file name, a URL, "entry 17"
  std::string note;
};

class AuditSource {
 public:
  using Visit = std::function<bool(std::uint64_t index, ByteView bytes)>;
  using VisitLeaf = std::function<bool(std::uint64_t index, const Hash& leaf)>;

  virtual ~AuditSource() = default;
  virtual std::string name() const = 0;            // what the report calls it
  virtual Result<std::uint64_t> size() const = 0;  // number of entries
  // Entries of [from, to) in order, until visit returns false; a missing one is left out.
  virtual Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const = 0;
  // What is wrong with the place they are kept in goes to the findings.
  virtual Result<std::vector<KeptCheckpoint>> checkpoints(Findings& findings) const = 0;
  virtual std::optional<std::string> vkey() const { return std::nullopt; }
  virtual std::optional<std::string> origin() const { return std::nullopt; }  // what the place calls the log
  // Of which log this is a copy, when it is one that takes no more entries: its last checkpoint may then lie beyond it.
  virtual std::optional<ledger::CopyMark> copy() const { return std::nullopt; }

  virtual bool has_leaves() const { return false; }
  virtual Status leaves(std::uint64_t, std::uint64_t, const VisitLeaf&) const { return {}; }

  virtual bool has_vault() const { return false; }
  // Opens the sealed text and holds it against its commitment: "not_found", "damaged".
  virtual Status text(const Hash&) const { return fail("not_found"); }
  virtual Status each_text(const std::function<bool(const Hash& commitment)>&) const { return {}; }
  virtual Result<Bytes> blob(const Hash&) const { return fail("not_found"); }  // rechecks the hash
  // The same, of a file that entry `index` names, where files are given out by entry.
  virtual Result<Bytes> file(const Hash& hash, std::uint64_t) const { return blob(hash); }

  // Compares whatever else is stored with what was rebuilt from the entries.
  virtual Status compare_rows(const AuditTree&, const ChainTable&, Findings&) const { return {}; }
};

// A log in memory: tests, and copies that were read already.
class MemorySource : public AuditSource {
 public:
  std::vector<Bytes> log;
  std::vector<KeptCheckpoint> kept;
  std::optional<std::string> log_vkey;
  std::optional<std::vector<Hash>> leaf_hashes;
  // Commitment → whether it opens; nullopt: no vault.
  std::optional<std::map<Hash, bool>> texts;
  std::map<Hash, Bytes> blobs;
  std::optional<ledger::CopyMark> copied;

  std::string name() const override { return "memory"; }
  Result<std::uint64_t> size() const override { return log.size(); }
  Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const override;
  Result<std::vector<KeptCheckpoint>> checkpoints(Findings&) const override { return kept; }
  std::optional<std::string> vkey() const override { return log_vkey; }
  std::optional<ledger::CopyMark> copy() const override { return copied; }
  bool has_leaves() const override { return leaf_hashes.has_value(); }
  Status leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const override;
  bool has_vault() const override { return texts.has_value(); }
  Status text(const Hash& commitment) const override;
  Status each_text(const std::function<bool(const Hash& commitment)>& visit) const override;
  Result<Bytes> blob(const Hash& hash) const override;
};

}  // namespace letopis::audit
