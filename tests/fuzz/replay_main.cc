// Runs a fuzz target over its corpus, and over a few thousand seeded mutations of each input: what ctest does with the
// targets, with any compiler. Coverage-guided runs are `./dev fuzz`.
//
//   replay_<name> CORPUS [MUTATIONS]

#include <filesystem>
#include <fstream>
#include <iterator>

#include "signing/base/random.h"
#include "tests/fuzz/fuzz.h"

namespace {

using letopis::Bytes;

Bytes mutated(Bytes input, letopis::SeededRandom& random) {
  const std::uint64_t changes = random.below(4) + 1;
  for (std::uint64_t i = 0; i < changes; ++i) {
    const std::size_t at = input.empty() ? 0 : static_cast<std::size_t>(random.below(input.size()));
    switch (random.below(6)) {
      case 0:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(input[at] ^ (1U << random.below(8)));
        break;
      case 1:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(random.below(256));
        break;
      case 2:
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(random.below(256)));
        break;
      case 3:
        if (!input.empty()) input.erase(input.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 4: input.resize(at); break;
      default:
        if (input.size() > 8) std::swap(input[at], input[static_cast<std::size_t>(random.below(input.size()))]);
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::uint64_t mutations = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 2000;
  std::uint64_t inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(file.path(), std::ios::binary);
    const Bytes input((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    LLVMFuzzerTestOneInput(input.data(), input.size());
    letopis::SeededRandom random(input.size() + 1);
    for (std::uint64_t i = 0; i < mutations; ++i) {
      const Bytes changed = mutated(input, random);
      // Exactly as long as the heap block, so that a sanitizer sees one byte too far.
      const Bytes exact(changed.begin(), changed.end());
      LLVMFuzzerTestOneInput(exact.data(), exact.size());
    }
    ++inputs;
  }
  std::printf("%llu inputs, %llu mutations each\n", static_cast<unsigned long long>(inputs),
              static_cast<unsigned long long>(mutations));
  return inputs > 0 ? 0 : 1;  // an empty corpus tests nothing
}
