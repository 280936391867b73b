#pragma once
// `letopis simulate`: fills a new school with history by driving the real pipeline under a virtual clock. The genesis says
// `simulated`, and every output repeats it.

#include <cstdint>
#include <optional>
#include <string>

#include "commands/engine.h"
#include "replay-tools/door.h"

namespace letopis::replay_tools {

struct SimulateOptions {
  std::string source;                  // the OneRoster directory, or the dataset's
  std::string data;                    // the data directory
  ledger::MasterKeySource master_key;  // of its vault
  std::string profile = "r000";
  int days = 20;  // school days, the last before `today`
  std::uint64_t seed = 1;
  Date today;               // the virtual clock stops as this day begins
  std::string credentials;  // file to write sign-in details to; empty: none
  std::string passphrase;   // of the key files written beside it
  Progress progress;
};

struct Simulated {
  std::string school;
  std::string vkey;
  std::uint64_t events = 0;
  Tally tally;                                    // of the whole log; of the marks alone for a dataset
  std::uint64_t refused_and_late = 0;             // refused for another reason, and late besides
  std::uint64_t skipped = 0;                      // rows of the dataset that are not marks
  std::map<std::string, std::uint64_t> attempts;  // refusals that were meant, by rule
  Date first, last;                               // days simulated
};

// The school of a OneRoster directory: its last `days` school days before `today`, moved by whole years to the school year
// that holds them. Errors: "bad_input" (detail: the rows at fault), "already_exists", "malformed", and the engine's.
Result<Simulated> simulate_school(FileSystem& files, const SimulateOptions& options);
Result<Simulated> simulate_school(FileSystem& files, OneRosterModel model,
                                  const SimulateOptions& options);  // read already

// The Open University's dataset as a school: presentations as teaching groups, marks sent when oulad.h says.
Result<Simulated> simulate_oulad(FileSystem& files, const SimulateOptions& options);

// One line of JSON: school, vkey, events, accepted, late, refused {rule: n}, skipped, …
std::string to_json(const Simulated& simulated);

// The years by which the files must be moved so that `days` school days lie before `today`.
int years_to(const OneRosterModel& model, Date today, int days);

}  // namespace letopis::replay_tools
