#pragma once
// The words and figures of an audit's findings and reports. For audit*.cc alone.

#include <string>
#include <string_view>
#include <vector>

#include "replay-tools/audit.h"

namespace letopis::audit {

inline bool russian(Language language) { return language == Language::kRussian; }
inline std::string number(std::uint64_t value) { return std::to_string(value); }

struct Figure {
  Phrase words;
  std::uint64_t value;
};

Phrase words_of(KeptBy by);
Phrase words_of(TimeVerdict verdict);
Phrase width_words(std::size_t bucket);
std::vector<Figure> figures(const AuditReport& report);                   // what was checked
std::vector<Figure> time_figures(const TimesReport& times);               // verdicts that some entry has
std::vector<FindingKind> kinds_of_violations(const AuditReport& report);  // each once
std::string place_of(const Finding& finding, Language language);
// In words, with the code the other tools use.
std::string rule_words(const std::string& rule, Language language);

}  // namespace letopis::audit
