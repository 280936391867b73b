#include "replay-tools/federation.h"

#include <vector>

#include "ledger/lines.h"
#include "ledger/schema/describe.h"

namespace letopis::tools {

using ledger::json_string;
using server::Neighbours;

namespace {

constexpr std::string_view kAdd = "federation-add";
constexpr std::string_view kList = "federation-list";
constexpr std::string_view kRemove = "federation-remove";

Result<std::string> add(Neighbours& neighbours, const std::vector<std::string_view>& words) {
  if (words.size() != 6) return fail("malformed", "a line of federation-add");
  TRY(const Bytes genesis, from_base64(words[5]));
  Neighbours::Addition addition;
  addition.school = words[1] == "-" ? std::string_view() : words[1];
  addition.allow_simulated = words[2] == "1";
  addition.url = words[3];
  addition.vkey = words[4];
  addition.genesis = as_text(genesis);
  TRY(const auto added, neighbours.add(addition));
  return "{\"origin\":" + json_string(added.origin) + ",\"school\":" + json_string(added.school) +
         ",\"index\":" + std::to_string(added.index) +
         ",\"recorded_before\":" + (added.recorded_before ? "true" : "false") +
         ",\"witness\":" + json_string(neighbours.vkey().text()) + "}";
}

std::string neighbour_json(const Neighbours::Neighbour& one) {
  std::string records;
  for (const auto& record : one.records)
    records += std::string(records.empty() ? "" : ",") + "{\"school\":" + json_string(record.school) +
               ",\"index\":" + std::to_string(record.index) + "}";
  return "{\"origin\":" + json_string(one.origin) + ",\"vkey\":" + json_string(one.vkey) +
         ",\"url\":" + json_string(one.url) + ",\"cosigned\":" + (one.cosigned ? "true" : "false") +
         ",\"size\":" + std::to_string(one.size) + ",\"at\":" +
         (one.cosigned_at == 0 ? "null" : json_string(format_instant(Instant::from_seconds(one.cosigned_at)))) +
         ",\"records\":[" + records + "]}";
}

std::string list(const Neighbours& neighbours) {
  std::string all;
  for (const auto& one : neighbours.list()) all += (all.empty() ? "" : ",") + neighbour_json(one);
  return "{\"witness\":" + json_string(neighbours.vkey().text()) +
         ",\"prefix\":" + json_string(server::kWitnessPrefix) + ",\"neighbours\":[" + all + "]}";
}

}  // namespace

std::string federation_line(const Neighbours::Addition& addition) {
  return std::string(kAdd) + " " + (addition.school.empty() ? "-" : addition.school) + " " +
         (addition.allow_simulated ? "1" : "0") + " " + addition.url + " " + addition.vkey + " " +
         to_base64(as_bytes(std::string_view(addition.genesis)));
}

Result<std::string> answer_federation(Neighbours& neighbours, std::string_view line) {
  const auto words = ledger::split_words(line);
  if (!words.empty() && words[0] == kAdd) return add(neighbours, words);
  if (words.size() == 1 && words[0] == kList) return list(neighbours);
  if (words.size() == 2 && words[0] == kRemove) {
    TRY_STATUS(neighbours.remove(std::string(words[1])));
    return "{\"removed\":" + json_string(words[1]) + "}";
  }
  return fail("malformed", "unknown command");
}

}  // namespace letopis::tools
