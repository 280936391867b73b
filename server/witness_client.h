#pragma once
// A log's half of the witness protocol (C2SP tlog-witness), and a client of time-stamping authorities (RFC 3161). Each blocks, with
// deadlines; one object serves one thread at a time. What comes back is verified before anybody else sees it.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/trust_policy.h"
#include "ledger/witness_protocol.h"
#include "server/http.h"
#include "signing/base/random.h"
#include "signing/base/time.h"
#include "signing/rfc3161.h"

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
// Lists of revoked certificates by their addresses, each fetched again once an hour has passed or its issuer has a newer one; one that
// could not be had is asked for again after ten minutes, and told of each time. Until then the one before it stands: whom it names is
// revoked whatever a newer one may add. Thread-safe; `missed` is called on any thread.
class RevocationLists {
 public:
  using Missed = std::function<void(const std::string& url, const Error& why)>;
  RevocationLists(const Clock& clock, Missed missed) : clock_(clock), missed_(std::move(missed)) {}
  // Those that are to be had within two seconds each.
  std::vector<signing::RevocationList> at(const std::vector<std::string>& urls, const OutwardLimits& limits);
  std::uint64_t missed_total() const { return missed_total_; }

 private:
  struct Kept {
    Instant until;
    std::optional<signing::RevocationList> list;  // nullopt: none was ever to be had
  };
  const Clock& clock_;
  const Missed missed_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
  std::atomic<std::uint64_t> missed_total_{0};
};

// A token as it came, and the lists of revoked certificates that its chain has signed.
struct StampedToken {
  Bytes alone;
  std::vector<signing::RevocationList> lists;
  std::optional<Bytes> listed;  // with them in it, where a token has room for them
};
// A token over a digest by an authority of the policy, verified by its certificate and by the lists. Without one it is as good as before:
// whether there had to be is the auditor's to ask. Errors: HttpClient's, "no_url", "authority_refuses", and those of signing/rfc3161.h.
Result<StampedToken> ask_authority(const ledger::PolicyTsa& authority, const Hash& digest,
                                   std::int64_t accuracy_seconds, Random& random, RevocationLists& revoked,
                                   const OutwardLimits& limits);

}  // namespace letopis::server
