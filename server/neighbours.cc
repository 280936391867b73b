#include "server/neighbours.h"

#include <algorithm>
#include <map>

#include "ledger/checkpoint.h"
#include "server/witness_routes.h"
#include "signing/sha256.h"

namespace letopis::server {

using commands::ReadModel;
using commands::School;

namespace {

constexpr std::string_view kFolder = "/neighbours";
// What needs no school's slug, and can be none: a restore, which moves the secrets of schools, leaves it behind.
constexpr std::string_view kOfTheDirectory = "*";
constexpr std::string_view kSealingKey = "neighbours";
constexpr std::string_view kSealTag = "letopis/witness-key/v1";
using Sealing = std::array<std::uint8_t, 32>;  // a key for signing::seal

Bytes key_row() { return {'k'}; }
Bytes neighbour_row(std::string_view origin) {
  Bytes row{'n'};
  append(row, as_bytes(origin));
  return row;
}

Bytes seal_binding(const PublicKey& key) {
  Bytes binding;
  append(binding, as_bytes(kSealTag));
  binding.push_back(0);
  append(binding, key.view());
  return binding;
}

Result<Sealing> fixed_secret(Bytes secret) {
  Sealing fixed;
  const bool right = secret.size() == fixed.size();
  if (right) std::copy(secret.begin(), secret.end(), fixed.begin());
  signing::wipe(secret);
  if (!right) return fail("damaged", "a secret of another length");
  return fixed;
}

// The row: public key ‖ sealed seed. Either half alone opens nothing: a copy of the vault has no seed, this folder no sealing key.
Bytes sealed_key(const signing::KeyPair& key, const Sealing& sealing, Random& random) {
  const auto named = key.public_key().view();
  Bytes row(named.begin(), named.end());
  auto seed = key.seed();
  append(row, signing::seal(sealing, seal_binding(key.public_key()), seed, random));
  signing::wipe(seed);
  return row;
}

Result<signing::KeyPair> opened_key(ByteView row, const Sealing& sealing) {
  const auto foreign =
      fail("damaged",
           "the key in neighbours/ was sealed by another vault: move the folder away, and the witness has "
           "a new key");
  if (row.size() < PublicKey::kSize) return foreign;
  const auto named = PublicKey::copy_of(row.first(PublicKey::kSize));
  auto opened = signing::unseal(sealing, seal_binding(named), row.subspan(PublicKey::kSize));
  if (!opened) return foreign;
  TRY(auto seed, fixed_secret(*std::move(opened)));
  auto key = signing::KeyPair::from_seed(signing::Purpose::kWitness, seed);
  signing::wipe(seed);
  if (key.public_key() != named) return foreign;
  return key;
}

bool writes(const School* school) { return !school->copy(); }

bool valid_url(std::string_view url) {
  const bool clean = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; }) &&
                     url.find_first_of("@?#") == std::string_view::npos;
  return clean && url.size() <= Neighbours::kUrlSizeMaxBytes &&
         (url.starts_with("http://") || url.starts_with("https://"));
}

std::string origin_hash(std::string_view origin) { return to_hex(signing::sha256({as_bytes(origin)}).view()); }

}  // namespace

// --- Opening

Result<std::unique_ptr<Neighbours>> Neighbours::open(commands::Engine& engine, const Options& options) {
  LETOPIS_ASSERT(options.random != nullptr);
  const auto schools = engine.schools();
  if (std::none_of(schools.begin(), schools.end(), writes)) return fail("read_only", "no school here takes writes");
  ledger::KvOptions small = options.store;
  small.write_buffer_bytes = small.cache_bytes = 1u << 20;  // a row a neighbour
  TRY(auto store, ledger::open_rocksdb(options.directory + std::string(kFolder), small));
  std::unique_ptr<Neighbours> neighbours(new Neighbours(engine, std::move(store)));
  TRY(auto key, neighbours->own_key(*options.random));
  ledger::Witness::Options witness;
  witness.name = ledger::default_witness_name(key);
  witness.clock = &engine.clock();
  witness.on_failure = options.on_failure;
  TRY(neighbours->witness_, ledger::Witness::open(*neighbours->store_, std::move(key), std::move(witness)));
  TRY_STATUS(neighbours->load());
  return neighbours;
}

