#include "server/stream.h"

#include <algorithm>
#include <map>

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"

namespace letopis::server {

using commands::Change;
using commands::ReadModel;
using projections::ShardKey;
using projections::View;

namespace {

constexpr std::size_t kOwnMax = 1000;  // entries of one person that wait for their receipts; older ones are fetched

using NewsByShard = std::map<ShardKey, StreamHub::News>;

// An entry in a journal that is in no diary is for the whole group.
void add_news(const Change& change, NewsByShard& to) {
  const bool of_a_pupil =
      std::any_of(change.shards.begin(), change.shards.end(), [](const auto& key) { return key.view == View::kDiary; });
  for (const auto& key : change.shards) {
    auto& news = to[key];
    news.shard = key;
    news.index = std::max(news.index, change.index);
    if (!of_a_pupil) news.group_index = std::max(news.group_index, change.index + 1);
  }
}

std::vector<StreamHub::News> listed(const NewsByShard& by_shard, std::uint64_t from) {
  std::vector<StreamHub::News> list;
  for (const auto& [key, news] : by_shard)
    if (news.index >= from) list.push_back(news);
  return list;
}

// What changed from some index on, told by the shards alone: each one's newest entry.
std::vector<StreamHub::News> news_since(const ReadModel& model, std::uint64_t from) {
  std::vector<StreamHub::News> list;
  boost::unordered_flat_map<std::uint64_t, bool> of_a_pupil;
  model.shards.each([&](const ShardKey& key, const projections::Shard& shard) {
    if (key.view != View::kDiary || shard.entries.back() < from) return;
    for (auto it = std::lower_bound(shard.entries.begin(), shard.entries.end(), from); it != shard.entries.end(); ++it)
      of_a_pupil[*it] = true;
  });
  model.shards.each([&](const ShardKey& key, const projections::Shard& shard) {
    if (shard.entries.back() < from) return;
    StreamHub::News news{key, shard.entries.back(), 0};
    for (auto it = shard.entries.rbegin(); it != shard.entries.rend() && *it >= from && news.group_index == 0; ++it)
      if (!of_a_pupil.contains(*it)) news.group_index = *it + 1;
    list.push_back(news);
  });
  return list;
}

std::string size_json(std::uint64_t size) { return "{\"size\":" + std::to_string(size) + "}"; }
// How much of the log a quorum has witnessed.
std::uint64_t witnessed_size(const ReadModel& model) {
  const auto newest = std::find_if(model.anchors.rbegin(), model.anchors.rend(), [](const auto& a) { return a.met; });
  return newest == model.anchors.rend() ? 0 : newest->size;
}
std::string id_of(std::uint64_t size) { return size == 0 ? std::string() : std::to_string(size - 1); }

}  // namespace

std::string StreamHub::Told::json() const {
  std::string out = "{\"view\":\"";
  out += projections::view_name(view);
  out += '"';
  if (!subject.is_zero()) out += ",\"subject\":\"" + to_hex(subject.view()) + '"';
  if (week.days != 0) out += ",\"week\":\"" + format_week(week) + '"';
  return out += ",\"index\":" + std::to_string(index) + '}';
}

std::vector<StreamHub::Told> StreamHub::tell(const Caller& caller, const std::vector<News>& news) {
  const auto& state = *caller.structure;
  const auto family = diaries_of_family(state, caller.viewer);
  std::map<std::tuple<View, Id, Date>, std::uint64_t> told;
  const auto add = [&told](View view, const Id& subject, Date week, std::uint64_t index) {
    auto& newest = told.try_emplace({view, subject, week}, index).first->second;
    newest = std::max(newest, index);
  };
  for (const auto& item : news) {
    const auto& [view, subject, week] = item.shard;
    const Object group{.group = subject, .from = week, .to = week + 6};
    switch (view) {
      case View::kSchool:
        if (allow(state, caller.viewer, Action::kSchool)) add(view, subject, week, item.index);
        break;
      case View::kDiary:
        if (allow(state, caller.viewer, Action::kDiary, {.student = subject})) add(view, subject, week, item.index);
        break;
      case View::kRefusals:
        if (allow(state, caller.viewer, Action::kRefusals)) add(view, subject, week, item.index);
        break;
      case View::kJournal:
        if (allow(state, caller.viewer, Action::kJournal, group) ||
            allow(state, caller.viewer, Action::kJournalOwnClass, group))
          add(view, subject, week, item.index);
        if (item.group_index == 0) break;
        for (const auto& student : family)
          if (state.enrolled(subject, student, week) || state.enrolled(subject, student, week + 6))
            add(View::kDiary, student, week, item.group_index - 1);
        break;
    }
  }
  std::vector<Told> list;
  for (const auto& [place, index] : told)
    list.push_back({std::get<0>(place), std::get<1>(place), std::get<2>(place), index});
  std::stable_sort(list.begin(), list.end(), [](const Told& a, const Told& b) { return a.index < b.index; });
  return list;
}

StreamHub::StreamHub(commands::Engine& engine, Sessions& sessions, const Options& options)
    : engine_(engine), sessions_(sessions), options_(options) {
  for (auto* school : engine_.schools()) {
    const auto id = school->listen([this, school](const std::vector<Change>& changes) {
      const std::lock_guard lock(queue_mutex_);
      queue_.push_back({school, changes});
      queued_.notify_one();
    });
    listening_.emplace_back(school, id);
  }
  thread_ = std::thread([this] { run(); });
}

StreamHub::~StreamHub() { stop(); }

void StreamHub::stop() {
  for (const auto& [school, id] : listening_) school->unlisten(id);
  listening_.clear();
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
    queued_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(subscribers_mutex_);
  for (auto& subscriber : subscribers_) subscriber.stream->close();
  subscribers_.clear();
}

std::size_t StreamHub::size() const {
  const std::lock_guard lock(subscribers_mutex_);
  return subscribers_.size();
}

void StreamHub::push(EventStream& stream, const std::vector<Told>& told) {
  for (std::size_t i = 0; i < told.size(); ++i) {
    const bool last_of_entry = i + 1 == told.size() || told[i + 1].index != told[i].index;
    stream.push(last_of_entry ? std::to_string(told[i].index) : std::string(), "change", told[i].json());
  }
}

void StreamHub::tell_witnessed(Subscriber& subscriber, std::uint64_t size) {
  if (size <= subscriber.witnessed) return;
  subscriber.witnessed = size;
  subscriber.stream->push({}, "witnessed", size_json(size));
}

// Under subscribers_mutex_. An entry is read where somebody waits for receipts alone.
void StreamHub::note_own(const Batch& batch) {
  const auto waits = [&](const Subscriber& s) { return s.receipts && &s.session->school() == batch.school; };
  if (std::none_of(subscribers_.begin(), subscribers_.end(), waits)) return;
  for (const auto& change : batch.changes) {
    if (change.of_service) continue;
    const auto bytes = batch.school->entry(change.index);
    const auto entry = bytes ? ledger::decode_entry(*bytes) : tl::unexpected(bytes.error());
    if (!entry) continue;
    for (auto& subscriber : subscribers_) {
      if (!waits(subscriber) || change.index < subscriber.next) continue;
      const CallerPtr caller = sessions_.caller(subscriber.session);
      if (caller == nullptr || caller->viewer.person != entry->statement.author) continue;
      if (subscriber.own.size() == kOwnMax) subscriber.own.pop_front();
      subscriber.own.push_back(change.index);
    }
  }
}

void StreamHub::tell_receipts(Subscriber& subscriber) const {
  std::size_t room = options_.receipt_bytes_at_once;
  auto& own = subscriber.own;
  for (; !own.empty() && own.front() < subscriber.witnessed; own.pop_front()) {
    const auto receipt = subscriber.session->school().cosigned_proof(own.front());
    if (!receipt) continue;
    const std::string json =
        "{\"index\":" + std::to_string(own.front()) + ",\"receipt\":" + ledger::json_string(*receipt) + "}";
    if (json.size() > options_.receipt_bytes_at_once) continue;  // is fetched
    if (json.size() > room) return;
    room -= json.size();
    subscriber.stream->push({}, "receipt", json);
  }
}

Result<std::shared_ptr<EventStream>> StreamHub::subscribe(const SessionPtr& session,
                                                          std::optional<std::uint64_t> last_seen, bool receipts) {
  const CallerPtr caller = sessions_.caller(session);
  if (caller == nullptr) return fail("not_signed_in", {});
  auto stream = make_event_stream();
  const std::lock_guard lock(subscribers_mutex_);  // deliver() waits: nothing is told twice or left out
  std::erase_if(subscribers_, [](const auto& s) { return s.stream->closed(); });
  const auto own =
      std::count_if(subscribers_.begin(), subscribers_.end(), [&](const auto& s) { return s.session == session; });
  if (static_cast<std::size_t>(own) >= options_.streams_per_session_max)
    return fail("rate_limited", "too many streams");
  std::uint64_t size = 0, witnessed = 0;
  std::vector<News> missed;
  bool reset = false;
  caller->school->read([&](const ReadModel& model) {
    size = model.times.size();
    witnessed = witnessed_size(model);
    if (!last_seen) return;
    reset = *last_seen >= size || size - *last_seen > options_.resume_entries_max;
    if (!reset) missed = news_since(model, *last_seen + 1);
  });
  // The missed changes first: should the connection break among them, the next one goes on from the last that came
  // through.
  if (!reset) push(*stream, tell(*caller, missed));
  stream->push(id_of(size), reset ? "reset" : "open", size_json(size));
  subscribers_.push_back({session, stream, size, 0, receipts});
  tell_witnessed(subscribers_.back(), witnessed);
  return stream;
}

void StreamHub::end(const SessionPtr& session) {
  const std::lock_guard lock(subscribers_mutex_);
  for (auto& subscriber : subscribers_)
    if (subscriber.session == session) subscriber.stream->close();
  std::erase_if(subscribers_, [](const auto& s) { return s.stream->closed(); });
}

void StreamHub::run() {
  auto next_check = std::chrono::steady_clock::now() + options_.session_check;
  while (true) {
    std::deque<Batch> batches;
    {
      std::unique_lock lock(queue_mutex_);
      queued_.wait_until(lock, next_check, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      batches.swap(queue_);
    }
    for (const auto& batch : batches) deliver(batch);
    // By time, however busy another school is: a session that ended takes its streams with it.
    if (std::chrono::steady_clock::now() < next_check) continue;
    check_sessions();
    next_check = std::chrono::steady_clock::now() + options_.session_check;
  }
}

void StreamHub::check_sessions() {
  const std::lock_guard lock(subscribers_mutex_);
  for (auto& subscriber : subscribers_) {
    if (sessions_.caller(subscriber.session) == nullptr)
      subscriber.stream->close();
    else
      tell_receipts(subscriber);
  }
  std::erase_if(subscribers_, [](const auto& s) { return s.stream->closed(); });
}

void StreamHub::deliver(const Batch& batch) {
  NewsByShard by_shard;
  for (const auto& change : batch.changes) add_news(change, by_shard);
  const std::uint64_t end = batch.changes.empty() ? 0 : batch.changes.back().index + 1;
  const bool evidence =
      std::any_of(batch.changes.begin(), batch.changes.end(), [](const Change& change) { return change.of_service; });
  const std::uint64_t witnessed = evidence ? batch.school->read(witnessed_size) : 0;
  const std::lock_guard lock(subscribers_mutex_);
  note_own(batch);
  for (auto& subscriber : subscribers_) {
    if (&subscriber.session->school() != batch.school) continue;
    const CallerPtr caller = sessions_.caller(subscriber.session);
    if (caller == nullptr) {
      subscriber.stream->close();
      continue;
    }
    push(*subscriber.stream, tell(*caller, listed(by_shard, subscriber.next)));
    subscriber.next = std::max(subscriber.next, end);
    tell_witnessed(subscriber, witnessed);
    tell_receipts(subscriber);
  }
  std::erase_if(subscribers_, [](const auto& s) { return s.stream->closed(); });
}

}  // namespace letopis::server
