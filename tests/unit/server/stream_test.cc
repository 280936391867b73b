// Server-sent events: who hears of what, going on where one left off, and when a stream ends.

#include <gtest/gtest.h>

#include "server/event_stream.h"
#include "tests/unit/server/browser.h"
#include "tests/unit/server/raw_client.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

struct Heard {
  std::string id, event, data;
  std::string view() const {
    const auto json = boost::json::parse(data);
    const auto* name = json.as_object().if_contains("view");
    return name == nullptr ? std::string() : std::string(name->as_string());
  }
  std::string subject() const {
    const auto json = boost::json::parse(data);
    const auto* subject = json.as_object().if_contains("subject");
    return subject == nullptr ? std::string() : std::string(subject->as_string());
  }
};

// Reads a stream as its connection would, waiting for what other threads push.
class Listener {
 public:
  explicit Listener(const std::shared_ptr<EventStream>& stream)
      : stream_(std::dynamic_pointer_cast<QueuedEventStream>(stream)) {
    if (stream_ == nullptr) return;
    stream_->attach(HttpLimits{}.stream_queue_max_bytes, [this] {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      changed_.notify_all();
    });
  }
  ~Listener() {
    if (stream_ != nullptr) stream_->detach();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // All that came until `enough` is content with it, or the stream ended.
  const std::vector<Heard>& until(const std::function<bool(const std::vector<Heard>&)>& enough) {
    const auto patience = std::chrono::steady_clock::now() + kPatience;
    while (!take_and(enough) && !ended_) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, patience, [this] { return woken_; })) {
        ADD_FAILURE() << "nothing more was heard";
        break;
      }
      woken_ = false;
    }
    return heard_;
  }
  const std::vector<Heard>& until_index(std::uint64_t index) {
    const std::string id = std::to_string(index);
    return until([&](const auto& heard) {
      return std::any_of(heard.begin(), heard.end(), [&](const Heard& one) { return one.id == id; });
    });
  }
  bool ends() {
    until([](const auto&) { return false; });
    return ended_;
  }
  const std::vector<Heard>& heard() const { return heard_; }
  bool ended() const { return ended_; }
  bool told(std::string_view view, const std::string& subject = {}) const {
    return std::any_of(heard_.begin(), heard_.end(), [&](const Heard& one) {
      return one.event == "change" && one.view() == view && (subject.empty() || one.subject() == subject);
    });
  }

 private:
  bool take_and(const std::function<bool(const std::vector<Heard>&)>& enough) {
    const auto batch = stream_->take();
    reader_.feed(batch.text, [this](std::string_view id, std::string_view event, std::string_view data) {
      heard_.push_back({std::string(id), std::string(event), std::string(data)});
      return true;
    });
    ended_ = ended_ || batch.ended || batch.dropped;
    return enough(heard_);
  }

  std::shared_ptr<QueuedEventStream> stream_;
  EventReader reader_{64 * 1024};
  std::vector<Heard> heard_;
  bool ended_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;
};

AppOptions quick() {
  AppOptions options;
  options.streams.session_check = std::chrono::milliseconds(5);
  return options;
}

class StreamTest : public ::testing::Test {
 protected:
  explicit StreamTest(const AppOptions& options = quick()) : site(options) {
    licey.join(physics, masha);
    licey.join(physics, petya);
    site.live().at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    work = licey.work(ivan, physics, lesson);
    site.start();
  }
  std::uint64_t size() {
    return licey.school().read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  }
  Response ask(const std::string& token, const std::string& last_seen = {}, std::string_view slug = "licey29") {
    Request request = site.request(Method::kGet, "/v1/schools/" + std::string(slug) + "/stream", token);
    request.last_event_id = last_seen;
    return site.ask(request);
  }
  std::shared_ptr<EventStream> open(const std::string& token, const std::string& last_seen = {}) {
    const auto response = ask(token, last_seen);
    EXPECT_EQ(response.status, 200U) << body_of(response);
    return response.stream;
  }
  std::uint64_t mark(Member& student, std::string_view value = "5") {
    return licey.index_of(licey.mark(ivan, work, student, value));
  }
  // Something that everybody hears of: what came before it has been told by then.
  std::uint64_t for_everybody() {
    return licey.index_of(
        licey.say(licey.administrator(), Role::kAdministrator, ledger::PersonRegistered{site.live().random().id()}));
  }

