#include "signing/base/utf8.h"

#include <cstddef>

namespace letopis {
namespace {

struct Form {
  std::size_t length;
  char32_t first_bits;
  char32_t least;  // below this the form is overlong
};

std::optional<Form> form_of(unsigned char lead) {
  if (lead < 0x80) return Form{1, lead, 0};
  if (lead >= 0xc2 && lead <= 0xdf) return Form{2, lead & 0x1fU, 0x80};
  if (lead >= 0xe0 && lead <= 0xef) return Form{3, lead & 0x0fU, 0x800};
  if (lead >= 0xf0 && lead <= 0xf4) return Form{4, lead & 0x07U, 0x10000};
  return std::nullopt;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto form = form_of(static_cast<unsigned char>(text[0]));
  if (!form || text.size() < form->length) return std::nullopt;
  char32_t c = form->first_bits;
  for (std::size_t i = 1; i < form->length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    c = c << 6 | (next & 0x3fU);
  }
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  if (c < form->least || c > 0x10ffff || surrogate) return std::nullopt;
  text.remove_prefix(form->length);
  return c;
}

bool is_utf8(std::string_view text) {
  while (!text.empty())
    if (!take_code_point(text)) return false;
  return true;
}

bool is_unicode_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

}  // namespace letopis
