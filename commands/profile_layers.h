#pragma once
// A profile over the ones it extends, as one table. For profile.cc.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/profile_table.h"

namespace letopis::commands {

struct Layers {
  toml::table merged;            // every node knows the text and line it comes from
  std::vector<std::string> ids;  // of the profile and of those it extends, in that order
  std::optional<Hash> extends;
};

// Throws Refusal and toml::parse_error.
Layers read_layers(std::string_view toml, std::string_view name, const BaseTexts& bases);

}  // namespace letopis::commands
