#include "replay-tools/json_text.h"
#include "replay-tools/simulate.h"

namespace letopis::replay_tools {

std::string to_json(const Simulated& simulated) {
  std::string json = "{\"school\":" + json_text(simulated.school) + ",\"vkey\":" + json_text(simulated.vkey) +
                     ",\"simulated\":true" + ",\"events\":" + std::to_string(simulated.events) +
                     ",\"accepted\":" + std::to_string(simulated.tally.accepted) +
                     ",\"late\":" + std::to_string(simulated.tally.late) + ",\"refused\":{";
  bool first = true;
  for (const auto& [rule, count] : simulated.tally.refused) {
    json += (first ? "" : ",") + json_text(rule) + ":" + std::to_string(count);
    first = false;
  }
  json += "},\"refused_and_late\":" + std::to_string(simulated.refused_and_late) +
          ",\"skipped\":" + std::to_string(simulated.skipped) + ",\"from\":" + json_text(format_date(simulated.first)) +
          ",\"to\":" + json_text(format_date(simulated.last)) + "}\n";
  return json;
}

}  // namespace letopis::replay_tools
