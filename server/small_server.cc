#include "server/small_server.h"

namespace letopis::server {

Status SmallServer::start(HttpOptions options, std::function<Response(const Request&)> answer) {
  options.log = [this](std::string_view line) { log_.write(LogLevel::kError, "transport", {{"what", line}}); };
  TRY(http_, HttpServer::start(
                 options, answers_at_once(std::move(answer)),
                 [this](const Request& request, unsigned status, std::int64_t micros) {
                   log_.write(status >= 500 ? LogLevel::kWarning : LogLevel::kInfo, "request",
                              {{"status", std::int64_t{status}}, {"micros", micros}, {"request", request.request_id}});
                 }));
  report_expiry(*http_, log_, SystemClock().now());
  return {};
}

}  // namespace letopis::server
