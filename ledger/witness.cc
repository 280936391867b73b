#include "ledger/witness.h"

#include <algorithm>

#include "ledger/merkle.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

constexpr char kRow = 'w';

std::string origin_hash(std::string_view origin) { return to_hex(signing::sha256({as_bytes(origin)}).view()); }

Bytes row_of(std::string_view hash) {
  Bytes key{static_cast<std::uint8_t>(kRow)};
  append(key, as_bytes(hash));
  return key;
}

// Of another log than ours a checkpoint may have extension lines: cosigned with it, and vouched for by nobody.
Result<Checkpoint> head_of(std::string_view text) {
  std::size_t end = 0;
  for (int line = 0; line < 3 && end != std::string_view::npos; ++line) {
    end = text.find('\n', end);
    if (end != std::string_view::npos) ++end;
  }
  if (end == std::string_view::npos) return fail("malformed", "a checkpoint has three lines at least");
  return parse_checkpoint_text(text.substr(0, end));
}

Witness::Answer refusal(unsigned status, std::string why) { return {status, std::move(why) + "\n", false}; }

}  // namespace

std::string default_witness_name(const signing::KeyPair& key) {
  return "letopis-witness/" + to_hex(key.id().view().first(4));
}

// One caller's request on its way: read and its signature checked by the caller, judged and answered by whoever commits.
struct Witness::Request {
  AddCheckpoint asked;
  signing::Note note;  // the log's own line alone, as verified
  Checkpoint checkpoint;
  std::string hash;  // of the origin
  signing::VerifierKey log;
  Answer answer;
  bool answered = false;
};

Witness::Witness(KvStore& store, signing::KeyPair key, Options options)
    : store_(store),
      key_(std::move(key)),
      options_(std::move(options)),
      vkey_(signing::vkey_of(options_.name, signing::kNoteTypeCosignature, key_)) {}

Result<std::unique_ptr<Witness>> Witness::open(KvStore& store, signing::KeyPair key, Options options) {
  if (!signing::valid_note_name(options.name)) return fail("malformed", "not a name of a witness's key");
  LETOPIS_ASSERT(options.clock != nullptr);
  std::unique_ptr<Witness> witness(new Witness(store, std::move(key), std::move(options)));
  TRY_STATUS(witness->load());
  return witness;
}

// What was cosigned must read as it was written: a witness that forgot would cosign a second history.
Status Witness::load() {
  Status status;
  const Bytes from{static_cast<std::uint8_t>(kRow)}, to{static_cast<std::uint8_t>(kRow + 1)};
  TRY_STATUS(store_.scan(from, to, {}, [&](ByteView key, ByteView value) {
    const auto read = [&]() -> Status {
      TRY(const signing::Note note, signing::parse_note(as_text(value)));
      TRY(const Checkpoint checkpoint, head_of(note.text));
      TRY(const auto own, signing::verify_note(note, {vkey_}));
      newest_time_ = std::max(newest_time_, own.front().cosigned_at);
      if (row_of(origin_hash(checkpoint.origin)) != Bytes(key.begin(), key.end())) return fail("other_origin");
      admitted_[checkpoint.origin] = true;
      seen_[origin_hash(checkpoint.origin)] = {checkpoint, std::string(as_text(value))};
      return {};
    };
    if (auto good = read(); !good)
      status = fail("damaged", "a stored checkpoint of the witness: " + good.error().text());
    return status.has_value();
  }));
  return status;
}

Status Witness::add_log(const signing::VerifierKey& log) {
  if (log.type != signing::kNoteTypeEd25519) return fail("key_type", "a log's key is of type 01");
  const std::lock_guard lock(logs_mutex_);
  const auto [from, to] = logs_.equal_range(log.name);
  if (std::none_of(from, to, [&](const auto& known) { return known.second == log; })) logs_.emplace(log.name, log);
  return {};
}

void Witness::forget_log(const std::string& origin) {
  const std::lock_guard lock(logs_mutex_);
  logs_.erase(origin);
}

std::vector<signing::VerifierKey> Witness::logs() const {
  const std::lock_guard lock(logs_mutex_);
  std::vector<signing::VerifierKey> logs;
  for (const auto& [origin, key] : logs_) logs.push_back(key);
  return logs;
}

// What needs no state: the request's form, the log, its signature.
std::optional<Witness::Answer> Witness::read(std::string_view body, Request& request) {
  auto asked = parse_add_checkpoint(body);
  if (!asked) return refusal(400, asked.error().text());
  request.asked = *std::move(asked);
  auto note = signing::parse_note(request.asked.checkpoint);
  if (!note) return refusal(400, note.error().text());
  const auto head = head_of(note->text);
  if (!head) return refusal(400, head.error().text());
  request.checkpoint = *head;
  request.hash = origin_hash(head->origin);
  std::vector<signing::VerifierKey> known;
  {
    const std::lock_guard lock(logs_mutex_);
    const auto [from, to] = logs_.equal_range(head->origin);
    for (auto it = from; it != to; ++it) known.push_back(it->second);
  }
  if (known.empty()) return refusal(404, "this witness does not know the log " + head->origin);
  const auto verified = signing::verify_note(*note, known);
  if (!verified) return refusal(403, verified.error().text());
  request.log = known[verified->front().key_index];
  request.note.text = note->text;
  for (auto& line : note->signatures) {
    const auto is_known = [&](const auto& key) { return key.name == line.name && key.id() == line.key_id; };
    if (std::any_of(known.begin(), known.end(), is_known)) request.note.signatures.push_back(std::move(line));
  }
  if (request.asked.old_size > head->size) return refusal(400, "the old size is beyond the checkpoint");
  return std::nullopt;
}

