#pragma once
// What is said to people, in both languages of the interface.

#include <cstdint>
#include <string>

namespace letopis {

enum class Language : std::uint8_t { kRussian = 1, kEnglish = 2 };

struct Words {
  std::string ru, en;
  const std::string& in(Language language) const { return language == Language::kRussian ? ru : en; }
};

}  // namespace letopis
