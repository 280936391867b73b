#include "server/flat_json.h"

#include <boost/json.hpp>

#include "ledger/schema/codec.h"

namespace letopis::server {

namespace json = boost::json;

Error unknown_field(std::string_view place, std::string_view name) {
  constexpr std::size_t kShownMaxBytes = 64;
  const bool shown = name.size() <= kShownMaxBytes && ledger::valid_text(name);
  const std::string where = place.empty() ? std::string() : std::string(place) + ": ";
  return {"unknown_field", where + "nobody expects " + (shown ? "“" + std::string(name) + "”" : "one of its fields")};
}

Result<FlatJson> FlatJson::parse(std::string_view body, std::initializer_list<std::string_view> fields) {
  if (body.size() > kFlatJsonMaxBytes) return fail("too_large", "at most 64 KiB of JSON");
  json::parse_options options;
  options.max_depth = 2;
  json::error_code failed;
  const json::value value = json::parse(json::string_view(body.data(), body.size()), failed, {}, options);
  if (failed || !value.is_object()) return fail("malformed", "the body is not a JSON object");
  FlatJson flat;
  for (std::string_view name : fields) {
    const bool optional = name.ends_with('?');
    if (optional) name.remove_suffix(1);
    const json::value* field = value.get_object().if_contains(json::string_view(name.data(), name.size()));
    if (field == nullptr) {
      if (!optional) return fail("malformed", std::string(name) + ": missing");
      continue;
    }
    const auto* text = field->if_string();
    if (text == nullptr) return fail("malformed", std::string(name) + ": expected a text");
    flat.fields_.emplace(name, std::string(text->data(), text->size()));
  }
  for (const auto& field : value.get_object())
    if (!flat.fields_.contains(std::string_view(field.key()))) return tl::unexpected(unknown_field({}, field.key()));
  return flat;
}

const std::string& FlatJson::text(std::string_view name) const {
  static const std::string kNone;
  const auto it = fields_.find(name);
  return it == fields_.end() ? kNone : it->second;
}

Result<Bytes> FlatJson::base64(std::string_view name, std::size_t max_bytes) const {
  auto bytes = from_base64(text(name));
  if (!bytes) return fail("malformed", std::string(name) + ": expected base64");
  if (bytes->size() > max_bytes) return fail("too_large", std::string(name));
  return bytes;
}

Result<Signature> FlatJson::signature(std::string_view name) const {
  TRY(const Bytes bytes, base64(name, Signature::kSize));
  if (bytes.size() != Signature::kSize) return fail("malformed", std::string(name) + ": a signature has 64 bytes");
  return Signature::copy_of(bytes);
}

}  // namespace letopis::server
