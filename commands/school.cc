#include "commands/school.h"

#include <algorithm>
#include <deque>
#include <future>
#include <set>

#include "commands/files.h"
#include "commands/profile_files.h"
#include "commands/rights.h"
#include "ledger/checkpoint.h"
#include "signing/sha256.h"

namespace letopis::commands {

using namespace ledger;
using projections::ShardKey;
using projections::View;

namespace {
constexpr std::size_t kRootsRememberedMax = 4096;
// Of tokens in a receipt, so that it stays one.
constexpr std::size_t kReceiptTokensMaxBytes = 256 * 1024;
}  // namespace

// --- What every school answers from its read model ---------------------------------------------------------------------

Result<std::uint64_t> School::size_at(std::string_view at) const {
  return read([&](const ReadModel& model) -> Result<std::uint64_t> {
    const std::uint64_t size = model.times.size();
    if (at.empty()) return size;
    if (at.find_first_not_of("0123456789") == std::string_view::npos && at.size() <= 18)
      return std::min<std::uint64_t>(size, std::stoull(std::string(at)));
    TRY(const Instant moment, parse_instant(at));
    return static_cast<std::uint64_t>(std::upper_bound(model.times.begin(), model.times.end(), moment) -
                                      model.times.begin());
  });
}

std::shared_ptr<const projections::SchoolState> School::structure() const {
  const std::lock_guard once(structure_mutex_);  // many readers after a change: one copies, the others wait for it
  return read([&](const ReadModel& model) {
    if (structure_ == nullptr || structure_->structure_version() != model.structure.structure_version())
      structure_ = std::make_shared<const projections::SchoolState>(model.structure);
    return structure_;
  });
}

Result<std::vector<Bytes>> School::shard_entries(const std::vector<ShardKey>& keys, std::uint64_t size) const {
  std::vector<std::uint64_t> indices;
  read([&](const ReadModel& model) {
    for (const auto& key : keys)
      if (const auto* shard = model.shards.find(key))
        for (const auto index : shard->entries)
          if (index < size) indices.push_back(index);
  });
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  std::vector<Bytes> entries;
  entries.reserve(indices.size());
  for (const auto index : indices) {
    TRY(Bytes bytes, entry(index));
    entries.push_back(std::move(bytes));
  }
  return entries;
}

Result<std::shared_ptr<const projections::SchoolState>> School::structure_at(std::uint64_t size) const {
  TRY(const auto entries, shard_entries({ShardKey{View::kSchool, {}, {}}}, size));
  auto state = std::make_shared<projections::SchoolState>(projections::Detail::kStructure);
  for (const auto& bytes : entries) {
    TRY(const Entry decoded, decode_entry(bytes));
    state->apply(decoded);
  }
  return std::shared_ptr<const projections::SchoolState>(std::move(state));
}

// --- Starting ----------------------------------------------------------------------------------------------------------

SchoolImpl::SchoolImpl(Workshop workshop, SchoolRecord record, signing::VerifierKey vkey,
                       std::optional<signing::KeyPair> service_key)
    : shop_(workshop),
      record_(std::move(record)),
      vkey_(std::move(vkey)),
      service_key_(std::move(service_key)),
      profiles_(std::make_shared<const ProfileBook>(ProfileBook::with_builtin())) {
  model_.checkpoint.origin = record_.origin;
  model_.checkpoint.root = empty_root();
}

Status SchoolImpl::start(std::uint64_t signed_size, signing::KeyPair log_key) {
  recall_hold();
  TRY(const std::uint64_t stored, shop_.store.size(record_.number));
  if (stored < signed_size)
    return fail("log_behind_checkpoint", "the database of " + record_.slug + " holds " + std::to_string(stored) +
                                             " entries, its newest signed checkpoint covers " +
                                             std::to_string(signed_size));
  TRY_STATUS(replay(0, signed_size));
  const auto verify = [this](std::uint64_t index, ByteView bytes) { return verify_tail(index, bytes); };
  TRY_STATUS(shop_.sequencer.open_school(record_, SchoolKeys{std::move(log_key), record_.origin}, *this, verify));
  if (const auto note = shop_.sequencer.newest_checkpoint(record_.number)) {
    TRY(const SignedCheckpoint newest, open_checkpoint(*note, vkey_));
    const std::unique_lock lock(model_mutex_);
    model_.checkpoint = newest.checkpoint;
    model_.checkpoint_note = *note;
  }
  return {};
}

Status SchoolImpl::start_copy(const CopyMark& mark) {
  TRY(const std::uint64_t stored, shop_.store.size(record_.number));
  if (stored != mark.size)
    return fail("damaged", "the copy of " + record_.slug + " holds " + std::to_string(stored) +
                               " entries, its mark says " + std::to_string(mark.size));
  copy_ = mark;
  TRY_STATUS(replay(0, stored));
  TRY_STATUS(shop_.sequencer.open_reader(record_, stored));
  TRY(const Hash root, shop_.sequencer.tree().root(record_.number, stored));
  TRY(const Checkpoint newest, check_copy(mark, root, vkey_));
  const std::unique_lock lock(model_mutex_);
  model_.checkpoint.size = stored;
  model_.checkpoint.root = root;
  if (newest.size == stored) model_.checkpoint_note = mark.checkpoint;
  return {};
}

std::string SchoolImpl::hold_file() const { return shop_.directory + "/" + hold_mark_file(record_.slug); }

// What an earlier process was held by: that nobody can be asked today makes it no less true.
void SchoolImpl::recall_hold() {
  if (!shop_.files.exists(hold_file())) return;
  const auto bytes = shop_.files.read(hold_file(), kHoldMarkSizeMaxBytes);
  auto mark = bytes ? parse_hold_mark(as_text(*bytes)) : Result<HoldMark>(tl::unexpected(bytes.error()));
  const std::lock_guard lock(held_mutex_);
  held_ = mark ? mark->error() : Error{"hold_unreadable", hold_file() + ": " + mark.error().text()};
  if (mark) hold_mark_ = *std::move(mark);
}

// Of several witnesses the one that has seen most is remembered, unless that is all here by now and another contradicts.
Status SchoolImpl::hold(const HoldMark& why) {
  const std::lock_guard lock(held_mutex_);
  if (held_ && !hold_mark_) return {};  // an unreadable mark stays for somebody to look at
  HoldMark mark = why;
  if (hold_mark_) {
    mark.since = hold_mark_->since;
    const auto known = parse_checkpoint_note(hold_mark_->checkpoint), shown = parse_checkpoint_note(why.checkpoint);
    const auto size = read([](const ReadModel& model) { return model.checkpoint.size; });
    const auto root = known && known->size <= size ? shop_.sequencer.tree().root(record_.number, known->size)
                                                   : Result<Hash>(fail("not_found"));
    const bool overcome = root && *root == known->root;
    if (known && shown && !overcome && known->size >= shown->size) return {};
  }
  const Status kept = shop_.files.write_atomically(hold_file(), as_bytes(mark.encode()), 0640);
  held_ = mark.error();
  hold_mark_ = std::move(mark);
  return kept;
}

std::optional<Error> SchoolImpl::held() const {
  const std::lock_guard lock(held_mutex_);
  return held_;
}

std::optional<HoldMark> SchoolImpl::hold_mark() const {
  const std::lock_guard lock(held_mutex_);
  return hold_mark_;
}

Status SchoolImpl::release() {
  const std::lock_guard lock(held_mutex_);
  if (held_ && !hold_mark_) return fail(held_->code, held_->detail);
  TRY_STATUS(shop_.files.remove(hold_file()));
  held_.reset();
  hold_mark_.reset();
  return {};
}

Status SchoolImpl::writable() const {
  if (const auto why = held()) return fail("held", record_.slug + " takes no writes: " + why->text());
  if (!copy_) return {};
  return fail("read_only",
              record_.slug + " is a copy of " + std::to_string(copy_->size) + " entries and takes no writes");
}

namespace {

// A run of entries as they are stored, decoded, with their leaf hashes.
struct Run {
  Bytes arena;  // what the entries view into
  std::vector<Entry> entries;
  std::vector<Hash> leaves;
};
constexpr std::uint64_t kRunEntries = 1024;

// The entries from..to. "damaged" when one of them is missing or unreadable.
Result<Run> read_run(const LogStore& store, std::uint32_t school, std::uint64_t from, std::uint64_t to) {
  Run run;
  std::vector<std::size_t> ends;
  TRY_STATUS(store.each_entry(school, from, to, false, [&](std::uint64_t, ByteView bytes) {
    append(run.arena, bytes);
    ends.push_back(run.arena.size());
    return true;
  }));
  TRY_STATUS(store.each_leaf(school, from, to, false, [&](std::uint64_t, const Hash& leaf) {
    run.leaves.push_back(leaf);
    return true;
  }));
  const auto damaged = [&] {
    return fail("damaged", "entry " + std::to_string(from + run.entries.size()) + " cannot be read");
  };
  std::size_t begin = 0;
  run.entries.reserve(ends.size());
  for (const std::size_t end : ends) {
    auto entry = decode_entry(ByteView(run.arena).subspan(begin, end - begin));
    if (!entry || entry->event.index != from + run.entries.size()) return damaged();
    run.entries.push_back(*std::move(entry));
    begin = end;
  }
  if (run.entries.size() != to - from || run.leaves.size() != to - from) return damaged();
  return run;
}

}  // namespace

// Folds entries that a signed checkpoint covers; the sequencer compares their root with it. Reading and decoding is half of
// the work: the next run is read while this one is folded.
Status SchoolImpl::replay(std::uint64_t from, std::uint64_t to) {
  const auto policy = shop_.threaded ? std::launch::async : std::launch::deferred;
  const auto read_from = [&](std::uint64_t at) {
    return std::async(
        policy, [this, at, to] { return read_run(shop_.store, record_.number, at, std::min(to, at + kRunEntries)); });
  };
  if (from == to) return {};
  state_.reserve(to);
  model_.times.reserve(to);
  auto reading = read_from(from);
  for (std::uint64_t at = from; at < to; at += kRunEntries) {
    auto read = reading.get();
    if (!read) return fail(read.error().code, record_.slug + ": " + read.error().detail);
    const Run run = *std::move(read);
    if (at + kRunEntries < to) reading = read_from(at + kRunEntries);
    for (std::size_t i = 0; i < run.entries.size(); ++i) TRY_STATUS(replay_one(run.entries[i], run.leaves[i]));
  }
  return {};
}

Status SchoolImpl::replay_one(const Entry& entry, const Hash& leaf) {
  if (const auto* committed = std::get_if<StateCommitted>(&entry.statement.body)) {
    const std::uint64_t index = entry.event.index;
    if (committed->size == index && advance_tree() != committed->root)
      return fail("state_mismatch",
                  "the state at entry " + std::to_string(index) + " of " + record_.slug + " is not the committed one");
  }
  fold_published(entry, leaf, state_.apply(entry));
  return learn_profile(entry);
}

namespace {

struct AdoptedProfile {
  Hash hash;
  std::string_view name;
};
std::optional<AdoptedProfile> adopted_profile(const Body& body) {
  if (const auto* genesis = std::get_if<SchoolCreated>(&body))
    return AdoptedProfile{genesis->profile, genesis->profile_name};
  if (const auto* adopted = std::get_if<ProfileAdopted>(&body)) return AdoptedProfile{adopted->profile, adopted->name};
  return std::nullopt;
}

}  // namespace

// The texts of a profile that an entry adopts, its own and those it extends: from here on the judge knows them, and they lie in
// the open.
Status SchoolImpl::learn_profile(const Entry& entry) {
  const auto adopted = adopted_profile(entry.statement.body);
  if (!adopted || entry.event.verdict == Verdict::kRefused) return {};
  const auto stored = [this](const Hash& hash) { return profile_text(hash); };
  if (const auto known = know_profile(adopted->hash, adopted->name, stored); !known) {
    if (copy_) return {};
    return fail("profile_missing", known.error().detail + ", which entry " + std::to_string(entry.event.index) +
                                       " of " + record_.slug + " needs, is neither in the vault nor in " +
                                       shop_.directory + "/" + std::string(kProfilesFolder));
  }
  for (const Profile* layer : profiles()->layers(adopted->hash))
    TRY_STATUS(keep_profile_file(shop_.files, shop_.directory, layer->hash, as_bytes(layer->toml)));
  return {};
}

Status SchoolImpl::know_profile(const Hash& hash, std::string_view name, const ProfileBook::Texts& texts) {
  const std::lock_guard lock(profiles_mutex_);
  if (profiles_->find(hash) != nullptr) return {};
  auto book = std::make_shared<ProfileBook>(*profiles_);
  TRY_STATUS(book->learn(hash, name, texts));
  profiles_ = std::move(book);
  return {};
}

std::shared_ptr<const ProfileBook> SchoolImpl::profiles() const {
  const std::lock_guard lock(profiles_mutex_);
  return profiles_;
}

// An entry that lies past the newest signed checkpoint: stored, but not yet signed when the server stopped — or planted.
Status SchoolImpl::verify_tail(std::uint64_t index, ByteView bytes) {
  TRY(const Entry entry, decode_entry(bytes));
  TRY_STATUS(check_signatures(entry.statement, entry.event.statement, entry.event.signature, record_.origin, *this));
  if (entry.event.index != index || entry.event.recorded_at <= state_.last_recorded_at())
    return fail("planted_entries", "entry " + std::to_string(index) + " is out of order");
  TRY_STATUS(learn_profile(entry));  // an adoption is judged by whether its text came along
  const Ruling ruling = judge(entry.statement, index, entry.event.recorded_at);
  std::vector<Role> awaits;
  for (const auto& awaited : entry.event.awaits) awaits.push_back(awaited.role);
  const bool same = ruling.verdict == entry.event.verdict && ruling.rule == entry.event.rule &&
                    ruling.deadline == entry.event.deadline && ruling.late_seconds == entry.event.late_seconds &&
                    ruling.utc_offset.seconds == entry.event.utc_offset && ruling.profile == entry.event.profile &&
                    ruling.context == entry.event.context && ruling.awaits == awaits;
  if (!same)
    return fail("planted_entries", "entry " + std::to_string(index) + " carries a verdict the rules do not give");
  fold_published(entry, leaf_hash(bytes), state_.apply(entry));
  return {};
}

// --- The judge: the sequencer's thread -----------------------------------------------------------------------------------

Ruling SchoolImpl::judge(const Statement& statement, std::uint64_t index, Instant recorded_at) {
  return decide(state_, *profiles(), *this, statement, index, recorded_at);
}

Words SchoolImpl::told(const Event& event, const Statement& statement) {
  const Profile* judged_by = profile(event.profile);
  if (judged_by == nullptr) return {};  // a school without a profile has its genesis alone
  return message(state_, *judged_by, statement, event.rule, event.deadline, event.recorded_at);
}

void SchoolImpl::applied(const Entry& entry, const Hash&) { routed_.push_back(state_.apply(entry)); }

void SchoolImpl::published(const std::vector<Published>& entries, const SignedCheckpoint& checkpoint,
                           const std::string& note) {
  std::vector<Change> changes;
  std::vector<Entry> adoptions;
  changes.reserve(entries.size());
  {
    const std::unique_lock lock(model_mutex_);
    for (const auto& published : entries) {
      const auto entry = decode_entry(published.bytes);
      LETOPIS_ASSERT(entry.has_value() && !routed_.empty());  // encoded by the sequencer a moment ago
      fold_published(*entry, published.leaf, routed_.front());
      changes.push_back({published.index, std::move(routed_.front()), entry->event.deadline,
                         entry->statement.acting_as == Role::kService});
      routed_.pop_front();
      if (adopted_profile(entry->statement.body)) adoptions.push_back(*entry);
    }
    model_.checkpoint = checkpoint.checkpoint;
    model_.checkpoint_note = note;
  }
  for (const auto& adoption : adoptions) {
    // The judge has had it since the request; a file that cannot be written now is written at the next start.
    [[maybe_unused]] const Status in_the_open = learn_profile(adoption);
  }
  roots_[checkpoint.checkpoint.size] = checkpoint.checkpoint.root;
  while (roots_.size() > kRootsRememberedMax) roots_.erase(roots_.begin());
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(changes);
}

// The tree of the shards stays as the newest commitment has it until the next: a proof is made from it as it is.
void SchoolImpl::committed_state(const Entry& entry, const StateCommitted& committed) {
  since_state_commit_ = 0;
  state_committed_at_ = entry.event.recorded_at;
  if (entry.event.verdict == Verdict::kRefused || committed.size != entry.event.index) return;
  if (model_.tree_at != committed.size) advance_tree();
  model_.committed = committed.size;
}

Hash SchoolImpl::advance_tree() {
  model_.tree_at = model_.times.size();
  return model_.shards.root();
}

void SchoolImpl::fold_published(const Entry& entry, const Hash& leaf, const std::vector<ShardKey>& shards) {
  if (const auto* committed = std::get_if<StateCommitted>(&entry.statement.body))
    committed_state(entry, *committed);
  else
    ++since_state_commit_;
  if (model_.times.empty()) state_committed_at_ = entry.event.recorded_at;  // an hour counts from the first entry on
  model_.times.push_back(entry.event.recorded_at);
  bool structural = false;
  for (const auto& key : shards) {
    model_.shards.add(key, entry.event.index, leaf);
    structural = structural || key.view == View::kSchool;
  }
  if (entry.event.verdict == Verdict::kRefused) return;
  model_.waiting.add(entry, shards);
  if (!structural) return;
  model_.structure.apply(entry);
  if (std::holds_alternative<AnchorAdded>(entry.statement.body))
    model_.anchors.push_back(*model_.structure.evidence().newest_anchor());
  if (std::holds_alternative<ClockFault>(entry.statement.body))
    model_.clock_words.push_back({entry.event.index, model_.structure.evidence().clock_doubted()});
  learn_names(entry);
  const std::unique_lock lock(keys_mutex_);
  const auto learn = [&](signing::Purpose purpose, const PublicKey& key, const Id& person) {
    known_keys_[signing::key_id(purpose, key)] = {purpose, key, person};
  };
  if (const auto* genesis = std::get_if<SchoolCreated>(&entry.statement.body)) {
    for (const auto& root : genesis->root_keys) learn(signing::Purpose::kRoot, root.key, {});
    learn(signing::Purpose::kService, genesis->service_key, {});
  } else if (const auto* enrolled = std::get_if<KeyEnrolled>(&entry.statement.body)) {
    learn(signing::Purpose::kAuthor, enrolled->key, enrolled->person);
  } else if (const auto* rotated = std::get_if<KeyRotated>(&entry.statement.body)) {
    learn(signing::Purpose::kAuthor, rotated->key, entry.statement.author);
  } else if (const auto* invitation = std::get_if<InvitationIssued>(&entry.statement.body)) {
    known_invitations_[entry.statement.id] = {invitation->code_key, entry.event.index};
  }
}

void SchoolImpl::learn_names(const Entry& entry) {
  const std::unique_lock lock(names_mutex_);
  // An erasure counts from its endorsement on.
  if (const auto* erasure = std::get_if<PersonalTextErased>(&entry.statement.body))
    erasures_awaited_.push_back(erasure->person);
  std::erase_if(erasures_awaited_, [this](const Id& person) {
    const auto* known = model_.structure.person(person);
    const bool took_effect = known != nullptr && known->texts_erased;
    if (took_effect) erased_.insert(person);
    return took_effect;
  });
  for (const auto& commitment : entry.statement.commitments)
    if (commitment.field == "name") {
      name_commitments_[commitment.person] = commitment.digest;
      names_.erase(commitment.person);
    }
}

std::optional<KnownKey> SchoolImpl::find_key(const Id& id) const {
  const std::shared_lock lock(keys_mutex_);
  const auto it = known_keys_.find(id);
  return it == known_keys_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<PublicKey> SchoolImpl::find_invitation(const Id& statement) const {
  const std::shared_lock lock(keys_mutex_);
  const auto it = known_invitations_.find(statement);
  return it == known_invitations_.end() ? std::nullopt : std::optional(it->second.code_key);
}

std::optional<Hash> SchoolImpl::root_at(std::uint64_t size) const {
  if (size == 0) return empty_root();
  if (const auto it = roots_.find(size); it != roots_.end()) return it->second;
  if (size > state_.size()) return std::nullopt;
  const auto root = root_of(size, shop_.sequencer.tree().nodes(record_.number));
  if (!root) return std::nullopt;
  roots_[size] = *root;
  if (roots_.size() > kRootsRememberedMax) roots_.erase(roots_.begin());
  return *root;
}

// --- Submitting ----------------------------------------------------------------------------------------------------------

namespace {

// A promise that outlives whoever waits: the waiter may be gone before set_value has returned.
struct Answered {
  std::shared_ptr<std::promise<Result<Receipted>>> promise = std::make_shared<std::promise<Result<Receipted>>>();
  void operator()(Result<Receipted> result) const { promise->set_value(std::move(result)); }
};

}  // namespace

Result<std::vector<Acknowledged>> School::submit(RawSubmission submission, Language language) {
  const Answered answered;
  auto recorded = answered.promise->get_future();
  submit(std::move(submission), answered);
  const auto receipted = recorded.get();
  if (!receipted) return tl::unexpected(receipted.error());
  return acknowledge(*receipted, language);
}

void SchoolImpl::submit(RawSubmission submission, Recorded recorded) {
  if (auto open = writable(); !open) return recorded(tl::unexpected(std::move(open).error()));
  hand_to_sequencer(std::move(submission), false, std::move(recorded));
}

Status SchoolImpl::submit_genesis(RawStatement genesis, Bytes profile_text) {
  RawSubmission submission;
  submission.statements.push_back(std::move(genesis));
  submission.blobs.push_back(std::move(profile_text));
  const Answered answered;
  auto recorded = answered.promise->get_future();
  hand_to_sequencer(std::move(submission), true, answered);
  if (auto result = recorded.get(); !result) return tl::unexpected(std::move(result).error());
  return {};
}

void SchoolImpl::hand_to_sequencer(RawSubmission raw, bool genesis_allowed, Recorded recorded) {
  auto submission = prepare(std::move(raw), genesis_allowed);
  if (!submission) return recorded(tl::unexpected(std::move(submission).error()));
  if (auto kept = keep_profiles(*submission); !kept) return recorded(tl::unexpected(std::move(kept).error()));
  shop_.sequencer.submit(record_.number, *std::move(submission), std::move(recorded));
}

Result<Submission> SchoolImpl::prepare(RawSubmission raw, bool genesis_allowed) {
  if (raw.statements.empty()) return fail("malformed", "no statements");
  if (raw.statements.size() > kStatementsPerRequestMax) return fail("too_many", "at most 500 statements a request");
  Submission submission;
  submission.statements.reserve(raw.statements.size());
  for (auto& statement : raw.statements) {
    TRY(SignedStatement authentic,
        authenticate(std::move(statement.bytes), statement.signature, record_.origin, *this, genesis_allowed));
    submission.statements.push_back(std::move(authentic));
  }
  TRY_STATUS(match_texts(raw.texts, submission));
  for (auto& blob : raw.blobs) {
    if (blob.size() > kBlobSizeMaxBytes) return fail("too_large", "a file is at most 16 MiB");
    const Hash hash = signing::sha256(blob);
    submission.blobs.emplace_back(hash, std::move(blob));
  }
  TRY_STATUS(match_files(submission));
  return submission;
}

namespace {
// A profile comes with the texts of those it extends, which it names itself.
bool brings_a_profile(const Submission& submission) {
  return std::any_of(submission.statements.begin(), submission.statements.end(), [](const auto& statement) {
    const auto& body = statement.decoded.body;
    return std::holds_alternative<ProfileAdopted>(body) || std::holds_alternative<SchoolCreated>(body);
  });
}
}  // namespace

// Every file a statement names is there: it came along, or was kept before. What is kept is of the known types, whoever names it,
// and nothing is that nobody does.
Status SchoolImpl::match_files(const Submission& submission) const {
  struct Kept {
    std::uint64_t size = 0;
    std::string_view media_type;
  };
  std::map<Hash, Kept> files;
  for (const auto& [hash, bytes] : submission.blobs) {
    files[hash] = {bytes.size(), media_type_of(bytes)};
    if (files[hash].media_type.empty()) return fail("bad_file", to_hex(hash.view()) + ": of no type that is kept");
  }
  std::set<Hash> named;
  for (const auto& statement : submission.statements) {
    for (const auto& hash : files_named(statement.decoded)) {
      named.insert(hash);
      if (files.contains(hash)) continue;
      if (files.size() >= kBlobsPerRequestMax) return fail("too_many", "at most 64 files a request");
      const auto known = blob(hash);
      if (!known && known.error().code != "not_found") return tl::unexpected(known.error());
      if (!known) return fail("file_missing", to_hex(hash.view()) + " did not come along and is not known");
      files[hash] = {known->size(), media_type_of(*known)};
    }
    if (const auto* anchor = std::get_if<AnchorAdded>(&statement.decoded.body))
      for (const auto& evidence : anchor->evidence)
        if (const auto said = EvidenceFile::read(evidence); said && said->size != files[said->hash].size)
          return fail("bad_file", to_hex(said->hash.view()) + ": the anchor says another size");
    const auto* attached = std::get_if<FileAttached>(&statement.decoded.body);
    if (attached == nullptr) continue;
    const Kept& file = files[attached->file];
    if (file.size != attached->size || file.media_type != attached->media_type)
      return fail("bad_file", "the file is " + std::string(file.media_type) + " of " + std::to_string(file.size) +
                                  " bytes, the statement says otherwise");
  }
  for (const auto& [hash, bytes] : submission.blobs)
    if (!named.contains(hash) && !brings_a_profile(submission))
      return fail("bad_file", to_hex(hash.view()) + ": no statement names it");
  return {};
}

// Every commitment needs its text, and every text its commitment: nothing is stored that nobody committed to.
Status SchoolImpl::match_texts(const std::vector<RawText>& texts, Submission& submission) const {
  struct Offered {
    const RawText* text;
    bool needed = false;
  };
  std::map<Hash, Offered> by_digest;
  for (const auto& text : texts) {
    if (text.text.size() > kSealedTextSizeMaxBytes) return fail("too_large", "a sealed text is at most 16 KiB");
    if (!valid_text(text.text)) return fail("malformed", "a sealed text is not clean UTF-8");
    by_digest[sealed_commitment(text.field, text.salt, text.text)] = {&text};
  }
  for (const auto& statement : submission.statements)
    for (const auto& commitment : statement.decoded.commitments) {
      const auto it = by_digest.find(commitment.digest);
      if (it == by_digest.end() || it->second.text->field != commitment.field)
        return fail("text_missing", "the text of sealed field " + std::string(commitment.field) +
                                        " did not come along or does not match");
      it->second.needed = true;
      const RawText& text = *it->second.text;
      submission.texts.push_back({std::string(commitment.field), commitment.person, text.salt, text.text});
      submission.places.push_back(
          {record_.origin, statement.decoded.key, statement.decoded.chain, statement.decoded.number});
    }
  const bool all_needed =
      std::all_of(by_digest.begin(), by_digest.end(), [](const auto& offered) { return offered.second.needed; });
  if (!all_needed) return fail("text_unknown", "a sealed text that no statement commits to");
  return {};
}

// Only texts of whoever may adopt one are read and kept: the rules refuse the others, whatever they say.
bool SchoolImpl::may_adopt(const Statement& statement) const {
  if (std::holds_alternative<SchoolCreated>(statement.body)) return true;  // authenticated by the root keys it names
  if ((right_for(statement.body).signers & role_bit(statement.acting_as)) == 0) return false;
  return read([&](const ReadModel& model) {
    const Date today = model.structure.local_today(shop_.clock.now());
    return holds(model.structure, statement.author, statement.acting_as, today, statement.branch);
  });
}

// What an adoption stands on goes into the blob store with it, also what this program has built in: the next may have another.
Status SchoolImpl::keep_profiles(Submission& submission) {
  const auto blob = [&](const Hash& hash) {
    return std::find_if(submission.blobs.begin(), submission.blobs.end(),
                        [&](const auto& sent) { return sent.first == hash; });
  };
  const auto sent = [&](const Hash& hash) -> Result<Bytes> {
    const auto it = blob(hash);
    if (it == submission.blobs.end()) return fail("not_found", "");
    return it->second;
  };
  for (const auto& statement : submission.statements) {
    const auto adopted = adopted_profile(statement.decoded.body);
    if (!adopted || !may_adopt(statement.decoded)) continue;
    if (const auto known = know_profile(adopted->hash, adopted->name, sent); !known)
      return fail("profile_missing", known.error().code == "profile_missing"
                                         ? known.error().detail + " must come with its adoption"
                                         : known.error().detail);
    for (const Profile* layer : profiles()->layers(adopted->hash))
      if (blob(layer->hash) == submission.blobs.end())
        submission.blobs.emplace_back(layer->hash, Bytes(layer->toml.begin(), layer->toml.end()));
  }
  return {};
}

Result<std::vector<Acknowledged>> SchoolImpl::acknowledge(const Receipted& receipted, Language language) const {
  const std::uint64_t size = receipted.checkpoint.checkpoint.size;
  const TreeCache& tree = shop_.sequencer.tree();
  TRY(const auto genesis_proof, tree.inclusion_proof(record_.number, 0, size));
  std::vector<Acknowledged> acknowledged;
  acknowledged.reserve(receipted.placed.size());
  for (const auto& placed : receipted.placed) {
    TRY(const Entry entry, decode_entry(placed.entry));
    auto& item = acknowledged.emplace_back();
    item.index = placed.index;
    item.recorded_at = entry.event.recorded_at;
    item.statement = entry.statement.id;
    item.verdict = entry.event.verdict;
    item.deadline = entry.event.deadline;
    item.late_seconds = entry.event.late_seconds;
    item.repeated = placed.repeated;
    for (const auto& awaited : entry.event.awaits) item.awaits.push_back(awaited.role);
    item.rule = entry.event.rule;
    item.message = placed.told.in(language);
    const Profile* known = item.rule.empty() ? nullptr : profile(entry.event.profile);
    if (known != nullptr && known->rules.contains(item.rule)) item.clause = known->rule(item.rule).clause;
    ProofFile file;
    file.index = placed.index;
    TRY(file.proof, tree.inclusion_proof(record_.number, placed.index, size));
    TRY(const OwnedReceipt kept, receipt_of(entry, placed.entry, genesis_proof));
    file.extra = encode(kept.receipt);
    file.checkpoint = receipted.note;
    item.receipt = file.encode();
  }
  return acknowledged;
}

// --- Receipts --------------------------------------------------------------------------------------------------------------

// The entries by which a key came to be trusted: its enrolment, its invitation, the inviter's enrolment, … , the genesis.
// Kept for good: the chain of a key never changes.
Result<SchoolImpl::KeyChain> SchoolImpl::key_chain(const Id& key_id) const {
  {
    const std::lock_guard lock(chains_mutex_);
    if (const auto it = chains_.find(key_id); it != chains_.end()) return it->second;
  }
  std::vector<std::uint64_t> indices;
  Id next = key_id;
  for (int links = 0; links < 64; ++links) {
    const auto key = read([&](const ReadModel& model) -> std::optional<projections::Key> {
      const auto* known = model.structure.key(next);
      return known == nullptr ? std::nullopt : std::optional(*known);
    });
    if (!key) return fail("unknown_key", "no such key");
    if (key->purpose != signing::Purpose::kAuthor) break;  // a root or service key: the genesis names it
    indices.push_back(key->enrolled);
    if (!key->rotated_from.is_zero()) {
      next = key->rotated_from;
      continue;
    }
    indices.push_back(key->invitation);
    TRY(const Bytes invitation, entry(key->invitation));
    TRY(const Entry decoded, decode_entry(invitation));
    next = decoded.statement.key;
  }
  indices.push_back(0);
  auto chain = std::make_shared<std::vector<Bytes>>();
  for (const auto index : indices) {
    TRY(Bytes bytes, entry(index));
    chain->push_back(std::move(bytes));
  }
  const std::lock_guard lock(chains_mutex_);
  chains_[key_id] = chain;
  return KeyChain(chain);
}

// An enrolment that brought no key (refused, or waiting for an endorsement) has its invitation to lead back from.
Result<SchoolImpl::KeyChain> SchoolImpl::author_chain(const Entry& entry) const {
  auto own = key_chain(entry.statement.key);
  const auto* enrolment = std::get_if<KeyEnrolled>(&entry.statement.body);
  if (own || enrolment == nullptr) return own;
  std::uint64_t index = 0;
  {
    const std::shared_lock lock(keys_mutex_);
    const auto it = known_invitations_.find(enrolment->invitation);
    if (it == known_invitations_.end()) return own;
    index = it->second.index;
  }
  TRY(Bytes invitation, this->entry(index));
  TRY(const Entry issued, decode_entry(invitation));
  TRY(const auto inviter, key_chain(issued.statement.key));
  auto chain = std::make_shared<std::vector<Bytes>>(*inviter);
  chain->insert(chain->begin(), std::move(invitation));
  return KeyChain(chain);
}

Result<SchoolImpl::OwnedReceipt> SchoolImpl::receipt_of(const Entry& entry, ByteView bytes,
                                                        std::vector<Hash> genesis_proof) const {
  OwnedReceipt kept;
  TRY(kept.chain, author_chain(entry));
  kept.receipt.version = kReceiptVersion;
  kept.receipt.event = bytes;
  kept.receipt.key_chain.reserve(kept.chain->size());
  for (const auto& link : *kept.chain) kept.receipt.key_chain.push_back({link});
  kept.receipt.genesis_proof = std::move(genesis_proof);
  return kept;
}

// The newest anchor below an index that meets a quorum by itself (a lower bound), and the first over a checkpoint past it (an
// upper one). The clock_fault that stood at that index.
struct SchoolImpl::Sides {
  std::optional<projections::EvidenceBook::Anchor> before, after;
  std::optional<std::uint64_t> clock_fault;
};
SchoolImpl::Sides SchoolImpl::anchors_around(std::uint64_t index) const {
  return read([&](const ReadModel& model) {
    Sides sides;
    const auto& anchors = model.anchors;
    const auto from = std::lower_bound(anchors.begin(), anchors.end(), index,
                                       [](const auto& anchor, std::uint64_t at) { return anchor.index < at; });
    const auto before =
        std::find_if(std::make_reverse_iterator(from), anchors.rend(), [](const auto& a) { return a.met; });
    if (before != anchors.rend()) sides.before = *before;
    const auto after = std::find_if(from, anchors.end(), [&](const auto& a) { return a.met && a.size > index; });
    if (after != anchors.end()) sides.after = *after;
    const auto& words = model.clock_words;
    const auto word = std::lower_bound(words.begin(), words.end(), index,
                                       [](const auto& one, std::uint64_t at) { return one.index < at; });
    if (word != words.begin() && std::prev(word)->doubted) sides.clock_fault = std::prev(word)->index;
    return sides;
  });
}

namespace {

// The checkpoint of an anchor with its cosignatures, as any C2SP tool takes it.
Result<std::string> cosigned_note(const AnchorAdded& anchor) {
  std::string note(anchor.checkpoint);
  for (const auto& evidence : anchor.evidence)
    if (evidence.kind == projections::kCosignature) note += std::string(as_text(evidence.bytes)) + "\n";
  TRY_STATUS(signing::parse_note(note));
  return note;
}

}  // namespace

Result<std::string> SchoolImpl::cosigned_proof(std::uint64_t index) const {
  TRY(const Bytes bytes, entry(index));
  const Sides sides = anchors_around(index);
  if (!sides.after) return fail("pending", "no anchor covers the entry yet");
  TRY(const Bytes after_bytes, entry(sides.after->index));
  TRY(const Entry after, decode_entry(after_bytes));
  const auto& anchor = std::get<AnchorAdded>(after.statement.body);
  const TreeCache& tree = shop_.sequencer.tree();
  const auto path_of = [&](std::uint64_t of) { return tree.inclusion_proof(record_.number, of, sides.after->size); };
  ProofFile file;
  file.index = index;
  TRY(file.checkpoint, cosigned_note(anchor));
  TRY(file.proof, path_of(index));
  TRY(const Entry decoded, decode_entry(bytes));
  TRY(auto genesis_proof, path_of(0));
  TRY(OwnedReceipt kept, receipt_of(decoded, bytes, std::move(genesis_proof)));
  Receipt& receipt = kept.receipt;
  std::deque<Bytes> brought;
  const auto bring = [&](std::uint64_t of, std::vector<ProvedEntry>& into) -> Status {
    TRY(Bytes event, entry(of));
    TRY(auto path, path_of(of));
    into.push_back({of, brought.emplace_back(std::move(event)), std::move(path)});
    return {};
  };
  if (sides.before) TRY_STATUS(bring(sides.before->index, receipt.anchors));
  if (sides.clock_fault) TRY_STATUS(bring(*sides.clock_fault, receipt.clock_faults));
  std::deque<Bytes> tokens;  // those that lie in files, too: a receipt is complete by itself
  std::size_t room = kReceiptTokensMaxBytes;
  const auto read = [&](const EvidenceFile& named) {
    auto text = blob(named.hash);
    return text ? std::optional(*std::move(text)) : std::nullopt;
  };
  for (const auto& evidence : anchor.evidence) {
    auto token = token_of(evidence, read);
    if (!token || token->size() > room) continue;
    room -= token->size();
    receipt.tokens.push_back({kTimestamp, tokens.emplace_back(*std::move(token))});
  }
  file.extra = encode(receipt);
  return file.encode();
}

Result<School::StateProof> SchoolImpl::prove_state(const std::vector<ShardKey>& keys) {
  const std::unique_lock lock(model_mutex_);  // the tree keeps its place while it is walked
  if (model_.committed == 0 || model_.committed != model_.tree_at)
    return fail("pending", "no state commitment covers the school's entries yet");
  StateProof proof;
  proof.commitment = model_.committed;
  for (const auto& key : keys) {
    auto& shard = proof.shards.emplace_back();
    shard.proof = model_.shards.tree().prove(projections::shard_tree_key(key));
    const auto* known = model_.shards.find(key);
    if (known != nullptr) shard.entries = known->entries;
  }
  return proof;
}

Result<std::string> SchoolImpl::proof(std::uint64_t index, bool full) const {
  const auto [checkpoint, note] =
      read([](const ReadModel& model) { return std::pair(model.checkpoint, model.checkpoint_note); });
  if (index >= checkpoint.size) return fail("not_found", "no entry of that index");
  if (note.empty()) return fail("read_only", "a copy of a moment has no signed checkpoint to prove by");
  ProofFile file;
  file.index = index;
  TRY(file.proof, shop_.sequencer.tree().inclusion_proof(record_.number, index, checkpoint.size));
  if (full) {
    TRY(const Bytes bytes, entry(index));
    TRY(const Entry decoded, decode_entry(bytes));
    TRY(auto genesis_proof, shop_.sequencer.tree().inclusion_proof(record_.number, 0, checkpoint.size));
    TRY(const OwnedReceipt kept, receipt_of(decoded, bytes, std::move(genesis_proof)));
    file.extra = encode(kept.receipt);
  }
  file.checkpoint = note;
  return file.encode();
}

// --- Reading ---------------------------------------------------------------------------------------------------------------

Result<Bytes> SchoolImpl::entry(std::uint64_t index) const {
  const auto size = read([](const ReadModel& model) { return static_cast<std::uint64_t>(model.times.size()); });
  if (index >= size) return fail("not_found", "no entry of that index");
  return shop_.store.entry(record_.number, index);
}

Result<Bytes> SchoolImpl::tile(const TileAddress& address) const {
  const auto size = read([](const ReadModel& model) { return model.checkpoint.size; });
  if (address.entries) return shop_.store.tile(record_.number, address, size);
  return shop_.sequencer.tree().tile(record_.number, address, size);
}

Result<std::optional<LogStore::ChainHead>> SchoolImpl::chain_head(const Id& key, const Id& chain) const {
  return shop_.store.chain_head(record_.number, key, chain);
}

Result<std::vector<Hash>> SchoolImpl::consistency(std::uint64_t old_size, std::uint64_t new_size) const {
  return shop_.sequencer.tree().consistency_proof(record_.number, old_size, new_size);
}

Result<std::vector<Hash>> SchoolImpl::inclusion(std::uint64_t index, std::uint64_t size) const {
  return shop_.sequencer.tree().inclusion_proof(record_.number, index, size);
}

std::string SchoolImpl::name_of(const Id& person) const {
  Hash commitment;
  {
    const std::shared_lock lock(names_mutex_);
    if (const auto it = names_.find(person); it != names_.end()) return it->second;
    const auto it = name_commitments_.find(person);
    if (it == name_commitments_.end()) return {};
    commitment = it->second;
  }
  const auto text = shop_.vault.get_text(record_.slug, commitment);
  const std::unique_lock lock(names_mutex_);
  if (!text) return erased_.contains(person) ? std::string(kErasedName) : std::string();
  // A change of name may have come in between: keep what was read only for the commitment it was read for.
  if (const auto it = name_commitments_.find(person); it != name_commitments_.end() && it->second == commitment)
    names_[person] = text->text;
  return text->text;
}

std::optional<std::string> SchoolImpl::text_of(const Hash& commitment) const {
  auto text = sealed_text(commitment);
  return text ? std::optional(std::move(text->text)) : std::nullopt;
}

std::optional<SealedText> SchoolImpl::sealed_text(const Hash& commitment) const {
  auto text = shop_.vault.get_text(record_.slug, commitment);
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

Result<std::uint64_t> SchoolImpl::erase(const Id& person) {
  TRY_STATUS(writable());
  TRY(const std::uint64_t texts, shop_.vault.erase_person(record_.slug, person));
  {
    const std::unique_lock lock(names_mutex_);
    names_.erase(person);
  }
  // Views that were rendered with the person's texts must not be shown again.
  const std::unique_lock lock(model_mutex_);
  model_.structure.touch();
  return texts;
}

Result<Account> SchoolImpl::account(std::string_view login) const {
  return shop_.vault.get_account(record_.slug, login);
}
Status SchoolImpl::put_account(const Account& account) {
  TRY_STATUS(writable());
  return shop_.vault.put_account(record_.slug, account);
}
Id SchoolImpl::decoy_salt(std::string_view login) const { return shop_.vault.decoy_salt(record_.slug, login); }
Result<Bytes> SchoolImpl::blob(const Hash& hash) const { return shop_.vault.get_blob(record_.slug, hash); }

Result<Bytes> SchoolImpl::profile_text(const Hash& hash) const {
  auto sealed = blob(hash);
  return sealed ? sealed : read_profile_file(shop_.files, shop_.directory, hash);
}

const Profile* SchoolImpl::profile(const Hash& hash) const {
  return profiles()->find(hash);  // profiles live as long as any book that holds them; books only grow
}

std::uint64_t SchoolImpl::listen(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_[next_listener_] = std::move(listener);
  return next_listener_++;
}

void SchoolImpl::unlisten(std::uint64_t id) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(id);
}

// --- The service key's own entries -------------------------------------------------------------------------------------------

RawStatement SchoolImpl::say(Author& service, const Body& body) const {
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = Role::kService;
  draft.claimed_at = shop_.clock.now();
  return service.sign(draft, read([](const ReadModel& model) {
                        return Seen{model.checkpoint.size, model.checkpoint.root};
                      }));
}

Result<std::vector<Acknowledged>> SchoolImpl::record(const Body& body, std::vector<Bytes> files) {
  TRY_STATUS(writable());
  // Its root must cover exactly what precedes it: the school says it between two batches, and there need not be any otherwise.
  if (std::holds_alternative<StateCommitted>(body)) {
    commitment_wanted_ = true;
    TRY(const auto nothing, shop_.sequencer.submit(record_.number, Submission()).get());
    return std::vector<Acknowledged>();
  }
  const std::lock_guard lock(service_mutex_);
  if (!service_) service_.emplace(*service_key_, record_.origin, Id{}, shop_.random);
  const auto before = service_->position();
  RawSubmission submission;
  submission.statements.push_back(say(*service_, body));
  submission.blobs = std::move(files);
  auto result = School::submit(std::move(submission), Language::kRussian);
  if (!result) service_->rewind(before);
  return result;
}

bool SchoolImpl::state_commitment_due() const {
  if (since_state_commit_ >= shop_.commit_state_every) return true;
  return shop_.commit_state_micros > 0 && since_state_commit_ > 0 &&
         shop_.clock.now().micros - state_committed_at_.micros >= shop_.commit_state_micros;
}

// Every few thousand entries, and every hour in which there are any, the root of the state tree goes into the log. A remark is placed before anything else, so that the
// root covers exactly what precedes its own entry.
std::optional<Judge::Remark> SchoolImpl::remark() {
  if (committing_ || !(commitment_wanted_.exchange(false) || state_commitment_due())) return std::nullopt;
  StateCommitted committed;
  {
    const std::unique_lock lock(model_mutex_);
    committed.size = model_.times.size();
    committed.root = advance_tree();
    committed.shards = model_.shards.count();
  }
  if (!committer_) committer_.emplace(*service_key_, record_.origin, Id{}, shop_.random);
  const auto before = committer_->position();
  RawSubmission said;
  said.statements.push_back(say(*committer_, committed));
  auto submission = prepare(std::move(said), false);
  // A vault whose service key the genesis does not name: lessons are recorded all the same, and the audit misses commitments.
  if (!submission) {
    committer_->rewind(before);
    return std::nullopt;
  }
  committing_ = true;
  return Remark{*std::move(submission), [this, before](const Result<Receipted>& result) {
                  committing_ = false;
                  if (!result) committer_->rewind(before);
                }};
}

}  // namespace letopis::commands
