#pragma once
// What a proved week says, as a family reads it: a line for a day and a group, and in it what was entered, what names the student
// first. Names of groups are not in a week's proof, so a group is called by the beginning of its id. Pure.

#include <string>

#include "replay-tools/week_check.h"

namespace letopis::receipt {

// Of a good report, by day; what is of no day of the week stands last. Every entry that is shown is told once, a long text cut.
std::string week_table(const WeekReport& report, Language language);

}  // namespace letopis::receipt
