#include "server/anchor_keeper.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>

#include "commands/deadlines.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "server/anchor_draft.h"
#include "server/anchor_tail.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::server {

using commands::Change;
using commands::ReadModel;
using commands::School;
using ledger::Bracket;
using ledger::TrustPolicy;
using projections::EvidenceBook;

namespace {

constexpr std::int64_t kNearDeadlineMicros = 600 * kMicrosPerSecond;
constexpr std::int64_t kClockToleranceMicros = 60 * kMicrosPerSecond;
constexpr std::size_t kDeadlinesMax = 4096;     // ahead, remembered
constexpr int kDeadlineDaysMax = 31;            // lessons so long ago have nothing due any more
constexpr std::chrono::seconds kStragglers{2};  // that those have who answer after a quorum

std::int64_t micros_of(std::chrono::milliseconds time) { return time.count() * 1000; }

bool apart(const Bracket& a, const Bracket& b) { return a.latest < b.earliest || b.latest < a.earliest; }

// One who is asked; not again while the last question is still out.
template <class Who>
struct Asking {
  explicit Asking(Who of) : who(std::move(of)) {}
  Who who;
  std::atomic<bool> busy = false;  // until the answer is in: the thread may take a moment more to end
  std::future<void> out;           // ends first: it uses the rest
};

}  // namespace

// The answers of a round as they come in. Whoever is still asked when the round is over keeps it alive, and is not heard.
struct AnchorKeeper::Answers {
  explicit Answers(std::size_t witnesses, std::size_t authorities) : lines(witnesses), tokens(authorities) {}
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::optional<Result<ledger::Cosigned>>> lines;
  std::vector<std::optional<Result<StampedToken>>> tokens;

  bool all() const {
    const auto there = [](const auto& answer) { return answer.has_value(); };
    return std::all_of(lines.begin(), lines.end(), there) && std::all_of(tokens.begin(), tokens.end(), there);
  }
  bool quorum(const TrustPolicy& policy) const {
    auto seen = policy.nobody();
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (lines[i] && *lines[i]) seen.witnesses[i] = policy.of_seconds((*lines[i])->at);
    return !policy.asks_nobody() && policy.met(seen);
  }
  // Until everybody has answered, or so long after a quorum has: one that keeps silent keeps nobody's evidence back.
  void wait(const TrustPolicy& policy) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return all() || quorum(policy); });
    came.wait_for(lock, kStragglers, [&] { return all(); });
  }
};

// What is known of one school between rounds.
struct AnchorKeeper::Watched {
  explicit Watched(School& of) : school(of) {}
  School& school;
  std::uint64_t listener = 0;
  // Under mutex_.
  std::optional<Instant> due;
  std::set<Instant> deadlines;
  std::optional<std::pair<Instant, Instant>> last_heard;  // wall clock and monotonic clock
  bool jumped = false;
  bool past_deadline = false;  // the round that is due: one has passed since evidence last came
  bool time_alone = false;     // the round that is due: nothing waits for it but the clock
  Counters counters;
  // Of the rounds alone.
  std::shared_ptr<const TrustPolicy> policy;  // the one taken up: a change of either of its files makes another
  std::vector<std::unique_ptr<Asking<WitnessClient>>> witnesses;  // of the policy, in its order
  std::vector<std::unique_ptr<Asking<ledger::PolicyTsa>>> authorities;
  std::chrono::milliseconds retry{0};
  // The earliest moment that the newest anchor which met proves: what comes after it is later.
  std::optional<Instant> proved;
  // Of plan_day alone: what it was planned by.
  std::pair<Date, std::uint64_t> planned{};
  Date committed{};  // of commit_weeks alone
  // Under running_mutex_: the round that is out, which alone uses what is the rounds'. Ends first.
  std::future<void> asked;
  void recall();
  bool busy() const { return asked.valid() && asked.wait_for(std::chrono::seconds(0)) != std::future_status::ready; }
};

