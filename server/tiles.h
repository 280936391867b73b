#pragma once
// /log/{s}/…: the log as C2SP tlog-tiles serves it. Checkpoint, vkey and hash tiles are public: every leaf holds a salt
// and a signature nobody can guess. Entry bundles are pupils' records: for archivists, auditors and the director.

#include <string_view>

#include "commands/engine.h"
#include "server/http.h"

namespace letopis::server {

Result<Response> checkpoint_answer(const commands::School& school);  // "read_only": a copy of a moment has none
Response vkey_answer(const commands::School& school);
// `path` follows /log/{s}/ : "tile/0/x001/234", "tile/entries/000.p/7". Errors: "not_found" (no such tile, or not one
// of the present tree; also for paths that no tile has).
struct TileQuery {
  std::string_view path;
  bool may_read_entries = false;
};
Result<Response> tile_answer(const commands::School& school, const TileQuery& query);  // "forbidden" for entry bundles

}  // namespace letopis::server
