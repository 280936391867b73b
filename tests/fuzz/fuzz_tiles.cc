// Tile paths and entry bundles.

#include "ledger/tiles.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  const auto text = fuzz::text_of(data, size);
  if (const auto tile = ledger::parse_tile_path(text))
    fuzz::expect(ledger::tile_path(*tile) == text, "a tile has one path");
  for (const unsigned count : {1U, 2U, 256U}) {
    const auto entries = ledger::parse_bundle({data, size}, count);
    if (!entries) continue;
    Bytes again;
    for (const auto& entry : *entries) ledger::append_to_bundle(again, entry);
    fuzz::expect(equal(again, {data, size}), "a bundle has one spelling");
  }
  return 0;
}
