#pragma once
// The table of routes. What dispatches a request is what OpenAPI is written from: method and pattern, who may ask, what
// is taken, what is answered. A handler is reached only with a known school, a live session where one is needed, query
// parameters that the table names, and a body of a media type that it names.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/anchor_keeper.h"
#include "server/answers.h"
#include "server/cosigned_waits.h"
#include "server/http.h"
#include "server/metrics.h"
#include "server/neighbours.h"
#include "server/sessions.h"
#include "server/sign_in.h"
#include "server/stream.h"
#include "server/views.h"

namespace letopis::server {

struct SitePolicy {
  bool secure_cookies = true;               // also where TLS ends in front of us
  std::vector<std::string> public_origins;  // "https://journal.example.org": besides the one a request came to
};

// Everything handlers work with.
struct Services {
  commands::Engine& engine;
  Sessions& sessions;
  SignIn& sign_in;
  Views& views;
  ViewCache& cache;
  StreamHub& streams;
  RequestMetrics& requests;
  Attempts& anonymous_statements;
  const Clock& clock;
  Random& random;
  const SitePolicy& site;
  const HttpServer* http = nullptr;       // for its counters; set once it has started
  const AnchorKeeper* anchors = nullptr;  // likewise; null where nobody is asked
  CosignedWaits* waits = nullptr;         // likewise
  Neighbours* neighbours = nullptr;       // null where this server is nobody's witness
};

struct Context {
  Services& services;
  const Request& request;
  Language language = Language::kRussian;
  commands::School* school = nullptr;      // of {s}
  SessionPtr session{};                    // null: nobody is signed in
  CallerPtr caller{};                      // as of now; in this school wherever there is one
  std::array<std::string_view, 2> args{};  // of the pattern, {s} left out

  std::string query(const std::string& name) const {
    const auto it = request.query.find(name);
    return it == request.query.end() ? std::string() : it->second;
  }
};

enum class Needs { kNobody, kSession, kEither };  // kEither: a session is looked at when there is one

struct Parameter {
  enum class In { kPath, kQuery, kHeader };
  std::string_view name;
  In in = In::kQuery;
  bool required = false;
  std::string_view schema;  // JSON, "{\"type\":\"string\"}"
  std::string_view description;
};
struct Media {
  std::string_view type;
  std::string_view schema;  // a name under components/schemas; empty: bytes or text
};
inline constexpr std::string_view kAnyMedia = "*/*";  // of a body: whatever the client calls it
struct Answer {
  unsigned status = 200;
  std::string_view description;
  std::vector<Media> media{};
};
struct Route {
  Method method = Method::kGet;
  std::string_view pattern;  // "/v1/schools/{s}/events/{index}"; "{rest...}" takes what is left
  std::string_view id;
  std::string_view tag;
  std::string_view summary;
  Needs needs = Needs::kSession;
  std::vector<Parameter> parameters{};
  std::vector<Media> bodies{};
  std::size_t body_max_bytes = 0;
  std::vector<Answer> answers{};
  std::vector<unsigned> problems{};  // statuses of problem documents, besides those every route may give
  Result<Response> (*handle)(Context&) = nullptr;
  // Instead of handle, for what is answered later: an error is the answer, otherwise `later` is called, once, with what
  // makes it.
  using Later = std::function<void(std::function<Result<Response>(Context&)> answer)>;
  Status (*start)(Context&, Later later) = nullptr;
  RenderedPtr (*cached)(Context&) = nullptr;  // the same from memory alone, for the I/O thread; null when it cannot
};

// In a fixed order; the index of a route in here is its number in the metrics.
const std::vector<Route>& routes();
// Parameters of the path, from the pattern.
std::vector<Parameter> path_parameters(const Route& route);
// Statuses that any route of this kind may answer with (401 for those that need a session, 404 for those of a school,
// …).
std::vector<unsigned> common_problems(const Route& route);

struct Match {
  const Route* route = nullptr;
  std::string_view school;
  std::array<std::string_view, 2> args{};
  std::vector<Method> methods{};  // that the path knows, when none matched
};
// HEAD is matched as GET.
Match match_route(Method method, std::string_view path);
std::size_t route_number(const Route* route);  // routes().size() for none

// --- The subjects
void add_auth_routes(std::vector<Route>& to);
void add_school_routes(std::vector<Route>& to);
void add_log_routes(std::vector<Route>& to);
void add_service_routes(std::vector<Route>& to);
void add_witness_routes(std::vector<Route>& to);

// --- What handlers share
// A GET that anybody may ask; its answer of 200.
Route public_get(std::string_view name, std::string_view tag, std::string_view pattern, std::string_view summary,
                 Answer answer, Result<Response> (*handle)(Context&));
Result<Id> id_of(std::string_view name, std::string_view text);      // "malformed" names the parameter
Result<Date> week_of(std::string_view name, std::string_view text);  // "2026-W36", or any day of it
Result<std::uint64_t> index_of(std::string_view name, std::string_view text);
Response rendered_answer(const Rendered& rendered, const Request& request);  // with its ETag, or 304

}  // namespace letopis::server
