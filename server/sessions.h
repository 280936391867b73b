#pragma once
// Who is signed in: random tokens of 256 bits, of which only the hash is kept, in memory. A session belongs to one
// school, one person and one key; it ends with sign-out, after idleness, at its absolute end, and as soon as the key is
// revoked. A restart ends them all. Thread-safe.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "commands/engine.h"
#include "server/access.h"

namespace letopis::server {

// A session as of one version of the school's structure and one local day: immutable, shared by the requests of that
// time.
struct Caller {
  commands::School* school = nullptr;
  Id key;
  Viewer viewer;
  std::shared_ptr<const projections::SchoolState> structure;
  std::uint64_t structure_version = 0;
};
using CallerPtr = std::shared_ptr<const Caller>;

class Session;
using SessionPtr = std::shared_ptr<Session>;

class Sessions {
 public:
  struct Options {
    std::int64_t idle_seconds = 2 * 3600;
    std::int64_t absolute_seconds = 12 * 3600;
    std::size_t per_person_max = 16;  // the oldest gives way
    std::size_t sessions_max = 100'000;
  };
  Sessions(const Options& options, const Clock& clock, Random& random)
      : options_(options), clock_(clock), random_(random) {}

  struct Opened {
    std::string token;  // 64 hexadecimal digits: the only copy
    Instant expires;
  };
  Opened open(commands::School& school, const Id& person, const Id& key);
  // The session of a token, as of now; null when there is none. `touch` counts as use.
  SessionPtr find(std::string_view token, bool touch = true);
  // The caller as of the school's present structure; null when the session has ended (it is then forgotten). With
  // `at_once`, also null when finding out would take a copy of the structure: ask again where one may take longer.
  CallerPtr caller(const SessionPtr& session, bool at_once = false);
  void close(const SessionPtr& session);
  bool alive(const SessionPtr& session) const;
  Instant expires(const SessionPtr& session) const;
  std::size_t size() const;

 private:
  using TokenHash = Hash;
  struct ByHash {
    std::size_t operator()(const Hash& hash) const { return std::hash<Hash>()(hash); }
  };
  void forget_ended();
  void drop_oldest_of(commands::School& school, const Id& person);

  const Options options_;
  const Clock& clock_;
  Random& random_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<Hash, SessionPtr, ByHash> sessions_;
};

class Session {
 public:
  const Id& person() const { return person_; }
  const Id& key() const { return key_; }
  commands::School& school() const { return *school_; }

 private:
  friend class Sessions;
  commands::School* school_ = nullptr;
  Id person_, key_;
  Hash token_hash_;
  Instant opened_;   // monotonic
  Instant expires_;  // wall clock, to tell people
  std::atomic<std::int64_t> last_used_micros_{0};
  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  CallerPtr caller_;
};

}  // namespace letopis::server