// One asking: of whom, over what, and what came back.
struct AnchorKeeper::Round {
  ledger::Checkpoint checkpoint;
  std::string note;
  Instant newest_at;  // recorded_at of the newest entry
  bool clock_doubted = false, jumped = false;
  bool past_deadline = false;  // it is for one: what is recorded after it is to be proved late
  bool time_alone = false;     // it is for the clock: where there is nothing to tell of that, nothing is recorded
  Instant asked, answered;
  std::vector<std::optional<ledger::Cosigned>> lines;  // by witness
  std::vector<std::optional<StampedToken>> tokens;     // by authority
  std::vector<std::size_t> contradicted;               // witnesses that say the log is another, or longer
  TrustPolicy::Sightings seen;                         // by whom of those that are heard
  AnchorTail tail;                                     // what was recorded since somebody else spoke

  Bracket ours() const {  // what our clock says of the answers
    return {{asked.micros - kClockToleranceMicros}, {answered.micros + kClockToleranceMicros}};
  }
  void see(const TrustPolicy& policy);
};

AnchorKeeper::AnchorKeeper(commands::Engine& engine, Options options)
    : engine_(engine),
      options_(std::move(options)),
      revoked_(*options_.clock, [this](const auto& url, const Error& why) {
        options_.log->write(LogLevel::kWarning, "revocation_list_missed",
                            {{"url", url}, {"code", why.code}, {"why", std::string_view(why.detail)}});
      }) {
  LETOPIS_ASSERT(options_.clock != nullptr && options_.random != nullptr && options_.log != nullptr);
  for (School* school : engine_.schools())
    if (!school->copy()) watch(*school);
}

AnchorKeeper::~AnchorKeeper() { stop(); }

// What was witnessed before this process began.
void AnchorKeeper::Watched::recall() {
  std::optional<EvidenceBook::Anchor> newest;
  std::shared_ptr<const TrustPolicy> by;
  school.read([&](const ReadModel& model) {
    const auto met =
        std::find_if(model.anchors.rbegin(), model.anchors.rend(), [](const auto& anchor) { return anchor.met; });
    if (met != model.anchors.rend()) newest = *met;
    if (const auto* known = model.structure.evidence().policy()) by = known->parsed;
  });
  if (!newest || !by) return;
  counters.witnessed_size = newest->size;
  const auto bytes = school.entry(newest->index);
  const auto entry = bytes ? ledger::decode_entry(*bytes) : tl::unexpected(bytes.error());
  if (!entry) return;
  // Nobody of the policy of now may stand in it: then the first bracket is open to the past, and no figure.
  if (const auto said = by->bracket(said_in(school, std::get<ledger::AnchorAdded>(entry->statement.body), *by)))
    proved = said->earliest;
}

void AnchorKeeper::watch(School& school) {
  auto& watched = *schools_.emplace_back(std::make_unique<Watched>(school));
  // What was recorded before this process began may be unwitnessed.
  const bool behind = school.read([](const ReadModel& model) {
    const auto& newest = model.structure.evidence().newest_anchor();
    return model.structure.evidence().policy() != nullptr &&
           (!newest || !newest->met || newest->index + 1 < model.times.size());
  });
  if (behind) watched.due = options_.clock->now();
  watched.recall();
  watched.listener = school.listen([this, &watched](const std::vector<Change>& changes) { heard(watched, changes); });
}

// On the sequencer's thread: a few comparisons, whatever the batch.
void AnchorKeeper::heard(Watched& school, const std::vector<Change>& changes) {
  const Instant now = options_.clock->now(), monotonic = options_.clock->monotonic();
  const std::lock_guard lock(mutex_);
  if (school.last_heard) {
    const std::int64_t wall = now.micros - school.last_heard->first.micros;
    const std::int64_t steady = monotonic.micros - school.last_heard->second.micros;
    if (std::abs(wall - steady) > kClockToleranceMicros) school.jumped = true, school.due = now;
  }
  school.last_heard = {now, monotonic};
  for (const auto& change : changes) {
    if (change.of_service) continue;
    const std::int64_t left = change.deadline.micros - now.micros;
    const bool near = change.deadline.micros != 0 && left > 0 && left < kNearDeadlineMicros;
    const Instant due{now.micros + micros_of(near ? options_.near : options_.usual)};
    if (!school.due || due < *school.due) school.due = due;
    if (left > 0 && school.deadlines.size() < kDeadlinesMax) school.deadlines.insert(change.deadline);
  }
  due_.notify_all();
}