  Site site;
  LiveSchool& licey = site.school("licey29");
  LiveSchool& gymnasium = site.school("gymnasium");
  Member& ivan = licey.teacher("Иван Седов");
  Member& olga = licey.teacher("Ольга Чехова");
  Id class_a = licey.klass("7А", 7, ivan);
  Member& masha = licey.student(class_a, "Маша Ильина");
  Member& petya = licey.student(class_a, "Петя Лужин");
  Member& mother = licey.parent(masha, "Мария Ильина");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id lesson, work;
};

// --- Receipts

// Pieces so small and so far apart that a reader on a busy machine keeps up.
AppOptions in_pieces() {
  AppOptions options;
  options.streams.session_check = std::chrono::milliseconds(50);
  options.streams.receipt_bytes_at_once = 16 * 1024;
  return options;
}

class StreamedReceipts : public StreamTest {
 protected:
  StreamedReceipts() : StreamTest(in_pieces()) {
    const Id set = licey.say(licey.director(), Role::kDirector,
                             ledger::WitnessPolicySet{"witness w " + vkey() + "\nquorum w\n", {}});
    licey.say(licey.administrator(), Role::kAdministrator, ledger::Endorsed{set, true});
  }
  std::string vkey() const { return signing::vkey_of("w.example", signing::kNoteTypeCosignature, witness).text(); }
  void anchor() {
    const auto [checkpoint, note] = licey.school().read(
        [](const commands::ReadModel& model) { return std::pair(model.checkpoint, model.checkpoint_note); });
    const signing::Note cosigned{
        checkpoint.text(),
        {signing::cosign(checkpoint.text(), "w.example", witness, site.live().clock().now().seconds())}};
    const std::string line = cosigned.encode().substr(cosigned.text.size() + 1);
    ledger::AnchorAdded body;
    body.checkpoint = note;
    body.evidence = {{ledger::kCosignature, as_bytes(std::string_view(line).substr(0, line.size() - 1))}};
    const auto said = licey.school().record(body);
    ASSERT_TRUE(said) << said.error().text();
    ASSERT_EQ(said->front().verdict, ledger::Verdict::kAccepted) << said->front().rule;
  }
  std::shared_ptr<EventStream> open_for_receipts(Member& member) {
    Request request =
        site.request(Method::kGet, "/v1/schools/licey29/stream?receipts=true", site.sign_in(licey, member));
    const auto response = site.ask(request);
    EXPECT_EQ(response.status, 200U) << body_of(response);
    return response.stream;
  }
  // Those a listener heard, by index; each verified to be of its entry.
  std::set<std::uint64_t> receipts(const Listener& listener) {
    std::set<std::uint64_t> of;
    for (const auto& one : listener.heard()) {
      if (one.event != "receipt") continue;
      const auto json = boost::json::parse(one.data);
      const auto file = ledger::parse_proof_file(json.at("receipt").as_string());
      EXPECT_TRUE(file);
      EXPECT_EQ(std::string(json.at("receipt").as_string()),
                licey.school().cosigned_proof(json.at("index").to_number<std::uint64_t>()).value());
      EXPECT_EQ(file->index, json.at("index").to_number<std::uint64_t>());
      of.insert(file->index);
    }
    return of;
  }
  const signing::KeyPair witness = [] {
    SeededRandom random(31);
    return signing::KeyPair::generate(signing::Purpose::kWitness, random);
  }();
};

// Once an anchor covers it, whoever recorded it has it in hand; nobody else does, nor whoever did not ask.
TEST_F(StreamedReceipts, WhoRecordedItHearsItsReceipt) {
  Listener teacher(open_for_receipts(ivan)), plain(open(site.sign_in(licey, ivan))), other(open_for_receipts(olga));
  const auto of_masha = mark(masha), of_petya = mark(petya);
  anchor();
  const auto end = for_everybody();
  for (auto* one : {&teacher, &plain, &other}) one->until_index(end);
  EXPECT_EQ(receipts(teacher), (std::set{of_masha, of_petya}));
  EXPECT_TRUE(receipts(plain).empty());
  EXPECT_TRUE(receipts(other).empty());
}

