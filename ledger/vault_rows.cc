#include "ledger/vault_rows.h"

#include <algorithm>

#include "ledger/limits.h"
#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kRowBytes = 1;
constexpr std::size_t kSchoolEnd = kRowBytes + Id::kSize;
constexpr std::size_t kPersonEnd = kSchoolEnd + Id::kSize;

void put_short(Bytes& to, std::string_view text) {
  LETOPIS_ASSERT(text.size() <= 0xffff);
  put_u16(to, static_cast<std::uint16_t>(text.size()));
  append(to, as_bytes(text));
}

void pad(Bytes& bytes) { bytes.resize((bytes.size() + kPadBytes - 1) / kPadBytes * kPadBytes); }

// Takes values off the front; remembers whether there was ever too little.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      size = rest_.size();
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <class Fixed>
  Fixed fixed() {
    const auto bytes = take(Fixed::kSize);
    return ok_ ? Fixed::copy_of(bytes) : Fixed{};
  }
  std::uint64_t number(std::size_t size) { return get_big_endian(take(size)); }
  std::string short_text() { return std::string(as_text(take(number(2)))); }
  bool at_end() const { return ok_ && rest_.empty(); }
  // Only the zeros that pad() adds are left.
  bool at_padding() const {
    return ok_ && rest_.size() < kPadBytes &&
           std::all_of(rest_.begin(), rest_.end(), [](auto byte) { return byte == 0; });
  }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace

SecretKey::~SecretKey() { signing::wipe(bytes); }

Hash keyed_hash(const SecretKey& key, std::string_view tag, std::initializer_list<ByteView> parts) {
  const Hash inner = signing::tagged_hash("letopis/vault/inner/v1", {key.bytes, tagged_message(tag, parts)});
  return signing::tagged_hash("letopis/vault/outer/v1", {key.bytes, inner.view()});
}

namespace {
SecretKey sub_key(const SecretKey& master, std::string_view use) {
  return SecretKey(keyed_hash(master, "letopis/vault/sub-key/v1", {as_bytes(use)}).bytes);
}
}  // namespace

VaultKeys::VaultKeys(const SecretKey& master)
    : rows(sub_key(master, "rows")),
      check(sub_key(master, "check")),
      person_keys(sub_key(master, "person-keys")),
      places(sub_key(master, "places")),
      accounts(sub_key(master, "accounts")),
      secrets(sub_key(master, "secrets")),
      blobs(sub_key(master, "blobs")),
      decoys(sub_key(master, "decoys")) {}

Id RowNames::tag(std::string_view use, ByteView of) const {
  return Id::copy_of(keyed_hash(keys_.rows, "letopis/vault/row/v1", {as_bytes(use), as_bytes(school_), of}).view());
}

Bytes RowNames::start(Row row) const {
  Bytes key{static_cast<std::uint8_t>(row)};
  append(key, tag("school", {}).view());
  return key;
}

Bytes RowNames::of_person(Row row, const Id& person) const {
  Bytes key = start(row);
  append(key, tag("person", person.view()).view());
  return key;
}

Bytes RowNames::texts() const { return start(Row::kText); }
Bytes RowNames::text(const Hash& commitment) const {
  Bytes key = texts();
  append(key, commitment.view());
  return key;
}

Bytes RowNames::texts_of_person(const Id& person) const { return of_person(Row::kTextOfPerson, person); }
Bytes RowNames::text_of_person(const Id& person, const Hash& commitment) const {
  Bytes key = texts_of_person(person);
  append(key, commitment.view());
  return key;
}

Bytes RowNames::keys_of_person(const Id& person) const { return of_person(Row::kPersonKey, person); }
Bytes RowNames::person_key(const Id& person, std::string_view purpose) const {
  Bytes key = keys_of_person(person);
  append(key, tag("purpose", as_bytes(purpose)).view());
  return key;
}

Bytes RowNames::account(std::string_view login) const {
  Bytes key = start(Row::kAccount);
  append(key, tag("login", as_bytes(login)).view());
  return key;
}

Bytes RowNames::logins_of_person(const Id& person) const { return of_person(Row::kLoginOfPerson, person); }
Bytes RowNames::login_of_person(const Id& person, std::string_view login) const {
  Bytes key = logins_of_person(person);
  append(key, tag("login", as_bytes(login)).view());
  return key;
}

Result<Bytes> RowNames::account_of(ByteView login_of_person) {
  if (login_of_person.size() != kPersonEnd + Id::kSize) return fail("damaged", "a key of another length");
  Bytes key{static_cast<std::uint8_t>(Row::kAccount)};
  append(key, login_of_person.subspan(kRowBytes, Id::kSize));
  append(key, login_of_person.subspan(kPersonEnd));
  return key;
}

Result<Hash> RowNames::commitment_of(ByteView key) {
  const bool is_text = !key.empty() && key[0] == static_cast<std::uint8_t>(Row::kText);
  const std::size_t start = is_text ? kSchoolEnd : kPersonEnd;
  if (key.size() != start + Hash::kSize) return fail("damaged", "a key of another length");
  return Hash::copy_of(key.subspan(start));
}

