#pragma once
// The words and figures of an audit's reports. For audit_report.cc and audit_html.cc alone.

#include <string>
#include <string_view>
#include <vector>

#include "replay-tools/audit.h"

namespace letopis::audit {

inline bool russian(Language language) { return language == Language::kRussian; }
inline std::string number(std::uint64_t value) { return std::to_string(value); }

struct Words {
  std::string_view ru, en;
  std::string_view in(Language language) const { return russian(language) ? ru : en; }
};
struct Figure {
  Words words;
  std::uint64_t value;
};

Words words_of(KeptBy by);
Words words_of(TimeVerdict verdict);
Words width_words(std::size_t bucket);
std::vector<Figure> figures(const AuditReport& report);      // what was checked
std::vector<Figure> time_figures(const TimesReport& times);  // verdicts that some entry has
std::string place_of(const Finding& finding, Language language);
// In words, with the code the other tools use.
std::string rule_words(const std::string& rule, Language language);

}  // namespace letopis::audit
