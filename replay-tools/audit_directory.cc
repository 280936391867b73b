#include "replay-tools/audit_directory.h"

#include "commands/profile_files.h"
#include "ledger/checkpoint_journal.h"
#include "ledger/hold_mark.h"
#include "ledger/store_rows.h"
#include "replay-tools/audit_rows.h"

namespace letopis::audit {

namespace rows = ledger::rows;

Result<std::unique_ptr<DirectorySource>> DirectorySource::open(
    const std::string& directory, std::string_view slug,
    const std::optional<std::array<std::uint8_t, 32>>& master_key) {
  auto source = std::unique_ptr<DirectorySource>(new DirectorySource());
  source->directory_ = directory;
  TRY(source->lock_, DirectoryLock::watch(directory));
  ledger::KvOptions options;
  options.read_only = true;
  TRY(auto kv, ledger::open_rocksdb(directory + "/" + std::string(kLedgerFolder), options));
  source->kv_ = std::move(kv);
  TRY(source->school_, ledger::LogStore(source->kv_).school(slug));
  TRY(const auto marks, ledger::read_copy_marks(posix_file_system(), directory));
  if (const auto mark = marks.find(std::string(slug)); mark != marks.end()) source->copy_ = mark->second;
  const bool without_texts = source->copy_ && source->copy_->kind == ledger::CopyKind::kPeer;
  if (master_key && !without_texts) TRY_STATUS(source->open_vault(*master_key));
  return source;
}

Status DirectorySource::open_vault(const std::array<std::uint8_t, 32>& master_key) {
  random_ = std::make_unique<SystemRandom>();
  ledger::KvOptions options;
  options.read_only = true;
  TRY(vault_, ledger::Vault::open(directory_ + "/" + std::string(kVaultFolder), master_key, options, *random_));
  return {};
}

// One past the highest entry row; gaps below it show when the entries are read.
Result<std::uint64_t> DirectorySource::size() const {
  std::uint64_t size = 0;
  bool readable = true;
  TRY_STATUS(kv_->scan(rows::first(rows::Kind::kEntry, school_.number), rows::end(rows::Kind::kEntry, school_.number),
                       {.reverse = true}, [&](ByteView key, ByteView) {
                         const auto index = rows::index_of(key);
                         readable = index.has_value();
                         if (index) size = *index + 1;
                         return false;
                       }));
  if (!readable) return fail("damaged", "an entry row without an index");
  return size;
}

Status DirectorySource::entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const {
  return kv_->scan(rows::entry(school_.number, from), rows::entry(school_.number, to), {},
                   [&](ByteView key, ByteView value) {
                     const auto index = rows::index_of(key);
                     return index && visit(*index, value);
                   });
}

Status DirectorySource::leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const {
  return kv_->scan(rows::leaf(school_.number, from), rows::leaf(school_.number, to), {},
                   [&](ByteView key, ByteView value) {
                     const auto index = rows::index_of(key);
                     return index && value.size() == Hash::kSize && visit(*index, Hash::copy_of(value));
                   });
}

Result<std::vector<KeptCheckpoint>> DirectorySource::checkpoints(Findings& findings) const {
  std::vector<KeptCheckpoint> kept;
  TRY(const auto row, kv_->get(rows::checkpoint(school_.number)));
  if (row) kept.push_back({KeptBy::kDatabase, "", std::string(as_text(*row))});
  TRY(const auto holds, ledger::read_hold_marks(posix_file_system(), directory_));
  if (const auto mark = holds.find(school_.slug); mark != holds.end())
    kept.push_back({KeptBy::kWitness, ledger::hold_mark_file(school_.slug), mark->second.checkpoint});
  const auto journal =
      ledger::CheckpointJournal::read(posix_file_system(), directory_ + "/" + std::string(kJournalFile));
  if (!journal) {
    if (journal.error().code != "damaged") return tl::unexpected(journal.error());
    findings.add("journal_damaged", {}, journal.error().detail);
    return kept;
  }
  if (const auto newest = journal->find(school_.slug); newest != journal->end())
    kept.push_back({KeptBy::kJournal, "", newest->second});
  else if (row)
    findings.add("journal_behind", {});
  return kept;
}

Status DirectorySource::text(const Hash& commitment) const {
  return vault_->get_text(school_.slug, commitment).map([](const auto&) {});
}

std::optional<std::string> DirectorySource::plain_text(const Hash& commitment) const {
  if (vault_ == nullptr) return std::nullopt;
  auto text = vault_->get_text(school_.slug, commitment);
  return text ? std::optional(std::move(text->text)) : std::nullopt;
}

Status DirectorySource::each_text(const std::function<bool(const Hash& commitment)>& visit) const {
  return vault_->each_commitment(school_.slug, visit);
}

Result<Bytes> DirectorySource::blob(const Hash& hash) const {
  if (vault_ != nullptr) {
    auto sealed = vault_->get_blob(school_.slug, hash);
    if (sealed || sealed.error().code != "not_found") return sealed;
  }
  return commands::read_profile_file(posix_file_system(), directory_, hash);
}

Status DirectorySource::compare_rows(const AuditTree& tree, const ChainTable& chains, Findings& findings) const {
  return compare_database(*kv_, school_.number, tree, chains, findings);
}

}  // namespace letopis::audit
