#pragma once
// A running server's log over HTTP: checkpoint, entry bundles and hash tiles of C2SP tlog-tiles under /log/<school>/. The
// log is read as of one checkpoint, however it grows meanwhile. Entry bundles need a session (pupils' records).

#include <functional>
#include <memory>

#include "replay-tools/audit_source.h"
#include "server/http.h"

namespace letopis::audit {

class HttpSource final : public AuditSource {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  // Headers that carry a session: a cookie or a bearer token. Asked at first use and once more after a 401.
  using Credentials = std::function<Result<Headers>(server::HttpClient& client)>;

  // Fetches vkey and checkpoint. Errors: the client's, "http_status", "forbidden" (reading
  // entries), "malformed".
  static Result<std::unique_ptr<HttpSource>> open(const std::string& url, std::string_view slug,
                                                  Credentials credentials,
                                                  const std::optional<std::string>& ca_file = {});

  std::string name() const override { return url_ + prefix_; }
  Result<std::uint64_t> size() const override { return size_; }
  Status entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const override;
  Result<std::vector<KeptCheckpoint>> checkpoints(Findings& findings) const override;
  std::optional<std::string> vkey() const override { return vkey_; }
  bool has_leaves() const override { return true; }
  Status leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const override;
  Result<Bytes> blob(const Hash& hash) const override;  // of the profiles alone, which are public
  Result<Bytes> file(const Hash& hash, std::uint64_t index) const override;

 private:
  HttpSource() = default;
  Result<std::string> get(const std::string& path) const;  // under the log
  Result<std::string> get_from(const std::string& target) const;
  // A bundle or tile as of the checkpoint: the partial one at the end, or the full one it has become since.
  Result<std::string> tile(bool entries, std::uint64_t index) const;

  std::string url_, slug_, prefix_, vkey_, note_;
  std::uint64_t size_ = 0;
  Credentials credentials_;
  std::unique_ptr<server::HttpClient> client_;
  mutable std::optional<Headers> headers_;
};

}  // namespace letopis::audit