Bytes RowNames::secret(std::string_view name) const {
  Bytes key = start(Row::kSecret);
  append(key, tag("secret", as_bytes(name)).view());
  return key;
}

Bytes RowNames::blob(const Hash& hash) const {
  Bytes key = start(Row::kBlob);
  append(key, tag("blob", hash.view()).view());
  return key;
}

Bytes check_row() { return {static_cast<std::uint8_t>(Row::kCheck)}; }

Bytes end_of(Bytes prefix) {
  while (!prefix.empty() && prefix.back() == 0xff) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

Bytes check_binding() { return tagged_message("letopis/vault/check/v1", {}); }
Bytes person_key_binding(std::string_view school, const Id& person, std::string_view purpose) {
  return tagged_message("letopis/vault/person-key/v1", {as_bytes(school), person.view(), as_bytes(purpose)});
}
Bytes place_binding(std::string_view school, const Hash& commitment) {
  return tagged_message("letopis/vault/place/v1", {as_bytes(school), commitment.view()});
}
Bytes account_binding(std::string_view school, std::string_view login) {
  return tagged_message("letopis/vault/account/v1", {as_bytes(school), as_bytes(login)});
}
Bytes secret_binding(std::string_view school, std::string_view name) {
  return tagged_message("letopis/vault/secret/v1", {as_bytes(school), as_bytes(name)});
}
Bytes blob_binding(std::string_view school, const Hash& hash) {
  return tagged_message("letopis/vault/blob/v1", {as_bytes(school), hash.view()});
}

Bytes text_binding(const TextPlace& place) {
  Bytes number;
  put_u64(number, place.place.number);
  return tagged_message("letopis/vault/text/v1",
                        {as_bytes(place.place.origin), place.person.view(), as_bytes(place.field),
                         place.place.key.view(), place.place.chain.view(), number});
}

Bytes encode_place(const TextPlace& place) {
  Bytes out;
  append(out, place.person.view());
  append(out, place.place.key.view());
  append(out, place.place.chain.view());
  put_u64(out, place.place.number);
  put_short(out, place.place.origin);
  put_short(out, place.field);
  return out;
}

Result<TextPlace> decode_place(ByteView bytes) {
  Reader reader(bytes);
  TextPlace out;
  out.person = reader.fixed<Id>();
  out.place.key = reader.fixed<Id>();
  out.place.chain = reader.fixed<Id>();
  out.place.number = reader.number(8);
  out.place.origin = reader.short_text();
  out.field = reader.short_text();
  if (!reader.at_end()) return fail("damaged", "the place of a text does not parse");
  return out;
}

Bytes encode_text_row(const TextRow& row) {
  Bytes out;
  put_short(out, as_text(row.sealed_place));
  append(out, row.sealed_text);
  return out;
}

Result<TextRow> decode_text_row(ByteView bytes) {
  if (bytes.size() < 2) return fail("damaged", "a row of a text is too short");
  const std::size_t size = get_big_endian(bytes.first(2));
  const auto rest = bytes.subspan(2);
  if (rest.size() < size) return fail("damaged", "a row of a text is too short");
  const auto place = rest.first(size);
  const auto text = rest.subspan(size);
  return TextRow{Bytes(place.begin(), place.end()), Bytes(text.begin(), text.end())};
}

Bytes encode_text(const SaltedText& text) {
  LETOPIS_ASSERT(text.text.size() <= kSealedTextSizeMaxBytes);
  Bytes out;
  append(out, text.salt.view());
  put_u32(out, static_cast<std::uint32_t>(text.text.size()));
  append(out, as_bytes(text.text));
  pad(out);
  return out;
}

Result<SaltedText> decode_text(ByteView bytes) {
  Reader reader(bytes);
  SaltedText out;
  out.salt = reader.fixed<Hash>();
  out.text = as_text(reader.take(reader.number(4)));
  if (!reader.at_padding()) return fail("damaged", "a text does not parse");
  return out;
}

Bytes encode_account(const Account& account) {
  Bytes out;
  append(out, account.person.view());
  append(out, account.salt.view());
  append(out, account.proof_hash.view());
  append(out, account.public_key.view());
  put_short(out, account.login);
  put_short(out, as_text(account.wrapped_key));
  pad(out);
  return out;
}

Result<Account> decode_account(ByteView bytes) {
  Reader reader(bytes);
  Account out;
  out.person = reader.fixed<Id>();
  out.salt = reader.fixed<Id>();
  out.proof_hash = reader.fixed<Hash>();
  out.public_key = reader.fixed<PublicKey>();
  out.login = reader.short_text();
  const auto wrapped = reader.take(reader.number(2));
  out.wrapped_key.assign(wrapped.begin(), wrapped.end());
  if (!reader.at_padding()) return fail("damaged", "an account does not parse");
  return out;
}

}  // namespace letopis::ledger
