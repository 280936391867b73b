#pragma once
// Which language a program speaks to whoever runs it.

#include "signing/base/words.h"

namespace letopis {

// By LC_ALL, LC_MESSAGES, LANG, the first that is set (POSIX.1-2017, 8.2): English where it says so, else Russian.
Language language_of_locale();

}  // namespace letopis
