// letopis backup, letopis restore, letopis erase: what is done with a data directory as a whole.

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "ledger/checkpoint.h"
#include "ledger/schema/describe.h"
#include "ledger/week_proof.h"
#include "replay-tools/audit_http.h"
#include "replay-tools/backup.h"
#include "replay-tools/command.h"
#include "replay-tools/erase.h"
#include "replay-tools/restore.h"
#include "server/look_back.h"

namespace letopis::tools {

using ledger::json_string;

namespace {

constexpr std::size_t kKeptFileMaxBytes = 2u << 20;

SystemClock& wall_clock() {
  static SystemClock clock;
  return clock;
}
SystemRandom& system_random() {
  static SystemRandom random;
  return random;
}
// How witnesses are reached: with the authorities of $LETOPIS_CA_FILE, where it is set.
server::OutwardLimits outward_limits() {
  server::OutwardLimits limits;
  if (const char* ca = std::getenv("LETOPIS_CA_FILE")) limits.ca_file = ca;
  return limits;
}

}  // namespace

Result<std::unique_ptr<commands::Engine>> open_engine(const std::string& data) {
  if (!posix_file_system().exists(data + "/ledger")) return fail("not_found", data + " holds no school");
  commands::Engine::Options options;
  options.directory = data;
  TRY(options.master_key, vault_key());
  options.clock = &wall_clock();
  options.random = &system_random();
  return commands::Engine::open(options);
}

Result<std::unique_ptr<commands::Engine>> open_engine_to_record(const std::string& data) {
  TRY(auto engine, open_engine(data));
  const auto log = server::Log::to_stderr(wall_clock());
  const Status content = server::look_back(*engine, system_random(), *log, outward_limits());
  log->flush();
  TRY_STATUS(content);
  return engine;
}

namespace {

// What the witnesses of a log keep of it, for a restore to be held against.
std::vector<audit::KeptFile> kept_by_witnesses(const ledger::TrustPolicy& policy, const std::string& origin) {
  std::vector<audit::KeptFile> kept;
  for (auto& [witness, note] : server::shown_by_witnesses(policy, origin, outward_limits())) {
    if (note)
      kept.push_back({"witness " + witness, *std::move(note)});
    else
      std::cerr << "letopis: witness " << witness << " does not answer, what it has seen of " << origin
                << " is not known: " << note.error().text() << '\n';
  }
  return kept;
}

bool is_url(const std::string& from) { return from.starts_with("http://") || from.starts_with("https://"); }

Result<std::vector<signing::KeyPair>> read_keys(const std::vector<std::string>& files, signing::Purpose purpose) {
  std::vector<signing::KeyPair> keys;
  for (const auto& file : files) {
    TRY(auto key, read_key(file, purpose));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<std::function<Result<std::unique_ptr<audit::AuditSource>>()>> peer_of(const Restore& options) {
  if (options.school.empty() || options.key.empty())
    return fail("malformed", "from a running server: give --school and --key");
  TRY(auto key, read_key(options.key, signing::Purpose::kAuthor));
  const auto shared = std::make_shared<signing::KeyPair>(std::move(key));
  return [shared, options]() -> Result<std::unique_ptr<audit::AuditSource>> {
    const auto credentials = [shared, options](server::HttpClient&) -> Result<audit::HttpSource::Headers> {
      TRY(const auto session, sign_in(options.from, options.school, *shared));
      return session.headers();
    };
    const char* ca = std::getenv("LETOPIS_CA_FILE");
    TRY(auto source, audit::HttpSource::open(options.from, options.school, credentials,
                                             ca == nullptr ? std::optional<std::string>() : ca));
    return std::unique_ptr<audit::AuditSource>(std::move(source));
  };
}

// The school's name in addresses: the last part of the origin, when nobody says otherwise.
std::string slug_of(const Restore& options) {
  return options.successor_school.empty() ? options.successor.substr(options.successor.rfind('/') + 1)
                                          : options.successor_school;
}

// The signed checkpoint of a file somebody kept: it may lie in a receipt or in the proof of a week.
std::string checkpoint_in(const std::string& text) {
  if (const auto receipt = ledger::parse_proof_file(text)) return receipt->checkpoint;
  const auto week = ledger::parse_week_proof(text);
  const auto commitment = week ? ledger::parse_proof_file(week->commitment) : tl::unexpected(week.error());
  return commitment ? commitment->checkpoint : text;
}

Result<Restored> run(const Restore& options) {
  RestoreRequest request;
  request.data = options.data;
  request.school = options.school;
  request.to_index = options.to_index;
  if (!options.vkey.empty()) request.vkey = options.vkey;
  if (is_url(options.from)) {
    TRY(request.peer, peer_of(options));
  } else {
    request.from = options.from;
  }
  for (const auto& file : options.checkpoints) {
    TRY(const std::string text, read_text(file, kKeptFileMaxBytes));
    request.checkpoints.push_back({file, checkpoint_in(text)});
  }
  TRY(const auto roots, read_keys(options.root_keys, signing::Purpose::kRoot));
  if (!options.successor.empty()) {
    Successor successor;
    successor.origin = options.successor;
    successor.slug = slug_of(options);
    for (const auto& key : roots) successor.root_keys.push_back(&key);
    if (options.threshold > 0) successor.threshold = options.threshold;
    request.successor = std::move(successor);
  } else if (!roots.empty()) {
    return fail("malformed", "--root-key goes with --successor");
  }
  TRY(request.master_key, vault_key());
  request.clock = &wall_clock();
  request.random = &system_random();
  request.ask_witnesses = kept_by_witnesses;
  request.at_step = [](std::string_view step) -> Status {
    std::cerr << step << " ...\n";
    return {};
  };
  return restore(request);
}

Result<Erased> run(const Erase& options) {
  EraseRequest request;
  request.school = options.school;
  TRY(request.person, fixed_from_hex<Id>(options.person));
  request.reason = options.reason;
  TRY(const auto keys, read_keys(options.keys, signing::Purpose::kAuthor));
  for (const auto& key : keys) request.keys.push_back(&key);
  request.clock = &wall_clock();
  request.random = &system_random();
  auto engine = open_engine_to_record(options.data);
  if (!engine && engine.error().code != "in_use") return tl::unexpected(engine.error());
  const Ask ask = [&](const std::string& line) -> Result<std::string> {
    if (engine) return answer_erase(**engine, line);
    return control(options.data, line);
  };
  return erase(ask, request);
}

}  // namespace

int backup(const Backup& options) {
  const std::string out = std::filesystem::absolute(options.out).lexically_normal().string();
  // It goes to a running server as one line.
  if (std::any_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return refuse("--out holds control characters");
  auto engine = open_engine_to_record(options.data);
  if (!engine && engine.error().code == "in_use") {
    if (const auto done = control(options.data, "backup " + out); !done) return refuse(done.error());
  } else if (!engine) {
    return refuse(engine.error());
  } else if (const auto made = make_backup(**engine, out); !made) {
    return refuse(made.error());
  }
  std::cout << (options.json ? "{\"backup\":" + json_string(out) + "}" : out) << '\n';
  return kExitOk;
}

int restore(const Restore& options) {
  const auto restored = run(options);
  if (!restored) return refuse(restored.error());
  std::cout << (options.json ? to_json(*restored) + "\n" : to_text(*restored));
  return kExitOk;
}

int erase(const Erase& options) {
  const auto erased = run(options);
  if (!erased) return refuse(erased.error());
  if (options.json) {
    std::cout << "{\"person\":" << json_string(options.person)
              << ",\"in_effect\":" << (erased->in_effect ? "true" : "false") << ",\"texts\":" << erased->texts
              << ",\"index\":" << erased->act << ",\"act\":" << json_string(erased->act_id) << "}\n";
  } else if (erased->in_effect) {
    std::cout << "erased by act " << erased->act << ": " << erased->texts
              << " texts, with keys and accounts; backups made before still hold them\n";
  } else {
    std::cout << "act " << erased->act
              << " is recorded and waits for an administrator: run this again with an administrator's --key\n";
  }
  return kExitOk;
}

}  // namespace letopis::tools
