#include "signing/base/locale.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace letopis {
namespace {

using Variables = std::vector<std::pair<const char*, const char*>>;

Language with(const Variables& variables) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
  for (const auto& [name, value] : variables) ::setenv(name, value, 1);
  return language_of_locale();
}

TEST(Locale, SpeaksEnglishToWhoeverAsksForItAndRussianElse) {
  EXPECT_EQ(with({}), Language::kRussian);
  EXPECT_EQ(with({{"LANG", "en_GB.UTF-8"}}), Language::kEnglish);
  for (const char* other : {"ru_RU.UTF-8", "C.UTF-8", "POSIX", "be_BY.UTF-8", "e"})
    EXPECT_EQ(with({{"LANG", other}}), Language::kRussian) << other;
}

// POSIX.1-2017, 8.2: LC_ALL before LC_MESSAGES before LANG, and one that is empty counts as not set.
TEST(Locale, TheFirstThatIsSetDecides) {
  EXPECT_EQ(with({{"LANG", "en_GB"}, {"LC_MESSAGES", "ru_RU"}}), Language::kRussian);
  EXPECT_EQ(with({{"LANG", "ru_RU"}, {"LC_MESSAGES", "ru_RU"}, {"LC_ALL", "en"}}), Language::kEnglish);
  EXPECT_EQ(with({{"LANG", "en_GB"}, {"LC_ALL", ""}}), Language::kEnglish);
}

}  // namespace
}  // namespace letopis