std::optional<Instant> AnchorKeeper::next_due() const {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> next;
  for (const auto& school : schools_) {
    if (school->due && (!next || *school->due < *next)) next = school->due;
    if (!school->deadlines.empty() && (!next || *school->deadlines.begin() < *next)) next = *school->deadlines.begin();
  }
  return next;
}

void AnchorKeeper::plan_day() {
  const std::lock_guard running(running_mutex_);
  const Instant now = options_.clock->now();
  for (const auto& school : schools_) {
    const auto [watched, planned] = school->school.read([&](const ReadModel& model) {
      return std::pair(model.structure.evidence().policy() != nullptr,
                       std::pair(model.structure.local_today(now), model.structure.structure_version()));
    });
    if (!watched || planned == school->planned) continue;
    // What is due of the days before is known to whoever planned them.
    const Date from = planned.first - (school->planned.first == Date{} ? kDeadlineDaysMax : 0);
    school->planned = planned;
    // A whole timetable is looked through: not under the lock that recording waits for.
    const auto structure = school->school.structure();
    std::set<Instant> deadlines;
    for (Date day = from; day <= planned.first; day = day + 1)
      deadlines.merge(commands::deadlines_of_day(*structure, *school->school.profiles(), day));
    const std::lock_guard lock(mutex_);
    for (const Instant& deadline : deadlines)
      if (deadline > now && school->deadlines.size() < kDeadlinesMax) school->deadlines.insert(deadline);
  }
}

namespace {

// The day after the week of a school's newest entry, where that has come and no commitment of the state since.
std::optional<Date> uncommitted_week(const School& school, Instant now) {
  const AnchorTail tail = anchor_tail(school, school.read([](const ReadModel& model) { return model.times.size(); }));
  if (tail.from == 0) return std::nullopt;
  return school.read([&](const ReadModel& model) -> std::optional<Date> {
    const auto day_of = [&](std::uint64_t index) { return model.structure.local_today(model.times[index]); };
    const Date over = day_of(tail.from - 1).monday() + 7;
    const bool committed = model.committed != 0 && day_of(model.committed) >= over;
    return !committed && model.structure.local_today(now) >= over ? std::optional(over) : std::nullopt;
  });
}

}  // namespace

void AnchorKeeper::commit_weeks() {
  const std::lock_guard running(running_mutex_);
  const Instant now = options_.clock->now();
  for (const auto& school : schools_) {
    if (school->school.held()) continue;
    const auto over = uncommitted_week(school->school, now);
    // Asked for once: it is on its way.
    if (!over || school->committed == *over) continue;
    const auto said = school->school.record(ledger::StateCommitted{});
    if (said)
      school->committed = *over;
    else
      tell(LogLevel::kWarning, "state_uncommitted", *school, said.error());
  }
}

// A clock that has gone back leaves rounds planned for a time that is far off, and people whose statements are refused until the
// fault is on record.
void AnchorKeeper::check_clock() {
  const Instant now = options_.clock->now();
  const Instant soon{now.micros + micros_of(std::max(options_.usual, options_.retry_most))};
  for (const auto& school : schools_) {
    const bool concerned = school->school.read([&](const ReadModel& model) {
      if (model.times.empty()) return false;
      const EvidenceBook& book = model.structure.evidence();
      if (!book.clock_doubted()) return model.times.back().micros - now.micros > kClockToleranceMicros;
      return book.policy() == nullptr && model.times.back() <= now;
    });
    const std::lock_guard lock(mutex_);
    const bool waits = school->due && school->retry.count() > 0;  // for a quorum that was asked and did not answer
    if ((concerned && !waits) || (school->due && *school->due > soon)) school->due = now;
  }
}

void AnchorKeeper::hurry(const School& school) {
  const Instant due{options_.clock->now().micros + micros_of(options_.near)};
  const std::lock_guard lock(mutex_);
  for (const auto& watched : schools_)
    if (&watched->school == &school && (!watched->due || due < *watched->due)) watched->due = due;
  due_.notify_all();
}

