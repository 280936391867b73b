// /healthz, /readyz, /metrics, /openapi.json: for those who run the server.

#include <algorithm>

#include "server/certificates.h"
#include "server/openapi.h"
#include "server/routes.h"
#include "server/witness_routes.h"

namespace letopis::server {
namespace {

constexpr std::string_view kJson = "application/json";

Result<Response> get_health(Context&) { return json_answer(R"({"status":"ok"})"); }

// Ready when there are schools to serve, the one writer lives (after a failed write it never lives again), and not every school is held.
Result<Response> get_ready(Context& context) {
  auto& engine = context.services.engine;
  if (engine.sequencer().stopped_by_failure()) return fail("not_ready", "the sequencer has stopped");
  const auto schools = engine.schools();
  if (schools.empty()) return fail("not_ready", "no school is open");
  const auto held = [](const commands::School* school) { return school->held().has_value(); };
  if (std::all_of(schools.begin(), schools.end(), held))
    return fail("held", "every school here takes no writes; the log says why");
  return json_answer(R"({"status":"ready","schools":)" + std::to_string(schools.size()) + "}");
}

void write_transport(MetricsWriter& out, const HttpCounters& http) {
  out.single("letopis_http_connections_open", "gauge", "Open connections.", http.connections_open);
  out.single("letopis_http_connections_total", "counter", "Connections accepted.", http.connections_total);
  out.single("letopis_http_connections_refused_total", "counter", "Connections turned away.", http.connections_refused);
  out.single("letopis_http_requests_timed_out_total", "counter", "Requests that took too long.",
             http.requests_timed_out);
  out.single("letopis_http_requests_overloaded_total", "counter", "Requests answered 503 unread.",
             http.requests_overloaded);
  out.single("letopis_http_requests_malformed_total", "counter", "Requests that are not HTTP.",
             http.requests_malformed);
  out.single("letopis_http_requests_limited_total", "counter", "Requests beyond their address's rate.",
             http.requests_limited);
  out.single("letopis_http_handler_failures_total", "counter", "Exceptions from handlers.", http.handler_failures);
  out.single("letopis_http_streams_open", "gauge", "Open event streams.", http.streams_open);
  out.single("letopis_http_streams_dropped_total", "counter", "Event streams whose reader was too slow.",
             http.streams_dropped);
  out.single("letopis_http_received_bytes_total", "counter", "Bytes of requests.", http.bytes_received);
  out.single("letopis_http_sent_bytes_total", "counter", "Bytes of answers.", http.bytes_sent);
}

void write_sequencer(MetricsWriter& out, const ledger::Sequencer& sequencer) {
  const auto counters = sequencer.counters();
  const auto seconds = [](std::int64_t micros) { return static_cast<double>(micros) / 1e6; };
  out.single("letopis_sequencer_batches_total", "counter", "Batches committed.", counters.batches);
  out.single("letopis_sequencer_statements_total", "counter", "Statements recorded.", counters.statements);
  out.single("letopis_sequencer_repeated_total", "counter", "Statements that were there already.", counters.repeated);
  out.single("letopis_sequencer_conflicts_total", "counter", "Requests turned away for their chain.",
             counters.conflicts);
  out.single("letopis_sequencer_queue_statements", "gauge", "Statements waiting.", counters.queue_statements);
  out.head("letopis_sequencer_seconds_total", "counter", "Time spent, by step.");
  out.value("letopis_sequencer_seconds_total", "step=\"judge\"", seconds(counters.judge_micros_total));
  out.value("letopis_sequencer_seconds_total", "step=\"commit\"", seconds(counters.commit_micros_total));
  out.value("letopis_sequencer_seconds_total", "step=\"journal\"", seconds(counters.journal_micros_total));
  out.head("letopis_sequencer_last_batch_seconds", "gauge", "How long the newest batch took.");
  out.value("letopis_sequencer_last_batch_seconds", {}, seconds(counters.last_batch_micros));
  out.single("letopis_sequencer_stopped", "gauge", "1 when a failed write has stopped recording.",
             sequencer.stopped_by_failure() ? 1 : 0);
}

void write_schools(MetricsWriter& out, commands::Engine& engine) {
  struct Size {
    std::string label;
    std::uint64_t entries, shards;
    std::int64_t newest_micros;
  };
  std::vector<Size> sizes;
  for (const auto* school : engine.schools())
    sizes.push_back(school->read([&](const commands::ReadModel& model) {
      return Size{"school=\"" + school->slug() + "\"", model.times.size(), model.shards.count(),
                  model.times.empty() ? 0 : model.times.back().micros};
    }));
  out.head("letopis_school_entries", "gauge", "Entries in the log.");
  for (const auto& size : sizes) out.value("letopis_school_entries", size.label, size.entries);
  out.head("letopis_school_shards", "gauge", "Shards of the read model.");
  for (const auto& size : sizes) out.value("letopis_school_shards", size.label, size.shards);
  out.head("letopis_school_newest_entry_seconds", "gauge", "When the newest entry was recorded, unix time.");
  for (const auto& size : sizes)
    out.value("letopis_school_newest_entry_seconds", size.label, static_cast<double>(size.newest_micros) / 1e6);
}

void write_anchors(MetricsWriter& out, const AnchorKeeper& keeper) {
  const auto counted = keeper.counters();
  const auto each = [&](std::string_view name, std::string_view kind, std::string_view help, auto value_of) {
    out.head(name, kind, help);
    for (const auto& [school, of] : counted) out.value(name, "school=\"" + school + "\"", value_of(of));
  };
  using Of = AnchorKeeper::Counters;
  each("letopis_anchor_rounds_total", "counter", "Times the witnesses were asked.",
       [](const Of& of) { return of.rounds; });
  each("letopis_anchors_total", "counter", "Anchors recorded.", [](const Of& of) { return of.anchors; });
  each("letopis_anchor_cosignatures_total", "counter", "Cosignatures anchored.",
       [](const Of& of) { return of.cosignatures; });
  each("letopis_anchor_tokens_total", "counter", "Time-stamps anchored.", [](const Of& of) { return of.tokens; });
  each("letopis_anchor_refused_total", "counter", "Evidence left out: alone with its time, or too large.",
       [](const Of& of) { return of.refused; });
  out.single("letopis_revocation_lists_missed_total", "counter",
             "Times an authority's list of revoked certificates was not to be had.", keeper.revocation_lists_missed());
  each("letopis_clock_faults_total", "counter", "Times the clock disagreed with a quorum or with itself.",
       [](const Of& of) { return of.clock_faults; });
  each("letopis_witnessed_entries", "gauge", "Entries that a quorum has seen.",
       [](const Of& of) { return of.witnessed_size; });
  each("letopis_bracket_seconds", "gauge", "Width of the bracket of the newest entries that a quorum has seen.",
       [](const Of& of) { return static_cast<double>(of.bracket_micros) / 1e6; });
}

void write_failures(MetricsWriter& out, const AnchorKeeper& keeper) {
  out.head("letopis_anchor_failures_total", "counter", "Times a witness or an authority of the policy gave nothing.");
  for (const auto& [school, of] : keeper.counters())
    for (const auto& [name, count] : of.failures)
      out.value("letopis_anchor_failures_total", "school=\"" + school + "\"," + MetricsWriter::label("asked", name),
                count);
}

// Nothing of a school without one.
void write_policies(MetricsWriter& out, const AnchorKeeper& keeper) {
  out.head("letopis_policy_entry", "gauge", "The entry that endorsed the policy whose witnesses are asked.");
  for (const auto& [school, of] : keeper.counters())
    if (of.policy) out.value("letopis_policy_entry", "school=\"" + school + "\"", *of.policy);
}

void write_held(MetricsWriter& out, commands::Engine& engine) {
  out.head("letopis_school_held", "gauge", "1 when a witness has seen another history: nothing is recorded.");
  for (const auto* school : engine.schools())
    out.value("letopis_school_held", "school=\"" + school->slug() + "\"", std::uint64_t{school->held() ? 1U : 0U});
}

Result<Response> get_metrics(Context& context) {
  auto& services = context.services;
  std::string text;
  services.requests.write(text);
  MetricsWriter out(text);
  if (services.http != nullptr) {
    write_transport(out, services.http->counters());
    write_certificate(out, *services.http);
  }
  write_sequencer(out, services.engine.sequencer());
  write_schools(out, services.engine);
  write_held(out, services.engine);
  if (services.anchors != nullptr) {
    write_anchors(out, *services.anchors);
    write_failures(out, *services.anchors);
    write_policies(out, *services.anchors);
  }
  if (services.neighbours != nullptr) write_witness(out, services.neighbours->witness());
  out.single("letopis_sessions", "gauge", "Sessions.", services.sessions.size());
  out.single("letopis_streams", "gauge", "Sessions that listen for changes.", services.streams.size());
  auto& cache = services.cache.counters();
  out.single("letopis_view_cache_hits_total", "counter", "Views served from memory.", cache.hits);
  out.single("letopis_view_cache_misses_total", "counter", "Views that were not in memory.", cache.misses);
  out.single("letopis_view_cache_stale_total", "counter", "Views in memory that had changed.", cache.stale);
  out.single("letopis_view_cache_evicted_total", "counter", "Views that made room.", cache.evicted);
  out.single("letopis_view_cache_bytes", "gauge", "Bytes of views in memory.", services.cache.bytes());
  return text_answer(std::move(text), "text/plain; version=0.0.4; charset=utf-8");
}

Result<Response> get_openapi(Context&) { return json_answer(openapi_json()); }

Route get(std::string_view name, std::string_view pattern, std::string_view summary, Media media,
          Result<Response> (*handle)(Context&)) {
  return public_get(name, "service", pattern, summary, {200, "ok", {media}}, handle);
}

}  // namespace

void add_service_routes(std::vector<Route>& to) {
  to.push_back(get("healthz", "/healthz", "The process lives.", {kJson, "Health"}, get_health));
  to.push_back(get("readyz", "/readyz", "Schools are open and entries are recorded.", {kJson, "Readiness"}, get_ready));
  to.push_back(
      get("metrics", "/metrics", "Prometheus.", {"text/plain; version=0.0.4; charset=utf-8", {}}, get_metrics));
  to.push_back(get("openapi", "/openapi.json", "This description.", {kJson, {}}, get_openapi));
}

}  // namespace letopis::server
