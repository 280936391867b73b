#include "commands/engine.h"

#include <algorithm>

#include "commands/profile_files.h"
#include "commands/school.h"
#include "ledger/checkpoint.h"
#include "ledger/checkpoint_journal.h"
#include "signing/sha256.h"

namespace letopis::commands {

using namespace ledger;

namespace {

Result<signing::KeyPair> load_key(const Vault& vault, std::string_view school, std::string_view name,
                                  signing::Purpose purpose) {
  TRY(Bytes seed, vault.get_secret(school, name));
  if (seed.size() != 32)
    return fail("damaged", "the key " + std::string(name) + " of " + std::string(school) + " is not 32 bytes");
  std::array<std::uint8_t, 32> fixed;
  std::copy(seed.begin(), seed.end(), fixed.begin());
  auto key = signing::KeyPair::from_seed(purpose, fixed);
  signing::wipe(seed);
  signing::wipe(fixed);
  return key;
}

Status keep_key(Vault& vault, std::string_view school, std::string_view name, const signing::KeyPair& key) {
  auto seed = key.seed();
  const Status kept = vault.put_secret(school, name, seed);
  signing::wipe(seed);
  return kept;
}

class EngineImpl final : public Engine {
 public:
  explicit EngineImpl(const Options& options) : options_(options) {}
  ~EngineImpl() override { stop(); }

  Status start() {
    FileSystem& files = this->files();
    const std::string& dir = options_.directory;
    TRY_STATUS(files.make_directories(dir + "/ledger"));
    TRY_STATUS(files.make_directories(dir + "/vault"));
    TRY(lock_, DirectoryLock::acquire(dir));
    TRY(auto master_key, load_master_key(dir + "/vault", options_.master_key, *options_.random));
    auto vault = Vault::open(dir + "/vault", master_key, options_.vault_options, *options_.random);
    signing::wipe(master_key);
    if (!vault) return tl::unexpected(vault.error());
    vault_ = std::move(*vault);
    TRY(std::shared_ptr<KvStore> kv, open_rocksdb(dir + "/ledger", options_.ledger_options));
    store_ = std::make_shared<LogStore>(kv);
    TRY(auto journal, CheckpointJournal::open(files, dir + "/checkpoints.journal"));
    journal_ = std::move(journal);
    Sequencer::Options sequencing;
    sequencing.start_thread = options_.sequencer_thread;
    TRY(marks_, read_copy_marks(files, dir));
    sequencer_ = std::make_unique<Sequencer>(store_, journal_, vault_.get(), *options_.clock, sequencing);
    TRY(const auto records, store_->schools());
    for (const auto& record : records) TRY_STATUS(open_school(record));
    for (const auto& [slug, mark] : marks_)
      if (find(slug) == nullptr)
        return fail("damaged", dir + " has a mark of a copy of " + slug + ", but no such school");
    // A journal that knows a school the database does not: an older copy of the database was put in place.
    for (const auto& [slug, note] : journal_->newest())
      if (find(slug) == nullptr)
        return fail("log_behind_checkpoint",
                    "the checkpoint journal knows the school " + slug + ", the database does not");
    return {};
  }

  Result<School*> create_school(const NewSchool& wanted) override;
  School* find(std::string_view slug) override {
    const std::lock_guard lock(mutex_);
    const auto it = schools_.find(slug);
    return it == schools_.end() ? nullptr : it->second.get();
  }
  std::vector<School*> schools() override {
    const std::lock_guard lock(mutex_);
    std::vector<School*> list;
    for (const auto& [slug, school] : schools_) list.push_back(school.get());
    return list;
  }
  Sequencer& sequencer() override { return *sequencer_; }
  LogStore& store() override { return *store_; }
  Vault& vault() override { return *vault_; }
  const Clock& clock() const override { return *options_.clock; }
  Status copy_to(const std::string& directory) override;
  void stop() override {
    if (sequencer_) sequencer_->stop();
  }

