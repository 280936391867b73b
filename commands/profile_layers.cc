#include "commands/profile_layers.h"

#include "signing/sha256.h"

namespace letopis::commands {
namespace {

constexpr std::string_view kHead[] = {"format", "id", "title_ru", "title_en", "regulation_sha256"};
constexpr std::string_view kMergedByTable[] = {"rules", "duties"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void put(toml::table& into, const toml::key& key, toml::node& node) {
  node.visit([&](auto& value) { into.insert_or_assign(key, std::move(value)); });
}

// Every table of `own` takes the place of the one in `base`; those of [rules] and [duties] one by one.
void lay_over(toml::table& base, toml::table& own) {
  for (auto&& [key, node] : own) {
    toml::table* theirs = is_one_of(kMergedByTable, key.str()) ? base[key.str()].as_table() : nullptr;
    toml::table* ours = node.as_table();
    if (theirs == nullptr || ours == nullptr)
      put(base, key, node);
    else
      for (auto&& [id, table] : *ours) put(*theirs, id, table);
  }
}

Hash read_base_hash(Table& root) {
  const std::string text = root.text("extends_sha256");
  const auto hash = fixed_from_hex<Hash>(text);
  if (!hash) refuse(root.line_of("extends_sha256"), "extends_sha256 is 64 hexadecimal digits, lower case");
  return *hash;
}

Layers read(std::string_view toml, std::string_view name, const BaseTexts& bases, std::size_t depth) {
  if (toml.size() > kProfileSizeMaxBytes)
    refuse({{1, 1}, {1, 1}, std::make_shared<const std::string>(name)},
           "longer than " + std::to_string(kProfileSizeMaxBytes) + " bytes");
  toml::table own = toml::parse(toml, name);
  std::vector<std::string> ids = {own["id"].value_or(std::string())};
  if (!own.contains("extends") && !own.contains("extends_sha256")) return {std::move(own), std::move(ids), {}};

  Table root(own, "", ids);
  const std::string base_id = root.text("extends");
  const Hash hash = read_base_hash(root);
  if (depth >= kProfileLayersMax)
    refuse(root.line_of("extends"),
           "profiles extend one another more than " + std::to_string(kProfileLayersMax - 1) + " deep");
  const auto text = bases(hash);
  if (!text) refuse(root.line_of("extends_sha256"), "the text of \"" + base_id + "\" with this hash is not at hand");
  Layers layers = read(*text, base_id + ".toml", bases, depth + 1);
  if (layers.ids.front() != base_id)
    refuse(root.line_of("extends"),
           "the text with this hash is \"" + layers.ids.front() + "\", not \"" + base_id + "\"");
  if (std::find(layers.ids.begin(), layers.ids.end(), ids.front()) != layers.ids.end())
    refuse(root.line_of("id"), "a profile that extends \"" + base_id + "\" has an id of its own");
  for (const auto key : kHead)
    if (!own.contains(key)) refuse(own.source(), std::string(key) + " is missing: it is the profile's own");
  own.erase("extends");
  own.erase("extends_sha256");
  lay_over(layers.merged, own);
  layers.ids.insert(layers.ids.begin(), ids.front());
  layers.extends = hash;
  return layers;
}

}  // namespace

Layers read_layers(std::string_view toml, std::string_view name, const BaseTexts& bases) {
  return read(toml, name, bases, 1);
}

std::optional<Hash> extended_by(std::string_view toml) {
  if (toml.size() > kProfileSizeMaxBytes) return std::nullopt;
  try {
    const toml::table own = toml::parse(toml);
    const auto hash = fixed_from_hex<Hash>(own["extends_sha256"].value_or(std::string()));
    return hash ? std::optional(*hash) : std::nullopt;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

}  // namespace letopis::commands