// Made at the first start, when there is no key for it to open either.
Result<std::array<std::uint8_t, 32>> Neighbours::sealing_key(Random& random) {
  ledger::Vault& vault = engine_.vault();
  auto secret = vault.get_secret(kOfTheDirectory, kSealingKey);
  if (!secret && secret.error().code == "not_found") {
    secret = Bytes(Sealing().size());
    random.fill(*secret);
    TRY_STATUS(vault.put_secret(kOfTheDirectory, kSealingKey, *secret));
  }
  if (!secret) return tl::unexpected(secret.error());
  return fixed_secret(*std::move(secret));
}

Result<signing::KeyPair> Neighbours::own_key(Random& random) {
  TRY(const auto row, store_->get(key_row()));
  TRY(auto sealing, sealing_key(random));
  auto key = row ? opened_key(*row, sealing) : signing::KeyPair::generate(signing::Purpose::kWitness, random);
  if (key && !row) {
    ledger::WriteBatch batch;
    batch.put(key_row(), sealed_key(*key, sealing, random));
    if (const auto kept = store_->commit(batch, ledger::Durability::kSync); !kept) key = tl::unexpected(kept.error());
  }
  signing::wipe(sealing);
  return key;
}

Status Neighbours::load() {
  Status status;
  TRY_STATUS(store_->scan(neighbour_row({}), Bytes{'n' + 1}, {}, [&](ByteView row, ByteView value) {
    const auto text = as_text(value);
    const auto blank = text.find(' ');
    const auto key = signing::parse_vkey(text.substr(0, blank));
    const Bytes own(row.begin(), row.end());
    if (!key || blank == std::string_view::npos || neighbour_row(key->name) != own) {
      status = fail("damaged", "a stored neighbour of the witness");
      return false;
    }
    known_.push_back({*key, std::string(text.substr(blank + 1))});
    status = witness_->add_log(*key);
    return status.has_value();
  }));
  return status;
}

void Neighbours::stop() { pool_.stop(); }

// --- The list

Result<School*> Neighbours::school_for(const std::string& slug) const {
  if (!slug.empty()) {
    School* school = engine_.find(slug);
    if (school == nullptr) return fail("not_found", "no school " + slug + " here");
    return school;
  }
  std::vector<School*> writing = engine_.schools();
  std::erase_if(writing, [](const School* school) { return !writes(school); });
  if (writing.size() == 1) return writing.front();
  std::string names;
  for (const School* school : writing) names += (names.empty() ? "" : ", ") + school->slug();
  return fail("not_found", "there are " + names + ": say by --school whose log records the neighbour");
}

// Where `in` has recorded this very genesis. In no log of ours may the origin stand with another key or another first entry.
Result<std::optional<std::uint64_t>> Neighbours::recorded(const signing::VerifierKey& log, const Hash& genesis,
                                                          const School& in) const {
  std::optional<std::uint64_t> index;
  for (const School* school : engine_.schools()) {
    const auto known = school->read([](const ReadModel& model) { return model.structure.evidence().neighbours(); });
    for (const auto& neighbour : known) {
      const auto key = signing::parse_vkey(neighbour.vkey);
      if (!key || key->name != log.name) continue;
      const std::string where = "entry " + std::to_string(neighbour.index) + " of " + school->slug();
      if (*key != log)
        return fail("other_key",
                    where + " names " + neighbour.vkey + " as the key of " + log.name +
                        ". A log keeps its key for life: ask its school by another way than this address. What goes "
                        "on after a loss is a successor, and has an origin of its own");
      if (neighbour.genesis != genesis)
        return fail("other_genesis", where + " names another first entry of " + log.name +
                                         ": the log was forked from its beginning. Keep both, and ask its school");
      if (school == &in && !index) index = neighbour.index;
    }
  }
  return index;
}

// The checkpoint that the genesis was proved under comes first. Where something was cosigned before, that stands.
Status Neighbours::cosign_first(const signing::VerifierKey& log, const std::string& checkpoint) {
  TRY_STATUS(witness_->add_log(log));
  const auto answer = witness_->add_checkpoint(ledger::AddCheckpoint{0, {}, checkpoint}.encode());
  if (answer.status == 200 || answer.status == 409) return {};
  return fail("not_cosigned", std::to_string(answer.status) + ": " + answer.body.substr(0, answer.body.find('\n')));
}

