// A CSV file from another system.

#include "replay-tools/csv.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace letopis;
  replay_tools::Problems problems;
  const auto table = replay_tools::parse_csv({data, size}, "fuzz.csv", {}, problems);
  if (!table) fuzz::expect(!problems.empty(), "a refusal names its reason");
  return 0;
}
