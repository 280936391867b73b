#pragma once
// A log's half of the witness protocol (C2SP tlog-witness), and a client of time-stamping authorities (RFC 3161). Each blocks, with
// deadlines; one object serves one thread at a time. What comes back is verified before anybody else sees it.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/checkpoint.h"
#include "ledger/trust_policy.h"
#include "ledger/witness_protocol.h"
#include "server/http.h"
#include "signing/base/random.h"

namespace letopis::server {

struct OutwardLimits {
  std::chrono::milliseconds connect_timeout{5'000}, answer_timeout{10'000};
  std::optional<std::string> ca_file;  // beside the system's store
};

class WitnessClient {
 public:
  WitnessClient(ledger::PolicyWitness witness, OutwardLimits limits);

  // Proof of consistency between two sizes of the log.
  using Consistency = std::function<Result<std::vector<Hash>>(std::uint64_t old_size, std::uint64_t new_size)>;
  // Its cosignature of a signed checkpoint. What it cosigned last is remembered between calls and learnt from a 409. Errors:
  // HttpClient's; "no_url"; "witness_ahead": it has cosigned a longer log; "witness_inconsistent": by its word the checkpoint does
  // not follow (422); "witness_refuses" (detail: status and words); "no_cosignature": no good line of its key in the answer.
  Result<ledger::Cosigned> ask(const ledger::Checkpoint& checkpoint, std::string_view note, const Consistency& prove);
  // The newest checkpoint it cosigned of a log, as it serves it, unverified; nullopt: none.
  Result<std::optional<std::string>> newest(std::string_view origin);

 private:
  Result<ClientResponse> send(const std::string& method, const std::string& target, std::string body);
  const ledger::PolicyWitness witness_;
  const OutwardLimits limits_;
  std::unique_ptr<HttpClient> client_;
  std::uint64_t cosigned_ = 0;  // size
};

// What the authority at an address answers a query over a digest with: a token of this query, its signature not verified yet. Errors:
// HttpClient's, "authority_refuses", token_of_answer's.
Result<Bytes> fetch_token(const std::string& url, const Hash& digest, Random& random, const OutwardLimits& limits);
// A token over a digest by an authority of the policy, verified by its certificate. Errors: HttpClient's, "no_url",
// "authority_refuses", and those of signing/rfc3161.h.
Result<Bytes> ask_authority(const ledger::PolicyTsa& authority, const Hash& digest, std::int64_t accuracy_seconds,
                            Random& random, const OutwardLimits& limits);

}  // namespace letopis::server
