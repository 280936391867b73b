// The description and the routes are one: what is described is there, what is there is described. And what the service
// routes tell, and do not tell.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "server/answers.h"
#include "server/metrics.h"
#include "server/openapi.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using test::LiveSchool;
using test::Member;

const boost::json::object& document() {
  static const boost::json::value kDocument = boost::json::parse(openapi_json());
  return kDocument.as_object();
}
std::string_view text(const boost::json::value& value) { return value.as_string(); }

const char* verb(const Route& route) { return route.method == Method::kPost ? "post" : "get"; }
std::string described_path(const Route& route) {
  std::string path(route.pattern);
  if (const auto dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

TEST(OpenApi, EveryRouteIsDescribedAndNothingElseIs) {
  std::set<std::string> described;
  for (const auto& [path, operations] : document().at("paths").as_object())
    for (const auto& [method, operation] : operations.as_object())
      described.insert(std::string(method) + " " + std::string(path));
  std::set<std::string> there;
  for (const auto& route : routes()) there.insert(std::string(verb(route)) + " " + described_path(route));
  EXPECT_EQ(described, there);
  EXPECT_GT(there.size(), 25U);
}

TEST(OpenApi, OperationsAreNamedOnce) {
  std::set<std::string_view> ids;
  for (const auto& route : routes()) EXPECT_TRUE(ids.insert(route.id).second) << route.id;
}

TEST(OpenApi, AParameterInThePathIsDescribedAndIsInThePath) {
  const auto& paths = document().at("paths").as_object();
  for (const auto& route : routes()) {
    const auto path = described_path(route);
    std::set<std::string> in_path;
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
      in_path.insert(path.substr(open + 1, path.find('}', open) - open - 1));
    std::set<std::string> described;
    const auto& operation = paths.at(path).at(verb(route)).as_object();
    if (const auto* parameters = operation.if_contains("parameters"))
      for (const auto& parameter : parameters->as_array()) {
        EXPECT_TRUE(parameter.at("schema").is_object()) << path;
        if (text(parameter.at("in")) != "path") continue;
        EXPECT_TRUE(parameter.at("required").as_bool());
        described.insert(std::string(text(parameter.at("name"))));
      }
    EXPECT_EQ(described, in_path) << path;
  }
}

void expect_references_resolve(const boost::json::value& value, const boost::json::object& components) {
  if (const auto* array = value.if_array())
    for (const auto& item : *array) expect_references_resolve(item, components);
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& [key, item] : *object) {
    if (key == "$ref") {
      std::string_view reference = text(item);
      constexpr std::string_view kPrefix = "#/components/";
      ASSERT_TRUE(reference.starts_with(kPrefix)) << reference;
      reference.remove_prefix(kPrefix.size());
      const auto slash = reference.find('/');
      const auto& kind = components.at(reference.substr(0, slash)).as_object();
      EXPECT_TRUE(kind.contains(reference.substr(slash + 1))) << reference;
    }
    expect_references_resolve(item, components);
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  const auto& whole = document();
  expect_references_resolve(whole, whole.at("components").as_object());
}

TEST(OpenApi, EveryOperationSaysWhatMayGoWrongAndTheProblemsExist) {
  std::set<unsigned> known;
  for (const auto& kind : problem_kinds()) known.insert(kind.status);
  for (const auto& route : routes()) {
    EXPECT_FALSE(route.answers.empty()) << route.pattern;
    EXPECT_FALSE(route.summary.empty()) << route.pattern;
    auto problems = common_problems(route);
    problems.insert(problems.end(), route.problems.begin(), route.problems.end());
    for (const auto status : problems) EXPECT_TRUE(known.contains(status)) << route.pattern << " " << status;
    const auto& responses =
        document().at("paths").at(described_path(route)).at(verb(route)).at("responses").as_object();
    for (const auto status : problems) EXPECT_TRUE(responses.contains(std::to_string(status))) << route.pattern;
    for (const auto& answer : route.answers)
      EXPECT_TRUE(responses.contains(std::to_string(answer.status))) << route.pattern;
  }
}

TEST(OpenApi, EveryTypeOfStatementHasItsSchema) {
  const auto& schemas = document().at("components").at("schemas").as_object();
  for (std::size_t i = 1; i < ledger::kBodyCount; ++i)
    EXPECT_TRUE(schemas.contains("statement_" + std::string(ledger::kBodyNames[i])));
  EXPECT_EQ(schemas.at("Statement").at("oneOf").as_array().size(), ledger::kBodyCount - 1);
}

TEST(HttpPage, EveryProblemOfOursIsOnIt) {
  std::ifstream file(LETOPIS_SOURCE_DIR "/docs/formats/http.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(page.empty());
  for (const auto& kind : problem_kinds())
    EXPECT_NE(page.find("`" + std::string(kind.slug) + "`"), std::string::npos) << kind.slug;
}

// In the reader's language what to do; the place and the limit in English, to whoever asks in Russian under another name.
TEST(Problems, SayWhatToDoInTheReadersLanguage) {
  for (const auto& kind : problem_kinds()) {
    const Error error{std::string(kind.code), "statements[0]: expected 32 digits"};
    const auto of = [&](Language language) {
      return boost::json::parse(problem_for(error, language, "1").body).as_object();
    };
    const auto russian = of(Language::kRussian), english = of(Language::kEnglish);
    const std::string_view help = russian.at("detail").as_string();
    EXPECT_TRUE(help.ends_with('.') || help.ends_with(").")) << kind.code;
    EXPECT_EQ(help.find("expected"), std::string_view::npos) << kind.code;
    const bool ours = kind.status == 500 || kind.code == "stopped";  // paths and words of the store help nobody outside
    EXPECT_EQ(russian.contains("technical"), !ours) << kind.code;
    EXPECT_EQ(english.contains("detail"), !ours) << kind.code;
    EXPECT_FALSE(english.contains("technical")) << kind.code;
    if (ours) continue;
    EXPECT_EQ(russian.at("technical"), english.at("detail")) << kind.code;
  }
}

// --- What answers really hold ----------------------------------------------------------------------------------------

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    licey.join(physics, masha);
    site.live().at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "5");
    site.start();
    token = site.sign_in(licey, licey.director());
  }

  // Members that the schema asks for are there, and no others.
  void expect_fits(const boost::json::value& value, const std::string& schema_name) {
    const auto& whole = document();
    const auto& schema = whole.at("components").at("schemas").at(schema_name).as_object();
    const auto* properties = schema.if_contains("properties");
    ASSERT_NE(properties, nullptr) << schema_name;
    for (const auto& name : schema.at("required").as_array())
      EXPECT_TRUE(value.as_object().contains(text(name))) << schema_name << ": " << text(name) << " is missing";
    for (const auto& [name, member] : value.as_object())
      EXPECT_TRUE(properties->as_object().contains(name)) << schema_name << ": nobody told of " << name;
  }
  boost::json::value get(const std::string& path) {
    const auto response = site.get(path, token);
    EXPECT_EQ(response.status, 200U) << path << body_of(response);
    return json_of(response);
  }

  Site site;
  LiveSchool& licey = site.school("licey29");
  Member& ivan = licey.teacher("Иван Седов");
  Id class_a = licey.klass("7А", 7, ivan);
  Member& masha = licey.student(class_a, "Маша Ильина");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id lesson;
  std::string token;
};

