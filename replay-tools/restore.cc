#include "replay-tools/restore.h"

#include <algorithm>
#include <filesystem>

#include "commands/profile.h"
#include "commands/profile_files.h"
#include "ledger/checkpoint_journal.h"
#include "ledger/hold_mark.h"
#include "ledger/rebuild.h"
#include "ledger/schema/describe.h"
#include "projections/school_state.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/restore_log.h"
#include "signing/base/directory.h"

namespace letopis::tools {

using namespace ledger;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kLockFile = "LOCK.letopis";

std::string path(const std::string& directory, std::string_view part) { return directory + "/" + std::string(part); }

// One school on its way.
struct Plan {
  SourceLog log;
  std::uint64_t size = 0;        // entries to rebuild
  std::optional<CopyMark> mark;  // it becomes a copy
  bool from_vault = true;        // its part of the vault comes along
  Checkpoint claimed;            // the newest anybody says was signed
};

// What a directory says it has signed, by school.
using Signed = std::map<std::string, std::vector<std::string>>;

class Restoring {
 public:
  explicit Restoring(const RestoreRequest& request)
      : request_(request),
        files_(posix_file_system()),
        data_(fs::absolute(request.data).lexically_normal().string()),
        from_(request.peer ? std::string() : fs::absolute(request.from).lexically_normal().string()) {
    while (data_.size() > 1 && data_.ends_with('/')) data_.pop_back();
    aside_ = data_ + ".restoring";
  }

  Result<Restored> run() {
    const Status made = make();
    if (!made) {
      // What is half made is no use to anybody. Not after a step that was cut short, as a crash would.
      std::error_code ignored;
      if (!cut_short_ && making_) fs::remove_all(aside_, ignored);
      return tl::unexpected(made.error());
    }
    TRY_STATUS(put_in_place());
    TRY_STATUS(record());
    return std::move(restored_);
  }

 private:
  Status step(const std::string& what) {
    if (!request_.at_step) return {};
    const Status go_on = request_.at_step(what);
    cut_short_ = !go_on;
    return go_on;
  }
  Status make();
  Status look_at_target();
  Status look_at_present_database(Signed& present) const;
  Status plan_all();
  Status plan_one(const std::string& slug);
  Status every_checkpoint_is_ours() const;
  Status decide_how(Plan& plan) const;
  Status compare(Plan& plan);
  Status hold(Plan& plan, const std::string& note, const std::string& where) const;
  Status compare_with_witnesses(Plan& plan) const;
  Status clear_aside();
  Status rebuild_all();
  Status rebuild(Plan& plan, const std::shared_ptr<LogStore>& store);
  Result<std::vector<Id>> erased_later(const Plan& plan) const;
  Status copy_vault();
  Status copy_texts(const Plan& plan, KvStore& to) const;
  Status write_checkpoints();
  Status audit_all();
  Status audit_one(const Plan& plan);
  Status open_successor();
  Result<Restored> finish();
  Status put_in_place();
  std::string free_name() const;
  Status record();

  bool chosen(const std::string& slug) const { return request_.school.empty() || request_.school == slug; }
  // The school that --to-index and --successor are about.
  bool meant(const std::string& slug) const {
    return request_.school.empty() ? plans_.size() <= 1 : request_.school == slug;
  }
  bool holds_log_key(const Plan& plan) const;
  commands::Engine::Options engine_options(const std::string& directory) const {
    commands::Engine::Options options;
    options.directory = directory;
    options.master_key = request_.master_key;
    options.clock = request_.clock;
    options.random = request_.random;
    return options;
  }

