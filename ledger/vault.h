#pragma once
// The vault: sealed texts, accounts and blobs, in a database of its own beside the ledger. What the ledger commits to lies
// here, encrypted; deleting it breaks no proof. docs/formats/vault.md describes the rows. Errors: "not_found", "damaged" (a
// row does not open or does not match its commitment), "wrong_master_key", "malformed" and "too_large" (what was given), and
// the store's.
//
// Thread-safe; writers take turns. Every put is durable when it returns.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/kv.h"
#include "signing/base/bytes.h"
#include "signing/base/random.h"
#include "signing/base/result.h"
#include "signing/base/time.h"

namespace letopis::ledger {

// SHA-256("letopis/sealed/v1" ‖ 0 ‖ field ‖ 0 ‖ salt32 ‖ text)
Hash sealed_commitment(std::string_view field, const Hash& salt, std::string_view text);

struct SealedText {
  std::string field;  // "name", "contact", "remark", "reason", …
  Id person;          // whose text it is: their key seals it
  Hash salt;
  std::string text;
};

// Where a sealed text belongs in the ledger: part of the associated data, so that no text can be moved to another entry.
struct SealedPlace {
  std::string origin;
  Id key;  // the author's key id
  Id chain;
  std::uint64_t number = 0;
};

// A login at one school. The server never sees the password: it keeps the hash of the login proof and an opaque wrapped key.
struct Account {
  std::string login;  // lower case
  Id person;
  Id salt;          // for Argon2id, on the client
  Hash proof_hash;  // SHA-256("letopis/login-proof/v1" ‖ 0 ‖ proof)
  PublicKey public_key;
  Bytes wrapped_key;
};

class Vault {
 public:
  // The master key seals one key per (school, person, purpose); the purpose is the field's (purpose_of).
  static Result<std::unique_ptr<Vault>> open(const std::string& directory,
                                             const std::array<std::uint8_t, 32>& master_key, const KvOptions& options,
                                             Random& random);
  ~Vault();

  // Many texts in one synced batch: durable when this returns. A commitment already present with the same text is kept, one
  // whose row no longer opens is written anew. `places[i]` belongs to `texts[i]`.
  Status put_texts(std::string_view school, const std::vector<SealedText>& texts,
                   const std::vector<SealedPlace>& places);
  // Opens and checks the text against the commitment itself.
  Result<SealedText> get_text(std::string_view school, const Hash& commitment) const;
  // Deletes every text, key and account of the person (crypto-shredding) and rewrites the files, so that none still holds
  // them; says how many texts went. Slow: it compacts the whole vault. Copies and backups made before keep what they have.
  Result<std::uint64_t> erase_person(std::string_view school, const Id& person);
  // Every commitment kept for the school, in key order (for the audit).
  Status each_commitment(std::string_view school, const std::function<bool(const Hash& commitment)>& visit) const;

  // Replaces the person's own; "already_exists" when the login is another person's.
  Status put_account(std::string_view school, const Account& account);
  Result<Account> get_account(std::string_view school, std::string_view login) const;
  // A salt for an unknown login that is always the same, so that nobody learns which logins exist.
  Id decoy_salt(std::string_view school, std::string_view login) const;

  // Small named secrets of a school that must not lie in the clear (log key, service key seeds).
  Status put_secret(std::string_view school, std::string_view name, ByteView secret);
  Result<Bytes> get_secret(std::string_view school, std::string_view name) const;

  Status put_blob(std::string_view school, ByteView blob, const Hash& expected);  // by SHA-256; "hash_mismatch"
  Result<Bytes> get_blob(std::string_view school, const Hash& hash) const;        // rechecks the hash

  Status copy_to(const std::string& directory);  // as KvStore::copy_to, with the salt of the passphrase
  // Copies a school's rows into another vault's database, sealed as they lie, and syncs it: for restoring. The copy opens with the
  // same master key (and, for a passphrase, the same salt).
  struct CopyOptions {
    bool secrets = true;                                         // false: a copy that can never sign
    std::function<bool(const Hash& commitment)> keep_text = {};  // all when not given
  };
  Status copy_school(std::string_view school, const CopyOptions& options, KvStore& to) const;
  // How many texts erase_person() would take.
  Result<std::uint64_t> count_texts(std::string_view school, const Id& person) const;
  KvStore& store();

  struct Impl;  // named here for the vault's own parts; nobody else can see into it
 private:
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "name", "contact" → "identity"; "illness", "excuse" → "health"; "remark", … → "conduct"; anything else → "other".
std::string_view purpose_of(std::string_view field);

// The master key: from $LETOPIS_VAULT_KEY_FILE, $CREDENTIALS_DIRECTORY/vault-key (systemd), or a passphrase
// ($LETOPIS_PASSPHRASE or given) stretched with the salt in `directory`/vault.salt, which is made at first use. `directory`
// is the vault's own, as given to open(). A key file holds 32 bytes, or 64 lower-case hexadecimal digits and perhaps a line
// feed. A command that only reads passes kReadOnly: it never writes into `directory`. Errors: "no_master_key" (no source
// given), "malformed", "damaged" (the salt is gone beside an existing vault), "not_found" (read only, and no salt there), and
// those of files.
inline constexpr std::string_view kVaultSaltFile = "vault.salt";
inline constexpr std::size_t kVaultSaltSizeMaxBytes = 256;
struct MasterKeySource {
  std::optional<std::string> key_file = {};
  std::optional<std::string> credentials_directory = {};
  std::optional<std::string> passphrase = {};
};
MasterKeySource master_key_source_from_environment();
enum class VaultAccess { kReadOnly, kMakeSalt };
Result<std::array<std::uint8_t, 32>> load_master_key(const std::string& directory, const MasterKeySource& source,
                                                     Random& random, VaultAccess access = VaultAccess::kMakeSalt);

}  // namespace letopis::ledger
