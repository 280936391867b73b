#pragma once
// What a monitor says of one log after a round: findings with stable codes, figures, a JSON line, Prometheus metrics. Numbers, codes
// and addresses alone, never a person's data. docs/operations.md shows the same table of codes, and a test compares the two.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/time.h"
#include "signing/base/words.h"

namespace letopis::monitor {

// The gravest finding makes the round's; each has its exit code (0, 3, 4, 1).
enum class Alarm : std::uint8_t { kWell = 1, kAttention, kUnreachable, kFork };
inline constexpr std::string_view kAlarmNames[] = {"well", "attention", "unreachable", "fork"};
constexpr std::string_view alarm_name(Alarm alarm) { return kAlarmNames[static_cast<std::size_t>(alarm) - 1]; }
int exit_code(Alarm alarm);

struct Code {
  std::string_view code;
  Alarm alarm;                            // kWell: a notice
  std::string_view ru, en;                // what happened
  std::string_view advice_ru, advice_en;  // what the person can do
};
std::span<const Code> codes();
const Code& code_of(std::string_view code);  // asserts that it is one of them

struct Finding {
  const Code* code = nullptr;
  std::string detail;  // figures and limits, the same in both languages
};

struct Verdicts {
  std::uint64_t accepted = 0, late = 0, refused = 0;
  std::uint64_t total() const { return accepted + late + refused; }
};

struct Report {
  Instant at;
  std::string origin, url;
  bool answered = false;              // the server showed a checkpoint of this log
  std::optional<std::uint64_t> size;  // of the newest checkpoint known
  std::optional<std::uint64_t> witnessed_size;
  std::optional<std::int64_t> witnessed_age_seconds;  // since a quorum had seen it
  std::optional<std::uint64_t> waiting_entries;       // beyond it; nullopt where the policy asks nobody
  std::int64_t waiting_seconds = 0;                   // since this monitor first saw one of them
  std::optional<std::uint32_t> bracket_seconds;       // the median of the newest ones
  std::optional<Verdicts> entries;  // read in this round, the service's own left out; nullopt: not read
  Verdicts recent;                  // of the newest 256 at most
  std::vector<Finding> findings;

  Alarm alarm() const;
  void add(std::string_view code, std::string detail = {});
  bool has(std::string_view code) const;
};

std::string json_line(const Report& report, Language language);
// The text exposition of every log's last report (Prometheus 0.0.4).
std::string metrics(std::span<const Report> reports, std::uint64_t rounds);

}  // namespace letopis::monitor