void AnchorKeeper::ask_the_time() {
  constexpr std::chrono::seconds kPatience{5};
  const Instant now = options_.clock->now();
  for (const auto& school : schools_) {
    const bool watched =
        school->school.read([](const ReadModel& model) { return model.structure.evidence().policy() != nullptr; });
    const std::lock_guard lock(mutex_);
    if (!watched || (school->due && *school->due <= now)) continue;
    school->due = now;
    school->time_alone = true;
  }
  begin_due();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const std::lock_guard running(running_mutex_);
  for (const auto& school : schools_)
    if (school->asked.valid()) school->asked.wait_until(until);
}

void AnchorKeeper::start() {
  thread_ = std::thread([this] {
    constexpr std::chrono::milliseconds kTick{250};
    constexpr int kTicksBetweenPlans = 20;
    std::unique_lock lock(mutex_);
    for (int tick = 0; !stopping_; ++tick) {
      due_.wait_for(lock, kTick);
      lock.unlock();
      if (tick % kTicksBetweenPlans == 0) check_clock(), plan_day(), commit_weeks();
      if (const auto next = next_due(); next && *next <= options_.clock->now()) begin_due();
      lock.lock();
    }
  });
}

void AnchorKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    due_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  const std::lock_guard running(running_mutex_);
  for (const auto& school : schools_)
    if (school->asked.valid()) school->asked.wait();
  for (const auto& school : schools_)
    if (school->listener != 0) school->school.unlisten(std::exchange(school->listener, 0));
}

void AnchorKeeper::run_due() {
  begin_due();
  const std::lock_guard running(running_mutex_);
  for (const auto& school : schools_)
    if (school->asked.valid()) school->asked.wait();
}

// A school whose question is out stays due until that is over.
void AnchorKeeper::begin_due() {
  const std::lock_guard running(running_mutex_);
  for (const auto& school : schools_)
    if (!school->busy() && take_due(*school))
      school->asked = std::async(std::launch::async, [this, of = school.get()] { ask(*of); });
}

// Whether a school is due, and from now on is so no more.
bool AnchorKeeper::take_due(Watched& school) {
  // A second past a deadline, by a clock as far off as the policy allows: what is recorded after it is then proved late.
  const std::int64_t accuracy = school.policy ? school.policy->accuracy_seconds() : 1;
  const std::lock_guard lock(mutex_);
  const Instant now = options_.clock->now();
  bool due = school.due && *school.due <= now;
  while (!school.deadlines.empty() &&
         school.deadlines.begin()->micros + (accuracy + 1) * kMicrosPerSecond <= now.micros) {
    school.deadlines.erase(school.deadlines.begin());
    due = school.past_deadline = true;
  }
  if (due) school.due.reset();
  return due;
}

// --- A round

void AnchorKeeper::ask(Watched& school) {
  if (school.school.held()) return;
  Round round;
  round.jumped = tell_jump(school);
  std::optional<EvidenceBook::Policy> policy;
  school.school.read([&](const ReadModel& model) {
    const EvidenceBook& book = model.structure.evidence();
    if (book.policy() != nullptr) policy = *book.policy();
    round.checkpoint = model.checkpoint;
    round.note = model.checkpoint_note;
    round.clock_doubted = book.clock_doubted();
    if (!model.times.empty()) round.newest_at = model.times.back();
  });
  if (round.note.empty()) return;
  if (!policy) return judge_alone(school, round);
  if (school.policy != policy->parsed) {
    school.policy = policy->parsed;
    take_up(school, *policy);
    options_.log->write(LogLevel::kInfo, "policy_in_force",
                        {{"school", school.school.slug()}, {"index", static_cast<std::int64_t>(policy->index)}});
  }
  {
    const std::lock_guard lock(mutex_);
    round.past_deadline = std::exchange(school.past_deadline, false);
    round.time_alone = std::exchange(school.time_alone, false);
  }
  round.asked = options_.clock->now();
  const auto answers = send(school, round);
  answers->wait(*school.policy);
  take(school, *answers, round);
  round.answered = options_.clock->now();
  {
    const std::lock_guard lock(mutex_);
    ++school.counters.rounds;
  }
  for (const std::size_t witness : round.contradicted) look_closer(school, witness);
  settle(school, round);
}

