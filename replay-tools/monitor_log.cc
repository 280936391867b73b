#include "replay-tools/monitor_log.h"

#include <algorithm>

#include "ledger/limits.h"
#include "ledger/tile_reader.h"
#include "signing/note.h"

namespace letopis::monitor {

using ledger::kTileWidth;
using ledger::TileAddress;

namespace {

constexpr std::string_view kBundles = "tile/entries/";
constexpr std::size_t kHashesMaxBytes = std::max<std::size_t>(signing::kNoteSizeMaxBytes, kTileWidth* Hash::kSize);
constexpr std::size_t kBundleMaxBytes = kTileWidth * (2 + ledger::kEventSizeMaxBytes);
constexpr std::size_t kKnownTilesMax = 64;

server::ClientLimits limits_of(std::size_t body_max_bytes) {
  server::ClientLimits limits;
  limits.body_max_bytes = body_max_bytes;
  limits.connect_timeout = std::chrono::seconds(5);
  limits.answer_timeout = std::chrono::seconds(10);
  return limits;
}

tl::unexpected<Error> as_unreachable(const Error& error) {
  return fail(error.code == "too_large" || error.code == "bad_answer" ? "bad_answer" : "unreachable", error.text());
}

}  // namespace

HttpLog::HttpLog(Options options) : options_(std::move(options)) { begin_round(); }

void HttpLog::begin_round() {
  deadline_ = {options_.clock->monotonic().micros + options_.round_timeout.count() * 1000};
}

Result<server::ClientResponse> HttpLog::send(bool bundle, const std::string& path) {
  const auto [host, prefix] = server::split_url(options_.url);
  auto& client = bundle ? bundles_ : hashes_;
  if (!client) {
    TRY(client,
        server::HttpClient::connect(host, options_.ca_file, limits_of(bundle ? kBundleMaxBytes : kHashesMaxBytes)));
  }
  server::ClientRequest request;
  request.target = prefix + "/" + path;
  if (bundle && headers_) request.headers = *headers_;
  auto answer = client->send(request);
  if (!answer) client.reset();
  return answer;
}

Result<std::string> HttpLog::get(const std::string& path) {
  const bool bundle = path.starts_with(kBundles) && options_.sign_in;
  for (int tries = 0;; ++tries) {
    if (options_.stopped && options_.stopped()) return fail("unreachable", "the monitor is told to stop");
    if (options_.clock->monotonic() > deadline_) return fail("unreachable", "the round took too long");
    auto answer = send(bundle, path);
    if (!answer) return as_unreachable(answer.error());
    switch (answer->status) {
      case 200: return std::move(answer->body);
      case 404: return fail("not_found", path + ": 404");
      case 401:
        if (!bundle || tries > 0) return fail("forbidden", path + ": 401");
        break;
      case 403: return fail("forbidden", path + ": 403");
      default:
        return fail(answer->status >= 500 || answer->status == 429 ? "unreachable" : "bad_answer",
                    path + ": " + std::to_string(answer->status));
    }
    auto headers = options_.sign_in();
    if (!headers) return fail("forbidden", headers.error().text());
    headers_ = *std::move(headers);
  }
}

// As the tree of this size has it, or the full one that it has become since.
Result<std::string> TiledTree::fetch(TileAddress tile) {
  auto bytes = log_.get(ledger::tile_path(tile));
  if (bytes || bytes.error().code != "not_found" || tile.width == kTileWidth) return bytes;
  tile.width = kTileWidth;
  return log_.get(ledger::tile_path(tile));
}

Result<const std::vector<Hash>*> TiledTree::tile(unsigned level, std::uint64_t index) {
  if (const auto known = known_.find({level, index}); known != known_.end()) return &known->second;
  TileAddress address;
  address.level = level;
  address.index = index;
  address.width = ledger::tile_width(size_, level, index);
  LETOPIS_ASSERT(address.width > 0);  // proofs ask for perfect subtrees of this very tree
  TRY(const std::string bytes, fetch(address));
  const std::size_t needed = address.width * Hash::kSize;
  if (bytes.size() < needed || bytes.size() > kTileWidth * Hash::kSize || bytes.size() % Hash::kSize != 0)
    return fail("bad_answer", ledger::tile_path(address) + " is of another length");
  std::vector<Hash> hashes(address.width);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    hashes[i] = Hash::copy_of(as_bytes(bytes).subspan(i * Hash::kSize, Hash::kSize));
  if (known_.size() >= kKnownTilesMax) known_.clear();
  return &(known_[{level, index}] = std::move(hashes));
}

Result<Hash> TiledTree::node(unsigned level, std::uint64_t index) {
  const unsigned height = level % ledger::kTileHeight;
  const std::uint64_t first = index << height;
  TRY(const auto* hashes, tile(level / ledger::kTileHeight, first / kTileWidth));
  const auto from = hashes->begin() + static_cast<std::ptrdiff_t>(first % kTileWidth);
  return ledger::perfect_root({from, from + (std::ptrdiff_t{1} << height)});
}

Result<std::vector<Hash>> TiledTree::leaves(std::uint64_t from, std::uint64_t to) {
  std::vector<Hash> leaves;
  leaves.reserve(static_cast<std::size_t>(to - from));
  for (std::uint64_t at = from; at < to;) {
    TRY(const auto* hashes, tile(0, at / kTileWidth));
    const std::uint64_t end = std::min(to, (at / kTileWidth + 1) * kTileWidth);
    for (; at < end; ++at) leaves.push_back((*hashes)[static_cast<std::size_t>(at % kTileWidth)]);
  }
  return leaves;
}

Result<std::vector<Bytes>> TiledTree::bundle(std::uint64_t index) {
  TileAddress address;
  address.entries = true;
  address.index = index;
  address.width = ledger::tile_width(size_, 0, index);
  LETOPIS_ASSERT(address.width > 0);
  TRY(const std::string bytes, fetch(address));
  auto entries = ledger::parse_bundle(as_bytes(bytes), address.width);
  if (!entries && address.width < kTileWidth) entries = ledger::parse_bundle(as_bytes(bytes), kTileWidth);
  if (!entries) return fail("bad_answer", ledger::tile_path(address) + ": " + entries.error().text());
  return entries;
}

}  // namespace letopis::monitor
