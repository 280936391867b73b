#pragma once
// The house rules of CONTRIBUTING.md that a program can check. Each is a pure function of the tree and answers with every
// place that breaks it; an empty answer means that the rule holds.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house_rules/tree.h"

namespace letopis::house_rules {

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1; 0 when the file as a whole is meant
  std::string what;
};
using Findings = std::vector<Finding>;
using Rule = Findings(const Tree&);

// A word that these files may not hold themselves, put together from its halves.
inline std::string halves(std::string_view head, std::string_view tail) {
  return std::string(head) + std::string(tail);
}

// signing ← ledger ← projections ← commands ← server ← replay-tools; tests include all and are included by none. An
// include in quotes starts at the repository's root.
Rule includes_run_one_way;
// Each library is included in the one place that wraps it.
Rule libraries_have_one_place;
// Wall clocks, foreign randomness, sleeping tests, unsafe or slow functions; namespaces spilled by headers.
Rule banned_calls;
// Notes to finish something later.
Rule leftover_markers;
// Paths of a developer's own machine.
Rule foreign_paths;
// Every C++ source is named by a CMake list of its folder or of one above it: a test that nobody builds tests nothing.
Rule sources_are_built;
// Every header guards itself and opens with its contract.
Rule headers_have_form;
// No new names at the top level.
Rule top_level_names;
// Files of at most 3 MB.
Rule files_are_small;
// Tests that are there but do not run.
Rule skipped_tests;
// Every rule that profiles have to word (commands/rules.h) is given by decide: a message nobody can get is a false promise.
Rule rules_are_given;

}  // namespace letopis::house_rules
