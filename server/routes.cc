#include "server/routes.h"

#include <algorithm>

#include "ledger/decimal.h"

namespace letopis::server {
namespace {

constexpr std::size_t kSegmentsMax = 8;

struct Path {
  std::array<std::string_view, kSegmentsMax> segments;
  std::size_t count = 0;
};

// "/log/a/tile/0/000": its first segments; with `max`, the last of them is all that is left.
Path split(std::string_view path, std::size_t max = kSegmentsMax) {
  Path split;
  if (!path.starts_with('/')) return split;
  path.remove_prefix(1);
  while (split.count < max) {
    const auto slash = split.count + 1 == max ? std::string_view::npos : path.find('/');
    split.segments[split.count++] = path.substr(0, slash);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return split;
}

struct Pattern {
  const Route* route;
  Path path;
  bool takes_rest = false;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> kPatterns = [] {
    std::vector<Pattern> list;
    for (const auto& route : routes()) {
      Pattern pattern{&route, split(route.pattern), route.pattern.ends_with("...}")};
      list.push_back(pattern);
    }
    return list;
  }();
  return kPatterns;
}

bool fits(const Pattern& pattern, std::string_view path, Match& match) {
  const Path given = split(path, pattern.takes_rest ? pattern.path.count : kSegmentsMax);
  if (given.count != pattern.path.count) return false;
  std::size_t args = 0;
  for (std::size_t i = 0; i < given.count; ++i) {
    const auto expected = pattern.path.segments[i];
    if (!expected.starts_with('{')) {
      if (expected != given.segments[i]) return false;
    } else if (given.segments[i].empty()) {
      return false;
    } else if (expected == "{s}") {
      match.school = given.segments[i];
    } else {
      match.args[args++] = given.segments[i];
    }
  }
  return true;
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> all;
    add_school_routes(all);
    add_auth_routes(all);
    add_log_routes(all);
    add_service_routes(all);
    add_witness_routes(all);
    return all;
  }();
  return kRoutes;
}

Match match_route(Method method, std::string_view path) {
  if (method == Method::kHead) method = Method::kGet;
  Match match;
  for (const auto& pattern : patterns()) {
    if (!fits(pattern, path, match)) continue;
    if (pattern.route->method == method) {
      match.route = pattern.route;
      match.methods.clear();
      return match;
    }
    match.methods.push_back(pattern.route->method);
  }
  return match;
}

std::size_t route_number(const Route* route) {
  return route == nullptr ? routes().size() : static_cast<std::size_t>(route - routes().data());
}

std::vector<Parameter> path_parameters(const Route& route) {
  constexpr std::string_view kText = R"({"type":"string"})";
  std::vector<Parameter> parameters;
  const Path path = split(route.pattern);
  for (std::size_t i = 0; i < path.count; ++i) {
    auto name = path.segments[i];
    if (!name.starts_with('{')) continue;
    name = name.substr(1, name.find_first_of(".}") - 1);
    Parameter parameter{name, Parameter::In::kPath, true, kText, "a tile, as C2SP tlog-tiles writes its path"};
    if (name == "s")
      parameter.schema = R"({"type":"string","pattern":"^[a-z0-9-]{1,40}$"})", parameter.description = "the school";
    if (name == "index")
      parameter.schema = R"({"type":"integer","minimum":0})", parameter.description = "place of the entry in the log";
    if (name == "name") parameter.schema = kText, parameter.description = "the register";
    if (name == "origin")
      parameter.schema = R"({"type":"string","pattern":"^[0-9a-f]{64}$"})",
      parameter.description = "SHA-256 of a log's origin";
    if (name == "hash")
      parameter.schema = R"({"type":"string","pattern":"^[0-9a-f]{64}$"})",
      parameter.description = "SHA-256 of the text or file";
    parameters.push_back(parameter);
  }
  return parameters;
}

std::vector<unsigned> common_problems(const Route& route) {
  std::vector<unsigned> statuses{400};
  if (route.needs != Needs::kNobody) statuses.push_back(401);
  if (route.needs != Needs::kNobody || route.method == Method::kPost) statuses.push_back(403);
  if (route.pattern.find('{') != std::string_view::npos) statuses.push_back(404);
  if (!route.bodies.empty()) statuses.insert(statuses.end(), {413, 415});
  statuses.insert(statuses.end(), {429, 500, 503});
  return statuses;
}

Route public_get(std::string_view name, std::string_view tag, std::string_view pattern, std::string_view summary,
                 Answer answer, Result<Response> (*handle)(Context&)) {
  Route route;
  route.pattern = pattern;
  route.id = name;
  route.tag = tag;
  route.summary = summary;
  route.needs = Needs::kNobody;
  route.answers = {std::move(answer)};
  route.handle = handle;
  return route;
}

Result<Id> id_of(std::string_view name, std::string_view text) {
  auto id = fixed_from_hex<Id>(text);
  if (!id) return fail("malformed", std::string(name) + ": " + id.error().detail);
  return id;
}

Result<Date> week_of(std::string_view name, std::string_view text) {
  if (text.find('W') != std::string_view::npos) {
    auto monday = parse_week(text);
    if (!monday) return fail("malformed", std::string(name) + ": expected a week like 2026-W36");
    return monday;
  }
  const auto day = parse_date(text);
  if (!day) return fail("malformed", std::string(name) + ": expected a week like 2026-W36, or a day of it");
  return day->monday();
}

Result<std::uint64_t> index_of(std::string_view name, std::string_view text) {
  const auto index = ledger::parse_decimal(text);
  if (!index) return fail("malformed", std::string(name) + ": expected a decimal number");
  return *index;
}

Response rendered_answer(const Rendered& rendered, const Request& request) {
  Response response;
  response.headers = {
      {"ETag", rendered.etag}, {"Cache-Control", "private, no-cache"}, {"Vary", "Cookie, Authorization"}};
  if (none_match(request.if_none_match, rendered.etag))
    response.status = 304;
  else
    response.shared_body = rendered.body;
  return response;
}

}  // namespace letopis::server
