#include "server/app.h"

#include <future>

#include "server/certificates.h"

namespace letopis::server {
namespace {

// Signing in is cheap to ask for and costs a signature check a statement: some thousands at once, a hundred a second
// on.
constexpr Attempts::Limits kAnonymousStatements{5000, 100};

std::vector<std::string> metric_labels() {
  std::vector<std::string> labels;
  for (const auto& route : routes())
    labels.push_back("method=\"" + std::string(route.method == Method::kPost ? "POST" : "GET") + "\",route=\"" +
                     std::string(route.pattern) + "\"");
  labels.emplace_back(R"(method="",route="other")");
  return labels;
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kDelete: return "DELETE";
    case Method::kOther: return "OTHER";
  }
  return "OTHER";
}

// For requests without a network: whoever asked waits, and makes the answer.
class AwaitedReply final : public Reply {
 public:
  void now(Response response) override {
    make([response = std::move(response)] { return response; });
  }
  void make(std::function<Response()> answer) override { answer_.set_value(std::move(answer)); }
  Response wait() { return answer_.get_future().get()(); }

 private:
  std::promise<std::function<Response()>> answer_;
};

class AppImpl final : public App {
 public:
  AppImpl(commands::Engine& engine, const AppOptions& options)
      : options_(options),
        log_(*options.log),
        engine_(engine),
        sessions_(options.sessions, engine.clock(), *options.random),
        sign_in_(engine.clock(), *options.random, sessions_),
        cache_(options.view_cache_max_bytes),
        views_(cache_),
        streams_(engine, sessions_, options.streams),
        requests_(metric_labels()),
        anonymous_statements_(kAnonymousStatements, engine.clock()),
        services_{engine,         sessions_,       sign_in_,     views_,
                  cache_,         streams_,        requests_,    anonymous_statements_,
                  engine.clock(), *options.random, options_.site} {}
  ~AppImpl() override { stop(); }

  Status start() {
    HttpOptions http = options_.http;
    http.body_limit = [this](const Request& request) { return body_limit(options_.site, request); };
    http.quick = [this](const Request& request) { return is_quick(services_, request); };
    http.log = [this](std::string_view line) { log_.write(LogLevel::kError, "transport", {{"what", line}}); };
    engine_.sequencer().set_failure_handler([this](const Error& error) {
      log_.write(LogLevel::kError, "recording_stopped",
                 {{"code", error.code}, {"why", std::string_view(error.detail)}});
      if (options_.on_failure) options_.on_failure();
    });
    services_.neighbours = options_.neighbours;
    if (options_.witnesses) {
      AnchorKeeper::Options anchors;
      anchors.clock = &engine_.clock();
      anchors.random = options_.random;
      anchors.log = &log_;
      anchors.outward = options_.witnesses->outward;
      anchors.usual = options_.witnesses->usual;
      if (options_.neighbours != nullptr) anchors.own_witness = options_.neighbours->vkey().key;
      keeper_ = std::make_unique<AnchorKeeper>(engine_, anchors);
      services_.anchors = keeper_.get();
      // Before the first write; and not by a start that fails for its certificates or its address, which records nothing.
      http.before_listening = [this] {
        keeper_->look_back();
        keeper_->ask_the_time();
      };
      CosignedWaits::Options waits;
      waits.hurry = [this](const commands::School& school) { keeper_->hurry(school); };
      waits_ = std::make_unique<CosignedWaits>(engine_, std::move(waits));
      services_.waits = waits_.get();
    }
    TRY(http_,
        HttpServer::start(
            http,
            [this](const Request& request, const ReplyPtr& reply) {
              dispatch(services_, request, options_.pages, reply);
            },
            [this](const Request& request, unsigned status, std::int64_t micros) { observe(request, status, micros); },
            [this](const Request& request) { return handle_cached(request); }));
    services_.http = http_.get();
    if (keeper_) keeper_->start();
    log_.write(
        LogLevel::kInfo, "listening",
        {{"port", std::int64_t{http_->port()}}, {"schools", static_cast<std::int64_t>(engine_.schools().size())}});
    report_expiry(*http_, log_, SystemClock().now());
    return {};
  }

  std::string url() const override { return http_->url(); }
  std::uint16_t port() const override { return http_->port(); }
  Status reload_certificates() override { return server::reload_certificates(*http_, log_, SystemClock().now()); }
  void stop() override {
    streams_.stop();
    if (waits_) waits_->stop();
    if (http_) http_->stop();
    if (keeper_) keeper_->stop();
    engine_.sequencer().set_failure_handler({});
    log_.flush();
  }
  Response handle(const Request& request) override {
    const auto reply = std::make_shared<AwaitedReply>();
    dispatch(services_, request, options_.pages, reply);
    return reply->wait();
  }
  std::optional<Response> handle_cached(const Request& request) override { return dispatch_cached(services_, request); }
  Services& services() override { return services_; }

 private:
  void observe(const Request& request, unsigned status, std::int64_t micros) {
    const Match match = match_route(request.method, request.path);
    requests_.count(route_number(match.route), status, micros);
    // The pattern of the route, never the path: ids are personal data.
    log_.write(status >= 500 ? LogLevel::kWarning : LogLevel::kInfo, "request",
               {{"method", method_name(request.method)},
                {"route", match.route == nullptr ? std::string_view("other") : match.route->pattern},
                {"status", std::int64_t{status}},
                {"micros", micros},
                {"request", request.request_id}});
  }

  const AppOptions options_;
  Log& log_;
  commands::Engine& engine_;
  Sessions sessions_;
  SignIn sign_in_;
  ViewCache cache_;
  Views views_;
  StreamHub streams_;
  RequestMetrics requests_;
  Attempts anonymous_statements_;
  Services services_;
  std::unique_ptr<AnchorKeeper> keeper_;
  std::unique_ptr<CosignedWaits> waits_;
  std::unique_ptr<HttpServer> http_;  // destroyed first: its threads use the rest
};

}  // namespace

Result<std::unique_ptr<App>> App::start(commands::Engine& engine, const AppOptions& options) {
  LETOPIS_ASSERT(options.random != nullptr && options.log != nullptr);
  auto app = std::make_unique<AppImpl>(engine, options);
  TRY_STATUS(app->start());
  return app;
}

}  // namespace letopis::server