namespace {

// Asks in a thread of its own.
template <class Who, class Answers, class Ask, class Into>
void ask_one(Asking<Who>& whom, const std::shared_ptr<Answers>& answers, Into into, Ask ask) {
  if (whom.busy.exchange(true)) {
    into(*answers) = fail("still_asked", "the last question is not answered yet");
    return;
  }
  whom.out = std::async(std::launch::async, [&whom, answers, into, ask = std::move(ask)] {
    auto answer = ask(whom.who);
    const std::lock_guard lock(answers->mutex);
    into(*answers) = std::move(answer);
    whom.busy = false;
    answers->came.notify_all();
  });
}

}  // namespace

std::shared_ptr<AnchorKeeper::Answers> AnchorKeeper::send(Watched& school, const Round& round) {
  const auto answers = std::make_shared<Answers>(school.witnesses.size(), school.authorities.size());
  const auto prove = [of = &school.school](std::uint64_t from, std::uint64_t to) { return of->consistency(from, to); };
  for (std::size_t i = 0; i < school.witnesses.size(); ++i)
    ask_one(
        *school.witnesses[i], answers, [i](Answers & all) -> auto& { return all.lines[i]; },
        [checkpoint = round.checkpoint, note = round.note, prove](WitnessClient& client) {
          return client.ask(checkpoint, note, prove);
        });
  const Hash digest = signing::sha256({as_bytes(std::string_view(round.note))});
  for (std::size_t i = 0; i < school.authorities.size(); ++i)
    ask_one(
        *school.authorities[i], answers, [i](Answers & all) -> auto& { return all.tokens[i]; },
        [this, digest, accuracy = school.policy->accuracy_seconds()](const ledger::PolicyTsa& authority) {
          return ask_authority(authority, digest, accuracy, *options_.random, revoked_, options_.outward);
        });
  return answers;
}

// One without an address is not asked.
ledger::PolicyWitness AnchorKeeper::to_ask(const ledger::PolicyWitness& witness) const {
  ledger::PolicyWitness asked = witness;
  if (options_.own_witness && asked.key.key == *options_.own_witness) asked.url.clear();
  return asked;
}

// Counts from zero: a counter that is there before the first failure can be watched for it.
void AnchorKeeper::take_up(Watched& school, const EvidenceBook::Policy& in_force) {
  const TrustPolicy& policy = *in_force.parsed;
  school.witnesses.clear();
  school.authorities.clear();
  const std::lock_guard lock(mutex_);
  school.counters.policy = in_force.index;
  const auto counted = [&](const auto& asked) {
    if (!asked.url.empty()) school.counters.failures.try_emplace(asked.name);
  };
  for (const auto& witness : policy.witnesses()) {
    const auto asked = to_ask(witness);
    counted(asked);
    school.witnesses.push_back(std::make_unique<Asking<WitnessClient>>(WitnessClient(asked, options_.outward)));
  }
  for (const auto& authority : policy.authorities()) {
    counted(authority);
    school.authorities.push_back(std::make_unique<Asking<ledger::PolicyTsa>>(authority));
  }
}

// Counts and tells who did not answer, or not well.
void AnchorKeeper::take(Watched& school, Answers& answers, Round& round) {
  const std::lock_guard lock(answers.mutex);
  const auto take_all = [&](auto& from, const auto& of, auto& into) {
    for (auto& answer : from) {
      const std::string& name = of[into.size()].name;
      const bool good = answer && *answer;
      const Error why = !answer ? Error{"slow", "no answer while the others' were waited for"}
                        : good  ? Error{}
                                : answer->error();
      if (!good && why.code != "no_url") {
        tell_of(name, "no_evidence", school, why);
        const std::lock_guard counting(mutex_);
        ++school.counters.failures[name];
      }
      if (why.code == "witness_ahead" || why.code == "witness_inconsistent") round.contradicted.push_back(into.size());
      into.push_back(good ? std::optional(**std::move(answer)) : std::nullopt);
    }
  };
  take_all(answers.lines, school.policy->witnesses(), round.lines);
  take_all(answers.tokens, school.policy->authorities(), round.tokens);
}

