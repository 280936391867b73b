#include "tests/unit/server/site.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/schema/describe.h"
#include "server/http_parse.h"

namespace letopis::server::testing {

Site::Site(const AppOptions& options, commands::Engine::Options engine) : live_(std::move(engine)), options_(options) {
  log_ = Log::to(
      [this](std::string_view line) {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(line);
      },
      live_.clock());
  options_.log = log_.get();
  options_.random = &live_.random();
}
Site::~Site() { stop(); }

void Site::stop() {
  if (app_) app_->stop();
  app_.reset();
}

test::LiveSchool& Site::school(std::string_view slug) {
  LETOPIS_ASSERT(app_ == nullptr);
  return schools_.emplace_back(live_, slug);
}

App& Site::start() {
  auto started = App::start(live_.engine(), options_);
  LETOPIS_ASSERT(started.has_value());
  app_ = std::move(*started);
  return *app_;
}

std::vector<std::string> Site::log_lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::string Site::sign_in(test::LiveSchool& school, const test::Member& member) {
  return app_->services().sessions.open(school.school(), member.id, member.key->id()).token;
}

Request Site::request(Method method, std::string_view target, std::string_view token) const {
  Request request;
  request.method = method;
  request.target = target;
  const auto parsed = parse_target(target);
  EXPECT_TRUE(parsed) << target;
  if (parsed) {
    request.path = parsed->path;
    request.query = parsed->query;
  }
  request.host = "journal.example.org";
  request.remote_address = "192.0.2.7";
  request.request_id = "r1";
  if (!token.empty()) request.authorization = "Bearer " + std::string(token);
  return request;
}

Response Site::get(std::string_view target, std::string_view token) {
  return ask(request(Method::kGet, target, token));
}

Response Site::post(std::string_view target, std::string_view json, std::string_view token) {
  Request asked = request(Method::kPost, target, token);
  asked.content_type = "application/json";
  asked.body = json;
  return ask(asked);
}

Response Site::ask(const Request& request) {
  Response response = app_->handle(request);
  const Match match = match_route(request.method, request.path);
  if (match.route == nullptr) return response;
  const auto& route = *match.route;
  const auto common = common_problems(route);
  const bool promised =
      std::any_of(route.answers.begin(), route.answers.end(),
                  [&](const auto& answer) { return answer.status == response.status; }) ||
      std::find(route.problems.begin(), route.problems.end(), response.status) != route.problems.end() ||
      std::find(common.begin(), common.end(), response.status) != common.end();
  EXPECT_TRUE(promised) << route.pattern << " answers " << response.status << ", which OpenAPI does not say";
  EXPECT_EQ(response.status >= 400, response.content_type == "application/problem+json") << route.pattern;
  return response;
}

std::string body_of(const Response& response) { return response.shared_body ? *response.shared_body : response.body; }

boost::json::value json_of(const Response& response) {
  boost::json::error_code failed;
  auto value = boost::json::parse(body_of(response), failed);
  EXPECT_FALSE(failed) << body_of(response).substr(0, 200);
  return value;
}

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

std::string problem_of(const Response& response) {
  if (response.content_type != "application/problem+json") return "no problem";
  const std::string type(json_of(response).at("type").as_string());
  constexpr std::string_view kPrefix = "urn:letopis:problem:";
  return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : type;
}

std::string flat(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string out = "{";
  for (const auto& [name, value] : fields)
    out += (out.size() > 1 ? "," : "") + ledger::json_string(name) + ":" + ledger::json_string(value);
  return out + "}";
}

}  // namespace letopis::server::testing
