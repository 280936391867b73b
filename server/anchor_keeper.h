#pragma once
// Keeps every school's log witnessed (formats.md: "Proof that nothing was backdated"): asks the witnesses and authorities of its
// policy for evidence over the newest checkpoint, holds the clock against what they say, and appends the evidence as an anchor
// signed by the service key.
//
// When: `near` after an entry whose deadline is less than ten minutes away, at most `usual` after any other, and once past every
// deadline: those that entries have named, and those of the timetable, whoever has entered what. The school's own entries (anchors, commitments) are no news and cause none. A witness that does not
// answer stops nothing: what the others said is recorded, and the round is tried again, later each time; what they say then is
// recorded where it meets the quorum, or adds to what the log holds of theirs over the same entries.
//
// One thread of its own, besides one for each school while its witnesses are asked and one for each of those: no school waits for
// another's. Recording is never waited for by whoever records; once a quorum has answered the others have two seconds more, and whoever
// is silent is asked again when that question is over.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "commands/engine.h"
#include "server/log.h"
#include "server/witness_client.h"

namespace letopis::server {

class AnchorKeeper {
 public:
  struct Options {
    const Clock* clock = nullptr;  // required
    Random* random = nullptr;      // required; thread-safe
    Log* log = nullptr;            // required
    std::chrono::milliseconds usual{45'000}, near{1'000};
    std::chrono::milliseconds retry_first{5'000}, retry_most{60'000};
    OutwardLimits outward;
    // The key of this directory's own witness, which a policy shared with neighbours may name: it cosigns no log of its own, and is not
    // asked.
    std::optional<PublicKey> own_witness = {};
  };
  // The engine outlives the keeper.
  AnchorKeeper(commands::Engine& engine, Options options);
  ~AnchorKeeper();  // stop()

  // Before the first write: each witness's newest checkpoint is held against the log. A school is held (School::hold) where one of
  // them, signed by the log's own key, is longer than the log or of another history: a restored machine image would otherwise fork
  // it in good faith. A witness that cannot be asked stops nobody. A school that is held from an earlier start is released once that
  // very witness has been asked and all it showed, then and now, is of this log's history.
  void look_back();
  // Before the first write, after look_back(): a round of every school with a policy, for the clock's sake. What is recorded by a clock
  // that is off lies outside its bracket; so the doubt is put on record first. Where there is nothing new to tell of the clock nothing is
  // recorded, unless something waits to be witnessed. Waits for five seconds at most: a witness that cannot be asked stops nobody.
  void ask_the_time();
  void start();  // the thread; without it run_due() is called by hand
  void stop();

  // Learns the deadlines of today's lessons, and at first those of the month before, where the day or the timetable is another than
  // when it last did. The thread does so every few seconds.
  void plan_day();
  // Has the state committed to once the week of the newest entry is over, where no commitment has come since: a week's proof of
  // completeness (docs/formats/week-proof.md) needs one that is dated after its Sunday, and in holidays nothing else brings one. The
  // thread does so every few seconds.
  void commit_weeks();
  // Has a round soon where the clock is behind the newest entry and no fault on record says so, or agrees again. The thread does so
  // every few seconds.
  void check_clock();
  // Somebody waits for this school's evidence: it is asked for within `near`.
  void hurry(const commands::School& school);
  // Asks for whatever is due now, of all schools at once, and waits for it.
  void run_due();
  // When the next round of any school is due; nullopt: nothing waits.
  std::optional<Instant> next_due() const;

  struct Counters {
    std::uint64_t rounds = 0, anchors = 0, cosignatures = 0, tokens = 0, refused = 0, clock_faults = 0;
    std::map<std::string, std::uint64_t>
        failures;                         // by the policy's name of whoever gave nothing; of all who are asked
    std::optional<std::uint64_t> policy;  // the entry that endorsed the one asked by; none before there is one
    std::uint64_t witnessed_size = 0;     // of the newest checkpoint that met a quorum, by the log
    // The width of the newest entries' bracket: from the earliest moment that the anchor before them proves to the latest that theirs
    // does. Zero before there are two.
    std::int64_t bracket_micros = 0;
  };
  std::map<std::string, Counters> counters() const;  // by school
  // How often an authority's list of revoked certificates was not to be had: authorities are common to the schools.
  std::uint64_t revocation_lists_missed() const { return revoked_.missed_total(); }

 private:
  struct Watched;
  struct Round;
  struct Answers;
  void watch(commands::School& school);
  void heard(Watched& school, const std::vector<commands::Change>& changes);
  void begin_due();
  bool take_due(Watched& school);
  void ask(Watched& school);
  std::shared_ptr<Answers> send(Watched& school, const Round& round);
  void take_up(Watched& school, const projections::EvidenceBook::Policy& in_force);
  ledger::PolicyWitness to_ask(const ledger::PolicyWitness& witness) const;
  void take(Watched& school, Answers& answers, Round& round);
  void look_closer(Watched& school, std::size_t witness);
  void judge_alone(Watched& school, const Round& round);
  void hold(Watched& school, const Error& why, const ledger::PolicyWitness& shown_by, std::string_view checkpoint);
  void look_again(Watched& school, const std::set<std::string>& content);
  void settle(Watched& school, Round& round);
  void leave_out_lone_times(Watched& school, Round& round);
  void refuse(Watched& school, const Error& why);
  void conclude(Watched& school, const Round& round, std::size_t cosignatures, std::size_t tokens);
  bool tell_jump(Watched& school);
  struct ClockJudged {
    bool agrees, told;  // told: something was recorded of it
  };
  ClockJudged judge_clock(Watched& school, const Round& round);
  void record(Watched& school, const ledger::Body& body, std::string_view what, std::vector<Bytes> files = {});
  void tell(LogLevel level, std::string_view event, const Watched& school, const Error& why);
  // Of one whom the policy names.
  void tell_of(std::string_view name, std::string_view event, const Watched& school, const Error& why);

  commands::Engine& engine_;
  const Options options_;
  RevocationLists revoked_;
  std::vector<std::unique_ptr<Watched>> schools_;
  std::mutex running_mutex_;  // of whoever plans and begins rounds: of a school there is one at a time
  mutable std::mutex mutex_;  // of what listeners touch
  std::condition_variable due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace letopis::server
