#include "ledger/shard_key.h"

#include "signing/sha256.h"

namespace letopis::ledger {

Hash shard_tree_key(const ShardKey& key) {
  Bytes bytes;
  bytes.push_back(static_cast<std::uint8_t>(key.view));
  append(bytes, key.subject.view());
  put_u32(bytes, static_cast<std::uint32_t>(key.week.days));
  return signing::tagged_hash("letopis/shard-key/v1", {bytes});
}

Hash next_shard_digest(const Hash& digest, std::uint64_t index, const Hash& leaf) {
  std::array<std::uint8_t, 8> number;
  for (int i = 0; i < 8; ++i) number[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(index >> (56 - 8 * i));
  return signing::tagged_hash("letopis/shard/v1", {digest.view(), number, leaf.view()});
}

}  // namespace letopis::ledger
