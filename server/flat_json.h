#pragma once
// Small requests: one flat JSON object of texts, every field of which is expected. Boost.JSON stays behind it.

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::server {

inline constexpr std::size_t kFlatJsonMaxBytes = 64 * 1024;

// "unknown_field": names what a client sent and nobody expects, where the name can be shown.
Error unknown_field(std::string_view place, std::string_view name);

class FlatJson {
 public:
  // "malformed" names the field: missing, or not a text; "unknown_field" one that nobody expects. Optional fields end in '?'.
  static Result<FlatJson> parse(std::string_view body, std::initializer_list<std::string_view> fields);

  bool has(std::string_view name) const { return fields_.contains(name); }
  const std::string& text(std::string_view name) const;  // empty when an optional field is absent
  template <class Fixed>
  Result<Fixed> hex(std::string_view name) const {
    auto value = fixed_from_hex<Fixed>(text(name));
    if (!value) return fail("malformed", std::string(name) + ": " + value.error().detail);
    return value;
  }
  Result<Bytes> base64(std::string_view name, std::size_t max_bytes) const;
  Result<Signature> signature(std::string_view name) const;  // base64

 private:
  std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace letopis::server
