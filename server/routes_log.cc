// /log/{s}/…: the log as any C2SP tool reads it.

#include "server/routes.h"
#include "server/tiles.h"

namespace letopis::server {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

Result<Response> get_checkpoint(Context& context) { return checkpoint_answer(*context.school); }
Result<Response> get_vkey(Context& context) { return vkey_answer(*context.school); }

// Public: who the school says it is, and by which keys. No person is named in it.
Result<Response> get_genesis(Context& context) {
  TRY(std::string proof, context.school->proof(0, true));
  Response response;
  response.content_type = kText;
  response.body = std::move(proof);
  response.headers.emplace_back("Cache-Control", "public, max-age=60");
  return response;
}

Result<Response> get_tile(Context& context) {
  const std::string path = "tile/" + std::string(context.args[0]);
  TileQuery query{path, false};
  if (context.caller != nullptr)
    query.may_read_entries = allow(*context.caller->structure, context.caller->viewer, Action::kEntryBundles);
  auto tile = tile_answer(*context.school, query);
  if (!tile && tile.error().code == "forbidden" && context.caller == nullptr) return fail("not_signed_in", {});
  return tile;
}

Route get(std::string_view name, std::string_view pattern, std::string_view summary, Media media,
          Result<Response> (*handle)(Context&)) {
  return public_get(name, "log", pattern, summary, {200, "as C2SP tlog-tiles has it", {media}}, handle);
}

}  // namespace

void add_log_routes(std::vector<Route>& to) {
  to.push_back(get("checkpoint", "/log/{s}/checkpoint", "The newest signed checkpoint.", {kText, {}}, get_checkpoint));
  to.push_back(get("vkey", "/log/{s}/vkey", "The key checkpoints are signed with.", {kText, {}}, get_vkey));
  to.push_back(
      get("genesis", "/log/{s}/genesis",
          "The first entry with its proof (C2SP tlog-proof): the school's name, its keys, whether it is simulated.",
          {kText, {}}, get_genesis));
  Route tile = get("tile", "/log/{s}/tile/{path...}",
                   "A hash tile; or an entry bundle, for archivists, auditors and the director.",
                   {"application/octet-stream", {}}, get_tile);
  tile.needs = Needs::kEither;
  to.push_back(std::move(tile));
}

}  // namespace letopis::server
