#pragma once
// A request's way to its handler: route, school, session, whether it comes from our own pages, query and body as the
// table names them. Thread-safe.

#include <functional>
#include <optional>

#include "server/routes.h"

namespace letopis::server {

// On a worker thread, or the I/O thread when is_quick. `pages` answers what no route does (GET and HEAD); nullopt leaves a
// 404.
using Pages = std::function<std::optional<Response>(const Request&)>;
void dispatch(Services& services, const Request& request, const Pages& pages, const ReplyPtr& reply);
// A statement or two of somebody whom memory knows: checking them costs about as much as a change of threads.
bool is_quick(Services& services, const Request& request);
inline constexpr std::size_t kQuickBodyMaxBytes = 4096;

// On the I/O thread: a view that memory alone answers; nullopt for everything else.
std::optional<Response> dispatch_cached(Services& services, const Request& request);

// The largest body this request may have, told from its header.
std::size_t body_limit(const SitePolicy& site, const Request& request);
inline constexpr std::size_t kAnonymousBodyMaxBytes = 1024 * 1024;

}  // namespace letopis::server