std::optional<Witness::Answer> Witness::admit(const Request& request) {
  const std::string& origin = request.checkpoint.origin;
  {
    const std::lock_guard lock(logs_mutex_);
    if (admitted_.contains(origin)) return std::nullopt;
  }
  if (options_.admits)
    if (const auto good = options_.admits(request.log); !good) return refusal(403, good.error().text());
  const std::lock_guard lock(logs_mutex_);
  admitted_[origin] = true;
  return std::nullopt;
}

// The checks against what was cosigned last, in the order of the specification.
std::optional<Witness::Answer> Witness::judge(const Request& request, const Seen* last) const {
  const Checkpoint& now = request.checkpoint;
  const std::uint64_t stored = last == nullptr ? 0 : last->checkpoint.size;
  const Hash root = last == nullptr ? empty_root() : last->checkpoint.root;
  if (request.asked.old_size != stored) return Answer{409, std::to_string(stored) + "\n", true};
  if (now.size == 0 && now.root != empty_root()) return refusal(422, "an empty log has the root of the empty tree");
  const auto consistent = verify_consistency(stored, root, now.size, now.root, request.asked.proof);
  if (!consistent) return refusal(422, consistent.error().text());
  return std::nullopt;
}

Witness::Answer Witness::add_checkpoint(std::string_view body) {
  Request request;
  auto refused = read(body, request);
  if (!refused) refused = admit(request);
  std::unique_lock lock(mutex_);
  if (refused) {
    ++counters_.refused;
    return *std::move(refused);
  }
  queued_.push_back(&request);
  // Whoever finds nobody at it commits for all that wait; the others find their answers.
  while (!request.answered) {
    if (committing_)
      done_.wait(lock);
    else
      commit_queued(lock);
  }
  return request.answer;
}

void Witness::commit_queued(std::unique_lock<std::mutex>& lock) {
  committing_ = true;
  const std::vector<Request*> batch = std::exchange(queued_, {});
  // Of one log each next request is held against the one before it. Only this thread changes seen_ while committing_ is set.
  std::map<std::string, Seen> next;
  WriteBatch rows;
  std::vector<Request*> cosigned;
  const bool failed_before = failed_;
  lock.unlock();
  for (Request* request : batch) {
    const auto pending = next.find(request->hash);
    const auto stored = seen_.find(request->hash);
    const Seen* last = pending != next.end() ? &pending->second : stored != seen_.end() ? &stored->second : nullptr;
    if (failed_before) {
      request->answer = refusal(500, "a write failed: nothing is cosigned until the witness is started again");
    } else if (auto refused = judge(*request, last)) {
      request->answer = *std::move(refused);
    } else if (const std::int64_t now = options_.clock->now().seconds(); now < newest_time_) {
      request->answer = refusal(503, "this witness's clock stands behind what it has signed");
    } else {
      newest_time_ = now;
      const auto line = signing::cosign(request->note.text, vkey_.name, key_, now);
      signing::Note note = request->note;
      note.signatures.push_back(line);
      const std::string text = note.encode();
      request->answer = {200, text.substr(text.rfind("\u2014 ")), false};
      rows.put(row_of(request->hash), Bytes(text.begin(), text.end()));
      next[request->hash] = {request->checkpoint, text};
      cosigned.push_back(request);
    }
  }
  Status stored;
  if (!rows.empty()) stored = store_.commit(rows, Durability::kSync);
  lock.lock();
  if (stored) {
    for (auto& [hash, seen] : next) seen_[hash] = std::move(seen);
  } else {
    failed_ = true;
    for (Request* request : cosigned) request->answer = refusal(500, "the checkpoint could not be stored");
  }
  for (Request* request : batch) {
    const unsigned status = request->answer.status;
    ++(status == 200 ? counters_.cosigned : status == 409 ? counters_.conflicts : counters_.refused);
    request->answered = true;
  }
  counters_.commits += rows.empty() ? 0 : 1;
  committing_ = false;
  done_.notify_all();
  if (!stored && options_.on_failure) {
    lock.unlock();
    options_.on_failure(stored.error());
    lock.lock();
  }
}

std::optional<std::string> Witness::checkpoint(std::string_view hash) const {
  const std::lock_guard lock(mutex_);
  const auto it = seen_.find(std::string(hash));
  if (it == seen_.end()) return std::nullopt;
  return it->second.note;
}

Witness::Counters Witness::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace letopis::ledger