TEST_F(ServiceTest, AnswersHaveTheMembersThatAreDescribed) {
  const std::string s = "/v1/schools/licey29/";
  expect_fits(get(s + "journal?group=" + hex(physics) + "&from=2026-09-01&to=2026-09-07"), "Journal");
  expect_fits(get(s + "diary?week=2026-W36&student=" + hex(masha.id)), "Diary");
  expect_fits(get(s + "timetable?week=2026-W36&group=" + hex(physics)), "Timetable");
  expect_fits(get(s + "profile"), "Profile");
  expect_fits(get(s + "me"), "Me");
  expect_fits(get(s + "duties?of=school"), "Duties");
  expect_fits(get(s + "summary"), "Summary");
  expect_fits(get(s + "summary?class=" + hex(class_a)), "Summary");
  expect_fits(get(s + "inspections"), "Inspections");
  expect_fits(get(s + "documents"), "Documents");
  expect_fits(get(s + "operations"), "Operations");
  expect_fits(get(s + "events/3"), "Entry");
  expect_fits(get("/v1/auth/session"), "Session");
  expect_fits(get("/healthz"), "Health");
  expect_fits(get("/readyz"), "Readiness");
  expect_fits(json_of(site.get(s + "events/100000", token)), "Problem");
}

TEST_F(ServiceTest, TheDescriptionIsServedToEverybody) {
  const auto response = site.get("/openapi.json");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(json_of(response).at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(body_of(response), openapi_json());
}

TEST_F(ServiceTest, WhatIsNoRouteIsSaidToBeNone) {
  const auto nowhere = site.get("/v1/nowhere");
  EXPECT_EQ(nowhere.status, 404U);
  EXPECT_EQ(problem_of(nowhere), "no-route");
  const auto wrong = site.ask(site.request(Method::kDelete, "/v1/schools/licey29/journal", token));
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(header_of(wrong, "Allow"), "GET, HEAD");
  EXPECT_EQ(header_of(site.get("/v1/schools/licey29/events"), "Allow"), "POST");
}

TEST_F(ServiceTest, ReadyUntilTheWriterIsGone) {
  EXPECT_EQ(site.get("/healthz").status, 200U);
  EXPECT_EQ(json_of(site.get("/readyz")).at("schools").as_int64(), 1);
  Site empty;
  empty.start();
  EXPECT_EQ(empty.get("/readyz").status, 503U) << "no school is open";
  ASSERT_TRUE(licey.school().hold({{}, "witness_ahead", "a witness has seen 900 entries", "w", "note"}));
  EXPECT_EQ(site.get("/readyz").status, 503U) << "nothing is recorded in any";
  EXPECT_EQ(site.get("/healthz").status, 200U);
  ASSERT_TRUE(licey.school().release());
  EXPECT_EQ(empty.get("/healthz").status, 200U);
}

TEST_F(ServiceTest, MetricsCountAndNameNobody) {
  // Over the network: the transport counts.
  const auto client = HttpClient::connect(site.app().url());
  ASSERT_TRUE(client);
  const auto send = [&](const std::string& target) {
    ClientRequest request;
    request.target = target;
    request.headers = {{"Authorization", "Bearer " + token}};
    const auto response = (*client)->send(request);
    EXPECT_TRUE(response);
    return response ? response->status : 0;
  };
  EXPECT_EQ(send("/v1/schools/licey29/diary?week=2026-W36&student=" + hex(masha.id)), 200U);
  EXPECT_EQ(send("/v1/schools/licey29/events/1000"), 404U);
  EXPECT_EQ(send("/v1/nobody/" + hex(masha.id)), 404U);
  ASSERT_EQ(send("/v1/schools/licey29/me"), 200U);
  const std::string metrics = body_of(site.get("/metrics"));
  const auto has = [&](const std::string& line) { return metrics.find(line) != std::string::npos; };
  EXPECT_TRUE(has(R"(letopis_http_requests_total{method="GET",route="/v1/schools/{s}/diary",status="200"} 1)"));
  EXPECT_TRUE(has(R"(route="/v1/schools/{s}/events/{index}",status="404"} 1)"));
  EXPECT_TRUE(has(R"(route="other",status="404"} 1)"));
  EXPECT_TRUE(has("letopis_school_entries{school=\"licey29\"} " +
                  std::to_string(licey.school().read([](const auto& model) { return model.times.size(); }))))
      << metrics;
  EXPECT_TRUE(has("letopis_sessions 1\n"));
  for (const auto& secret : {hex(masha.id), hex(physics), hex(ivan.key->id()), masha.name, std::string("Седов"), token,
                             std::string("192.0.2."), std::string("127.0.0.1"), licey.root().name + "@"})
    EXPECT_FALSE(has(secret)) << secret;
  for (const auto& line : site.log_lines())
    for (const auto& secret : {hex(masha.id), masha.name, token, std::string("127.0.0.1")})
      EXPECT_EQ(line.find(secret), std::string::npos) << line;
  // Every sample is of a metric that is declared, in the text format of Prometheus.
  std::set<std::string> declared;
  std::size_t samples = 0;
  for (std::size_t at = 0; at < metrics.size();) {
    const auto end = metrics.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    const std::string line = metrics.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("# TYPE ")) declared.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line.starts_with('#')) continue;
    std::string name = line.substr(0, line.find_first_of("{ "));
    for (const char* suffix : {"_bucket", "_sum", "_count"})
      if (name.ends_with(suffix) && !declared.contains(name)) name.resize(name.size() - std::strlen(suffix));
    EXPECT_TRUE(declared.contains(name)) << line;
    ++samples;
  }
  EXPECT_GT(samples, 30U);
}

// A policy's names are anybody's; one of them must not end its own line.
TEST(Metrics, ALabelMayBeAnyText) {
  EXPECT_EQ(MetricsWriter::label("asked", "north"), "asked=\"north\"");
  EXPECT_EQ(MetricsWriter::label("asked", "a\"} 7\nb\\"), "asked=\"a\\\"} 7\\nb\\\\\"");
}

}  // namespace
}  // namespace letopis::server::testing
