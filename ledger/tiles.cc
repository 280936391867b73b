#include "ledger/tiles.h"

#include <algorithm>

#include "ledger/decimal.h"
#include "ledger/limits.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kTilePrefix = "tile/";
constexpr std::string_view kEntriesPrefix = "entries/";
constexpr std::string_view kPartialMark = ".p/";
constexpr std::size_t kTilePathSizeMaxBytes = 64;  // twenty digits in groups of three, prefix and suffix: 52

// 1234067 -> "x001/x234/067"
std::string index_path(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const bool last = at + 3 == digits.size();
    path += last ? "" : "x";
    path.append(digits, at, 3);
    path += last ? "" : "/";
  }
  return path;
}

// Takes the digits only; that the spelling is the one accepted is seen by writing the address out again.
Result<std::uint64_t> parse_index_path(std::string_view path) {
  std::string digits;
  for (const char c : path)
    if (c >= '0' && c <= '9') digits.push_back(c);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.empty() ? 0 : digits.size() - 1);
  return parse_decimal(std::string_view(digits).substr(first));
}

Result<TileAddress> parse_loosely(std::string_view path) {
  TileAddress tile;
  if (!path.starts_with(kTilePrefix)) return fail("malformed", "not a tile path");
  path.remove_prefix(kTilePrefix.size());
  if (path.starts_with(kEntriesPrefix)) {
    tile.entries = true;
    path.remove_prefix(kEntriesPrefix.size());
  } else {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return fail("malformed", "a tile path without an index");
    TRY(const std::uint64_t level, parse_decimal(path.substr(0, slash)));
    if (level > kTileLevelMax)
      return fail("out_of_range", "no tree of 64 bits has tiles of level " + std::to_string(level));
    tile.level = static_cast<unsigned>(level);
    path.remove_prefix(slash + 1);
  }
  if (const std::size_t mark = path.find(kPartialMark); mark != std::string_view::npos) {
    TRY(const std::uint64_t width, parse_decimal(path.substr(mark + kPartialMark.size())));
    if (width < 1 || width >= kTileWidth) return fail("malformed", "a partial tile is 1 to 255 wide");
    tile.width = static_cast<unsigned>(width);
    path = path.substr(0, mark);
  }
  TRY(tile.index, parse_index_path(path));
  return tile;
}

}  // namespace

std::string tile_path(const TileAddress& tile) {
  LETOPIS_ASSERT(tile.width >= 1 && tile.width <= kTileWidth && tile.level <= kTileLevelMax);
  LETOPIS_ASSERT(!tile.entries || tile.level == 0);
  std::string path(kTilePrefix);
  path += tile.entries ? std::string(kEntriesPrefix) : std::to_string(tile.level) + "/";
  path += index_path(tile.index);
  if (tile.width < kTileWidth) path += std::string(kPartialMark) + std::to_string(tile.width);
  return path;
}

Result<TileAddress> parse_tile_path(std::string_view path) {
  if (path.size() > kTilePathSizeMaxBytes) return fail("malformed", "a tile path that long");
  TRY(const TileAddress tile, parse_loosely(path));
  if (tile_path(tile) != path) return fail("malformed", "expected " + tile_path(tile));
  return tile;
}

unsigned tile_width(std::uint64_t size, unsigned level, std::uint64_t index) {
  if (level > kTileLevelMax) return 0;
  const std::uint64_t hashes = size >> (kTileHeight * level);
  if (index > hashes / kTileWidth) return 0;
  return static_cast<unsigned>(std::min(kTileWidth, hashes - index * kTileWidth));
}

void append_to_bundle(Bytes& bundle, ByteView entry) {
  LETOPIS_ASSERT(entry.size() <= kEventSizeMaxBytes);
  put_u16(bundle, static_cast<std::uint16_t>(entry.size()));
  append(bundle, entry);
}

Result<std::vector<Bytes>> parse_bundle(ByteView bundle, unsigned expected_count) {
  std::vector<Bytes> entries;
  entries.reserve(std::min<std::size_t>(expected_count, kTileWidth));
  for (unsigned number = 0; number < expected_count; ++number) {
    if (bundle.size() < 2) return fail("malformed", "entry " + std::to_string(number) + " of the bundle is missing");
    const auto length = static_cast<std::size_t>(get_big_endian(bundle.first(2)));
    bundle = bundle.subspan(2);
    if (bundle.size() < length)
      return fail("malformed", "entry " + std::to_string(number) + " of the bundle is cut short");
    entries.emplace_back(bundle.begin(), bundle.begin() + static_cast<std::ptrdiff_t>(length));
    bundle = bundle.subspan(length);
  }
  if (!bundle.empty())
    return fail("malformed", "bytes after entry " + std::to_string(expected_count) + " of the bundle");
  return entries;
}

}  // namespace letopis::ledger