// A clock that parted from the monotonic one between two entries: told of whether or not there is anybody to be asked.
bool AnchorKeeper::tell_jump(Watched& school) {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(school.jumped, false)) return false;
    ++school.counters.clock_faults;
  }
  record(school, ledger::ClockFault{projections::kClockJump, options_.clock->now(), {}}, "clock_fault");
  return true;
}

// Holds the clock against a quorum; what has to be told of it is recorded first, so that the anchor may follow.
AnchorKeeper::ClockJudged AnchorKeeper::judge_clock(Watched& school, const Round& round) {
  const auto said = school.policy->bracket(round.seen);
  // A clock that was ahead and has been set right has left entries of a time that is still to come.
  const bool ahead = said && round.newest_at.micros - said->latest.micros > kClockToleranceMicros;
  const bool off = ahead || (said && apart(*said, round.ours()));
  if (off) {
    const std::lock_guard lock(mutex_);
    ++school.counters.clock_faults;
  }
  const bool doubts = off && (round.jumped || !round.clock_doubted), trusts = !off && said && round.clock_doubted;
  if (doubts)
    record(school,
           ledger::ClockFault{projections::kClockEvidence, ahead ? round.newest_at : round.answered, said->earliest},
           "clock_fault");
  if (trusts)
    record(school, ledger::ClockFault{projections::kClockAgrees, round.answered, said->earliest}, "clock_agrees");
  return {!off && (said || !round.clock_doubted), doubts || trusts};
}

void AnchorKeeper::Round::see(const TrustPolicy& policy) {
  seen = policy.nobody();
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i]) seen.witnesses[i] = policy.of_seconds(lines[i]->at);
  const Hash digest = signing::sha256({as_bytes(std::string_view(note))});
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (tokens[i])
      if (const auto stamp = signing::verify_timestamp(tokens[i]->alone, digest, policy.authorities()[i].certificate,
                                                       policy.accuracy_seconds() * kMicrosPerSecond))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
}

// One that is alone with its time is left out and told of; a quorum that agrees makes it the clock's fault.
void AnchorKeeper::leave_out_lone_times(Watched& school, Round& round) {
  for (std::size_t i = 0; i < round.lines.size(); ++i) {
    if (!round.lines[i] || !apart(*round.seen.witnesses[i], round.ours())) continue;
    round.lines[i].reset();
    round.seen.witnesses[i].reset();
    refuse(school, {"evidence_off_clock", school.policy->witnesses()[i].name});
  }
}

// Nobody outside says what the time is: all that can be known is that the clock has gone back behind the log, and is past it again.
void AnchorKeeper::judge_alone(Watched& school, const Round& round) {
  const Instant now = options_.clock->now();
  if (!round.clock_doubted && round.newest_at.micros - now.micros > kClockToleranceMicros) {
    {
      const std::lock_guard lock(mutex_);
      ++school.counters.clock_faults;
    }
    record(school, ledger::ClockFault{projections::kClockJump, now, round.newest_at}, "clock_fault");
  }
  if (round.clock_doubted && round.newest_at <= now)
    record(school, ledger::ClockFault{projections::kClockAgrees, now, {}}, "clock_agrees");
}

void AnchorKeeper::settle(Watched& school, Round& round) {
  const TrustPolicy& policy = *school.policy;
  round.see(policy);
  const auto [agrees, told] = judge_clock(school, round);
  if (round.time_alone && !told) return;
  if (agrees) leave_out_lone_times(school, round);
  AnchorDraft draft(round.note);
  for (const auto& line : round.lines)
    if (line) draft.add_cosignature(line->line);
  for (const auto& [authority, token] : draft.add_tokens(round.tokens)) {
    const Error why{"too_many_files", policy.authorities()[authority].name};
    if (!token) {
      tell(LogLevel::kWarning, "revocation_list_left_out", school, why);
      continue;
    }
    round.seen.authorities[authority].reset();
    refuse(school, why);
  }
  round.tail = anchor_tail(school.school, round.checkpoint.size);
  const bool news = policy.met(round.seen) || (round.past_deadline && policy.bracket(round.seen)) ||
                    says_more(school.school, round.seen, round.tail, policy);
  const bool worth = news && draft.cosignatures() + draft.tokens() > 0;
  if (worth) record(school, draft.anchor(), "anchor", draft.files());
  conclude(school, round, worth ? draft.cosignatures() : 0, worth ? draft.tokens() : 0);
}

