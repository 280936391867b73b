#pragma once
// A stopped server's data directory, read only: DIR/ledger (the database), DIR/checkpoints.journal, DIR/vault. Nothing in it
// is written or created. While a process holds DIR the audit is refused ("in_use"), and no server can start while it runs.

#include <array>
#include <memory>

#include "ledger/kv.h"
#include "ledger/log_store.h"
#include "ledger/vault.h"
#include "replay-tools/audit_source.h"
#include "signing/base/file.h"

namespace letopis::audit {

inline constexpr std::string_view kLedgerFolder = "ledger";
inline constexpr std::string_view kVaultFolder = "vault";
inline constexpr std::string_view kJournalFile = "checkpoints.journal";

class DirectorySource final : public AuditSource {
 public:
  // Without a master key the vault stays closed, and the report says so; so it does in a copy of a peer, which has none. Errors: "in_use", "not_found" (no such directory or
  // school), "damaged" (the database does not open), "wrong_master_key".
  static Result<std::unique_ptr<DirectorySource>> open(
      const std::string& directory, std::string_view slug,
      const std::optional<std::array<std::uint8_t, 32>>& master_key = {});

  std::string name() const override { return directory_; }
  Result<std::uint64_t> size() const override;
  Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const override;
  Result<std::vector<KeptCheckpoint>> checkpoints(Findings& findings) const override;
  std::optional<std::string> origin() const override { return school_.origin; }
  std::optional<ledger::CopyMark> copy() const override { return copy_; }
  bool has_leaves() const override { return true; }
  Status leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const override;
  bool has_vault() const override { return vault_ != nullptr; }
  Status text(const Hash& commitment) const override;
  Status each_text(const std::function<bool(const Hash& commitment)>& visit) const override;
  Result<Bytes> blob(const Hash& hash) const override;
  Status compare_rows(const AuditTree& tree, const ChainTable& chains, Findings& findings) const override;

  const ledger::SchoolRecord& school() const { return school_; }
  // A sealed text in clear, for whoever brought the vault's key: nullopt when the vault is closed or has it no more.
  std::optional<std::string> plain_text(const Hash& commitment) const;

 private:
  DirectorySource() = default;
  Status open_vault(const std::array<std::uint8_t, 32>& master_key);

  std::string directory_;
  std::unique_ptr<DirectoryLock> lock_;
  std::shared_ptr<ledger::KvStore> kv_;
  ledger::SchoolRecord school_;
  std::optional<ledger::CopyMark> copy_;
  std::optional<std::string> journalled_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<ledger::Vault> vault_;
};

}  // namespace letopis::audit