 private:
  FileSystem& files() const { return options_.files != nullptr ? *options_.files : posix_file_system(); }
  Workshop workshop() {
    return {*store_,
            *sequencer_,
            *vault_,
            *options_.clock,
            *options_.random,
            files(),
            options_.directory,
            options_.sequencer_thread,
            options_.commit_state_every,
            options_.commit_state_micros};
  }
  Status open_school(const SchoolRecord& record) {
    if (const auto mark = marks_.find(record.slug); mark != marks_.end()) return open_copy(record, mark->second);
    auto log_key = load_key(*vault_, record.slug, kLogKeySecret, signing::Purpose::kLog);
    auto service_key = load_key(*vault_, record.slug, kServiceKeySecret, signing::Purpose::kService);
    if (!log_key || !service_key) return fail("damaged", "the vault does not hold the keys of " + record.slug);
    const auto vkey = log_vkey(record.origin, *log_key);
    std::uint64_t signed_size = 0;
    if (const auto it = journal_->newest().find(record.slug); it != journal_->newest().end()) {
      TRY(const SignedCheckpoint newest, open_checkpoint(it->second, vkey));
      signed_size = newest.checkpoint.size;
    }
    auto school = std::make_unique<SchoolImpl>(workshop(), record, vkey, std::move(*service_key));
    TRY_STATUS(school->start(signed_size, std::move(*log_key)));
    const std::lock_guard lock(mutex_);
    schools_[record.slug] = std::move(school);
    return {};
  }
  // Nothing in the directory need hold the log's key: its first entry says which one it is.
  Status open_copy(const SchoolRecord& record, const CopyMark& mark) {
    TRY(const Bytes first, store_->entry(record.number, 0));
    TRY(const Entry genesis, decode_entry(first));
    const auto* created = std::get_if<SchoolCreated>(&genesis.statement.body);
    if (created == nullptr) return fail("damaged", "the log of " + record.slug + " does not open with a genesis");
    TRY(auto vkey, signing::parse_vkey(created->log_vkey));
    if (vkey.name != record.origin) return fail("damaged", "the genesis of " + record.slug + " is of another log");
    auto school = std::make_unique<SchoolImpl>(workshop(), record, std::move(vkey), std::nullopt);
    TRY_STATUS(school->start_copy(mark));
    const std::lock_guard lock(mutex_);
    schools_[record.slug] = std::move(school);
    return {};
  }

  Options options_;
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<Vault> vault_;
  std::shared_ptr<LogStore> store_;
  std::shared_ptr<CheckpointJournal> journal_;
  std::map<std::string, CopyMark> marks_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<SchoolImpl>, std::less<>> schools_;
  std::unique_ptr<Sequencer> sequencer_;
};

// The genesis statement, signed by the root keys that are present.
RawStatement sign_genesis(const NewSchool& wanted, const Profile& profile, const signing::KeyPair& log_key,
                          const signing::KeyPair& service_key, Random& random, Instant now) {
  const std::string vkey = log_vkey(wanted.origin, log_key).text();
  SchoolCreated body;
  body.name = wanted.name;
  body.zone = wanted.zone;
  body.utc_offset = wanted.offset.seconds;
  body.log_vkey = vkey;
  body.service_key = service_key.public_key();
  for (const auto* key : wanted.root_keys) body.root_keys.push_back({key->public_key(), {}});
  for (const auto& key : wanted.other_root_keys) body.root_keys.push_back({key, {}});
  body.threshold = static_cast<std::uint8_t>(wanted.threshold);
  body.simulated = wanted.simulated;
  body.profile_name = wanted.profile;
  body.profile = profile.hash;
  if (const auto regulation = fixed_from_hex<Hash>(profile.regulation_sha256)) body.regulation = *regulation;
  body.previous_origin = wanted.previous_origin;
  body.previous_size = wanted.previous_size;
  body.previous_root = wanted.previous_root;

  Statement statement;
  statement.origin = wanted.origin;
  statement.id = random.id();
  statement.acting_as = Role::kRoot;
  statement.key = wanted.root_keys.front()->id();
  statement.chain = random.id();
  statement.number = 1;
  statement.salt = random.id();
  statement.seen = Seen{0, empty_root()};
  statement.claimed_at = now;
  statement.body = body;
  const Bytes message = genesis_message(statement);
  auto& genesis = std::get<SchoolCreated>(statement.body);
  for (std::size_t i = 0; i < wanted.root_keys.size(); ++i)
    genesis.root_keys[i].signature = wanted.root_keys[i]->sign(message);
  RawStatement signed_genesis;
  signed_genesis.bytes = encode(statement);
  signed_genesis.signature = wanted.root_keys.front()->sign(statement_message(signed_genesis.bytes));
  return signed_genesis;
}

// None: no built-in one has that name.
std::optional<std::string_view> profile_text_of(const NewSchool& wanted) {
  if (!wanted.profile_text.empty()) return wanted.profile_text;
  return builtin_profile(wanted.profile);
}

Result<School*> EngineImpl::create_school(const NewSchool& wanted) {
  TRY_STATUS(check_new_school(wanted));
  const auto text = profile_text_of(wanted);
  TRY(const Profile profile, parse_profile(*text, wanted.profile));

  // A school without a single entry is one whose creation was cut short: it goes on with the keys it has.
  SchoolImpl* unborn = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = schools_.find(wanted.slug); it != schools_.end()) unborn = it->second.get();
  }
  const bool has_entries =
      unborn != nullptr && unborn->read([](const ReadModel& model) { return !model.times.empty(); });
  if (has_entries || (unborn != nullptr && unborn->origin() != wanted.origin))
    return fail("already_exists", "the school " + wanted.slug + " exists already");
  // Keys first: a school row without keys would refuse every later start.
  if (unborn == nullptr) {
    TRY_STATUS(keep_key(*vault_, wanted.slug, kLogKeySecret,
                        signing::KeyPair::generate(signing::Purpose::kLog, *options_.random)));
    TRY_STATUS(keep_key(*vault_, wanted.slug, kServiceKeySecret,
                        signing::KeyPair::generate(signing::Purpose::kService, *options_.random)));
    TRY(const SchoolRecord record, store_->add_school(wanted.slug, wanted.origin));
    TRY_STATUS(open_school(record));
  }
  TRY(const auto log_key, load_key(*vault_, wanted.slug, kLogKeySecret, signing::Purpose::kLog));
  TRY(const auto service_key, load_key(*vault_, wanted.slug, kServiceKeySecret, signing::Purpose::kService));
  const RawStatement genesis =
      sign_genesis(wanted, profile, log_key, service_key, *options_.random, options_.clock->now());
  SchoolImpl* school = nullptr;
  {
    const std::lock_guard lock(mutex_);
    school = schools_.find(wanted.slug)->second.get();
  }
  Bytes profile_text(as_bytes(*text).begin(), as_bytes(*text).end());
  const auto recorded = school->submit_genesis(genesis, std::move(profile_text));
  if (!recorded) return tl::unexpected(recorded.error());
  return static_cast<School*>(school);
}

