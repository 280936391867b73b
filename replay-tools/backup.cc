#include "replay-tools/backup.h"

#include <filesystem>

#include "ledger/checkpoint.h"
#include "ledger/checkpoint_journal.h"
#include "replay-tools/audit_directory.h"
#include "signing/base/directory.h"

namespace letopis::tools {
namespace {

// What the copy itself holds: the log may have grown since.
Result<std::map<std::string, ledger::Checkpoint>> copied_checkpoints(const std::string& directory) {
  std::map<std::string, ledger::Checkpoint> copied;
  TRY(const auto notes,
      ledger::CheckpointJournal::read(posix_file_system(), directory + "/" + std::string(audit::kJournalFile)));
  for (const auto& [slug, text] : notes) {
    TRY(copied[slug], ledger::parse_checkpoint_note(text));
  }
  return copied;
}

Status copy_anew(commands::Engine& engine, const std::string& to) {
  std::error_code error;
  std::filesystem::remove_all(to, error);
  if (error) return fail("io_error", "remove " + to + ": " + error.message());
  Status copied = engine.copy_to(to);
  if (copied) copied = sync_tree(to);
  if (!copied) std::filesystem::remove_all(to, error);
  return copied;
}

Status record(commands::Engine& engine, const std::string& copy) {
  TRY(const auto copied, copied_checkpoints(copy));
  for (auto* school : engine.schools()) {
    const auto checkpoint = copied.find(school->slug());
    if (school->copy() || checkpoint == copied.end()) continue;
    TRY_STATUS(school->record(ledger::BackupMade{checkpoint->second.size, checkpoint->second.root, "directory"}));
  }
  return {};
}

}  // namespace

// Twice: backup_made may only be said of a copy that is there, and a copy without it is already behind what was signed. Should
// the second one fail, the first is still what was said of it.
Status make_backup(commands::Engine& engine, const std::string& to) {
  if (posix_file_system().exists(to)) return fail("already_exists", to + " exists");
  for (const auto* school : engine.schools())
    if (const auto why = school->held()) return fail("held", school->slug() + " takes no writes: " + why->text());
  const std::string first = to + ".partial", second = to + ".partial-2";
  TRY_STATUS(copy_anew(engine, first));
  TRY_STATUS(record(engine, first));
  if (!copy_anew(engine, second)) return rename_to_new(first, to);
  TRY_STATUS(rename_to_new(second, to));
  std::error_code ignored;
  std::filesystem::remove_all(first, ignored);
  return {};
}

}  // namespace letopis::tools
