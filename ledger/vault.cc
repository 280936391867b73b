#include "ledger/vault.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ledger/limits.h"
#include "ledger/vault_impl.h"
#include "signing/base/file.h"
#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kCheckText = "letopis/vault/v1";
constexpr std::size_t kFieldSizeMaxBytes = 64;
constexpr std::size_t kOriginSizeMaxBytes = 1024;

// One of ours that does not open was exchanged or damaged, whatever the cipher calls it.
Error not_opening(const Error& error) { return {"damaged", "a sealed row does not open: " + error.text()}; }

Status check_text(const SealedText& text, const SealedPlace& place) {
  // The commitment separates field and salt by a zero byte.
  if (text.field.empty() || text.field.size() > kFieldSizeMaxBytes || text.field.find('\0') != std::string::npos)
    return fail("malformed", "the name of a sealed field");
  if (place.origin.size() > kOriginSizeMaxBytes) return fail("malformed", "the origin of a sealed text");
  if (text.text.size() > kSealedTextSizeMaxBytes)
    return fail("too_large", "a sealed text holds more than " + std::to_string(kSealedTextSizeMaxBytes) + " bytes");
  return {};
}

}  // namespace

Hash sealed_commitment(std::string_view field, const Hash& salt, std::string_view text) {
  static constexpr std::uint8_t kZero = 0;
  return signing::tagged_hash("letopis/sealed/v1", {as_bytes(field), {&kZero, 1}, salt.view(), as_bytes(text)});
}

std::string_view purpose_of(std::string_view field) {
  if (field == "name" || field == "contact") return "identity";
  if (field == "illness" || field == "excuse") return "health";
  if (field == "remark" || field == "measure" || field == "wish" || field == "violation") return "conduct";
  return "other";
}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;
KvStore& Vault::store() { return *impl_->store; }

