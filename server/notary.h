#pragma once
// A notary: time-stamps (RFC 3161 over HTTP) for the neighbours whose own server does not answer. It sees a hash and an address,
// and keeps neither. The page is docs/formats/notary.md.
//
// Serial numbers are unique for ever and its times never go back, over restarts too: numbers are taken from the disk in blocks, each
// written and fsynced, with the hour, before one of them is used. Where its clock stands behind an hour it has given, or runs behind
// the monotonic clock by more than a minute, it says that it has no time (timeNotAvailable) and stamps nothing.

#include <memory>
#include <mutex>
#include <string>

#include "server/http.h"
#include "server/log.h"
#include "signing/base/file.h"
#include "signing/rfc3161_authority.h"

namespace letopis::server {

// Thread-safe.
class Notary {
 public:
  // DIRECTORY/serials holds the numbers and hours given. `files` and `clock` outlive the notary. Errors: "damaged" (names the file),
  // the file system's.
  static Result<std::unique_ptr<Notary>> open(signing::TimestampAuthority authority, FileSystem& files,
                                              const std::string& directory, const Clock& clock);

  // A TimeStampResp. Errors: "too_large"; "failed", and the file system's: what is on the disk is not known, nothing is stamped.
  Result<Bytes> answer(ByteView query);
  bool has_time() const;  // else every answer is a rejection
  bool expired() const;   // why it has none: its certificate has run out

  struct Counters {
    std::uint64_t granted = 0, rejected = 0, without_time = 0, failed = 0;
  };
  Counters counters() const;
  Instant valid_until() const;

 private:
  Notary(signing::TimestampAuthority authority, FileSystem& files, std::string file, const Clock& clock)
      : authority_(std::move(authority)), files_(files), file_(std::move(file)), clock_(clock) {}
  Status load();
  Status reserve(Instant now);
  bool sane(Instant now) const;

  signing::TimestampAuthority authority_;
  FileSystem& files_;
  const std::string file_;
  const Clock& clock_;
  mutable std::mutex mutex_;               // of everything above that changes, and below
  std::uint64_t next_ = 1, reserved_ = 1;  // serial numbers: the next one, and the end of the block on the disk
  Instant written_;                        // the hour on the disk
  Instant newest_;                         // given, or on the disk
  Instant started_, started_monotonic_;
  Counters counters_;
};

// POST of application/timestamp-query to any path, /healthz, /metrics. Thread-safe.
class NotaryServer {
 public:
  // notary and log outlive it. Errors: those of HttpServer::start.
  static Result<std::unique_ptr<NotaryServer>> start(Notary& notary, HttpOptions options, Log& log);
  virtual ~NotaryServer() = default;  // stops
  virtual std::string url() const = 0;
  virtual Status reload_certificates() = 0;
  virtual void stop() = 0;
};

}  // namespace letopis::server
