// A school's part of the vault, as it lies: sealed rows are moved, not opened.

#include "ledger/vault_impl.h"

namespace letopis::ledger {
namespace {

constexpr std::size_t kBatchBytes = 4u << 20;

class RowCopy {
 public:
  explicit RowCopy(KvStore& to) : to_(to) {}
  Status put(ByteView key, ByteView value) {
    batch_.put(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
    bytes_ += key.size() + value.size();
    return bytes_ < kBatchBytes ? Status() : write(Durability::kNoSync);
  }
  Status write(Durability durability) {
    if (!batch_.empty()) TRY_STATUS(to_.commit(batch_, durability));
    batch_ = {};
    bytes_ = 0;
    return {};
  }

 private:
  KvStore& to_;
  WriteBatch batch_;
  std::size_t bytes_ = 0;
};

}  // namespace

Status Vault::copy_school(std::string_view school, const CopyOptions& options, KvStore& to) const {
  const RowNames rows = impl_->rows(school);
  RowCopy copy(to);
  TRY(const auto check, impl_->store->get(check_row()));
  if (!check) return fail("damaged", "the vault lacks the row that proves the master key");
  TRY_STATUS(copy.put(check_row(), *check));
  for (const Row row : {Row::kAccount, Row::kBlob, Row::kPersonKey, Row::kLoginOfPerson, Row::kTextOfPerson,
                        Row::kSecret, Row::kText}) {
    if (row == Row::kSecret && !options.secrets) continue;
    const bool of_a_text = row == Row::kText || row == Row::kTextOfPerson;
    const Bytes prefix = rows.start(row);
    Status status;
    TRY_STATUS(impl_->store->scan(prefix, end_of(prefix), {.from_disk = true}, [&](ByteView key, ByteView value) {
      if (of_a_text && options.keep_text) {
        const auto commitment = RowNames::commitment_of(key);
        if (!commitment) status = tl::unexpected(commitment.error());
        if (!commitment || !options.keep_text(*commitment)) return status.has_value();
      }
      status = copy.put(key, value);
      return status.has_value();
    }));
    TRY_STATUS(status);
  }
  TRY_STATUS(copy.write(Durability::kSync));
  return to.flush();
}

Result<std::uint64_t> Vault::count_texts(std::string_view school, const Id& person) const {
  TRY(const auto keys, impl_->keys_below(impl_->rows(school).texts_of_person(person)));
  return keys.size();
}

}  // namespace letopis::ledger
