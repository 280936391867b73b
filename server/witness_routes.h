#pragma once
// A witness over HTTP (C2SP tlog-witness): two routes, the same in `letopis witness` and beside a school's own.
//   POST <prefix>/add-checkpoint            the body and answer of ledger/witness.h
//   GET  <prefix>/<origin hash>/checkpoint  the last checkpoint cosigned of that log
// The page is docs/formats/witness.md.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/witness.h"
#include "server/http.h"
#include "server/log.h"
#include "server/metrics.h"

namespace letopis::server {

Response add_checkpoint_answer(ledger::Witness::Answer answer);
Response monitored_answer(const ledger::Witness& witness, std::string_view origin_hash);

// What it has done, for GET /metrics.
void write_witness(MetricsWriter& out, const ledger::Witness& witness);

// A witness and nothing else: the two routes under no prefix, /healthz, /metrics. Thread-safe.
class WitnessServer {
 public:
  // witness and log outlive it. Errors: those of HttpServer::start.
  static Result<std::unique_ptr<WitnessServer>> start(ledger::Witness& witness, HttpOptions options, Log& log);
  virtual ~WitnessServer() = default;  // stop()
  virtual std::string url() const = 0;
  virtual Status reload_certificates() = 0;
  virtual void stop() = 0;
};

// The first entry of a Letopis log, as its server shows it to anybody (docs/formats/http.md, "The log").
struct Genesis {
  Hash leaf;
  bool simulated = false;
  std::string checkpoint;  // the signed note it is proved under, whole
};
inline constexpr std::size_t kGenesisSizeMaxBytes = 64 * 1024;
// Of a proof file, if that proves it under this very key. "not_told".
Result<Genesis> read_genesis(std::string_view proof_file, const signing::VerifierKey& log);
// The proof file at `url`/genesis; `url`: of the log, "https://" and its origin when empty. nullopt: there is no such page (404).
// Waits ten seconds at most; nothing of it is verified. "not_told".
Result<std::optional<std::string>> fetch_genesis(const signing::VerifierKey& log, std::string url);

// Whether the log of a vkey may be witnessed: it is no Letopis log (there is no genesis at `url`/genesis), or its genesis, proved
// under that very key, says it is not simulated. `url` as above. Errors: "simulated", "not_told" (nobody answered, or what was
// answered is no genesis of that log): fail closed, ask again later.
Status admits_log(const signing::VerifierKey& log, std::string url);

}  // namespace letopis::server