// Many at once are told piece by piece: a reader is not dropped for them.
TEST_F(StreamedReceipts, MoreThanFitAtOnceFollow) {
  Listener teacher(open_for_receipts(ivan));
  std::set<std::uint64_t> marks;
  constexpr std::size_t kMany = 64;
  for (std::size_t i = 0; i < kMany; ++i) {
    const Id another = licey.work(ivan, physics, lesson);
    marks.insert(licey.index_of(licey.mark(ivan, another, masha, "5")));
  }
  anchor();
  teacher.until([&](const auto&) {
    const auto heard = receipts(teacher);
    return std::includes(heard.begin(), heard.end(), marks.begin(), marks.end());
  });
  EXPECT_FALSE(teacher.ended());
}

TEST_F(StreamTest, ItOpensWithWhatIsThere) {
  Listener listener(open(site.sign_in(licey, ivan)));
  const auto& heard = listener.until([](const auto& all) { return !all.empty(); });
  EXPECT_EQ(heard[0].event, "open");
  EXPECT_EQ(heard[0].data, "{\"size\":" + std::to_string(size()) + "}");
  EXPECT_EQ(heard[0].id, std::to_string(size() - 1));
}

TEST_F(StreamTest, AParentHearsOfTheirOwnChildAndOfNobodyElse) {
  Listener parent(open(site.sign_in(licey, mother)));
  Listener teacher(open(site.sign_in(licey, ivan)));
  const auto of_petya = mark(petya);
  const auto of_masha = mark(masha);
  const auto end = for_everybody();
  parent.until_index(end);
  teacher.until_index(end);
  EXPECT_TRUE(parent.told("diary", hex(masha.id)));
  EXPECT_FALSE(parent.told("diary", hex(petya.id)));
  EXPECT_FALSE(parent.told("journal"));
  for (const auto& one : parent.heard()) {
    EXPECT_NE(one.id, std::to_string(of_petya)) << "not even that something was entered";
    EXPECT_EQ(one.data.find(hex(petya.id)), std::string::npos);
    EXPECT_EQ(one.data.find(hex(physics)), std::string::npos);
  }
  EXPECT_TRUE(std::any_of(parent.heard().begin(), parent.heard().end(),
                          [&](const Heard& one) { return one.id == std::to_string(of_masha); }));
  EXPECT_TRUE(teacher.told("journal", hex(physics)));
}

TEST_F(StreamTest, WhatTheWholeGroupIsToldReachesFamiliesAsTheirChildsDiary) {
  Listener parent(open(site.sign_in(licey, mother)));
  const auto topic = licey.index_of(licey.topic(ivan, lesson, "Измерения"));
  parent.until_index(topic);
  EXPECT_TRUE(parent.told("diary", hex(masha.id)));
  EXPECT_FALSE(parent.told("journal"));
}

TEST_F(StreamTest, ATeacherHearsOfTheirOwnGroupsOnly) {
  Listener other(open(site.sign_in(licey, olga)));
  mark(masha);
  const auto& heard = other.until_index(for_everybody());
  EXPECT_FALSE(other.told("journal"));
  EXPECT_FALSE(other.told("diary"));
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[1].view(), "school");
}

TEST_F(StreamTest, RefusalsAreForThoseWhoSeeEveryPage) {
  Listener director(open(site.sign_in(licey, licey.director())));
  Listener teacher(open(site.sign_in(licey, ivan)));
  ASSERT_EQ(licey.try_say(ivan, Role::kTeacher, ledger::MarkGiven{work, 0, masha.id, "7"})->verdict,
            ledger::Verdict::kRefused);
  const auto end = for_everybody();
  director.until_index(end);
  teacher.until_index(end);
  EXPECT_TRUE(director.told("refusals"));
  EXPECT_FALSE(teacher.told("refusals"));
}

