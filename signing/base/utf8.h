#pragma once
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <optional>
#include <string_view>

namespace letopis {

// Takes one character off the front of `text`; nullopt, leaving `text` as it was, when it is empty or does not begin
// with one.
std::optional<char32_t> take_code_point(std::string_view& text);

bool is_utf8(std::string_view text);

// Unicode's White_Space property (Unicode 15, PropList.txt).
bool is_unicode_space(char32_t c);

}  // namespace letopis
