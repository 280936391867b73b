#pragma once
// What teachers and class teachers write in a simulated school: topics, homework, remarks, reasons. Made up, in Russian.

#include <span>
#include <string>
#include <string_view>

#include "signing/base/random.h"

namespace letopis::replay_tools {

// Topics of a subject in the order they are taught; never empty.
std::span<const std::string_view> topics_of(std::string_view subject);
std::string homework_text(std::string_view subject, Random& random);
// The written work a subject is known for, and how many marks it gives a pupil ("dictation", 2: content and spelling).
struct WorkStyle {
  std::string_view kind;
  std::string_view title;
  int parts;
};
WorkStyle control_of(std::string_view subject);
WorkStyle practice_of(std::string_view subject);

std::string_view remark_text(Random& random);
std::string_view praise_text(Random& random);
struct Excuse {
  std::string_view kind;  // an entry of the dictionary "excuse_kind"
  std::string_view reason;
};
Excuse excuse_text(Random& random);
std::string_view correction_reason(Random& random);

}  // namespace letopis::replay_tools
