#include "ledger/sequencer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "ledger/school_writer.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr std::int64_t kGatherMaxMicros = 500;  // a fraction of what a synced batch takes

using Done = std::function<void(Result<Receipted>)>;

struct Request {
  std::uint32_t school = 0;
  Submission submission;
  std::size_t bytes = 0;
  Done done;
};

std::size_t bytes_of(const Submission& submission) {
  std::size_t bytes = 0;
  for (const auto& statement : submission.statements) bytes += statement.bytes.size();
  for (const auto& text : submission.texts) bytes += text.text.size();
  for (const auto& [hash, blob] : submission.blobs) bytes += blob.size();
  return bytes;
}

Status check_sizes(const Submission& submission) {
  if (submission.statements.size() > kStatementsPerRequestMax)
    return fail("too_large", "more than " + std::to_string(kStatementsPerRequestMax) + " statements in one request");
  for (const auto& statement : submission.statements)
    if (statement.bytes.size() > kStatementSizeMaxBytes) return fail("too_large", "a statement");
  for (const auto& text : submission.texts)
    if (text.text.size() > kSealedTextSizeMaxBytes) return fail("too_large", "a sealed text");
  for (const auto& [hash, blob] : submission.blobs)
    if (blob.size() > kBlobSizeMaxBytes) return fail("too_large", "a blob");
  return {};
}

// What would otherwise fail in the middle of a batch, and stop everyone.
Status check_submission(const Submission& submission, const Vault* vault) {
  TRY_STATUS(check_sizes(submission));
  if (submission.texts.size() != submission.places.size()) return fail("malformed", "texts without places");
  for (const auto& [hash, blob] : submission.blobs)
    if (signing::sha256(blob) != hash) return fail("malformed", "a blob of another hash");
  if (vault == nullptr && !(submission.texts.empty() && submission.blobs.empty()))
    return fail("no_vault", "sealed texts and blobs have nowhere to go");
  return {};
}

Error stopped_error(const Error& failure) { return {"stopped", failure.text()}; }

}  // namespace

signing::VerifierKey log_vkey(const std::string& origin, const signing::KeyPair& log_key) {
  return signing::vkey_of(origin, signing::kNoteTypeEd25519, log_key);
}

struct Sequencer::Impl {
  Impl(std::shared_ptr<LogStore> log_store, std::shared_ptr<CheckpointJournal> checkpoint_journal, Vault* sealed,
       const Clock& time, Options given)
      : store(std::move(log_store)),
        journal(std::move(checkpoint_journal)),
        vault(sealed),
        clock(time),
        options(given),
        tree(store) {}

  Status open_school(const SchoolRecord& record, SchoolKeys keys, Judge& judge, const VerifyTail& verify_tail,
                     std::optional<Error>& failed_write);

  // The queue.
  Status enqueue(Request& request);
  std::vector<Request> take(bool wait);
  void gather(std::unique_lock<std::mutex>& guard);
  void run();
  void drain_here();
  void write_and_answer(std::vector<Request> requests);
  void fail_for_good(const Error& error);
  Status not_failed() const;

  // A batch.
  Result<std::vector<Result<Receipted>>> write(std::vector<Request>& requests);
  Status make_durable(const std::vector<SchoolWriter*>& schools, WriteBatch& rows);
  Status sign_and_journal(const std::vector<SchoolWriter*>& schools);
  Status commit_checkpoint_rows(const std::vector<SchoolWriter*>& schools);
  void publish(const std::vector<SchoolWriter*>& schools, WriteBatch& rows);
  void take_remarks(const std::vector<Request>& requests);
  void count(const std::vector<Result<Receipted>>& results, Instant began);
  template <class F>
  auto timed(std::int64_t Counters::*total, F&& work) {
    const Instant began = clock.monotonic();
    auto result = work();
    const std::lock_guard guard(state_mutex);
    counters.*total += clock.monotonic().micros - began.micros;
    return result;
  }

  const std::shared_ptr<LogStore> store;
  const std::shared_ptr<CheckpointJournal> journal;
  Vault* const vault;
  const Clock& clock;
  const Options options;
  TreeCache tree;

  std::mutex writing_mutex;  // held while a batch is written or a school is opened; taken before state_mutex
  std::unordered_map<std::uint32_t, std::unique_ptr<SchoolWriter>> schools;

