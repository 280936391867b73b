// Accounts, secrets and blobs: one sealed row each.

#include "ledger/limits.h"
#include "ledger/vault.h"
#include "ledger/vault_impl.h"
#include "signing/keys.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kLoginSizeMaxBytes = 128;
constexpr std::size_t kWrappedKeySizeMaxBytes = 4096;
constexpr std::size_t kSecretNameSizeMaxBytes = 128;
constexpr std::size_t kSecretSizeMaxBytes = 64 * 1024;

Status check_account(const Account& account) {
  if (account.login.empty() || account.login.size() > kLoginSizeMaxBytes)
    return fail("malformed", "a login holds 1 to " + std::to_string(kLoginSizeMaxBytes) + " bytes");
  if (account.wrapped_key.size() > kWrappedKeySizeMaxBytes)
    return fail("too_large", "a wrapped key holds at most " + std::to_string(kWrappedKeySizeMaxBytes) + " bytes");
  return {};
}

}  // namespace

Status Vault::put_account(std::string_view school, const Account& account) {
  TRY_STATUS(check_account(account));
  const std::lock_guard guard(impl_->writer);
  const auto present = get_account(school, account.login);
  if (present && present->person != account.person) return fail("already_exists", "the login is another person's");
  if (!present && present.error().code != "not_found") return tl::unexpected(present.error());
  const RowNames rows = impl_->rows(school);
  WriteBatch batch;
  batch.put(rows.account(account.login),
            signing::seal(impl_->keys.accounts.bytes, account_binding(school, account.login), encode_account(account),
                          impl_->random));
  batch.put(rows.login_of_person(account.person, account.login), {});
  return impl_->store->commit(batch, Durability::kSync);
}

Result<Account> Vault::get_account(std::string_view school, std::string_view login) const {
  TRY(const auto opened,
      impl_->open_row(impl_->rows(school).account(login), impl_->keys.accounts, account_binding(school, login)));
  return decode_account(opened);
}

Id Vault::decoy_salt(std::string_view school, std::string_view login) const {
  const Hash hash = keyed_hash(impl_->keys.decoys, "letopis/vault/decoy/v1", {as_bytes(school), as_bytes(login)});
  return Id::copy_of(hash.view());
}

Status Vault::put_secret(std::string_view school, std::string_view name, ByteView secret) {
  if (name.empty() || name.size() > kSecretNameSizeMaxBytes) return fail("malformed", "the name of a secret");
  if (secret.size() > kSecretSizeMaxBytes)
    return fail("too_large", "a secret holds at most " + std::to_string(kSecretSizeMaxBytes) + " bytes");
  const std::lock_guard guard(impl_->writer);
  WriteBatch batch;
  batch.put(impl_->rows(school).secret(name),
            signing::seal(impl_->keys.secrets.bytes, secret_binding(school, name), secret, impl_->random));
  return impl_->store->commit(batch, Durability::kSync);
}

Result<Bytes> Vault::get_secret(std::string_view school, std::string_view name) const {
  return impl_->open_row(impl_->rows(school).secret(name), impl_->keys.secrets, secret_binding(school, name));
}

Status Vault::put_blob(std::string_view school, ByteView blob, const Hash& expected) {
  if (blob.size() > kBlobSizeMaxBytes)
    return fail("too_large", "a blob holds at most " + std::to_string(kBlobSizeMaxBytes) + " bytes");
  if (signing::sha256(blob) != expected) return fail("hash_mismatch", "the blob is not the one that was announced");
  const std::lock_guard guard(impl_->writer);
  // One that is there and opens is kept; one that is damaged is written anew.
  const auto present = get_blob(school, expected);
  if (present) return {};
  if (present.error().code != "not_found" && present.error().code != "damaged") return tl::unexpected(present.error());
  WriteBatch batch;
  batch.put(impl_->rows(school).blob(expected),
            signing::seal(impl_->keys.blobs.bytes, blob_binding(school, expected), blob, impl_->random));
  return impl_->store->commit(batch, Durability::kSync);
}

Result<Bytes> Vault::get_blob(std::string_view school, const Hash& hash) const {
  TRY(auto blob, impl_->open_row(impl_->rows(school).blob(hash), impl_->keys.blobs, blob_binding(school, hash)));
  if (signing::sha256(blob) != hash) return fail("damaged", "a blob does not match its hash");
  return blob;
}

}  // namespace letopis::ledger
