#include "server/notary.h"

#include "ledger/decimal.h"
#include "ledger/lines.h"
#include "server/metrics.h"
#include "server/small_server.h"

namespace letopis::server {
namespace {

constexpr std::string_view kSerialsFile = "serials", kTag = "letopis/notary@v1";
constexpr std::size_t kSerialsFileMaxBytes = 256;
constexpr std::uint64_t kBlock = 1024;
// A crash may give hours back that were given within this.
constexpr std::int64_t kHourWrittenEveryMicros = 10 * kMicrosPerSecond;
constexpr std::int64_t kBehindMaxMicros = 60 * kMicrosPerSecond;
// A school of a hundred devices behind one address, sending what it has queued.
constexpr double kQueriesPerSecond = 20;
constexpr std::string_view kQueryType = "application/timestamp-query", kReplyType = "application/timestamp-reply";
constexpr std::string_view kText = "text/plain; charset=utf-8";

struct Serials {
  std::uint64_t next = 1;
  Instant newest;
};

// Three lines: the tag, "next" and the first number that was never given, "newest" and the last hour, in microseconds.
std::string spelt(const Serials& serials) {
  return std::string(kTag) + "\nnext " + std::to_string(serials.next) + "\nnewest " +
         std::to_string(serials.newest.micros) + "\n";
}
Result<Serials> read_serials(std::string_view text) {
  const std::string_view whole = text;
  Serials serials;
  const auto number = [&](std::string_view word) -> Result<std::uint64_t> {
    TRY(const auto line, ledger::take_line(text));
    if (!line.starts_with(word)) return fail("malformed", "an unknown line");
    return ledger::parse_decimal(line.substr(word.size()));
  };
  TRY(const auto tag, ledger::take_line(text));
  if (tag != kTag) return fail("malformed", "another kind of file");
  TRY(serials.next, number("next "));
  TRY(const std::uint64_t micros, number("newest "));
  serials.newest = {static_cast<std::int64_t>(micros)};
  if (micros > INT64_MAX || serials.next == 0 || spelt(serials) != whole)
    return fail("malformed", "not spelt as written");
  return serials;
}

Response plain(unsigned status, std::string body, std::string_view type = kText) {
  Response response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

class NotaryServerImpl final : public NotaryServer {
 public:
  NotaryServerImpl(Notary& notary, Log& log) : notary_(notary), log_(log), http_(log) {}
  ~NotaryServerImpl() override { stop(); }

  Status start(HttpOptions options) {
    options.limits.body_max_bytes = signing::kTimestampQueryMaxBytes;
    options.limits.bodies_max_bytes = 1024 * signing::kTimestampQueryMaxBytes;
    options.limits.workers = 4;
    options.limits.requests_per_second_per_address = kQueriesPerSecond;
    return http_.start(std::move(options), [this](const Request& request) { return answer(request); });
  }
  std::string url() const override { return http_.url(); }
  Status reload_certificates() override { return http_.reload_certificates(); }
  void stop() override { http_.stop(); }

 private:
  Response answer(const Request& request) {
    if (request.method == Method::kPost) return stamp(request);
    const bool reads = request.method == Method::kGet || request.method == Method::kHead;
    if (reads && request.path == "/healthz") return health();
    if (reads && request.path == "/metrics") return plain(200, metrics());
    return plain(reads ? 404 : 405, "a POST of application/timestamp-query is answered here\n");
  }
  Response health() const {
    if (notary_.expired()) return plain(503, "the certificate has run out: make another, under another name\n");
    return notary_.has_time() ? plain(200, "ok\n") : plain(503, "the clock stands behind an hour that was given\n");
  }
  Response stamp(const Request& request) {
    if (request.content_type != kQueryType)
      return plain(415, "a POST of application/timestamp-query is answered here\n");
    const auto answer = notary_.answer(as_bytes(std::string_view(request.body)));
    if (answer) return plain(200, std::string(as_text(*answer)), kReplyType);
    log_.write(LogLevel::kError, "not_stamped", {{"why", std::string_view(answer.error().code)}});
    return plain(answer.error().code == "too_large" ? 413 : 500, "nothing was stamped\n");
  }
  std::string metrics() const {
    std::string text;
    MetricsWriter out(text);
    const auto counted = notary_.counters();
    out.single("letopis_notary_granted_total", "counter", "Tokens given.", counted.granted);
    out.single("letopis_notary_rejected_total", "counter", "Queries rejected.", counted.rejected);
    out.single("letopis_notary_without_time_total", "counter", "Queries rejected for want of a clock.",
               counted.without_time);
    out.single("letopis_notary_failed_total", "counter", "Queries that failed here.", counted.failed);
    out.single("letopis_notary_certificate_expires_seconds", "gauge", "When the certificate runs out, Unix time.",
               static_cast<std::uint64_t>(std::max<std::int64_t>(0, notary_.valid_until().seconds())));
    http_.write_metrics(out);
    return text;
  }

  Notary& notary_;
  Log& log_;
  SmallServer http_;  // ends first: it calls answer()
};

}  // namespace

Result<std::unique_ptr<Notary>> Notary::open(signing::TimestampAuthority authority, FileSystem& files,
                                             const std::string& directory, const Clock& clock) {
  std::unique_ptr<Notary> notary(
      new Notary(std::move(authority), files, directory + "/" + std::string(kSerialsFile), clock));
  TRY_STATUS(notary->load());
  return notary;
}

Status Notary::load() {
  started_ = clock_.now();
  started_monotonic_ = clock_.monotonic();
  if (!files_.exists(file_)) return {};
  TRY(const Bytes text, files_.read(file_, kSerialsFileMaxBytes));
  const auto serials = read_serials(as_text(text));
  if (!serials) return fail("damaged", file_ + ": " + serials.error().detail);
  next_ = reserved_ = serials->next;
  written_ = newest_ = serials->newest;
  return {};
}

// What is on the disk is ahead of every number given, and at most ten seconds behind the hour.
Status Notary::reserve(Instant now) {
  if (next_ < reserved_ && now.micros - written_.micros < kHourWrittenEveryMicros) return {};
  const Serials serials{next_ + kBlock, now};
  const std::string text = spelt(serials);
  TRY_STATUS(files_.write_atomically(file_, as_bytes(text), 0600));
  reserved_ = serials.next;
  written_ = now;
  return {};
}

bool Notary::sane(Instant now) const {
  const std::int64_t wall = now.micros - started_.micros;
  const std::int64_t steady = clock_.monotonic().micros - started_monotonic_.micros;
  return now >= newest_ && wall >= steady - kBehindMaxMicros && now < authority_.valid_until();
}

Result<Bytes> Notary::answer(ByteView query) {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.now();
  if (!sane(now)) {
    ++counters_.without_time;
    return signing::TimestampAuthority::no_time();
  }
  const auto stamped = [&]() -> Result<signing::TimestampAuthority::Answer> {
    TRY_STATUS(reserve(now));
    return authority_.answer(query, next_, now);
  }();
  if (!stamped) {
    ++counters_.failed;
    return tl::unexpected(stamped.error());
  }
  if (stamped->granted) {
    ++next_;
    newest_ = now;
  }
  ++(stamped->granted ? counters_.granted : counters_.rejected);
  return stamped->der;
}

bool Notary::has_time() const {
  const std::lock_guard lock(mutex_);
  return sane(clock_.now());
}

bool Notary::expired() const { return clock_.now() >= authority_.valid_until(); }

Notary::Counters Notary::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

Instant Notary::valid_until() const { return authority_.valid_until(); }

Result<std::unique_ptr<NotaryServer>> NotaryServer::start(Notary& notary, HttpOptions options, Log& log) {
  auto server = std::make_unique<NotaryServerImpl>(notary, log);
  TRY_STATUS(server->start(std::move(options)));
  return server;
}

}  // namespace letopis::server