namespace {

Result<std::uint64_t> size_of_note(std::string_view text) {
  return parse_checkpoint_note(text).map([](const Checkpoint& checkpoint) { return checkpoint.size; });
}

// The journal as it was before the database was copied, and what the copy itself has that is newer: entries may be recorded
// meanwhile, and a journal behind its database would look like one that was rolled back.
Status journal_of_copy(FileSystem& files, const std::string& directory, std::map<std::string, std::string> notes) {
  TRY(auto kv, open_rocksdb(directory + "/ledger", {}));
  const LogStore copied(std::move(kv));
  TRY(const auto schools, copied.schools());
  for (const auto& school : schools) {
    TRY(const auto stored, copied.stored_checkpoint(school.number));
    if (!stored) continue;
    auto& note = notes[school.slug];
    TRY(const std::uint64_t size, size_of_note(*stored));
    std::uint64_t journalled = 0;
    if (!note.empty()) {
      TRY(journalled, size_of_note(note));
    }
    if (size > journalled) note = *stored;
  }
  TRY(const auto journal, CheckpointJournal::open(files, directory + "/checkpoints.journal"));
  return journal->append(notes);
}

}  // namespace

Status EngineImpl::copy_to(const std::string& directory) {
  FileSystem& files = this->files();
  TRY_STATUS(files.make_directories(directory));
  // Journal first: a copy whose ledger is ahead of its journal re-verifies its tail; the other way round it would refuse.
  TRY(auto notes, CheckpointJournal::read(files, options_.directory + "/checkpoints.journal"));
  TRY_STATUS(store_->kv().copy_to(directory + "/ledger"));
  TRY_STATUS(vault_->copy_to(directory + "/vault"));
  TRY_STATUS(copy_profile_files(files, options_.directory, directory));
  for (const auto& [slug, mark] : marks_)
    TRY_STATUS(files.write_atomically(directory + "/" + copy_mark_file(slug), as_bytes(mark.encode()), 0640));
  return journal_of_copy(files, directory, std::move(notes));
}

}  // namespace

Status check_new_school(const NewSchool& wanted) {
  TRY_STATUS(check_slug(wanted.slug));
  if (wanted.root_keys.empty() || wanted.threshold < 1 ||
      static_cast<std::size_t>(wanted.threshold) > wanted.root_keys.size())
    return fail("bad_threshold", "as many root keys as the threshold must be present");
  if (!signing::valid_note_name(wanted.origin) || wanted.origin.find("://") != std::string::npos)
    return fail("malformed", "an origin is an address without scheme, spaces or +");
  if (wanted.name.empty() || !valid_text(wanted.name)) return fail("malformed", "a school needs a name");
  const auto text = profile_text_of(wanted);
  if (!text) return fail("bad_profile", "no built-in profile " + wanted.profile);
  TRY_STATUS(parse_profile(*text, wanted.profile));
  return {};
}

Result<std::unique_ptr<Engine>> Engine::open(const Options& options) {
  LETOPIS_ASSERT(options.clock != nullptr && options.random != nullptr);
  TRY_STATUS(signing::initialise());
  auto engine = std::make_unique<EngineImpl>(options);
  TRY_STATUS(engine->start());
  return engine;
}

}  // namespace letopis::commands