  mutable std::mutex state_mutex;
  std::condition_variable wake;
  std::deque<Request> queue;
  std::size_t queue_statements = 0;
  std::size_t queue_bytes = 0;
  std::size_t last_batch_requests = 0;
  std::size_t wake_at_requests = 1;  // the queue's length that the thread waits for
  bool stopping = false;
  bool draining = false;  // without a thread: somebody is writing already
  std::optional<Error> failure;
  std::function<void(const Error&)> failure_handler;
  std::unordered_map<std::uint32_t, std::optional<std::string>> notes;  // of open schools
  Counters counters;

  std::mutex thread_mutex;
  std::thread thread;
};

Sequencer::Sequencer(std::shared_ptr<LogStore> store, std::shared_ptr<CheckpointJournal> journal, Vault* vault,
                     const Clock& clock, Options options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(journal), vault, clock, options)) {
  if (options.start_thread) impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Sequencer::~Sequencer() { stop(); }

Status Sequencer::open_school(const SchoolRecord& record, SchoolKeys keys, Judge& judge,
                              const VerifyTail& verify_tail) {
  if (keys.origin != record.origin) return fail("other_origin", keys.origin + " is not " + record.origin);
  std::optional<Error> failed_write;
  const auto opened = impl_->open_school(record, std::move(keys), judge, verify_tail, failed_write);
  if (failed_write) impl_->fail_for_good(*failed_write);  // with no lock held: the handler may stop us
  return opened;
}

Status Sequencer::open_reader(const SchoolRecord& record, std::uint64_t size) {
  const std::lock_guard writing(impl_->writing_mutex);
  return impl_->tree.load(record.number, size);
}

Status Sequencer::Impl::open_school(const SchoolRecord& record, SchoolKeys keys, Judge& judge,
                                    const VerifyTail& verify_tail, std::optional<Error>& failed_write) {
  const std::lock_guard writing(writing_mutex);
  if (const auto intact = not_failed(); !intact) return tl::unexpected(stopped_error(intact.error()));
  if (schools.contains(record.number)) return fail("already_exists", record.slug + " is open");
  auto school = std::make_unique<SchoolWriter>(record, std::move(keys), judge, store, tree, clock);
  const auto journalled = journal->newest().find(record.slug);
  const auto known =
      journalled == journal->newest().end() ? std::nullopt : std::optional<std::string>(journalled->second);
  TRY(const auto accepted, school->open(known, verify_tail));
  if (accepted) {
    Status written = journal->append({{record.slug, *accepted}});
    if (written) written = commit_checkpoint_rows({school.get()});
    if (!written) failed_write = written.error();
    TRY_STATUS(written);
  }
  const std::lock_guard guard(state_mutex);
  notes[record.number] = school->note();
  schools.emplace(record.number, std::move(school));
  return {};
}

std::future<Result<Receipted>> Sequencer::submit(std::uint32_t school, Submission submission) {
  const auto promise = std::make_shared<std::promise<Result<Receipted>>>();
  auto future = promise->get_future();
  submit(school, std::move(submission), [promise](Result<Receipted> result) { promise->set_value(std::move(result)); });
  return future;
}

void Sequencer::submit(std::uint32_t school, Submission submission, Done done) {
  Request request{school, std::move(submission), 0, std::move(done)};
  request.bytes = bytes_of(request.submission);
  auto taken = check_submission(request.submission, impl_->vault);
  if (taken) taken = impl_->enqueue(request);
  if (!taken) return request.done(tl::unexpected(std::move(taken).error()));
  if (!impl_->options.start_thread) impl_->drain_here();
}

Status Sequencer::Impl::enqueue(Request& request) {
  const std::size_t statements = request.submission.statements.size();
  {
    const std::lock_guard guard(state_mutex);
    if (failure) return tl::unexpected(stopped_error(*failure));
    if (stopping) return fail("stopping", "the sequencer takes nothing more");
    if (!notes.contains(request.school))
      return fail("unknown_school", "school " + std::to_string(request.school) + " is not open");
    if (queue_statements + statements > options.queue_statements_max ||
        queue_bytes + request.bytes > options.queue_bytes_max)
      return fail("queue_full", std::to_string(queue_statements) + " statements are waiting");
    queue_statements += statements;
    queue_bytes += request.bytes;
    queue.push_back(std::move(request));
    if (queue.size() < wake_at_requests) return {};
  }
  wake.notify_one();
  return {};
}

// Whoever was answered together comes back together: as many requests as last time are waited for, though no longer than a
// fraction of what the last batch took. A lone caller never waits.
void Sequencer::Impl::gather(std::unique_lock<std::mutex>& guard) {
  if (queue.size() >= last_batch_requests) return;
  const std::chrono::microseconds patience(std::min(counters.last_batch_micros / 4, kGatherMaxMicros));
  wake_at_requests = last_batch_requests;
  wake.wait_for(guard, patience, [this] { return queue.size() >= last_batch_requests || stopping || failure; });
  wake_at_requests = 1;
}

// The next batch; empty when there is nothing, and with `wait` only once the queue is drained and stopping, or after a failure.
std::vector<Request> Sequencer::Impl::take(bool wait) {
  std::unique_lock guard(state_mutex);
  if (wait) {
    wake.wait(guard, [this] { return !queue.empty() || stopping || failure; });
    gather(guard);
  }
  std::vector<Request> batch;
  std::size_t statements = 0, bytes = 0;
  while (!queue.empty()) {
    const Request& next = queue.front();
    statements += next.submission.statements.size();
    bytes += next.bytes;
    if (!batch.empty() && (statements > kBatchStatementsMax || bytes > kBatchBytesMax)) break;
    queue_statements -= next.submission.statements.size();
    queue_bytes -= next.bytes;
    batch.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  last_batch_requests = batch.size();
  return batch;
}

void Sequencer::Impl::run() {
  for (;;) {
    auto requests = take(true);
    if (requests.empty()) return;
    write_and_answer(std::move(requests));
  }
}

// Without a thread of its own. A callback may submit again: that is written by the loop that is running already.
void Sequencer::Impl::drain_here() {
  {
    const std::lock_guard guard(state_mutex);
    if (draining) return;
    draining = true;
  }
  for (;;) {
    auto requests = take(false);
    if (requests.empty()) break;
    write_and_answer(std::move(requests));
  }
  const std::lock_guard guard(state_mutex);
  draining = false;
}

void Sequencer::Impl::write_and_answer(std::vector<Request> requests) {
  const Instant began = clock.monotonic();
  auto results = write(requests);
  if (results) {
    count(*results, began);
    for (std::size_t i = 0; i < requests.size(); ++i) requests[i].done(std::move((*results)[i]));
    return;
  }
  const Error& error = results.error();
  fail_for_good(error);
  for (auto& request : requests) request.done(tl::unexpected(stopped_error(error)));
  for (auto rest = take(false); !rest.empty(); rest = take(false))
    for (auto& request : rest) request.done(tl::unexpected(stopped_error(error)));
}

void Sequencer::Impl::fail_for_good(const Error& error) {
  std::function<void(const Error&)> handler;
  {
    const std::lock_guard guard(state_mutex);
    if (failure) return;
    failure = error;
    handler = failure_handler;
  }
  wake.notify_all();
  if (handler) handler(error);
}

Status Sequencer::Impl::not_failed() const {
  const std::lock_guard guard(state_mutex);
  if (failure) return tl::unexpected(*failure);
  return {};
}

Result<std::vector<Result<Receipted>>> Sequencer::Impl::write(std::vector<Request>& requests) {
  const std::lock_guard writing(writing_mutex);
  TRY_STATUS(not_failed());
  WriteBatch rows;
  std::vector<Placement> placements;
  placements.reserve(requests.size());
  TRY_STATUS(timed(&Counters::judge_micros_total, [&]() -> Status {
    for (auto& request : requests) {
      TRY(placements.emplace_back(), schools.at(request.school)->place(request.submission, rows));
    }
    return {};
  }));
  std::vector<SchoolWriter*> touched;
  for (const auto& [number, school] : schools)
    if (school->has_pending()) touched.push_back(school.get());
  if (!touched.empty()) TRY_STATUS(make_durable(touched, rows));
  publish(touched, rows);
  take_remarks(requests);

  std::vector<Result<Receipted>> results;
  results.reserve(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (placements[i].refusal)
      results.push_back(tl::unexpected(*std::move(placements[i].refusal)));
    else
      results.push_back(schools.at(requests[i].school)->receipt(std::move(placements[i])));
  }
  for (const auto& request : requests) schools.at(request.school)->end_batch();
  return results;
}

Status Sequencer::Impl::make_durable(const std::vector<SchoolWriter*>& touched, WriteBatch& rows) {
  for (auto* school : touched) TRY_STATUS(school->store_sealed(vault));
  TRY_STATUS(timed(&Counters::commit_micros_total, [&] { return store->kv().commit(rows, Durability::kSync); }));
  for (auto* school : touched) TRY_STATUS(school->read_back());
  TRY_STATUS(timed(&Counters::journal_micros_total, [&] { return sign_and_journal(touched); }));
  return commit_checkpoint_rows(touched);
}

// In this order: whoever learns of a checkpoint can have proofs under it.
void Sequencer::Impl::publish(const std::vector<SchoolWriter*>& touched, WriteBatch& rows) {
  for (auto* school : touched) school->grow_tree(rows);
  {
    const std::lock_guard guard(state_mutex);
    for (const auto* school : touched) notes[school->record().number] = school->note();
  }
  for (const auto* school : touched) school->show();
}

// Schools speak for themselves between two batches, before anybody who waits; also where nothing new was recorded.
void Sequencer::Impl::take_remarks(const std::vector<Request>& requests) {
  std::set<std::uint32_t> asked;
  for (const auto& request : requests) asked.insert(request.school);
  for (const std::uint32_t school : asked) {
    auto remark = schools.at(school)->remark();
    if (!remark) continue;
    Request request{school, std::move(remark->submission), 0, std::move(remark->done)};
    request.bytes = bytes_of(request.submission);
    const std::lock_guard guard(state_mutex);
    queue_statements += request.submission.statements.size();
    queue_bytes += request.bytes;
    queue.push_front(std::move(request));
  }
}

Status Sequencer::Impl::sign_and_journal(const std::vector<SchoolWriter*>& touched) {
  std::map<std::string, std::string> newest;
  for (auto* school : touched) {
    TRY_STATUS(school->sign());
    newest.emplace(school->record().slug, *school->note());
  }
  return journal->append(newest);
}

// For readers of the database. The journal is what counts, so this need not be durable yet; the next batch makes it so.
Status Sequencer::Impl::commit_checkpoint_rows(const std::vector<SchoolWriter*>& touched) {
  WriteBatch rows;
  for (const auto* school : touched) school->add_checkpoint_row(rows);
  return store->kv().commit(rows, Durability::kNoSync);
}

void Sequencer::Impl::count(const std::vector<Result<Receipted>>& results, Instant began) {
  const std::lock_guard guard(state_mutex);
  ++counters.batches;
  counters.last_batch_micros = clock.monotonic().micros - began.micros;
  for (const auto& result : results) {
    if (!result) {
      if (result.error().code == "chain_conflict") ++counters.conflicts;
      continue;
    }
    for (const auto& placed : result->placed) ++(placed.repeated ? counters.repeated : counters.statements);
  }
}

std::optional<std::string> Sequencer::newest_checkpoint(std::uint32_t school) const {
  const std::lock_guard guard(impl_->state_mutex);
  const auto found = impl_->notes.find(school);
  return found == impl_->notes.end() ? std::nullopt : found->second;
}

const TreeCache& Sequencer::tree() const { return impl_->tree; }

bool Sequencer::stopped_by_failure() const {
  const std::lock_guard guard(impl_->state_mutex);
  return impl_->failure.has_value();
}

void Sequencer::set_failure_handler(std::function<void(const Error&)> handler) {
  const std::lock_guard guard(impl_->state_mutex);
  impl_->failure_handler = std::move(handler);
}

void Sequencer::stop() {
  {
    const std::lock_guard guard(impl_->state_mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  if (impl_->thread.get_id() == std::this_thread::get_id()) return;  // from a callback: the owner's stop() waits
  const std::lock_guard guard(impl_->thread_mutex);
  if (impl_->thread.joinable()) impl_->thread.join();
}

Sequencer::Counters Sequencer::counters() const {
  const std::lock_guard guard(impl_->state_mutex);
  Counters counters = impl_->counters;
  counters.queue_statements = impl_->queue_statements;
  return counters;
}

}  // namespace letopis::ledger
