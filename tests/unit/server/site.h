#pragma once
// A whole server over real schools, asked in process. Every answer is held against the table of routes: a status that
// OpenAPI does not promise fails the test that met it.
//
//   Site site;
//   LiveSchool& licey = site.school("licey29");
//   const std::string token = site.sign_in(licey, licey.director());
//   EXPECT_EQ(site.get("/v1/schools/licey29/me", token).status, 200U);

#include <boost/json.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/app.h"
#include "tests/support/live_school.h"

namespace letopis::server::testing {

class Site {
 public:
  explicit Site(const AppOptions& options = {}, commands::Engine::Options engine = {});
  ~Site();

  // Creates it; all schools have to be there before start().
  test::LiveSchool& school(std::string_view slug);
  App& start();
  App& app() { return *app_; }
  void stop();  // the App is gone; the engine may be reopened
  test::LiveEngine& live() { return live_; }
  std::vector<std::string> log_lines() const;

  // A session as sign-in makes it.
  std::string sign_in(test::LiveSchool& school, const test::Member& member);

  // What a program sends; `token` goes as a bearer's.
  Request request(Method method, std::string_view target, std::string_view token = {}) const;
  Response get(std::string_view target, std::string_view token = {});
  Response post(std::string_view target, std::string_view json, std::string_view token = {});
  Response ask(const Request& request);

 private:
  test::LiveEngine live_;
  std::deque<test::LiveSchool> schools_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::unique_ptr<Log> log_;
  AppOptions options_;
  std::unique_ptr<App> app_;
};

std::string body_of(const Response& response);
boost::json::value json_of(const Response& response);
std::string header_of(const Response& response, std::string_view name);
// The last part of a problem's type: "chain-conflict".
std::string problem_of(const Response& response);
inline std::string hex(const Id& id) { return to_hex(id.view()); }

// {"a":"b",…} of texts.
std::string flat(std::initializer_list<std::pair<std::string_view, std::string>> fields);

}  // namespace letopis::server::testing
