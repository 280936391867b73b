#pragma once
// GET /v1/schools/{s}/stream: server-sent events that tell a session which of the views it may see have changed. They
// carry no content of views: the client reads the view again.
//
//   event: change   data: {"view":"journal","subject":"<group>","week":"2026-W36","index":412}   id: 412
//                   view: school (no subject, no week), journal, diary, refusals (no subject)
//   event: open     data: {"size":413}         first of all: what is current already
//   event: reset    data: {"size":413}         too much was missed: read everything again
//   event: witnessed data: {"size":400}        entries below have cosigned receipts now (…/events/{index}/proof?cosigned=true);
//                   no id, after open and whenever it grows; none where the school has no witnesses
//   event: receipt  data: {"index":412,"receipt":"c2sp.org/tlog-proof@v1…"}   where they were asked for: the cosigned receipt of an
//                   entry that the session's own person recorded while the stream was open; no id, after witnessed
//
// With Last-Event-ID the changes since that entry come first, one for each view. Where one entry changed several views,
// the id stands with the last of them: whoever resumes from an id has heard everything up to it.
//
// What a family is not shown by itself (its group's journal) is told as a change of the child's diary, unless the entry
// speaks of another pupil.
//
// The engine's listeners only queue; one thread filters and delivers. A session that ends takes its streams with it.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/http.h"
#include "server/sessions.h"

namespace letopis::server {

class StreamHub {
 public:
  struct Options {
    std::uint64_t resume_entries_max = 20'000;  // beyond: reset
    std::size_t streams_per_session_max = 8;
    std::chrono::milliseconds session_check{5'000};
    // Of receipts, to one stream at once; the others follow at the next check. Well below what a reader may leave untaken.
    std::size_t receipt_bytes_at_once = 128 * 1024;
  };
  StreamHub(commands::Engine& engine, Sessions& sessions, const Options& options);
  ~StreamHub();  // stop()

  // Errors: "not_signed_in" (the session just ended), "rate_limited" (too many streams of one session).
  Result<std::shared_ptr<EventStream>> subscribe(const SessionPtr& session, std::optional<std::uint64_t> last_seen,
                                                 bool receipts = false);
  void end(const SessionPtr& session);  // closes its streams: it was signed out
  void stop();                          // closes every stream
  std::size_t size() const;

  // What one entry changes, as the streams tell it.
  struct News {
    projections::ShardKey shard;
    std::uint64_t index = 0;
    std::uint64_t group_index = 0;  // of the newest entry that speaks of no single pupil, plus one; 0: none
  };
  // The events of some news for a caller, in the order of their indices.
  struct Told {
    projections::View view;
    Id subject;
    Date week;
    std::uint64_t index;
    std::string json() const;
  };
  static std::vector<Told> tell(const Caller& caller, const std::vector<News>& news);

 private:
  struct Subscriber {
    SessionPtr session;
    std::shared_ptr<EventStream> stream;
    std::uint64_t next = 0;              // entries below were told already
    std::uint64_t witnessed = 0;         // as it was told
    bool receipts = false;               // asked for
    std::deque<std::uint64_t> own = {};  // entries whose receipts are to be told
  };
  struct Batch {
    commands::School* school;
    std::vector<commands::Change> changes;
  };
  void run();
  void deliver(const Batch& batch);
  void check_sessions();
  static void push(EventStream& stream, const std::vector<Told>& told);
  static void tell_witnessed(Subscriber& subscriber, std::uint64_t size);
  void note_own(const Batch& batch);
  void tell_receipts(Subscriber& subscriber) const;

  commands::Engine& engine_;
  Sessions& sessions_;
  const Options options_;
  std::vector<std::pair<commands::School*, std::uint64_t>> listening_;

  std::mutex queue_mutex_;
  std::condition_variable queued_;
  std::deque<Batch> queue_;
  bool stopping_ = false;

  mutable std::mutex subscribers_mutex_;
  std::vector<Subscriber> subscribers_;
  std::thread thread_;
};

}  // namespace letopis::server