void AnchorKeeper::refuse(Watched& school, const Error& why) {
  tell(LogLevel::kWarning, "evidence_refused", school, why);
  const std::lock_guard lock(mutex_);
  ++school.counters.refused;
}

// What a round came to: figures, and when the next one is due where it did not meet the quorum.
void AnchorKeeper::conclude(Watched& school, const Round& round, std::size_t cosignatures, std::size_t tokens) {
  const bool met = school.policy->met(round.seen);
  const auto said = school.policy->bracket(round.seen);
  const std::lock_guard lock(mutex_);
  Counters& counters = school.counters;
  counters.cosignatures += cosignatures;
  counters.tokens += tokens;
  counters.anchors += cosignatures + tokens == 0 ? 0 : 1;
  if (met && said) {
    // The service's own entries are nobody's news: what an anchor over them alone says is no entry's bracket.
    const bool of_entries = round.tail.from > counters.witnessed_size;
    if (of_entries && school.proved) counters.bracket_micros = said->latest.micros - school.proved->micros;
    school.proved = std::max(school.proved.value_or(said->earliest), said->earliest);
  }
  if (met) counters.witnessed_size = round.checkpoint.size;
  if (round.past_deadline && !said) school.past_deadline = true;
  school.retry = met ? std::chrono::milliseconds{0}
                     : std::min(std::max(school.retry * 2, options_.retry_first), options_.retry_most);
  if (met) return;
  const Instant again{options_.clock->now().micros + micros_of(school.retry)};
  if (!school.due || again < *school.due) school.due = again;
}

void AnchorKeeper::record(Watched& school, const ledger::Body& body, std::string_view what, std::vector<Bytes> files) {
  const auto recorded = school.school.record(body, std::move(files));
  if (!recorded) return tell(LogLevel::kWarning, "evidence_unrecorded", school, recorded.error());
  const auto& item = recorded->front();
  if (item.verdict == ledger::Verdict::kRefused)
    return tell(LogLevel::kWarning, "evidence_refused", school, {item.rule, std::string(what)});
  options_.log->write(LogLevel::kInfo, what,
                      {{"school", school.school.slug()}, {"index", static_cast<std::int64_t>(item.index)}});
}

void AnchorKeeper::tell(LogLevel level, std::string_view event, const Watched& school, const Error& why) {
  options_.log->write(level, event,
                      {{"school", school.school.slug()}, {"code", why.code}, {"why", std::string_view(why.detail)}});
}
void AnchorKeeper::tell_of(std::string_view name, std::string_view event, const Watched& school, const Error& why) {
  options_.log->write(
      LogLevel::kWarning, event,
      {{"school", school.school.slug()}, {"asked", name}, {"code", why.code}, {"why", std::string_view(why.detail)}});
}

// --- Before the first write

namespace {

// Whether a checkpoint that a witness keeps is one of this very log's history; an error names what it is instead.
Status hold_against(const School& school, std::string_view note, const std::string& kept_by) {
  const auto kept = ledger::open_checkpoint(note, school.vkey());
  if (!kept) return {};  // not the log's own word: says nothing about it
  const ledger::Checkpoint own = school.read([](const ReadModel& model) { return model.checkpoint; });
  const auto& theirs = kept->checkpoint;
  if (theirs.size > own.size)
    return fail("witness_ahead", "witness " + kept_by + " keeps a signed checkpoint of " + std::to_string(theirs.size) +
                                     " entries, this directory holds " + std::to_string(own.size));
  TRY(const auto proof, school.consistency(theirs.size, own.size));
  const Status consistent = ledger::verify_consistency(theirs.size, theirs.root, own.size, own.root, proof);
  if (!consistent)
    return fail("witness_inconsistent",
                "witness " + kept_by + " keeps another history of " + std::to_string(theirs.size) + " entries");
  return {};
}

}  // namespace