  const RestoreRequest& request_;
  FileSystem& files_;
  std::string data_, from_, aside_, vault_from_;
  std::unique_ptr<DirectoryLock> lock_;
  std::array<std::uint8_t, 32> master_key_{};
  std::unique_ptr<Vault> vault_;  // the source's, read only
  Signed present_;
  std::vector<Plan> plans_;
  std::vector<SchoolRecord> unborn_;  // schools without an entry: their keys come along
  Restored restored_;
  bool making_ = false;
  bool cut_short_ = false;
};

Status Restoring::make() {
  TRY_STATUS(step("looking at " + data_));
  TRY_STATUS(look_at_target());
  TRY_STATUS(plan_all());
  TRY_STATUS(step("clearing " + aside_));
  TRY_STATUS(clear_aside());
  making_ = true;
  TRY_STATUS(rebuild_all());
  TRY_STATUS(step("copying texts, keys and accounts"));
  TRY_STATUS(copy_vault());
  TRY_STATUS(step("writing the checkpoints"));
  TRY_STATUS(write_checkpoints());
  TRY_STATUS(step("auditing what was rebuilt"));
  TRY_STATUS(audit_all());
  if (request_.successor) {
    TRY_STATUS(step("opening the successor"));
    TRY_STATUS(open_successor());
  }
  TRY_STATUS(step("writing everything to the disk"));
  return sync_tree(aside_);
}

// --- What is there -----------------------------------------------------------------------------------------------------------

Status Restoring::look_at_target() {
  if (!files_.exists(data_)) return {};
  std::error_code error;
  if (!from_.empty() && fs::equivalent(from_, data_, error))
    return fail("malformed", "restoring a directory from itself");
  if (request_.to_index && !fs::is_empty(data_, error))
    return fail("already_exists", data_ + " is not empty: a copy of a moment goes into a directory of its own");
  TRY(lock_, DirectoryLock::acquire(data_));
  TRY(const auto journalled, CheckpointJournal::read(files_, path(data_, audit::kJournalFile)));
  for (const auto& [slug, note] : journalled) present_[slug].push_back(note);
  // What a witness has shown of it is signed by the log too, and outlasts what is restored over it.
  TRY(const auto held, read_hold_marks(files_, data_));
  for (const auto& [slug, mark] : held) present_[slug].push_back(mark.checkpoint);
  return look_at_present_database(present_);
}

// A database that cannot be read any more is a reason to restore; the journal outside it then says what was signed.
Status Restoring::look_at_present_database(Signed& present) const {
  const std::string ledger = path(data_, audit::kLedgerFolder);
  if (!files_.exists(ledger + "/CURRENT")) return {};
  KvOptions options;
  options.read_only = true;
  auto kv = open_rocksdb(ledger, options);
  if (!kv) {
    if (files_.exists(path(data_, audit::kJournalFile))) return {};
    return fail(kv.error().code, data_ +
                                     " holds a database that cannot be read and no checkpoint journal: move it away to "
                                     "restore without comparing. " +
                                     kv.error().detail);
  }
  const LogStore store{std::shared_ptr<KvStore>(std::move(*kv))};
  TRY(const auto schools, store.schools());
  for (const auto& school : schools) {
    const auto note = store.stored_checkpoint(school.number);
    if (note && *note) present[school.slug].push_back(**note);
  }
  return {};
}

// --- What shall be -------------------------------------------------------------------------------------------------------------

Status Restoring::plan_all() {
  std::vector<std::string> slugs;
  if (request_.peer) {
    if (request_.school.empty()) return fail("malformed", "name the school to fetch from a peer");
    slugs.push_back(request_.school);
    if (files_.exists(path(data_, audit::kVaultFolder) + "/CURRENT")) vault_from_ = path(data_, audit::kVaultFolder);
  } else {
    TRY(const auto lock, DirectoryLock::watch(from_));
    KvOptions options;
    options.read_only = true;
    auto kv = open_rocksdb(path(from_, audit::kLedgerFolder), options);
    if (!kv) return fail(kv.error().code, from_ + " holds no backup that can be read: " + kv.error().detail);
    TRY(const auto schools, LogStore{std::shared_ptr<KvStore>(std::move(*kv))}.schools());
    for (const auto& school : schools)
      if (chosen(school.slug)) slugs.push_back(school.slug);
    TRY(const auto journalled, CheckpointJournal::read(files_, path(from_, audit::kJournalFile)));
    for (const auto& [slug, note] : journalled)
      if (chosen(slug) && std::find(slugs.begin(), slugs.end(), slug) == slugs.end())
        return fail("log_behind_checkpoint", from_ + " has a signed checkpoint of " + slug + ", and no entries of it");
    if (slugs.empty())
      return fail("not_found",
                  from_ + " holds no " + (request_.school.empty() ? "school" : "school " + request_.school));
    vault_from_ = path(from_, audit::kVaultFolder);
    // An image that is held is no better for being restored from.
    TRY(const auto held, read_hold_marks(files_, from_));
    for (const auto& slug : slugs)
      if (const auto mark = held.find(slug); mark != held.end()) present_[slug].push_back(mark->second.checkpoint);
  }
  if (request_.school.empty() && slugs.size() > 1 && (request_.to_index || request_.successor))
    return fail("malformed", "there are " + std::to_string(slugs.size()) + " schools: say which one is meant");
  if (!vault_from_.empty()) {
    TRY(master_key_, load_master_key(vault_from_, request_.master_key, *request_.random, VaultAccess::kReadOnly));
    KvOptions options;
    options.read_only = true;
    TRY(vault_, Vault::open(vault_from_, master_key_, options, *request_.random));
  }
  for (const auto& [slug, notes] : present_)
    if (std::find(slugs.begin(), slugs.end(), slug) == slugs.end())
      return fail("log_behind_checkpoint",
                  data_ + " has signed entries of " + slug + ", and what is to be restored holds 0 of them");
  for (const auto& slug : slugs) {
    TRY_STATUS(step("reading " + slug));
    TRY_STATUS(plan_one(slug));
  }
  return every_checkpoint_is_ours();
}

// Whoever brings another log's checkpoint by mistake must not believe that it was held against anything.
Status Restoring::every_checkpoint_is_ours() const {
  for (const auto& kept : request_.checkpoints) {
    const auto checkpoint = parse_checkpoint_note(kept.text);
    if (!checkpoint) return fail("malformed", kept.label + ": " + checkpoint.error().text());
    if (std::none_of(plans_.begin(), plans_.end(),
                     [&](const Plan& plan) { return plan.log.origin == checkpoint->origin; }))
      return fail("other_origin",
                  kept.label + " is a checkpoint of " + checkpoint->origin + ", which is not among what is restored");
  }
  return {};
}

Status Restoring::plan_one(const std::string& slug) {
  std::shared_ptr<audit::AuditSource> source;
  std::optional<SchoolRecord> record;
  if (request_.peer) {
    TRY(source, request_.peer());
  } else {
    TRY(auto directory, audit::DirectorySource::open(from_, slug, master_key_));
    record = directory->school();
    source = std::move(directory);
  }
  TRY(const std::uint64_t size, source->size());
  if (size == 0 && record && !present_.contains(slug)) {
    unborn_.push_back(*record);
    return {};
  }
  Plan plan;
  TRY(plan.log, read_source_log(slug, std::move(source), request_.vkey));
  plan.size = plan.log.size();
  TRY_STATUS(compare(plan));
  TRY_STATUS(decide_how(plan));
  TRY_STATUS(compare_with_witnesses(plan));
  plans_.push_back(std::move(plan));
  return {};
}

// Nothing that was signed may be missing, or other than it was.
Status Restoring::hold(Plan& plan, const std::string& note, const std::string& where) const {
  TRY(const Checkpoint checkpoint, hold_against(plan.log, note, where));
  if (checkpoint.size > plan.claimed.size) plan.claimed = checkpoint;
  const bool may_be_lost = request_.successor && meant(plan.log.slug);
  if (checkpoint.size <= plan.log.size() || may_be_lost) return {};
  return fail(
      "log_behind_checkpoint",
      where + " has signed " + std::to_string(checkpoint.size) + " entries of " + plan.log.slug + ", " +
          plan.log.source->name() + " holds " + std::to_string(plan.log.size()) +
          ": a log never goes behind what it signed. Find a newer backup or copy; only if the rest is lost for good, "
          "open a --successor");
}

Status Restoring::compare(Plan& plan) {
  plan.claimed = plan.log.newest;
  if (const auto there = present_.find(plan.log.slug); there != present_.end())
    for (const auto& note : there->second) TRY_STATUS(hold(plan, note, data_));
  for (const auto& kept : request_.checkpoints) {
    // Of several schools each has its own; one of none of them is a mistake (every_checkpoint_is_ours).
    const auto checkpoint = parse_checkpoint_note(kept.text);
    if (!checkpoint) return fail("malformed", kept.label + ": " + checkpoint.error().text());
    if (checkpoint->origin != plan.log.origin && request_.school.empty() && !request_.peer) continue;
    TRY_STATUS(hold(plan, kept.text, kept.label));
  }
  return {};
}

// Before anything is rebuilt, let alone signed: the target stays as it was, for the newer backup to be restored into.
Status Restoring::compare_with_witnesses(Plan& plan) const {
  const bool goes_on = !plan.mark || (request_.successor && meant(plan.log.slug));
  if (!request_.ask_witnesses || !goes_on) return {};
  projections::SchoolState state(projections::Detail::kStructure);
  TRY_STATUS(plan.log.source->entries(0, plan.log.size(), [&](std::uint64_t, ByteView bytes) {
    const auto entry = decode_entry(bytes);
    if (entry) state.apply(*entry);
    return entry.has_value();
  }));
  const auto* policy = state.evidence().policy();
  if (policy == nullptr) return {};
  for (const auto& kept : request_.ask_witnesses(*policy->parsed, plan.log.origin))
    if (open_checkpoint(kept.text, plan.log.vkey)) TRY_STATUS(hold(plan, kept.text, kept.label));
  return {};
}

bool Restoring::holds_log_key(const Plan& plan) const {
  if (vault_ == nullptr) return false;
  auto seed = vault_->get_secret(plan.log.slug, commands::kLogKeySecret);
  if (!seed || seed->size() != 32) return false;
  std::array<std::uint8_t, 32> fixed;
  std::copy(seed->begin(), seed->end(), fixed.begin());
  const auto key = signing::KeyPair::from_seed(signing::Purpose::kLog, fixed);
  signing::wipe(*seed);
  signing::wipe(fixed);
  return key.public_key() == plan.log.vkey.key &&
         vault_->get_secret(plan.log.slug, commands::kServiceKeySecret).has_value();
}

// A log that goes on, or a copy of which kind.
Status Restoring::decide_how(Plan& plan) const {
  plan.from_vault = vault_ != nullptr;
  CopyMark mark;
  mark.source = plan.log.source->name();
  mark.checkpoint = plan.log.note;
  if (request_.to_index && meant(plan.log.slug)) {
    if (*request_.to_index == 0 || *request_.to_index > plan.log.size() || *request_.to_index > plan.log.newest.size)
      return fail("out_of_range", "the log of " + plan.log.slug + " has " +
                                      std::to_string(std::min(plan.log.size(), plan.log.newest.size)) +
                                      " signed entries");
    if (plan.log.copy && *request_.to_index < plan.log.size())
      return fail("read_only", mark.source + " is a copy itself: take a copy of a moment from a whole log");
    mark.kind = request_.peer ? CopyKind::kPeer : CopyKind::kMoment;
    plan.size = *request_.to_index;
    if (plan.log.copy) mark = *plan.log.copy;
  } else if (plan.log.copy) {
    mark = *plan.log.copy;
  } else if (request_.successor && meant(plan.log.slug)) {
    mark.kind = CopyKind::kPredecessor;
    plan.size = plan.log.newest.size;  // what no checkpoint covers was never the log's, and nobody can sign it any more
  } else if (request_.peer && !holds_log_key(plan)) {
    mark.kind = CopyKind::kPeer;
    plan.size = plan.log.newest.size;
  } else {
    if (!holds_log_key(plan))
      return fail("no_log_key", "the vault beside " + mark.source + " does not hold the key of " + plan.log.slug +
                                    ": open a --successor");
    return {};
  }
  // A peer gives no texts; a vault that happens to be here belongs to a log that goes on.
  if (mark.kind == CopyKind::kPeer) plan.from_vault = false;
  mark.size = plan.size;
  if (!plan.log.copy) {
    TRY(mark.consistency, prefix_proof(plan.log, plan.size));
  }
  plan.mark = std::move(mark);
  return {};
}

// --- Making it -------------------------------------------------------------------------------------------------------------------

std::string Restoring::free_name() const {
  std::string name = data_ + ".before-restore";
  for (int i = 2; files_.exists(name); ++i) name = data_ + ".before-restore-" + std::to_string(i);
  return name;
}

// What an interrupted restore left. Once the names have changed places it is what was there before, and that is never deleted:
// such a directory has been open, and has a lock file.
Status Restoring::clear_aside() {
  if (!files_.exists(aside_)) return {};
  if (files_.exists(path(aside_, kLockFile))) return rename_to_new(aside_, free_name());
  std::error_code error;
  fs::remove_all(aside_, error);
  if (error) return fail("io_error", "remove " + aside_ + ": " + error.message());
  return {};
}

Status Restoring::rebuild_all() {
  TRY_STATUS(files_.make_directories(path(aside_, audit::kLedgerFolder)));
  std::error_code error;
  if (files_.exists(data_)) fs::permissions(aside_, fs::status(data_, error).permissions(), error);
  TRY(std::shared_ptr<KvStore> kv, open_rocksdb(path(aside_, audit::kLedgerFolder), {}));
  const auto store = std::make_shared<LogStore>(kv);
  for (auto& plan : plans_) {
    TRY_STATUS(step("rebuilding " + plan.log.slug));
    TRY_STATUS(rebuild(plan, store));
  }
  for (const auto& school : unborn_) TRY_STATUS(store->add_school(school.slug, school.origin).map([](const auto&) {}));
  return {};
}

std::optional<Hash> profile_adopted_by(ByteView bytes) {
  const auto entry = decode_entry(bytes);
  if (!entry) return std::nullopt;
  if (const auto* genesis = std::get_if<SchoolCreated>(&entry->statement.body)) return genesis->profile;
  const auto* adopted = std::get_if<ProfileAdopted>(&entry->statement.body);
  return adopted == nullptr ? std::nullopt : std::optional(adopted->profile);
}

Status Restoring::rebuild(Plan& plan, const std::shared_ptr<LogStore>& store) {
  TRY(const SchoolRecord record, store->add_school(plan.log.slug, plan.log.origin));
  LogRebuilder rebuilder(store, record);
  Status status;
  std::set<Hash> profiles;
  TRY_STATUS(plan.log.source->entries(0, plan.size, [&](std::uint64_t, ByteView bytes) {
    status = rebuilder.add(bytes);
    if (const auto adopted = profile_adopted_by(bytes)) profiles.insert(*adopted);
    return status.has_value();
  }));
  TRY_STATUS(status);
  // With what they extend. One that cannot be had is for the audit to say.
  for (std::optional<Hash> hash : profiles)
    for (std::size_t layer = 0; hash && layer < commands::kProfileLayersMax; ++layer) {
      const auto text = plan.log.source->blob(*hash);
      if (!text) break;
      TRY_STATUS(commands::keep_profile_file(files_, aside_, *hash, *text));
      hash = commands::extended_by(as_text(*text));
    }
  if (rebuilder.root() != plan.log.tree.root_at(plan.size))
    return fail("damaged", "the entries of " + plan.log.slug + " changed while they were read");
  TRY_STATUS(rebuilder.finish(plan.log.newest.size <= plan.size ? plan.log.note : std::string()));
  if (!plan.mark || plan.log.copy || plan.size == plan.log.size()) return {};
  TRY(plan.mark->erased_later, erased_later(plan));
  return {};
}

// People whose texts are gone by an act beyond the end of the copy: the audit of the copy must not miss them.
Result<std::vector<Id>> Restoring::erased_later(const Plan& plan) const {
  TRY(const auto report, audit::audit(*plan.log.source, {}));
  if (audit::exit_code(report) != 0) return fail("violated", audit::sentence(report, audit::Language::kEnglish));
  projections::SchoolState state(projections::Detail::kStructure);
  std::vector<Id> erased;
  std::vector<Id> named;
  TRY_STATUS(plan.log.source->entries(0, plan.log.size(), [&](std::uint64_t, ByteView bytes) {
    const auto entry = decode_entry(bytes);
    if (!entry) return false;  // the audit read all of them
    state.apply(*entry);
    if (const auto* act = std::get_if<PersonalTextErased>(&entry->statement.body)) named.push_back(act->person);
    return true;
  }));
  for (const auto& person : named) {
    const auto* known = state.person(person);
    if (known != nullptr && known->texts_erased && *known->texts_erased >= plan.size) erased.push_back(person);
  }
  std::sort(erased.begin(), erased.end());
  erased.erase(std::unique(erased.begin(), erased.end()), erased.end());
  return erased;
}

Status Restoring::copy_vault() {
  const bool wanted =
      std::any_of(plans_.begin(), plans_.end(), [](const Plan& plan) { return plan.from_vault; }) || !unborn_.empty();
  if (vault_ == nullptr || !wanted) return {};
  const std::string to = path(aside_, audit::kVaultFolder);
  TRY_STATUS(files_.make_directories(to));
  const auto salt = files_.read(path(vault_from_, kVaultSaltFile), kVaultSaltSizeMaxBytes);
  if (salt) TRY_STATUS(files_.write_atomically(path(to, kVaultSaltFile), *salt, 0600));
  if (!salt && salt.error().code != "not_found") return tl::unexpected(salt.error());
  TRY(const auto kv, open_rocksdb(to, {}));
  for (const auto& plan : plans_)
    if (plan.from_vault) TRY_STATUS(copy_texts(plan, *kv));
  for (const auto& school : unborn_) TRY_STATUS(vault_->copy_school(school.slug, {}, *kv));
  return {};
}

// A copy gets no keys, and of the texts those that its entries commit to.
Status Restoring::copy_texts(const Plan& plan, KvStore& to) const {
  if (!plan.mark) return vault_->copy_school(plan.log.slug, {}, to);
  std::set<Hash> named;
  TRY_STATUS(plan.log.source->entries(0, plan.size, [&](std::uint64_t, ByteView bytes) {
    const auto entry = decode_entry(bytes);
    if (!entry) return false;  // rebuilding decoded it
    for (const auto& commitment : entry->statement.commitments) named.insert(commitment.digest);
    return true;
  }));
  Vault::CopyOptions options;
  options.secrets = false;
  options.keep_text = [&](const Hash& commitment) { return named.contains(commitment); };
  return vault_->copy_school(plan.log.slug, options, to);
}

Status Restoring::write_checkpoints() {
  std::map<std::string, std::string> notes;
  for (const auto& plan : plans_) {
    if (plan.mark)
      TRY_STATUS(
          files_.write_atomically(path(aside_, copy_mark_file(plan.log.slug)), as_bytes(plan.mark->encode()), 0640));
    notes.emplace(plan.log.slug, plan.log.note);
  }
  TRY(const auto journal, CheckpointJournal::open(files_, path(aside_, audit::kJournalFile)));
  return journal->append(notes);
}

// --- Looking at it again -----------------------------------------------------------------------------------------------------------

Status Restoring::audit_all() {
  for (const auto& plan : plans_) TRY_STATUS(audit_one(plan));
  return {};
}

Status Restoring::audit_one(const Plan& plan) {
  const auto key = plan.from_vault ? std::optional(master_key_) : std::nullopt;
  TRY(const auto source, audit::DirectorySource::open(aside_, plan.log.slug, key));
  audit::AuditOptions options;
  options.vkey = plan.log.vkey.text();
  for (const auto& kept : request_.checkpoints)
    if (plan.claimed.size <= plan.size && request_.school == plan.log.slug) options.checkpoints.push_back(kept);
  TRY(const auto report, audit::audit(*source, options));
  RestoredSchool school;
  for (const auto& [code, count] : report.findings_by_code) {
    if (audit::finding_code(code).severity != audit::Severity::kViolation) continue;
    // A peer has no texts: what the vault here does not have either is lost, and everything else still stands.
    if (!request_.peer || (code != "text_missing" && code != "blob_missing"))
      return fail(
          "violated",
          plan.log.slug + ": " + audit::sentence(report, audit::Language::kEnglish) + " First: " +
              (report.findings.empty() ? code : report.findings.front().code + ", " + report.findings.front().en));
    school.texts_missing += count;
  }
  school.slug = plan.log.slug;
  school.origin = plan.log.origin;
  school.vkey = plan.log.vkey.text();
  school.size = report.size;
  school.root = report.root;
  school.signed_size = plan.log.newest.size;
  school.lost = plan.claimed.size > plan.log.size() && !(plan.mark && plan.mark->kind == CopyKind::kMoment)
                    ? plan.claimed.size - report.size
                    : 0;
  school.copy = plan.mark;
  school.audit = audit::sentence(report, audit::Language::kEnglish);
  restored_.schools.push_back(std::move(school));
  return {};
}

// The root keys of the lost log open the new one: nobody else can say that it goes on.
Status Restoring::open_successor() {
  const auto& wanted = *request_.successor;
  const auto plan = std::find_if(plans_.begin(), plans_.end(), [&](const Plan& p) { return meant(p.log.slug); });
  LETOPIS_ASSERT(plan != plans_.end());
  const SourceLog& lost = plan->log;
  if (wanted.origin == lost.origin || wanted.slug == lost.slug)
    return fail("malformed", "a successor needs an origin and a name of its own: " + lost.origin + " and " + lost.slug +
                                 " are the lost log's");
  commands::NewSchool school;
  school.slug = wanted.slug;
  school.origin = wanted.origin;
  school.name = lost.name;
  school.zone = lost.zone;
  school.profile = lost.profile;
  school.simulated = lost.simulated;
  school.root_keys = wanted.root_keys;
  school.threshold = wanted.threshold.value_or(lost.threshold);
  for (const auto& key : lost.root_keys)
    if (std::none_of(wanted.root_keys.begin(), wanted.root_keys.end(),
                     [&](const auto* present) { return present->public_key() == key; }))
      school.other_root_keys.push_back(key);
  const auto of_the_lost_log =
      std::count_if(wanted.root_keys.begin(), wanted.root_keys.end(), [&](const auto* present) {
        return std::find(lost.root_keys.begin(), lost.root_keys.end(), present->public_key()) != lost.root_keys.end();
      });
  if (of_the_lost_log < lost.threshold)
    return fail("bad_threshold", "a successor of " + lost.origin + " is opened by " + std::to_string(lost.threshold) +
                                     " of its root keys, " + std::to_string(of_the_lost_log) +
                                     " of them given (--root-key)");
  school.previous_origin = lost.origin;
  school.previous_size = plan->claimed.size;
  school.previous_root = plan->claimed.root;
  projections::SchoolState state(projections::Detail::kStructure);
  TRY_STATUS(lost.source->entries(0, plan->size, [&](std::uint64_t, ByteView bytes) {
    const auto entry = decode_entry(bytes);
    if (entry) state.apply(*entry);
    return entry.has_value();
  }));
  school.offset = state.offset_at(request_.clock->now());
  {
    TRY(const auto engine, commands::Engine::open(engine_options(aside_)));
    TRY(const auto* created, engine->create_school(school));
    RestoredSchool told;
    told.slug = created->slug();
    told.origin = created->origin();
    told.vkey = created->vkey().text();
    const auto checkpoint = created->read([](const auto& model) { return model.checkpoint; });
    told.size = told.signed_size = checkpoint.size;
    told.root = checkpoint.root;
    restored_.successor = std::move(told);
    engine->stop();
  }
  return files_.remove(path(aside_, kLockFile));
}

// --- In place ------------------------------------------------------------------------------------------------------------------------

Status Restoring::put_in_place() {
  restored_.data = data_;
  vault_.reset();
  for (auto& plan : plans_) plan.log.source.reset();
  TRY_STATUS(step("putting it in place"));
  if (!files_.exists(data_)) return rename_to_new(aside_, data_);
  // One step: a crash leaves the one or the other under the name, never neither.
  TRY_STATUS(exchange_names(aside_, data_));
  TRY_STATUS(step("keeping what was there"));
  restored_.kept = free_name();
  return rename_to_new(aside_, restored_.kept);
}

// From here on the log goes on: the restore is its next entry.
Status Restoring::record() {
  lock_.reset();
  const bool any = std::any_of(plans_.begin(), plans_.end(), [](const Plan& plan) { return !plan.mark; });
  if (!any) return {};
  TRY_STATUS(step("recording the restore"));
  const auto recorded = [&]() -> Status {
    TRY(const auto engine, commands::Engine::open(engine_options(data_)));
    for (const auto& plan : plans_) {
      auto* school = plan.mark ? nullptr : engine->find(plan.log.slug);
      if (school == nullptr) continue;
      const auto seen = school->read([](const commands::ReadModel& model) { return model.checkpoint; });
      TRY_STATUS(school->record(RestoreDone{seen.size, seen.root, plan.log.size()}));
    }
    engine->stop();
    return {};
  }();
  if (recorded) return {};
  return fail("not_recorded", data_ + " is restored, what was there is in " +
                                  (restored_.kept.empty() ? "no other place" : restored_.kept) +
                                  "; only the entry restore_done is missing: " + recorded.error().text());
}

std::string school_json(const RestoredSchool& school) {
  std::string out = "{\"school\":" + json_string(school.slug) + ",\"origin\":" + json_string(school.origin) +
                    ",\"vkey\":" + json_string(school.vkey) + ",\"size\":" + std::to_string(school.size) +
                    ",\"root\":" + json_string(to_base64(school.root.view())) +
                    ",\"checkpoint_size\":" + std::to_string(school.signed_size) +
                    ",\"lost\":" + std::to_string(school.lost) +
                    ",\"texts_missing\":" + std::to_string(school.texts_missing) + ",\"copy\":";
  return out + (school.copy ? json_string(copy_kind_name(school.copy->kind)) : std::string("null")) +
         ",\"audit\":" + json_string(school.audit) + "}";
}

// What an administrator has to know about a school that is not simply back.
std::string remark_on(const RestoredSchool& school) {
  if (!school.copy)
    return school.texts_missing == 0
               ? ""
               : "  " + std::to_string(school.texts_missing) +
                     " sealed texts were not in the vault here: they are lost, their entries stand\n";
  switch (school.copy->kind) {
    case CopyKind::kMoment:
      return "  a copy of that moment, read only; it is a prefix of the log whose checkpoint covers " +
             std::to_string(school.signed_size) + " entries\n";
    case CopyKind::kPeer:
      return "  fetched without texts and without keys: names, remarks and reasons do not come along from a peer, and "
             "only the log's own key could\n"
             "  sign its next entry. The copy is read only. To go on, restore beside a vault that holds the key, or "
             "open a --successor\n";
    case CopyKind::kPredecessor:
      return "  ended; read only" +
             (school.lost == 0 ? std::string()
                               : "; " + std::to_string(school.lost) +
                                     (school.lost == 1 ? " signed entry is lost" : " signed entries are lost")) +
             "\n";
  }
  return {};
}

}  // namespace

