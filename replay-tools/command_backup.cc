// letopis backup, letopis restore: consistent copies, audited on the way back.

#include <filesystem>
#include <iostream>

#include "ledger/checkpoint.h"
#include "ledger/checkpoint_journal.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/command.h"

namespace letopis::tools {
namespace {

// Size by slug of the newest signed checkpoints in a directory's journal; empty when there is none.
Result<std::map<std::string, std::uint64_t>> journalled_sizes(const std::string& directory) {
  std::map<std::string, std::uint64_t> sizes;
  const std::string path = directory + "/" + std::string(audit::kJournalFile);
  if (!posix_file_system().exists(path)) return sizes;
  TRY(const auto notes, ledger::CheckpointJournal::read(posix_file_system(), path));
  for (const auto& [slug, text] : notes) {
    TRY(const auto note, signing::parse_note(text));
    TRY(const auto checkpoint, ledger::parse_checkpoint_text(note.text));
    sizes[slug] = checkpoint.size;
  }
  return sizes;
}

// Every school of a copy, from raw bytes.
Status audit_copy(const std::string& directory, const std::map<std::string, std::uint64_t>& schools) {
  TRY(const auto source, vault_key());
  SystemRandom random;
  TRY(const auto key, ledger::load_master_key(directory + "/vault", source, random));
  for (const auto& [slug, size] : schools) {
    TRY(const auto copy, audit::DirectorySource::open(directory, slug, key));
    TRY(const auto report, audit::audit(*copy, {}));
    if (audit::exit_code(report) != 0) return fail("violated", slug + ": " + audit::sentence(report, audit::Language::kEnglish));
    std::cerr << slug << ": " << audit::sentence(report, audit::Language::kEnglish) << '\n';
  }
  return {};
}

Status restore_directory(const Restore& options) {
  TRY(const auto from, journalled_sizes(options.from));
  if (from.empty()) return fail("not_found", options.from + " holds no backup");
  TRY(const auto there, journalled_sizes(options.data));
  for (const auto& [slug, size] : there) {
    const auto it = from.find(slug);
    if (it == from.end() || it->second < size)
      return fail("log_behind_checkpoint", options.data + " has signed " + std::to_string(size) + " entries of " + slug + ", the backup holds " +
                                               std::to_string(it == from.end() ? 0 : it->second) + ": a log never goes behind what it signed");
  }
  TRY_STATUS(audit_copy(options.from, from));
  // Beside, then in place: an interrupted restore leaves what was there.
  const std::filesystem::path data(options.data), aside(options.data + ".restoring"), old(options.data + ".before-restore");
  std::error_code error;
  std::filesystem::remove_all(aside, error);
  std::filesystem::create_directories(aside, error);
  for (const auto* part : {"ledger", "vault", "checkpoints.journal"})
    std::filesystem::copy(std::filesystem::path(options.from) / part, aside / part, std::filesystem::copy_options::recursive, error);
  if (error) return fail("io_error", "copying: " + error.message());
  if (std::filesystem::exists(data)) std::filesystem::rename(data, old, error);
  if (!error) std::filesystem::rename(aside, data, error);
  if (error) return fail("io_error", "moving into place: " + error.message());
  SystemClock clock;
  SystemRandom random;
  commands::Engine::Options engine_options;
  engine_options.directory = options.data;
  TRY(engine_options.master_key, vault_key());
  engine_options.clock = &clock;
  engine_options.random = &random;
  TRY(auto engine, commands::Engine::open(engine_options));
  for (auto* school : engine->schools()) {
    const auto seen = school->read([](const commands::ReadModel& model) { return model.checkpoint; });
    TRY_STATUS(school->record(ledger::RestoreDone{seen.size, seen.root, seen.size}));
  }
  return {};
}

}  // namespace

Status make_backup(commands::Engine& engine, const std::string& to) {
  if (posix_file_system().exists(to)) return fail("already_exists", to + " exists");
  const std::string aside = to + ".partial";
  std::error_code error;
  std::filesystem::remove_all(aside, error);
  TRY_STATUS(engine.copy_to(aside));
  std::filesystem::rename(aside, to, error);
  if (error) return fail("io_error", "rename " + aside + ": " + error.message());
  for (auto* school : engine.schools()) {
    const auto copied = school->read([](const commands::ReadModel& model) { return model.checkpoint; });
    TRY_STATUS(school->record(ledger::BackupMade{copied.size, copied.root, "directory"}));
  }
  return {};
}

int backup(const Backup& options) {
  const std::string out = std::filesystem::absolute(options.out).string();
  SystemClock clock;
  SystemRandom random;
  commands::Engine::Options engine_options;
  engine_options.directory = options.data;
  const auto key = vault_key();
  if (!key) return refuse(key.error());
  engine_options.master_key = *key;
  engine_options.clock = &clock;
  engine_options.random = &random;
  auto engine = commands::Engine::open(engine_options);
  if (!engine && engine.error().code == "in_use") {
    if (const auto done = control(options.data, "backup " + out); !done) return refuse(done.error());
  } else if (!engine) {
    return refuse(engine.error());
  } else if (const auto made = make_backup(**engine, out); !made) {
    return refuse(made.error());
  }
  std::cout << (options.json ? "{\"backup\":\"" + out + "\"}" : out) << '\n';
  return kExitOk;
}

int restore(const Restore& options) {
  if (const auto restored = restore_directory(options); !restored) return refuse(restored.error());
  std::cout << (options.json ? "{\"restored\":\"" + options.data + "\"}" : options.data) << '\n';
  return kExitOk;
}

}  // namespace letopis::tools