TEST_F(StreamTest, NothingIsHeardOfAnotherSchool) {
  Listener director(open(site.sign_in(licey, licey.director())));
  gymnasium.say(gymnasium.administrator(), Role::kAdministrator, ledger::PersonRegistered{site.live().random().id()});
  const auto before = director.heard().size();
  const auto& heard = director.until_index(for_everybody());
  EXPECT_EQ(heard.size(), before + 2) << "open, and one change of one's own";
  EXPECT_EQ(ask(site.sign_in(licey, ivan), {}, "gymnasium").status, 403U);
  EXPECT_EQ(ask({}).status, 401U);
}

TEST_F(StreamTest, OneGoesOnAfterTheLastThatCameThrough) {
  const auto token = site.sign_in(licey, ivan);
  const auto first = mark(masha);
  const auto topic = licey.index_of(licey.topic(ivan, lesson, "Измерения"));
  for_everybody();
  Listener listener(open(token, std::to_string(first)));
  const auto& heard = listener.until([](const auto& all) { return !all.empty() && all.back().event == "open"; });
  EXPECT_TRUE(listener.told("journal", hex(physics)));
  EXPECT_TRUE(listener.told("school"));
  EXPECT_FALSE(listener.told("diary", hex(masha.id))) << "the mark was heard of before";
  EXPECT_EQ(heard.front().id, std::to_string(topic));
  // And nothing is told twice when all is known.
  Listener again(open(token, std::to_string(size() - 1)));
  EXPECT_EQ(again.until([](const auto& all) { return !all.empty(); }).front().event, "open");
}

TEST_F(StreamTest, AFamilyGoesOnWithWhatIsTheirsAlone) {
  const auto from = size() - 1;
  mark(petya);
  mark(masha);
  Listener parent(open(site.sign_in(licey, mother), std::to_string(from)));
  const auto& heard = parent.until([](const auto& all) { return !all.empty() && all.back().event == "open"; });
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].view(), "diary");
  EXPECT_EQ(heard[0].subject(), hex(masha.id));
}

// A mark changes a journal and a diary: whoever lost the connection between the two must hear of the second.
TEST_F(StreamTest, AnIdStandsWithTheLastThingAnEntryChanged) {
  Listener teacher(open(site.sign_in(licey, ivan)));
  const auto index = mark(masha);
  const auto& heard = teacher.until_index(index);
  std::vector<std::string> ids;
  for (const auto& one : heard)
    if (one.event == "change") ids.push_back(one.id);
  ASSERT_EQ(ids.size(), 2U) << "as class teacher Иван sees the diary too";
  EXPECT_NE(ids[0], std::to_string(index));
  EXPECT_EQ(ids[1], std::to_string(index));
}

TEST_F(StreamTest, WhoMissedTooMuchReadsEverythingAgain) {
  const auto token = site.sign_in(licey, ivan);
  Listener ahead(open(token, std::to_string(size() + 100)));
  EXPECT_EQ(ahead.until([](const auto& all) { return !all.empty(); }).front().event, "reset")
      << "the log has lost entries, or is another";

  AppOptions options;
  options.streams.resume_entries_max = 3;
  Site small(options);
  LiveSchool& school = small.school("licey29");
  small.start();
  const auto resume = [&](std::uint64_t behind) {
    const auto count = school.school().read([](const auto& model) { return std::uint64_t{model.times.size()}; });
    Request request =
        small.request(Method::kGet, "/v1/schools/licey29/stream", small.sign_in(school, school.director()));
    request.last_event_id = std::to_string(count - behind);
    Listener listener(small.ask(request).stream);
    return listener.until([](const auto& all) { return !all.empty() && all.back().event != "change"; }).back().event;
  };
  EXPECT_EQ(resume(3), "open");
  EXPECT_EQ(resume(4), "reset");
  EXPECT_EQ(ask(token, "yesterday").status, 400U);
  EXPECT_EQ(ask(token, "-1").status, 400U);
}

// --- Ends ------------------------------------------------------------------------------------------------------------