Result<std::unique_ptr<Vault>> Vault::open(const std::string& directory, const std::array<std::uint8_t, 32>& master_key,
                                           const KvOptions& options, Random& random) {
  TRY(auto store, open_rocksdb(directory, options));
  auto impl = std::make_unique<Impl>(std::move(store), SecretKey(master_key), directory, random);
  TRY_STATUS(impl->prove_master_key(options.read_only));
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Status Vault::Impl::prove_master_key(bool read_only) {
  TRY(const auto sealed, store->get(check_row()));
  if (sealed) {
    const auto opened = signing::unseal(keys.check.bytes, check_binding(), *sealed);
    if (!opened) return fail("wrong_master_key", directory + " was made with another master key: another file, or a wrong passphrase");
    if (as_text(*opened) != kCheckText) return fail("damaged", directory + " has another version");
    return {};
  }
  bool empty = true;
  TRY_STATUS(store->scan({}, {}, {}, [&](ByteView, ByteView) { return empty = false; }));
  if (!empty) return fail("damaged", directory + " has rows but not the one that proves the master key");
  if (read_only) return fail("not_found", "no vault in " + directory);
  WriteBatch batch;
  batch.put(check_row(), signing::seal(keys.check.bytes, check_binding(), as_bytes(kCheckText), random));
  return store->commit(batch, Durability::kSync);
}

Result<Bytes> Vault::Impl::open_row(ByteView key, const SecretKey& with, ByteView binding) const {
  TRY(const auto value, store->get(key));
  if (!value) return fail("not_found");
  auto opened = signing::unseal(with.bytes, binding, *value);
  if (!opened) return tl::unexpected(not_opening(opened.error()));
  return opened;
}

Result<SecretKey> Vault::Impl::person_key(std::string_view school, const Id& person, std::string_view purpose) const {
  TRY(auto bytes, open_row(rows(school).person_key(person, purpose), keys.person_keys,
                           person_key_binding(school, person, purpose)));
  SecretKey key;
  const bool fits = bytes.size() == key.bytes.size();
  if (fits) std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  signing::wipe(bytes);
  if (!fits) return fail("damaged", "a person's key has another length");
  return key;
}

Result<TextPlace> Vault::Impl::open_place(std::string_view school, const Hash& commitment, const TextRow& row) const {
  const auto opened = signing::unseal(keys.places.bytes, place_binding(school, commitment), row.sealed_place);
  if (!opened) return tl::unexpected(not_opening(opened.error()));
  return decode_place(*opened);
}

Result<SealedText> Vault::Impl::open_text(std::string_view school, const Hash& commitment, ByteView value) const {
  TRY(const auto row, decode_text_row(value));
  TRY(const auto place, open_place(school, commitment, row));
  const auto key = person_key(school, place.person, purpose_of(place.field));
  if (!key) {
    if (key.error().code != "not_found") return tl::unexpected(key.error());
    return fail("damaged", "the key of a text is gone");
  }
  const auto opened = signing::unseal(key->bytes, text_binding(place), row.sealed_text);
  if (!opened) return tl::unexpected(not_opening(opened.error()));
  TRY(auto salted, decode_text(*opened));
  if (sealed_commitment(place.field, salted.salt, salted.text) != commitment)
    return fail("damaged", "a text does not match its commitment");
  return SealedText{place.field, place.person, salted.salt, std::move(salted.text)};
}

Result<std::vector<Bytes>> Vault::Impl::keys_below(const Bytes& prefix) const {
  std::vector<Bytes> found;
  TRY_STATUS(store->scan(prefix, end_of(prefix), {}, [&](ByteView key, ByteView) {
    found.emplace_back(key.begin(), key.end());
    return true;
  }));
  return found;
}

namespace {

// Seals texts into one batch; makes the keys of people on the way.
class TextWriter {
 public:
  TextWriter(Vault::Impl& impl, std::string_view school) : impl_(impl), rows_(impl.rows(school)), school_(school) {}

  Status add(const SealedText& text, const SealedPlace& place) {
    TRY_STATUS(check_text(text, place));
    const Hash commitment = sealed_commitment(text.field, text.salt, text.text);
    // Should two people share a text, erasing either takes it.
    batch_.put(rows_.text_of_person(text.person, commitment), {});
    if (!written_.insert(commitment).second) return {};
    TRY(const auto present, impl_.store->get(rows_.text(commitment)));
    if (present && impl_.open_text(school_, commitment, *present)) return {};
    TRY(const auto key, key_for(text.person, purpose_of(text.field)));
    const TextPlace full{place, text.person, text.field};
    const TextRow row{seal(impl_.keys.places, place_binding(school_, commitment), encode_place(full)),
                      seal(key, text_binding(full), encode_text({text.salt, text.text}))};
    batch_.put(rows_.text(commitment), encode_text_row(row));
    return {};
  }

  const WriteBatch& batch() const { return batch_; }

 private:
  Bytes seal(const SecretKey& key, const Bytes& binding, const Bytes& plain) {
    return signing::seal(key.bytes, binding, plain, impl_.random);
  }

  Result<SecretKey> key_for(const Id& person, std::string_view purpose) {
    const auto known = keys_.find({person, purpose});
    if (known != keys_.end()) return known->second;
    auto key = impl_.person_key(school_, person, purpose);
    if (!key) {
      // A key that does not open is never replaced: what lies under it would be lost for good.
      if (key.error().code != "not_found") return key;
      SecretKey fresh;
      impl_.random.fill(fresh.bytes);
      const Bytes plain(fresh.bytes.begin(), fresh.bytes.end());
      batch_.put(rows_.person_key(person, purpose),
                 seal(impl_.keys.person_keys, person_key_binding(school_, person, purpose), plain));
      key = fresh;
    }
    keys_.emplace(std::pair{person, purpose}, *key);
    return key;
  }

  Vault::Impl& impl_;
  RowNames rows_;
  std::string_view school_;
  WriteBatch batch_;
  std::set<Hash> written_;
  std::map<std::pair<Id, std::string_view>, SecretKey> keys_;
};

}  // namespace

Status Vault::put_texts(std::string_view school, const std::vector<SealedText>& texts,
                        const std::vector<SealedPlace>& places) {
  LETOPIS_ASSERT(texts.size() == places.size());
  if (texts.empty()) return {};
  const std::lock_guard guard(impl_->writer);
  TextWriter writer(*impl_, school);
  for (std::size_t i = 0; i < texts.size(); ++i) TRY_STATUS(writer.add(texts[i], places[i]));
  return impl_->store->commit(writer.batch(), Durability::kSync);
}

Result<SealedText> Vault::get_text(std::string_view school, const Hash& commitment) const {
  const Bytes name = impl_->rows(school).text(commitment);
  TRY(const auto value, impl_->store->get(name));
  if (!value) return fail("not_found", "no text for this commitment");
  auto text = impl_->open_text(school, commitment, *value);
  if (text) return text;
  // Erased between the two reads is not damage.
  TRY(const auto still_there, impl_->store->get(name));
  if (!still_there) return fail("not_found", "no text for this commitment");
  return text;
}

Result<std::uint64_t> Vault::erase_person(std::string_view school, const Id& person) {
  std::uint64_t erased = 0;
  {
    const std::lock_guard guard(impl_->writer);
    const RowNames rows = impl_->rows(school);
    WriteBatch batch;
    TRY(auto texts, impl_->keys_below(rows.texts_of_person(person)));
    for (auto& key : texts) {
      TRY(const auto commitment, RowNames::commitment_of(key));
      TRY(const auto value, impl_->store->get(rows.text(commitment)));
      if (value) ++erased;
      batch.remove(rows.text(commitment));
      batch.remove(std::move(key));
    }
    TRY(auto keys, impl_->keys_below(rows.keys_of_person(person)));
    for (auto& key : keys) batch.remove(std::move(key));
    TRY(auto logins, impl_->keys_below(rows.logins_of_person(person)));
    for (auto& key : logins) {
      TRY(auto account, RowNames::account_of(key));
      batch.remove(std::move(account));
      batch.remove(std::move(key));
    }
    if (!batch.empty()) TRY_STATUS(impl_->store->commit(batch, Durability::kSync));
  }
  // Deleted rows stay in logs and tables until these are rewritten, and the master key would still open them. Even when
  // nothing was found: an erasure cut short by a crash is finished by asking again.
  TRY_STATUS(impl_->store->flush());
  TRY_STATUS(impl_->store->compact());
  return erased;
}

Status Vault::each_commitment(std::string_view school, const std::function<bool(const Hash& commitment)>& visit) const {
  const Bytes prefix = impl_->rows(school).texts();
  Status outcome;
  TRY_STATUS(impl_->store->scan(prefix, end_of(prefix), {}, [&](ByteView key, ByteView) {
    const auto commitment = RowNames::commitment_of(key);
    if (!commitment) outcome = tl::unexpected(commitment.error());
    return commitment && visit(*commitment);
  }));
  return outcome;
}

Status Vault::copy_to(const std::string& directory) {
  TRY_STATUS(impl_->store->copy_to(directory));
  auto& files = posix_file_system();
  const auto salt = files.read(impl_->directory + "/" + std::string(kVaultSaltFile), kVaultSaltSizeMaxBytes);
  if (salt) return files.write_atomically(directory + "/" + std::string(kVaultSaltFile), *salt, 0600);
  if (salt.error().code == "not_found") return {};
  return tl::unexpected(salt.error());
}

}  // namespace letopis::ledger
