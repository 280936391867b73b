#pragma once
// The ledger of many schools in one database: entries, leaf hashes, full upper tiles, chain numbers, checkpoints. Appending
// is the sequencer's (ledger/sequencer.h); this is how everybody reads. All methods are thread-safe.
//
// Row keys: kind (1 byte) ‖ school number (u32 big-endian) ‖ rest. See docs/formats/store.md.
//   'S' ‖ slug            → school number, origin                  (written once)
//   'E' ‖ school ‖ index  → the entry's exact bytes
//   'L' ‖ school ‖ index  → its leaf hash
//   'T' ‖ school ‖ level ‖ tile → a full tile of level ≥ 1, 8192 bytes (level 0 is the leaf hashes)
//   'C' ‖ school ‖ chain number (u32, in order of first use) ‖ statement number (u64) → index
//   'K' ‖ school ‖ key id ‖ chain id → chain number (u32)
//   'P' ‖ school          → the newest signed checkpoint (the note), for readers; the journal outside decides

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/kv.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/tiles.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

// A school's name in addresses: [a-z0-9-]{1,40}. "malformed".
Status check_slug(std::string_view slug);

struct SchoolRecord {
  std::uint32_t number = 0;
  std::string slug;
  std::string origin;
};

class LogStore {
 public:
  explicit LogStore(std::shared_ptr<KvStore> kv) : kv_(std::move(kv)) {}
  KvStore& kv() const { return *kv_; }

  Result<std::vector<SchoolRecord>> schools() const;
  Result<SchoolRecord> school(std::string_view slug) const;  // "not_found"
  // Durable when it returns. "already_exists" (the slug or the origin), "malformed".
  Result<SchoolRecord> add_school(std::string_view slug, std::string_view origin);

  // The number of entries: one past the highest 'E' row. Checks that 'L' ends there too ("damaged").
  Result<std::uint64_t> size(std::uint32_t school) const;
  Result<Bytes> entry(std::uint32_t school, std::uint64_t index) const;  // "not_found"
  Result<Hash> leaf(std::uint32_t school, std::uint64_t index) const;
  // In order, until visit returns false; "damaged" at a gap, naming the index.
  Status each_entry(std::uint32_t school, std::uint64_t from, std::uint64_t to, bool from_disk,
                    const std::function<bool(std::uint64_t index, ByteView bytes)>& visit) const;
  Status each_leaf(std::uint32_t school, std::uint64_t from, std::uint64_t to, bool from_disk,
                   const std::function<bool(std::uint64_t index, const Hash& leaf)>& visit) const;

  // Any perfect subtree of the tree of `size` leaves, from tiles and leaf hashes; for proofs. The source remembers tiles: one
  // thread at a time. Many proofs of a live log: ledger/tree_cache.h.
  NodeSource nodes(std::uint32_t school, std::uint64_t size) const;
  // The right edge of the tree of `size` leaves, rebuilt from tiles and leaf hashes.
  Result<Frontier> frontier(std::uint32_t school, std::uint64_t size) const;
  // A hash tile or entry bundle as served over HTTP; `size` is the tree of the newest signed checkpoint: nothing beyond it
  // is served. "not_found" for what that tree does not have.
  Result<Bytes> tile(std::uint32_t school, const TileAddress& address, std::uint64_t size) const;

  // The index of statement `number` of a chain. nullopt when there is none.
  Result<std::optional<std::uint64_t>> find(std::uint32_t school, const Id& key, const Id& chain,
                                            std::uint64_t number) const;
  struct ChainHead {
    Id key;
    Id chain;
    std::uint64_t number = 0;
    std::uint64_t index = 0;
    std::uint32_t chain_number = 0;  // what stands for (key, chain) in the rows
  };
  // The newest entry of a chain; nullopt when nothing was recorded under it.
  Result<std::optional<ChainHead>> chain_head(std::uint32_t school, const Id& key, const Id& chain) const;
  // The newest entry of every chain.
  Result<std::vector<ChainHead>> chain_heads(std::uint32_t school) const;
  // The chain number the next new chain gets.
  Result<std::uint32_t> chain_count(std::uint32_t school) const;
  // The checkpoint row: a note signed by the log, at most as new as the journal's.
  Result<std::optional<std::string>> stored_checkpoint(std::uint32_t school) const;

 private:
  Status read_newest(std::uint32_t school, ChainHead& head) const;

  std::mutex adding_;
  std::shared_ptr<KvStore> kv_;
};

}  // namespace letopis::ledger
