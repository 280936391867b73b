#pragma once
// A log as its server shows it to a monitor (C2SP tlog-tiles), and hashes of its tree read from the tiles. Nothing here is
// verified: the monitor holds what it reads against signed checkpoints. Every answer is capped. Not thread-safe.
//
// Errors, whatever the transport: "unreachable" (no answer, or one of a server in trouble: 5xx, 429), "not_found", "forbidden",
// "bad_answer" (larger than it may be, or of another form).

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/merkle.h"
#include "ledger/tiles.h"
#include "server/http.h"
#include "signing/base/time.h"

namespace letopis::monitor {

class ServedLog {
 public:
  virtual ~ServedLog() = default;
  // `path` follows the log's address: "checkpoint", "tile/0/000".
  virtual Result<std::string> get(const std::string& path) = 0;
};

class HttpLog final : public ServedLog {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Options {
    std::string url;                                  // of the log: https://journal.example.org/log/licey29
    std::optional<std::string> ca_file;               // beside the system's store
    std::function<Result<Headers>()> sign_in;         // for entry bundles; asked at first use and once more after a 401
    const Clock* clock = nullptr;                     // required
    std::chrono::milliseconds round_timeout{60'000};  // for everything between two begin_round()
    std::function<bool()> stopped;                    // true: answer "unreachable" from now on
  };
  explicit HttpLog(Options options);
  void begin_round();
  Result<std::string> get(const std::string& path) override;

 private:
  Result<server::ClientResponse> send(bool bundle, const std::string& path);
  const Options options_;
  Instant deadline_;
  std::unique_ptr<server::HttpClient> hashes_, bundles_;  // two, since they have different caps
  std::optional<Headers> headers_;
};

// Hashes of the tree of `size` leaves, from its tiles. Remembers those it read. Errors: the log's, "bad_answer".
class TiledTree {
 public:
  TiledTree(ServedLog& log, std::uint64_t size) : log_(log), size_(size) {}
  Result<Hash> node(unsigned level, std::uint64_t index);
  ledger::NodeSource nodes() {
    return [this](unsigned level, std::uint64_t index) { return node(level, index); };
  }
  Result<std::vector<Hash>> leaves(std::uint64_t from, std::uint64_t to);
  // The entries of a bundle, those of the tree at least.
  Result<std::vector<Bytes>> bundle(std::uint64_t index);

 private:
  Result<std::string> fetch(ledger::TileAddress tile);
  Result<const std::vector<Hash>*> tile(unsigned level, std::uint64_t index);
  ServedLog& log_;
  const std::uint64_t size_;
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> known_;
};

}  // namespace letopis::monitor
