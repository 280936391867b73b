#pragma once
// The words of receipts, for the reports of what is checked like one. Pure.

#include "replay-tools/receipt.h"

namespace letopis::receipt {

std::string steps_text(const Report& report, Language language);  // a line each
std::string_view simulated_words(Language language);              // begins with a blank
std::string unusable_words(const Report& report, bool ru);
std::string zone_words(UtcOffset offset, bool ru);  // " (the school's time, UTC+03:00": the caller goes on or closes
std::string time_words(const Report& report, Language language);  // when it was recorded; report.times is there
std::string laid_out(std::string_view json);  // as people read it: a member a line, without brackets

}  // namespace letopis::receipt
