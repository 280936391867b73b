#include "server/sessions.h"

#include <algorithm>
#include <vector>

#include "signing/sha256.h"

namespace letopis::server {
namespace {

constexpr std::size_t kTokenDigits = 64;

Hash hash_of(std::string_view token) { return signing::tagged_hash("letopis/session/v1", {as_bytes(token)}); }

}  // namespace

Sessions::Opened Sessions::open(commands::School& school, const Id& person, const Id& key) {
  Opened opened;
  opened.token = to_hex(random_.fixed<Hash>().view());
  LETOPIS_ASSERT(opened.token.size() == kTokenDigits);
  opened.expires = {clock_.now().micros + options_.absolute_seconds * kMicrosPerSecond};
  auto session = std::make_shared<Session>();
  session->school_ = &school;
  session->person_ = person;
  session->key_ = key;
  session->token_hash_ = hash_of(opened.token);
  session->opened_ = clock_.monotonic();
  session->expires_ = opened.expires;
  session->last_used_micros_ = session->opened_.micros;
  const std::unique_lock lock(mutex_);
  drop_oldest_of(school, person);
  if (sessions_.size() >= options_.sessions_max) forget_ended();
  sessions_[session->token_hash_] = session;
  return opened;
}

bool Sessions::alive(const SessionPtr& session) const {
  const std::int64_t now = clock_.monotonic().micros;
  return !session->closed_ && now - session->opened_.micros < options_.absolute_seconds * kMicrosPerSecond &&
         now - session->last_used_micros_ < options_.idle_seconds * kMicrosPerSecond;
}

SessionPtr Sessions::find(std::string_view token, bool touch) {
  if (token.size() != kTokenDigits) return nullptr;
  const Hash hash = hash_of(token);
  SessionPtr session;
  {
    const std::shared_lock lock(mutex_);
    const auto it = sessions_.find(hash);
    if (it == sessions_.end()) return nullptr;
    session = it->second;
  }
  if (!alive(session)) {
    close(session);
    return nullptr;
  }
  if (touch) session->last_used_micros_ = clock_.monotonic().micros;
  return session;
}

CallerPtr Sessions::caller(const SessionPtr& session, bool at_once) {
  if (!alive(session)) return nullptr;
  commands::School& school = *session->school_;
  const Instant now = clock_.now();
  const auto [version, today] = school.read([&](const commands::ReadModel& model) {
    return std::pair(model.structure.structure_version(), model.structure.local_today(now));
  });
  {
    const std::lock_guard lock(session->mutex_);
    const auto& known = session->caller_;
    if (known != nullptr && known->structure_version >= version && known->viewer.today == today) return known;
  }
  if (at_once) return nullptr;
  auto fresh = std::make_shared<Caller>();
  fresh->school = &school;
  fresh->key = session->key_;
  fresh->structure = school.structure();
  fresh->structure_version = fresh->structure->structure_version();
  const auto* key = fresh->structure->key(session->key_);
  if (key == nullptr || key->revoked || key->person != session->person_) {
    close(session);
    return nullptr;
  }
  fresh->viewer = viewer_of(*fresh->structure, session->person_, today);
  const std::lock_guard lock(session->mutex_);
  session->caller_ = fresh;
  return fresh;
}

void Sessions::close(const SessionPtr& session) {
  session->closed_ = true;
  const std::unique_lock lock(mutex_);
  sessions_.erase(session->token_hash_);
}

Instant Sessions::expires(const SessionPtr& session) const { return session->expires_; }

std::size_t Sessions::size() const {
  const std::shared_lock lock(mutex_);
  return sessions_.size();
}

// Called with the lock held.
void Sessions::forget_ended() {
  std::erase_if(sessions_, [&](const auto& item) { return !alive(item.second); });
  if (sessions_.size() < options_.sessions_max) return;
  const auto oldest = std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
    return a.second->last_used_micros_ < b.second->last_used_micros_;
  });
  oldest->second->closed_ = true;
  sessions_.erase(oldest);
}

// Called with the lock held.
void Sessions::drop_oldest_of(commands::School& school, const Id& person) {
  std::vector<SessionPtr> own;
  for (const auto& [hash, session] : sessions_)
    if (session->person_ == person && session->school_ == &school) own.push_back(session);
  if (own.size() < options_.per_person_max) return;
  const auto oldest =
      *std::min_element(own.begin(), own.end(), [](const auto& a, const auto& b) { return a->opened_ < b->opened_; });
  oldest->closed_ = true;
  sessions_.erase(oldest->token_hash_);
}

}  // namespace letopis::server
