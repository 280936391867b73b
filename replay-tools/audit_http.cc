#include "replay-tools/audit_http.h"

#include <algorithm>

#include "ledger/tiles.h"
#include "replay-tools/audit_note.h"
#include "signing/sha256.h"

namespace letopis::audit {

using ledger::kTileWidth;

Result<std::unique_ptr<HttpSource>> HttpSource::open(const std::string& url, std::string_view slug,
                                                     Credentials credentials,
                                                     const std::optional<std::string>& ca_file) {
  auto source = std::unique_ptr<HttpSource>(new HttpSource());
  source->url_ = url;
  source->slug_ = slug;
  source->prefix_ = "/log/" + source->slug_;
  source->credentials_ = std::move(credentials);
  TRY(source->client_, server::HttpClient::connect(url, ca_file));
  TRY(source->vkey_, source->get("/vkey"));
  while (source->vkey_.ends_with('\n')) source->vkey_.pop_back();
  TRY(source->note_, source->get("/checkpoint"));
  // Which tree to read; whether it is the log's own word is the audit's to judge. An unreadable one has no size.
  TRY(const auto key, read_log_key(source->vkey_));
  TRY(const auto checkpoint, open_note(source->note_, key));
  source->size_ = checkpoint.size;
  return source;
}

Result<std::string> HttpSource::get(const std::string& path) const { return get_from(prefix_ + path); }

Result<std::string> HttpSource::get_from(const std::string& target) const {
  for (int attempt = 0;; ++attempt) {
    server::ClientRequest request;
    request.target = target;
    if (credentials_ && headers_) request.headers = *headers_;
    TRY(auto answer, client_->send(request));
    if (answer.status == 200) return std::move(answer.body);
    if (answer.status == 403 && target.starts_with(prefix_ + "/tile/"))
      return fail("forbidden", request.target +
                                   ": reading a whole log takes the key of an auditor, an archivist or the "
                                   "director");
    if (answer.status != 401 || attempt > 0 || !credentials_)
      return fail(answer.status == 404 ? "not_found" : "http_status",
                  request.target + ": " + std::to_string(answer.status));
    TRY(headers_, credentials_(*client_));
  }
}

Result<std::string> HttpSource::tile(bool entries, std::uint64_t index) const {
  ledger::TileAddress address;
  address.entries = entries;
  address.index = index;
  address.width = ledger::tile_width(size_, 0, index);
  auto bytes = get("/" + ledger::tile_path(address));
  if (bytes || bytes.error().code != "not_found" || address.width == kTileWidth) return bytes;
  address.width = kTileWidth;
  return get("/" + ledger::tile_path(address));
}

Result<Bytes> HttpSource::blob(const Hash& hash) const {
  TRY(const std::string text, get_from("/v1/schools/" + slug_ + "/profiles/" + to_hex(hash.view())));
  if (signing::sha256(as_bytes(text)) != hash)
    return fail("not_found", "the server gave another text than the profile " + to_hex(hash.view()));
  return Bytes(text.begin(), text.end());
}

Result<Bytes> HttpSource::file(const Hash& hash, std::uint64_t index) const {
  TRY(const std::string text,
      get_from("/v1/schools/" + slug_ + "/files/" + to_hex(hash.view()) + "?entry=" + std::to_string(index)));
  if (signing::sha256(as_bytes(text)) != hash)
    return fail("not_found", "the server gave another file than " + to_hex(hash.view()));
  return Bytes(text.begin(), text.end());
}

Status HttpSource::entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const {
  for (std::uint64_t index = from / kTileWidth; index * kTileWidth < std::min(to, size_); ++index) {
    TRY(const std::string bytes, tile(true, index));
    ByteView left = as_bytes(bytes);
    const std::uint64_t end = std::min({to, size_, (index + 1) * kTileWidth});
    for (std::uint64_t i = index * kTileWidth; i < end; ++i) {
      const std::size_t length = left.size() < 2 ? 0 : static_cast<std::size_t>(get_big_endian(left.first(2)));
      if (left.size() < 2 + length || length == 0)
        return fail("damaged", "entry bundle " + std::to_string(index) + " is cut short");
      if (i >= from && !visit(i, left.subspan(2, length))) return {};
      left = left.subspan(2 + length);
    }
  }
  return {};
}

Status HttpSource::leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const {
  for (std::uint64_t index = from / kTileWidth; index * kTileWidth < std::min(to, size_); ++index) {
    TRY(const std::string bytes, tile(false, index));
    const std::uint64_t first = index * kTileWidth;
    const std::uint64_t end = std::min({to, size_, first + kTileWidth});
    if (bytes.size() % Hash::kSize != 0 || bytes.size() / Hash::kSize < end - first)
      return fail("damaged", "tile " + std::to_string(index) + " is cut short");
    for (std::uint64_t i = std::max(from, first); i < end; ++i)
      if (!visit(i, Hash::copy_of(as_bytes(bytes).subspan(static_cast<std::size_t>(i - first) * Hash::kSize))))
        return {};
  }
  return {};
}

Result<std::vector<KeptCheckpoint>> HttpSource::checkpoints(Findings&) const {
  return std::vector<KeptCheckpoint>{{KeptBy::kServer, url_, note_}};
}

}  // namespace letopis::audit
