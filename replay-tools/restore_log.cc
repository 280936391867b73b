#include "replay-tools/restore_log.h"

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "replay-tools/audit_findings.h"

namespace letopis::tools {

using ledger::Checkpoint;

namespace {

Status read_genesis(SourceLog& log, ByteView bytes) {
  TRY(const auto entry, ledger::decode_entry(bytes));
  const auto* created = std::get_if<ledger::SchoolCreated>(&entry.statement.body);
  if (created == nullptr) return fail("damaged", "the log of " + log.slug + " does not open with a genesis");
  TRY(log.vkey, signing::parse_vkey(created->log_vkey));
  log.origin = log.vkey.name;
  if (entry.statement.origin != log.origin)
    return fail("damaged", "the genesis of " + log.slug + " contradicts itself");
  log.name = created->name;
  log.zone = created->zone;
  log.profile = created->profile_name;
  log.utc_offset = created->utc_offset;
  log.simulated = created->simulated;
  log.threshold = created->threshold;
  for (const auto& root : created->root_keys) log.root_keys.push_back(root.key);
  return {};
}

Status read_entries(SourceLog& log) {
  TRY(const std::uint64_t size, log.source->size());
  if (size == 0) return fail("empty", "the log of " + log.slug + " has no entries");
  Status status;
  TRY_STATUS(log.source->entries(0, size, [&](std::uint64_t index, ByteView bytes) {
    if (index != log.tree.size())
      status = fail("damaged", "entry " + std::to_string(log.tree.size()) + " of " + log.slug + " is missing");
    else if (index == 0)
      status = read_genesis(log, bytes);
    if (status) log.tree.append(audit::hash_of_entry(bytes));
    return status.has_value();
  }));
  TRY_STATUS(status);
  if (log.size() != size)
    return fail("damaged", "entry " + std::to_string(log.size()) + " of " + log.slug + " is missing");
  return {};
}

std::string sizes(const SourceLog& log, const Checkpoint& checkpoint) {
  return "a checkpoint of " + log.slug + " covers " + std::to_string(checkpoint.size) + " entries, and only " +
         std::to_string(log.size()) + " are there";
}

// Every checkpoint the source keeps must be true; the newest is what is restored.
Status read_checkpoints(SourceLog& log) {
  audit::Findings findings(1);
  TRY(const auto kept, log.source->checkpoints(findings));
  if (findings.violations() > 0) return fail("damaged", "the checkpoint journal beside the entries of " + log.slug);
  for (const auto& one : kept) {
    TRY(const Checkpoint checkpoint, hold_against(log, one.note, log.source->name()));
    const bool beyond = checkpoint.size > log.size();
    if (beyond && !(log.copy && log.copy->checkpoint == one.note))
      return fail("log_behind_checkpoint", sizes(log, checkpoint));
    if (!log.note.empty() && checkpoint.size <= log.newest.size) continue;
    log.newest = checkpoint;
    log.note = one.note;
  }
  if (log.note.empty()) return fail("no_checkpoint", "no signed checkpoint lies beside the entries of " + log.slug);
  return {};
}

}  // namespace

Result<SourceLog> read_source_log(std::string slug, std::shared_ptr<audit::AuditSource> source,
                                  const std::optional<std::string>& vkey) {
  SourceLog log;
  log.slug = std::move(slug);
  log.source = std::move(source);
  log.copy = log.source->copy();
  TRY_STATUS(read_entries(log));
  for (const auto& given : {vkey, log.source->vkey()})
    if (given && *given != log.vkey.text())
      return fail("other_key", "the log of " + log.slug + " has the key " + log.vkey.text() + ", not " + *given);
  TRY_STATUS(read_checkpoints(log));
  if (log.copy) {
    if (log.copy->size != log.size())
      return fail("damaged", "the copy of " + log.slug + " is not as long as its mark says");
    TRY(log.newest, ledger::check_copy(*log.copy, log.tree.root(), log.vkey));
    log.note = log.copy->checkpoint;
  }
  return log;
}

Result<Checkpoint> hold_against(const SourceLog& log, std::string_view note, const std::string& where) {
  const auto opened = ledger::open_checkpoint(note, log.vkey);
  if (!opened && opened.error().code == "other_origin")
    return fail("other_origin",
                where + " is of another log than " + log.slug + ", " + log.origin + ": " + opened.error().detail);
  if (!opened)
    return fail("log_forked", where + ", " + log.slug + ": the checkpoint is not signed by this log's key (" +
                                  opened.error().text() + ")");
  const Checkpoint& checkpoint = opened->checkpoint;
  if (checkpoint.size <= log.size() && log.tree.root_at(checkpoint.size) != checkpoint.root)
    return fail("log_forked", where + ", " + log.slug + ": what was signed over " + std::to_string(checkpoint.size) +
                                  " entries are other entries than these");
  return checkpoint;
}

Result<std::vector<Hash>> prefix_proof(const SourceLog& log, std::uint64_t size) {
  return ledger::consistency_proof(size, log.newest.size, [&log](unsigned level, std::uint64_t index) -> Result<Hash> {
    return log.tree.node(level, index);
  });
}

}  // namespace letopis::tools
