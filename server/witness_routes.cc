#include "server/witness_routes.h"

#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/statement.h"
#include "server/small_server.h"

namespace letopis::server {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::size_t kOriginHashLength = 64;

Response text_answer(unsigned status, std::string body, std::string_view type = kText) {
  Response response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response not_found() { return text_answer(404, "there are add-checkpoint and <origin hash>/checkpoint here\n"); }

// The path of GET <origin hash>/checkpoint.
std::optional<std::string_view> monitored_path(std::string_view path) {
  constexpr std::string_view kEnd = "/checkpoint";
  if (!path.starts_with('/') || !path.ends_with(kEnd)) return std::nullopt;
  path = path.substr(1, path.size() - 1 - kEnd.size());
  if (path.size() != kOriginHashLength) return std::nullopt;
  return path;
}

class WitnessServerImpl final : public WitnessServer {
 public:
  WitnessServerImpl(ledger::Witness& witness, Log& log) : witness_(witness), http_(log) {}
  ~WitnessServerImpl() override { stop(); }

  Status start(HttpOptions options) {
    options.limits.body_max_bytes = ledger::kAddCheckpointSizeMaxBytes;
    return http_.start(std::move(options), [this](const Request& request) { return answer(request); });
  }
  std::string url() const override { return http_.url(); }
  Status reload_certificates() override { return http_.reload_certificates(); }
  void stop() override { http_.stop(); }

 private:
  Response answer(const Request& request) {
    const bool reads = request.method == Method::kGet || request.method == Method::kHead;
    if (request.path == "/add-checkpoint")
      return request.method == Method::kPost ? add_checkpoint_answer(witness_.add_checkpoint(request.body))
                                             : text_answer(405, "add-checkpoint is a POST\n");
    if (!reads) return not_found();
    if (request.path == "/healthz") return text_answer(200, "ok\n");
    if (request.path == "/metrics") return text_answer(200, metrics());
    const auto hash = monitored_path(request.path);
    return hash ? monitored_answer(witness_, *hash) : not_found();
  }
  std::string metrics() const {
    std::string text;
    MetricsWriter out(text);
    write_witness(out, witness_);
    http_.write_metrics(out);
    return text;
  }

  ledger::Witness& witness_;
  SmallServer http_;  // ends first: it calls answer()
};

}  // namespace

Response add_checkpoint_answer(ledger::Witness::Answer answer) {
  return text_answer(answer.status, std::move(answer.body), answer.is_size ? ledger::kTreeSizeType : kText);
}

Response monitored_answer(const ledger::Witness& witness, std::string_view origin_hash) {
  auto note = witness.checkpoint(origin_hash);
  return note ? text_answer(200, *std::move(note)) : text_answer(404, "no checkpoint of that log was ever cosigned\n");
}

void write_witness(MetricsWriter& out, const ledger::Witness& witness) {
  const auto counted = witness.counters();
  out.single("letopis_witness_logs", "gauge", "Logs this witness knows.", witness.logs().size());
  out.single("letopis_witness_cosigned_total", "counter", "Checkpoints cosigned.", counted.cosigned);
  out.single("letopis_witness_conflicts_total", "counter", "Requests from another size (409).", counted.conflicts);
  out.single("letopis_witness_refused_total", "counter", "Requests refused otherwise.", counted.refused);
  out.single("letopis_witness_commits_total", "counter", "Writes, each of them fsynced.", counted.commits);
}

Result<std::unique_ptr<WitnessServer>> WitnessServer::start(ledger::Witness& witness, HttpOptions options, Log& log) {
  auto server = std::make_unique<WitnessServerImpl>(witness, log);
  TRY_STATUS(server->start(std::move(options)));
  return server;
}

// --- Who may be witnessed

namespace {

tl::unexpected<Error> not_told(std::string why) { return fail("not_told", std::move(why)); }

}  // namespace

Result<Genesis> read_genesis(std::string_view proof_file, const signing::VerifierKey& log) {
  const auto read = [&]() -> Result<Genesis> {
    if (proof_file.size() > kGenesisSizeMaxBytes) return fail("too_large", "a genesis is a few KiB");
    TRY(const ledger::ProofFile file, ledger::parse_proof_file(proof_file));
    if (file.index != 0 || !file.extra) return fail("malformed", "not the proof of a first entry");
    TRY(const ledger::Receipt receipt, ledger::decode_receipt(*file.extra));
    const Hash leaf = ledger::leaf_hash(receipt.event);
    TRY_STATUS(ledger::verify_proof_file(file, leaf, log));
    TRY(const ledger::Entry entry, ledger::decode_entry(receipt.event));
    const auto* genesis = std::get_if<ledger::SchoolCreated>(&entry.statement.body);
    if (genesis == nullptr || genesis->log_vkey != log.text())
      return fail("malformed", "not a genesis that names this key");
    return Genesis{leaf, genesis->simulated, file.checkpoint};
  };
  auto genesis = read();
  if (!genesis) return not_told("the genesis of " + log.name + ": " + genesis.error().text());
  return genesis;
}

Result<std::optional<std::string>> fetch_genesis(const signing::VerifierKey& log, std::string url) {
  if (url.empty()) url = "https://" + log.name;
  const auto [host, path] = split_url(url);
  ClientLimits limits;
  limits.body_max_bytes = kGenesisSizeMaxBytes;
  limits.connect_timeout = limits.answer_timeout = std::chrono::seconds(5);
  auto client = HttpClient::connect(host, {}, limits);
  if (!client) return not_told("the log " + log.name + " does not answer: " + client.error().text());
  ClientRequest request;
  request.target = path + "/genesis";
  auto answer = (*client)->send(request);
  if (!answer) return not_told("the log " + log.name + " does not answer: " + answer.error().text());
  if (answer->status == 404) return std::optional<std::string>();
  if (answer->status != 200) return not_told("the log " + log.name + " answers " + std::to_string(answer->status));
  return std::optional(std::move(answer->body));
}

Status admits_log(const signing::VerifierKey& log, std::string url) {
  TRY(const auto proof_file, fetch_genesis(log, std::move(url)));
  if (!proof_file) return {};  // a log of another kind
  TRY(const Genesis genesis, read_genesis(*proof_file, log));
  if (genesis.simulated) return fail("simulated", "by its genesis the school of " + log.name + " is simulated");
  return {};
}

}  // namespace letopis::server
