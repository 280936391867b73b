#pragma once
// Paths and shapes of C2SP tlog-tiles. Tile n of level l holds MTH(D[(n·256+i)·256^l : (n·256+i+1)·256^l]) for i in [0, width).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr unsigned kTileLevelMax = 7;  // 256^8 leaves: more than 64 bits of index

struct TileAddress {
  bool entries = false;  // an entry bundle ("tile/entries/…") instead of a hash tile
  unsigned level = 0;    // 0 for entry bundles
  std::uint64_t index = 0;
  unsigned width = 256;  // 1–256; 256 is a full tile
  bool operator==(const TileAddress&) const = default;
};
// "tile/0/x001/x234/067", "tile/entries/000.p/12". One accepted spelling: no leading zeros beyond the format, width 1–255.
// Errors of parse: "malformed"; "out_of_range" for what the specification allows but no tree of 64 bits has.
std::string tile_path(const TileAddress& tile);
Result<TileAddress> parse_tile_path(std::string_view path);

// The widest tile (level, index) a tree of `size` leaves has: 0 when it has none of it.
unsigned tile_width(std::uint64_t size, unsigned level, std::uint64_t index);

// An entry bundle: (big-endian uint16 length ‖ bytes) repeated; an entry is at most kEventSizeMaxBytes (asserted: whoever
// makes entries caps them). Errors of parse: "malformed", with the entry's number; bytes after the last entry are refused.
void append_to_bundle(Bytes& bundle, ByteView entry);
Result<std::vector<Bytes>> parse_bundle(ByteView bundle, unsigned expected_count);

}  // namespace letopis::ledger