Result<Restored> restore(const RestoreRequest& request) {
  LETOPIS_ASSERT(request.clock != nullptr && request.random != nullptr);
  return Restoring(request).run();
}

std::string to_json(const Restored& restored) {
  std::string out = "{\"restored\":" + json_string(restored.data) +
                    ",\"kept\":" + (restored.kept.empty() ? "null" : json_string(restored.kept)) + ",\"schools\":[";
  for (std::size_t i = 0; i < restored.schools.size(); ++i)
    out += (i > 0 ? "," : "") + school_json(restored.schools[i]);
  return out + "],\"successor\":" + (restored.successor ? school_json(*restored.successor) : "null") + "}";
}

std::string to_text(const Restored& restored) {
  std::string out = "restored into " + restored.data + "\n";
  if (!restored.kept.empty()) out += "what was there is in " + restored.kept + "\n";
  for (const auto& school : restored.schools) {
    out += school.slug + ": " + std::to_string(school.size) + " entries, root " + to_base64(school.root.view()) +
           ", key " + school.vkey + "\n";
    out += remark_on(school);
    if (!school.audit.empty()) out += "  " + school.audit + "\n";
  }
  if (restored.successor)
    out += restored.successor->slug + ": the new log " + restored.successor->origin + ", key " +
           restored.successor->vkey +
           "\n  publish this key; its first entry names the lost log and what it had signed\n";
  return out;
}

}  // namespace letopis::tools
