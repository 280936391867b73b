#include "ledger/scrub.h"

#include <algorithm>
#include <chrono>

#include "ledger/store_rows.h"

namespace letopis::ledger {
namespace {

std::optional<ScrubFinding> finding(std::uint64_t index, std::string_view code, std::string detail) {
  return ScrubFinding{index, {std::string(code), std::move(detail)}};
}

}  // namespace

Result<Scrub> Scrub::begin(std::shared_ptr<const LogStore> store, std::uint32_t school, const Checkpoint& checkpoint,
                           const Clock& clock, std::uint64_t from) {
  if (from > checkpoint.size) return fail("out_of_range", "a pass beyond the checkpoint");
  Scrub scrub(std::move(store), school, checkpoint, clock);
  TRY(scrub.builder_, TileBuilder::at(from, scrub.store_->nodes(school, from)));
  scrub.progress_.next = from;
  scrub.progress_.size = checkpoint.size;
  return scrub;
}

void Scrub::step() {
  if (progress_.done()) return;
  const Instant began = clock_->monotonic();
  const std::uint64_t to = std::min(progress_.size, progress_.next + kChunkEntries);
  progress_.finding = compare_chunk(to);
  if (!progress_.finding) {
    progress_.next = to;
    if (to == progress_.size && builder_.root() != checkpoint_.root)
      progress_.finding = finding(0, "root_mismatch",
                                  "the first " + std::to_string(to) + " entries have another root than the signed one");
  }
  progress_.reading_micros += clock_->monotonic().micros - began.micros;
}

std::optional<ScrubFinding> Scrub::compare_chunk(std::uint64_t to) {
  const std::uint64_t from = progress_.next;
  std::vector<Hash> leaves;
  leaves.reserve(static_cast<std::size_t>(to - from));
  const auto read = store_->each_entry(school_, from, to, true, [&](std::uint64_t, ByteView bytes) {
    leaves.push_back(leaf_hash(bytes));
    progress_.bytes += bytes.size();
    return true;
  });
  progress_.entries += leaves.size();
  if (auto wrong = compare_leaves(from, leaves)) return wrong;
  if (!read) return finding(from + leaves.size(), "unreadable", read.error().text());
  std::vector<FullTile> full;
  for (const auto& leaf : leaves) builder_.append(leaf, full);
  for (const auto& tile : full)
    if (auto wrong = compare_tile(tile)) return wrong;
  return std::nullopt;
}

std::optional<ScrubFinding> Scrub::compare_leaves(std::uint64_t from, const std::vector<Hash>& leaves) const {
  std::uint64_t next = from;
  bool differs = false;
  const auto read =
      store_->each_leaf(school_, from, from + leaves.size(), true, [&](std::uint64_t, const Hash& stored) {
        differs = stored != leaves[static_cast<std::size_t>(next - from)];
        if (!differs) ++next;
        return !differs;
      });
  if (differs) return finding(next, "leaf_mismatch", "entry and leaf hash disagree");
  if (!read) return finding(next, "unreadable", read.error().text());
  return std::nullopt;
}

// The caches were emptied for this chunk's scans: what comes from one now was read from the disk since.
std::optional<ScrubFinding> Scrub::compare_tile(const FullTile& tile) const {
  const std::string name = "tile " + std::to_string(tile.index) + " of level " + std::to_string(tile.level);
  const auto first_leaf = [&](std::uint64_t position) {
    return (tile.index * kTileWidth + position) << (kTileHeight * tile.level);
  };
  const auto row = store_->kv().get(rows::tile(school_, tile.level, tile.index));
  if (!row) return finding(first_leaf(0), "unreadable", row.error().text());
  if (!*row || (*row)->size() != tile.hashes.size())
    return finding(first_leaf(0), "tile_mismatch", name + " is missing or cut short");
  const auto [stored, computed] = std::mismatch((*row)->begin(), (*row)->end(), tile.hashes.begin());
  if (computed == tile.hashes.end()) return std::nullopt;
  const auto position = static_cast<std::uint64_t>(computed - tile.hashes.begin()) / Hash::kSize;
  return finding(first_leaf(position), "tile_mismatch", name);
}

BackgroundScrub::BackgroundScrub(Scrub scrub, std::uint64_t bytes_per_second,
                                 std::function<void(const ScrubProgress&)> finished)
    : scrub_(std::move(scrub)),
      bytes_per_second_(bytes_per_second),
      finished_(std::move(finished)),
      progress_(scrub_.progress()),
      thread_([this] { run(); }) {}

BackgroundScrub::~BackgroundScrub() { stop(); }

void BackgroundScrub::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

ScrubProgress BackgroundScrub::progress() const {
  const std::lock_guard guard(mutex_);
  return progress_;
}

void BackgroundScrub::run() {
  while (!scrub_.progress().done()) {
    const auto before = scrub_.progress();
    scrub_.step();
    const auto& now = scrub_.progress();
    {
      const std::lock_guard guard(mutex_);
      progress_ = now;
    }
    if (now.done()) break;
    const auto due = bytes_per_second_ == 0
                         ? std::int64_t{0}
                         : static_cast<std::int64_t>((now.bytes - before.bytes) * 1'000'000 / bytes_per_second_);
    if (!pause_for(due - (now.reading_micros - before.reading_micros))) return;
  }
  if (finished_) finished_(scrub_.progress());
}

// False when it was asked to stop.
bool BackgroundScrub::pause_for(std::int64_t micros) {
  std::unique_lock guard(mutex_);
  wake_.wait_for(guard, std::chrono::microseconds(std::max<std::int64_t>(0, micros)), [this] { return stopping_; });
  return !stopping_;
}

}  // namespace letopis::ledger
