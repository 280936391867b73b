#pragma once
// A witness over HTTP (C2SP tlog-witness): two routes, the same in `letopis witness` and beside a school's own.
//   POST <prefix>/add-checkpoint            the body and answer of ledger/witness.h
//   GET  <prefix>/<origin hash>/checkpoint  the last checkpoint cosigned of that log
// The page is docs/formats/witness.md.

#include <memory>
#include <string_view>

#include "ledger/witness.h"
#include "server/http.h"
#include "server/log.h"

namespace letopis::server {

Response add_checkpoint_answer(ledger::Witness& witness, const Request& request);
Response monitored_answer(const ledger::Witness& witness, std::string_view origin_hash);

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

// Whether the log of a vkey may be witnessed: it is no Letopis log (there is no genesis at `url`/genesis), or its genesis, proved
// under that very key, says it is not simulated. `url`: of the log, "https://" and its origin when empty. Errors: "simulated", "not_told" (nobody
// answered, or what was answered is no genesis of that log): fail closed, ask again later.
Status admits_log(const signing::VerifierKey& log, std::string url);

}  // namespace letopis::server
