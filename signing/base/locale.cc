#include "signing/base/locale.h"

#include <cstdlib>
#include <string_view>

namespace letopis {

Language language_of_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* locale = std::getenv(name); locale != nullptr && *locale != '\0')
      return std::string_view(locale).starts_with("en") ? Language::kEnglish : Language::kRussian;
  return Language::kRussian;
}

}  // namespace letopis
