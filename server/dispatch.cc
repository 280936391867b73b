#include "server/dispatch.h"

#include <algorithm>

#include "server/cookies.h"

namespace letopis::server {
namespace {

bool changes_state(Method method) { return method != Method::kGet && method != Method::kHead; }

// What the handler asks of a session, and whether there is one.
Status sign(Context& context, const Route& route) {
  if (route.needs == Needs::kNobody) return {};
  const auto credential = credential_of(context.request, context.services.site);
  if (credential) {
    if (credential->is_cookie && changes_state(context.request.method) &&
        !is_same_origin(context.request, context.services.site, false))
      return fail("cross_site", "a request that changes something needs an Origin of ours");
    context.session = context.services.sessions.find(credential->token);
    if (context.session != nullptr) context.caller = context.services.sessions.caller(context.session);
    if (context.caller == nullptr) context.session = nullptr;
  }
  if (context.session == nullptr) return route.needs == Needs::kSession ? fail("not_signed_in", {}) : Status{};
  if (context.school == nullptr || context.school == context.caller->school) return {};
  // In another school one is nobody.
  if (route.needs == Needs::kSession) return fail("other_school", {});
  context.session = nullptr;
  context.caller = nullptr;
  return {};
}

Status check_query(const Request& request, const Route& route) {
  for (const auto& [name, value] : request.query) {
    const bool known =
        std::any_of(route.parameters.begin(), route.parameters.end(), [&, &name = name](const auto& parameter) {
          return parameter.in == Parameter::In::kQuery && parameter.name == name;
        });
    if (!known) return fail("malformed", name.substr(0, 64) + ": no such parameter");
  }
  for (const auto& parameter : route.parameters)
    if (parameter.in == Parameter::In::kQuery && parameter.required &&
        !request.query.contains(std::string(parameter.name)))
      return fail("malformed", std::string(parameter.name) + ": missing");
  return {};
}

Status check_body(const Request& request, const Route& route) {
  if (route.bodies.empty()) return {};
  const bool known = std::any_of(route.bodies.begin(), route.bodies.end(), [&](const auto& media) {
    return media.type == kAnyMedia || media.type == request.content_type;
  });
  if (!known) {
    std::string list;
    for (const auto& media : route.bodies) list += (list.empty() ? "" : " or ") + std::string(media.type);
    return fail("unsupported_media_type", list);
  }
  if (request.body.size() > route.body_max_bytes) return fail("too_large", {});
  return {};
}

// Everything that is asked of a request before its handler.
Status admit(Context& context, const Match& match) {
  const Route& route = *match.route;
  context.args = match.args;
  // Signing somebody in from another site is as bad as acting for them.
  if (changes_state(context.request.method) && !is_same_origin(context.request, context.services.site, true))
    return fail("cross_site", "the request comes from another site");
  if (!match.school.empty()) {
    context.school = context.services.engine.find(match.school);
    if (context.school == nullptr) return fail("not_found", "no such school");
  }
  TRY_STATUS(sign(context, route));
  TRY_STATUS(check_query(context.request, route));
  return check_body(context.request, route);
}

void add_default_headers(Response& response) {
  const auto has = [&](std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  if (!has("Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
}

Response method_not_allowed(const Request& request, const Match& match, Language language) {
  Response response = problem_for(Error{"method_not_allowed", {}}, language, request.request_id);
  std::string allowed;
  for (const auto method : match.methods)
    allowed += (allowed.empty() ? "" : ", ") + std::string(method == Method::kPost ? "POST" : "GET, HEAD");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response without_route(const Request& request, const Pages& pages, const Match& match) {
  const Language language = language_of(request.accept_language);
  if (pages && !changes_state(request.method) && match.methods.empty())
    if (auto page = pages(request)) return *std::move(page);
  Response response = match.methods.empty() ? problem_for(Error{"no_route", {}}, language, request.request_id)
                                            : method_not_allowed(request, match, language);
  add_default_headers(response);
  return response;
}

}  // namespace

void dispatch(Services& services, const Request& request, const Pages& pages, const ReplyPtr& reply) {
  const Match match = match_route(request.method, request.path);
  if (match.route == nullptr) return reply->now(without_route(request, pages, match));
  const auto context = std::make_shared<Context>(Context{services, request, language_of(request.accept_language)});
  const auto finished = [](Result<Response> result, const Context& of) {
    Response response = result ? *std::move(result) : problem_for(result.error(), of.language, of.request.request_id);
    add_default_headers(response);
    return response;
  };
  Status admitted = admit(*context, match);
  if (admitted && match.route->start == nullptr) return reply->now(finished(match.route->handle(*context), *context));
  if (admitted)
    admitted =
        match.route->start(*context, [context, reply, finished](std::function<Result<Response>(Context&)> answer) {
          reply->make([context, finished, answer = std::move(answer)] { return finished(answer(*context), *context); });
        });
  if (!admitted) reply->now(finished(tl::unexpected(std::move(admitted).error()), *context));
}

bool is_quick(Services& services, const Request& request) {
  if (request.method != Method::kPost || request.body.size() > kQuickBodyMaxBytes) return false;
  const Match match = match_route(request.method, request.path);
  if (match.route == nullptr || match.route->start == nullptr) return false;
  const auto credential = credential_of(request, services.site);
  if (!credential) return false;
  const auto session = services.sessions.find(credential->token, false);
  return session != nullptr && services.sessions.caller(session, true) != nullptr;
}

std::optional<Response> dispatch_cached(Services& services, const Request& request) {
  const Match match = match_route(request.method, request.path);
  if (match.route == nullptr || match.route->cached == nullptr) return std::nullopt;
  const auto credential = credential_of(request, services.site);
  if (!credential) return std::nullopt;
  Context context{services, request};
  context.args = match.args;
  context.session = services.sessions.find(credential->token);
  if (context.session == nullptr) return std::nullopt;
  context.school = &context.session->school();
  if (context.school->slug() != match.school) return std::nullopt;
  context.caller = services.sessions.caller(context.session, true);
  if (context.caller == nullptr || !check_query(request, *match.route)) return std::nullopt;
  const RenderedPtr rendered = match.route->cached(context);
  if (rendered == nullptr) return std::nullopt;
  Response response = rendered_answer(*rendered, request);
  add_default_headers(response);
  return response;
}

std::size_t body_limit(const SitePolicy& site, const Request& request) {
  constexpr std::size_t kNone = 1024;  // some clients send a body where none is expected
  const Match match = match_route(request.method, request.path);
  if (match.route == nullptr || match.route->bodies.empty()) return kNone;
  const bool anonymous = match.route->needs == Needs::kEither && !credential_of(request, site);
  return anonymous ? std::min(kAnonymousBodyMaxBytes, match.route->body_max_bytes) : match.route->body_max_bytes;
}

}  // namespace letopis::server