TEST_F(StreamTest, SignOutEndsTheStream) {
  const auto token = site.sign_in(licey, ivan);
  const auto stream = open(token);
  const auto others = open(site.sign_in(licey, ivan));
  ASSERT_FALSE(stream->closed());
  ASSERT_EQ(site.ask(site.request(Method::kPost, "/v1/auth/sign-out", token)).status, 204U);
  EXPECT_TRUE(stream->closed()) << "at once";
  EXPECT_FALSE(others->closed());
}

TEST_F(StreamTest, ARevokedKeyEndsTheStreamBeforeAnythingMoreIsTold) {
  Listener director(open(site.sign_in(licey, licey.director())));
  Listener listener(open(site.sign_in(licey, ivan)));
  listener.until([](const auto& all) { return !all.empty(); });
  licey.revoke_key(ivan);
  EXPECT_TRUE(listener.ends());
  EXPECT_EQ(listener.heard().size(), 1U) << "open, and not even the revocation";
  EXPECT_EQ(director.until_index(size() - 1).size(), 2U);
}

TEST_F(StreamTest, ALapsedSessionEndsItsStreamThoughNothingHappens) {
  Listener listener(open(site.sign_in(licey, ivan)));
  site.live().advance(12 * 3600);
  EXPECT_TRUE(listener.ends());
}

TEST_F(StreamTest, AParentWhoMayNoLongerSeeTheChildHearsNoMoreOfIt) {
  Listener parent(open(site.sign_in(licey, mother)));
  licey.guardian(mother, masha, ledger::Access::kNone);
  mark(masha);
  parent.until_index(for_everybody());
  EXPECT_FALSE(parent.told("diary"));
}

TEST_F(StreamTest, ASessionHasSoManyStreams) {
  const auto token = site.sign_in(licey, ivan);
  std::vector<std::shared_ptr<EventStream>> streams;
  for (std::size_t i = 0; i < StreamHub::Options{}.streams_per_session_max; ++i) streams.push_back(open(token));
  EXPECT_EQ(ask(token).status, 429U);
  streams.front()->close();
  EXPECT_EQ(ask(token).status, 200U) << "the place of one that ended";
}

TEST_F(StreamTest, AServerThatStopsEndsItsStreams) {
  Listener listener(open(site.sign_in(licey, ivan)));
  site.app().stop();
  EXPECT_TRUE(listener.ends());
}

// --- Over the network ------------------------------------------------------------------------------------------------

TEST_F(StreamTest, ASlowReaderIsDroppedAndNobodyWaitsForIt) {
  const auto token = site.sign_in(licey, ivan);
  const auto stream = open(token);  // its connection takes nothing
  std::size_t told = 0;
  while (stream->push("1", "change", std::string(1000, 'x'))) ASSERT_LT(++told, 10'000U);
  EXPECT_GT(told, 100U);
  EXPECT_TRUE(stream->closed());
  Listener other(open(site.sign_in(licey, ivan)));
  other.until_index(mark(masha));
  EXPECT_TRUE(other.told("journal", hex(physics)));
  EXPECT_EQ(site.app().services().streams.size(), 1U) << "the dropped one is forgotten";
}

TEST_F(StreamTest, ABrowserHearsOfAMarkOverItsConnection) {
  RawClient client(site.app().port());
  client.send("GET /v1/schools/licey29/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
              site.sign_in(licey, mother) + "\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("text/event-stream"), std::string::npos);
  client.read_until("event: open");
  const auto index = mark(masha);
  const auto text = client.read_until("\"index\":" + std::to_string(index) + "}\n\n");
  EXPECT_NE(text.find("\"subject\":\"" + hex(masha.id) + "\",\"week\":\"2026-W36\""), std::string::npos) << text;
  // HEAD opens none.
  RawClient head(site.app().port());
  head.send("HEAD /v1/schools/licey29/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
            site.sign_in(licey, ivan) + "\r\n\r\n");
  EXPECT_NE(head.read_to_end().find("200"), std::string::npos);
  for_everybody();
  client.read_until("\"view\":\"school\"");
  EXPECT_EQ(site.app().services().streams.size(), 1U);
}

}  // namespace
}  // namespace letopis::server::testing