// A witness's word alone stops nobody: what it shows, signed by the log's own key, does.
void AnchorKeeper::look_closer(Watched& school, std::size_t witness) {
  OutwardLimits brief = options_.outward;
  brief.connect_timeout = std::min<std::chrono::milliseconds>(brief.connect_timeout, kStragglers);
  brief.answer_timeout = std::min<std::chrono::milliseconds>(brief.answer_timeout, kStragglers);
  const auto newest = WitnessClient(school.policy->witnesses()[witness], brief).newest(school.school.origin());
  if (!newest || !*newest) return;
  const auto& by = school.policy->witnesses()[witness];
  const Status same = hold_against(school.school, **newest, by.name);
  if (!same) hold(school, same.error(), by, **newest);
}

void AnchorKeeper::hold(Watched& school, const Error& why, const ledger::PolicyWitness& shown_by,
                        std::string_view checkpoint) {
  const Status kept =
      school.school.hold({options_.clock->now(), why.code, why.detail, shown_by.key.text(), std::string(checkpoint)});
  if (!kept) tell(LogLevel::kError, "hold_unmarked", school, kept.error());
  tell(LogLevel::kError, "held", school, *school.school.held());
}

// Held since an earlier start: until what held it is in this log's history, and whoever showed it has been asked again. One that no
// policy names any more cannot be.
void AnchorKeeper::look_again(Watched& school, const std::set<std::string>& content) {
  const auto mark = school.school.hold_mark();
  bool asked = mark.has_value();
  school.school.read([&](const ReadModel& model) {
    const auto* policy = model.structure.evidence().policy();
    if (!mark || policy == nullptr) return;
    for (const auto& witness : policy->parsed->witnesses())
      if (witness.key.text() == mark->witness) asked = content.contains(mark->witness);
  });
  const bool ours = mark && ledger::open_checkpoint(mark->checkpoint, school.school.vkey());
  const bool caught_up = asked && ours && hold_against(school.school, mark->checkpoint, mark->witness);
  const Status released = caught_up ? school.school.release() : Status{};
  if (!released) tell(LogLevel::kError, "hold_unmarked", school, released.error());
  const auto held = school.school.held();
  held ? tell(LogLevel::kError, "held", school, *held) : tell(LogLevel::kWarning, "released", school, mark->error());
}

void AnchorKeeper::look_back() {
  // All of all schools at once: a start waits for the slowest, and not for one after another.
  struct Asked {
    Watched* school;
    ledger::PolicyWitness witness;
    std::future<Result<std::optional<std::string>>> answer;
  };
  std::vector<Asked> asked;
  std::map<Watched*, std::set<std::string>> held;  // from earlier on; by whom nothing else is known now
  for (const auto& school : schools_)
    if (school->school.held()) held[school.get()];
  for (const auto& school : schools_) {
    std::optional<EvidenceBook::Policy> policy;
    school->school.read([&](const ReadModel& model) {
      if (const auto* known = model.structure.evidence().policy()) policy = *known;
    });
    if (!policy) continue;
    for (const auto& witness : policy->parsed->witnesses())
      asked.push_back(
          {school.get(), witness, std::async(std::launch::async, [this, whom = to_ask(witness), of = school.get()] {
             return WitnessClient(whom, options_.outward).newest(of->school.origin());
           })});
  }
  for (auto& [school, witness, answer] : asked) {
    const auto newest = answer.get();
    if (!newest) {
      if (newest.error().code != "no_url") tell_of(witness.name, "witness_unasked", *school, newest.error());
      continue;
    }
    const Status same = *newest ? hold_against(school->school, **newest, witness.name) : Status{};
    if (!same) {
      hold(*school, same.error(), witness, **newest);
      held.erase(school);
    } else if (*newest && held.contains(school)) {
      held[school].insert(witness.key.text());
    }
  }
  for (const auto& [school, content] : held) look_again(*school, content);
}

std::map<std::string, AnchorKeeper::Counters> AnchorKeeper::counters() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Counters> counters;
  for (const auto& school : schools_) counters[school->school.slug()] = school->counters;
  return counters;
}

}  // namespace letopis::server