Result<Neighbours::Added> Neighbours::add(const Addition& addition) {
  TRY(const signing::VerifierKey log, signing::parse_vkey(addition.vkey));
  if (log.type != signing::kNoteTypeEd25519)
    return fail("key_type", "a neighbour is added by the vkey of its log (type 01), not by its witness's");
  if (!valid_url(addition.url))
    return fail("malformed", "the address of a log is http(s)://HOST/log/SCHOOL, without user or query, at most " +
                                 std::to_string(kUrlSizeMaxBytes) + " characters");
  TRY(const Genesis genesis, read_genesis(addition.genesis, log));
  if (genesis.simulated && !addition.allow_simulated)
    return fail("simulated", "by its genesis the school of " + log.name +
                                 " is simulated; --allow-simulated cosigns it all the same");
  const std::lock_guard lock(mutex_);
  for (const School* school : engine_.schools())
    if (school->origin() == log.name)
      return fail("own_log", log.name + " is in this very directory: whoever keeps a log is no witness of it");
  TRY(School* const school, school_for(addition.school));
  TRY(auto index, recorded(log, genesis.leaf, *school));
  Added added{log.name, school->slug(), index.value_or(0), index.has_value()};
  if (!index) {
    TRY(const auto items, school->record(ledger::NeighbourGenesis{addition.vkey, genesis.leaf, addition.url}));
    const auto& item = items.front();
    if (item.verdict == ledger::Verdict::kRefused) return fail("refused", item.rule + ": " + item.message);
    added.index = item.index;
  }
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& one) { return one.key == log; });
  if (known != known_.end() && known->url == addition.url) return added;
  Status kept = cosign_first(log, genesis.checkpoint);
  if (kept) {
    const std::string text = addition.vkey + " " + addition.url;
    ledger::WriteBatch batch;
    batch.put(neighbour_row(log.name), Bytes(text.begin(), text.end()));
    kept = store_->commit(batch, ledger::Durability::kSync);
  }
  if (!kept) {
    if (known == known_.end()) witness_->forget_log(log.name);
    return tl::unexpected(kept.error());
  }
  if (known != known_.end())
    known->url = addition.url;
  else
    known_.push_back({log, addition.url});
  return added;
}

Status Neighbours::remove(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::find_if(known_.begin(), known_.end(), [&](const Known& one) { return one.key.name == origin; });
  if (known == known_.end()) return fail("not_found", "no log " + origin + " is cosigned here");
  witness_->forget_log(origin);
  ledger::WriteBatch batch;
  batch.remove(neighbour_row(origin));
  TRY_STATUS(store_->commit(batch, ledger::Durability::kSync));
  known_.erase(known);
  return {};
}

std::vector<Neighbours::Neighbour> Neighbours::list() const {
  std::map<std::string, Neighbour> by_origin;
  const std::lock_guard lock(mutex_);
  for (const School* school : engine_.schools()) {
    const auto known = school->read([](const ReadModel& model) { return model.structure.evidence().neighbours(); });
    for (const auto& one : known) {
      const auto key = signing::parse_vkey(one.vkey);
      if (!key) continue;
      auto& neighbour = by_origin[key->name];
      neighbour.vkey = one.vkey;
      neighbour.origin = key->name;
      neighbour.url = one.url;
      neighbour.records.push_back({school->slug(), one.index});
    }
  }
  for (const Known& one : known_) {
    auto& neighbour = by_origin[one.key.name];
    neighbour.vkey = one.key.text();
    neighbour.origin = one.key.name;
    neighbour.url = one.url;
    neighbour.cosigned = true;
  }
  std::vector<Neighbour> all;
  for (auto& [origin, neighbour] : by_origin) {
    const auto note = witness_->checkpoint(origin_hash(origin));
    const auto key = signing::parse_vkey(neighbour.vkey);
    if (const auto parsed = note ? ledger::open_checkpoint(*note, *key) : fail("not_found")) {
      neighbour.size = parsed->checkpoint.size;
      if (const auto own = signing::verify_note(parsed->note, {vkey()}))
        neighbour.cosigned_at = own->front().cosigned_at;
    }
    all.push_back(std::move(neighbour));
  }
  return all;
}

// --- Requests

Status Neighbours::add_checkpoint(std::string_view address, std::string body, Answered answered) {
  for (const School* school : engine_.schools())
    if (school->held())
      return fail(
          "held",
          "this server's own log is behind what its witnesses have seen: what it has cosigned for others may be "
          "forgotten too, and nothing is cosigned");
  if (const auto wait = attempts_.wait(address); wait > 0)
    return fail("rate_limited", "try again in " + std::to_string(wait) + " s");
  attempts_.take(address);
  const bool taken = pool_.try_submit(
      [this, body = std::move(body), answered = std::move(answered)] { answered(witness_->add_checkpoint(body)); });
  return taken ? Status() : fail("queue_full", "too many logs ask at once");
}

}  // namespace letopis::server
