#include "server/tiles.h"

#include "ledger/tiles.h"

namespace letopis::server {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kBytes = "application/octet-stream";

Response public_answer(std::string body, std::string_view type, std::string_view cache) {
  Response response;
  response.content_type = type;
  response.body = std::move(body);
  response.headers = {{"Cache-Control", std::string(cache)}, {"Access-Control-Allow-Origin", "*"}};
  return response;
}

}  // namespace

Result<Response> checkpoint_answer(const commands::School& school) {
  auto note = school.read([](const auto& model) { return model.checkpoint_note; });
  if (note.empty()) return fail("read_only", "a copy of a moment has no signed checkpoint");
  return public_answer(std::move(note), kText, "public, max-age=2");
}

Response vkey_answer(const commands::School& school) {
  return public_answer(school.vkey().text() + "\n", kText, "public, max-age=3600");
}

Result<Response> tile_answer(const commands::School& school, const TileQuery& query) {
  const auto address = ledger::parse_tile_path(query.path);
  if (!address) return fail("not_found", address.error().detail);
  if (address->entries && !query.may_read_entries) return fail("forbidden", {});
  auto tile = school.tile(*address);
  if (!tile) return tl::unexpected(tile.error());
  std::string body(as_text(*tile));
  if (!address->entries) return public_answer(std::move(body), kBytes, "public, max-age=31536000, immutable");
  Response response;
  response.content_type = kBytes;
  response.body = std::move(body);
  response.headers = {{"Cache-Control", "private, no-store"}};
  return response;
}

}  // namespace letopis::server
