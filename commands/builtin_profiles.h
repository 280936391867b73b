#pragma once
// What the generated source holds: the exact bytes of every commands/profiles/*.toml that CMake lists, sorted by id.

#include <cstddef>
#include <span>
#include <string_view>

namespace letopis::commands {

struct BuiltinProfile {
  std::string_view id;
  const unsigned char* bytes;
  std::size_t size;
};

std::span<const BuiltinProfile> builtin_profiles();

}  // namespace letopis::commands
