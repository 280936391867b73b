#pragma once
// What the parts of the vault share. For ledger/vault*.cc alone.

#include <mutex>

#include "ledger/kv.h"
#include "ledger/vault.h"
#include "ledger/vault_rows.h"

namespace letopis::ledger {

struct Vault::Impl {
  Impl(std::unique_ptr<KvStore> kv, const SecretKey& master, std::string where, Random& source)
      : store(std::move(kv)), keys(master), directory(std::move(where)), random(source) {}

  RowNames rows(std::string_view school) const { return {keys, school}; }
  // The value under `key`, opened; "not_found" when there is none, "damaged" when it does not open.
  Result<Bytes> open_row(ByteView key, const SecretKey& with, ByteView binding) const;
  Status prove_master_key(bool read_only);
  Result<SecretKey> person_key(std::string_view school, const Id& person, std::string_view purpose) const;
  Result<TextPlace> open_place(std::string_view school, const Hash& commitment, const TextRow& row) const;
  Result<SealedText> open_text(std::string_view school, const Hash& commitment, ByteView value) const;
  Result<std::vector<Bytes>> keys_below(const Bytes& prefix) const;

  std::unique_ptr<KvStore> store;
  VaultKeys keys;
  std::string directory;
  Random& random;     // used under `writer` only
  std::mutex writer;  // reading a row, deciding, writing it: one at a time
};

}  // namespace letopis::ledger
