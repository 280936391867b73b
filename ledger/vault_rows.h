#pragma once
// The rows of the vault: how their keys are built and what lies in them. Read and written here alone; docs/formats/vault.md
// is this file in prose.
//
// A row's key never holds a login, a name or an id, only keyed hashes of them; the one thing in the clear is the commitment
// of a text, a salted hash the ledger shows as well. A row's value is sealed.

#include <array>
#include <string_view>

#include "ledger/vault.h"

namespace letopis::ledger {

// A symmetric key that does not outlive its use.
struct SecretKey {
  std::array<std::uint8_t, 32> bytes{};
  SecretKey() = default;
  explicit SecretKey(const std::array<std::uint8_t, 32>& from) : bytes(from) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
};

// A pseudo-random function of the parts (nested SHA-256, as in HMAC: no length extension); the tag separates uses.
Hash keyed_hash(const SecretKey& key, std::string_view tag, std::initializer_list<ByteView> parts);

// Everything the master key stands for, one key for each kind of use.
struct VaultKeys {
  explicit VaultKeys(const SecretKey& master);
  SecretKey rows;         // names rows
  SecretKey check;        // seals the row that proves the master key
  SecretKey person_keys;  // seals the keys of (school, person, purpose)
  SecretKey places;       // seals what a text's associated data is rebuilt from
  SecretKey accounts;
  SecretKey secrets;
  SecretKey blobs;
  SecretKey decoys;
};

// The first byte of a key.
enum class Row : std::uint8_t {
  kAccount = 'A',
  kBlob = 'B',
  kCheck = 'C',
  kPersonKey = 'K',
  kLoginOfPerson = 'L',
  kTextOfPerson = 'P',
  kSecret = 'S',
  kText = 'T',
};

// Builds the keys of rows of one school.
class RowNames {
 public:
  RowNames(const VaultKeys& keys, std::string_view school) : keys_(keys), school_(school) {}

  Bytes text(const Hash& commitment) const;
  Bytes texts() const;  // the prefix of all
  Bytes text_of_person(const Id& person, const Hash& commitment) const;
  Bytes texts_of_person(const Id& person) const;
  Bytes person_key(const Id& person, std::string_view purpose) const;
  Bytes keys_of_person(const Id& person) const;
  Bytes account(std::string_view login) const;
  Bytes login_of_person(const Id& person, std::string_view login) const;
  Bytes logins_of_person(const Id& person) const;
  // The account a row of logins_of_person() points to.
  static Result<Bytes> account_of(ByteView login_of_person);
  static Result<Hash> commitment_of(ByteView text_or_text_of_person);
  Bytes secret(std::string_view name) const;
  Bytes blob(const Hash& hash) const;
  Bytes start(Row row) const;  // the prefix of the school's rows of a kind

 private:
  Bytes of_person(Row row, const Id& person) const;
  Id tag(std::string_view use, ByteView of) const;

  const VaultKeys& keys_;
  std::string_view school_;
};
Bytes check_row();
// The smallest key after every key that starts with `prefix`.
Bytes end_of(Bytes prefix);

// Associated data: what a sealed value is bound to, beside its key.
Bytes check_binding();
Bytes person_key_binding(std::string_view school, const Id& person, std::string_view purpose);
Bytes place_binding(std::string_view school, const Hash& commitment);
Bytes account_binding(std::string_view school, std::string_view login);
Bytes secret_binding(std::string_view school, std::string_view name);
Bytes blob_binding(std::string_view school, const Hash& hash);

// Where a text belongs and whose it is: sealed beside it, so that its own associated data can be rebuilt.
struct TextPlace {
  SealedPlace place;
  Id person;
  std::string field;
};
Bytes text_binding(const TextPlace& place);
Bytes encode_place(const TextPlace& place);
Result<TextPlace> decode_place(ByteView bytes);

// u16 length of the sealed place ‖ sealed place ‖ sealed text
struct TextRow {
  Bytes sealed_place;
  Bytes sealed_text;
};
Bytes encode_text_row(const TextRow& row);
Result<TextRow> decode_text_row(ByteView bytes);

// What is sealed is padded with zeros to a multiple of kPadBytes: the length of a name is a hint, too.
inline constexpr std::size_t kPadBytes = 64;
struct SaltedText {
  Hash salt;
  std::string text;
};
Bytes encode_text(const SaltedText& text);
Result<SaltedText> decode_text(ByteView bytes);
Bytes encode_account(const Account& account);
Result<Account> decode_account(ByteView bytes);

}  // namespace letopis::ledger
