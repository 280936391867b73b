#pragma once
// Looks for silent damage: re-reads every entry of a school from disk, recomputes its leaf hash and everything above it, and
// compares with the stored leaf hashes, the stored tiles and the signed root. The first difference ends the pass.
//
// Reasons: "unreadable" (missing, or the storage engine's checksum failed), "leaf_mismatch" (entry and leaf hash disagree),
// "tile_mismatch" (the stored tile says otherwise than the leaves; the index is the first leaf below the first wrong hash),
// "root_mismatch" (all agree with each other but not with the checkpoint: entries were exchanged; the index is 0).

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/checkpoint.h"
#include "ledger/log_store.h"
#include "ledger/tile_builder.h"
#include "signing/base/time.h"

namespace letopis::ledger {

struct ScrubFinding {
  std::uint64_t index = 0;
  Error reason;
};

struct ScrubProgress {
  std::uint64_t next = 0;                // entries below it are in order; a later pass may go on from here
  std::uint64_t size = 0;                // of the checkpoint
  std::uint64_t entries = 0, bytes = 0;  // re-read in this pass
  std::int64_t reading_micros = 0;       // without the pauses
  std::optional<ScrubFinding> finding;
  bool done() const { return finding || next == size; }
  std::uint64_t bytes_per_second() const {
    return reading_micros <= 0
               ? 0
               : bytes * static_cast<std::uint64_t>(kMicrosPerSecond) / static_cast<std::uint64_t>(reading_micros);
  }
};

// A pass, chunk by chunk. Not thread-safe.
class Scrub {
 public:
  static constexpr std::uint64_t kChunkEntries = 16'384;

  // What lies below `from` was compared before: of it only the hashes are read again, and they must lead to the same root.
  // An error is a finding of the database's: "damaged", "io_error".
  static Result<Scrub> begin(std::shared_ptr<const LogStore> store, std::uint32_t school, const Checkpoint& checkpoint,
                             const Clock& clock, std::uint64_t from = 0);
  // The next chunk. Nothing once done().
  void step();
  const ScrubProgress& progress() const { return progress_; }

 private:
  Scrub(std::shared_ptr<const LogStore> store, std::uint32_t school, const Checkpoint& checkpoint, const Clock& clock)
      : store_(std::move(store)), school_(school), checkpoint_(checkpoint), clock_(&clock) {}
  std::optional<ScrubFinding> compare_chunk(std::uint64_t to);
  std::optional<ScrubFinding> compare_leaves(std::uint64_t from, const std::vector<Hash>& leaves) const;
  std::optional<ScrubFinding> compare_tile(const FullTile& tile) const;

  std::shared_ptr<const LogStore> store_;
  std::uint32_t school_;
  Checkpoint checkpoint_;
  const Clock* clock_;
  TileBuilder builder_;
  ScrubProgress progress_;
};

// One pass in a thread of its own, at a limited rate.
class BackgroundScrub {
 public:
  static constexpr std::uint64_t kBytesPerSecond = 16u << 20;
  // `finished` is called on the thread when the pass is done (not when it was stopped). 0 bytes per second: no limit.
  BackgroundScrub(Scrub scrub, std::uint64_t bytes_per_second, std::function<void(const ScrubProgress&)> finished);
  ~BackgroundScrub();  // stop()
  void stop();         // after the present chunk; progress() says where to go on
  ScrubProgress progress() const;

 private:
  void run();
  bool pause_for(std::int64_t micros);

  Scrub scrub_;
  const std::uint64_t bytes_per_second_;
  const std::function<void(const ScrubProgress&)> finished_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  ScrubProgress progress_;
  std::thread thread_;
};

}  // namespace letopis::ledger
