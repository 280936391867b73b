// letopis monitor, the program: real schools, real witnesses, two histories of one key made as they are made in life, by a copied
// directory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ledger/checkpoint.h"
#include "ledger/witness_protocol.h"
#include "server/http.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kSchool[] = "school-fi-pb-98";
constexpr auto kPatience = std::chrono::seconds(60);

// One school day, made once.
class OneDay {
 public:
  OneDay() {
    letopis_ok({"simulate", "school", LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98", "--data", data(), "--days", "1",
                "--credentials", folder_ / "demo.json", "--json"});
    demo_ = json::parse(text_of(folder_ / "demo.json"));
  }
  static OneDay& school() {
    static OneDay once;
    return once;
  }
  std::string data() const { return folder_ / "data"; }
  std::string key(const char* role) const { return str(demo_.at(role).at("key_file")); }

 private:
  Folder folder_;
  json::value demo_;
};

class MonitorProgram : public testing::Test {
 protected:
  MonitorProgram() {
    letopis_ok({"key", "new", "--purpose", "witness", "--out", folder_ / "witness.key"});
    copy(OneDay::school().data(), "here");
    here_ = serve("here");
    vkey_ = here_->vkey(kSchool);
    witness_ = std::make_unique<Server>(Words{"witness", "--data", folder_ / "witness", "--listen", "127.0.0.1:0",
                                              "--key", folder_ / "witness.key", "--log", vkey_, "--allow-simulated"});
    policy("log " + vkey_);
  }
  void copy(const std::string& from, const std::string& to) const {
    fs::copy(from, folder_ / to, fs::copy_options::recursive);
  }
  std::unique_ptr<Server> serve(const std::string& name) const { return std::make_unique<Server>(folder_ / name); }
  void policy(const std::string& log_line) const {
    write_text(folder_ / "policy",
               log_line + "\nwitness one " + witness_->vkey() + " " + witness_->url() + "\nquorum one\n");
  }
  static std::string log_at(const Server& server) { return server.url() + "/log/" + kSchool; }

  // Entries of the administrator's, so many.
  static void record(const Server& server, const std::string& first, int count = 1) {
    json::array statements;
    for (int i = 0; i < count; ++i)
      statements.push_back(
          {{"type", "branch_defined"}, {"code", first + std::to_string(i)}, {"title", "Branch " + std::to_string(i)}});
    letopis_ok({"submit", "-", "--url", server.url(), "--school", kSchool, "--key",
                OneDay::school().key("administrator"), "--json"},
               json::serialize(statements));
  }
  static std::string get(const std::string& url, const std::string& target) {
    auto client = server::HttpClient::connect(url);
    if (client)
      if (auto answer = (*client)->send({"GET", target, {}, {}, {}})) return answer->body;
    return {};
  }
  static std::string checkpoint(const Server& server) {
    return get(log_at(server).substr(0, server.url().size()), "/log/" + std::string(kSchool) + "/checkpoint");
  }
  // The witness sees what a server shows now.
  void witness_sees(const Server& server) const {
    auto client = server::HttpClient::connect(witness_->url());
    ASSERT_TRUE(client);
    const auto answer = (*client)->send(
        {"POST", "/add-checkpoint", "text/plain", ledger::AddCheckpoint{0, {}, checkpoint(server)}.encode(), {}});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status, 200U) << answer->body;
  }
  Ran once(const std::string& url, const Words& more = {}) const {
    Words words{"monitor", "--url", url, "--policy", folder_ / "policy", "--data", folder_ / "seen", "--once"};
    words.insert(words.end(), more.begin(), more.end());
    return letopis(words);
  }
  static std::vector<std::string> codes(const json::value& report) {
    std::vector<std::string> found;
    for (const auto& finding : report.at("findings").as_array()) found.push_back(str(finding.at("code")));
    return found;
  }
  std::vector<std::string> evidence() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "seen"))
      if (entry.path().filename().string().starts_with("fork-")) files.push_back(entry.path().string());
    return files;
  }
  void expect_fork(const Ran& ran) const {
    EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
    EXPECT_EQ(ran.json().at("alarm").as_string(), "fork");
    ASSERT_EQ(evidence().size(), 1U);
    const Ran by_key = letopis({"monitor", "--check-fork", evidence()[0], "--vkey", vkey_});
    EXPECT_EQ(by_key.status, 1) << by_key.err;
    EXPECT_EQ(by_key.json().at("verdict").as_string(), "forked");
    EXPECT_EQ(letopis({"monitor", "--check-fork", evidence()[0], "--policy", folder_ / "policy"}).status, 1);
    EXPECT_EQ(letopis({"monitor", "--check-fork", evidence()[0], "--vkey", witness_->vkey()}).status, 2);
    const Ran keyless = letopis({"monitor", "--check-fork", evidence()[0]});
    EXPECT_EQ(keyless.status, 2);
    EXPECT_THAT(keyless.err, AllOf(HasSubstr("--vkey"), HasSubstr(vkey_.substr(0, vkey_.find('+')))))
        << "a key is all it needs, and of which log";
  }

  Folder folder_;
  std::string vkey_;
  std::unique_ptr<Server> here_, witness_;
};

TEST_F(MonitorProgram, WithoutAFolderItRemembersInTheUsersOwn) {
  witness_sees(*here_);
  const std::string state = folder_ / "state";
  ::setenv("XDG_STATE_HOME", state.c_str(), 1);
  const Ran ran = letopis({"monitor", "--url", log_at(*here_), "--policy", folder_ / "policy", "--once"});
  ::unsetenv("XDG_STATE_HOME");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.err, HasSubstr(state + "/letopis-monitor"));
  EXPECT_TRUE(fs::exists(state + "/letopis-monitor"));
}

TEST_F(MonitorProgram, AWitnessedLogIsWellAndOneThatIsNotLags) {
  EXPECT_EQ(once(log_at(*here_)).status, 3) << "no quorum has seen it";
  witness_sees(*here_);
  const Ran well = once(log_at(*here_));
  EXPECT_EQ(well.status, 0) << well.out << well.err;
  EXPECT_EQ(well.json().at("alarm").as_string(), "well");
  EXPECT_EQ(well.json().at("size"), well.json().at("witnessed_size"));
  EXPECT_EQ(once(here_->url()).status, 0) << "by the server's address alone";
  record(*here_, "late", 5);
  EXPECT_EQ(once(log_at(*here_)).status, 0) << "they have waited for no time";
  Ran lag;
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  do lag = once(log_at(*here_), {"--lag", "0"});
  while (lag.status == 0 && std::chrono::steady_clock::now() < patience);
  EXPECT_EQ(lag.status, 3) << lag.err;
  EXPECT_THAT(codes(lag.json()), Contains("lag"));
  const int unseen = lag.json().at("size").to_number<int>() - lag.json().at("witnessed_size").to_number<int>();
  EXPECT_GE(unseen, 5) << "and a state commitment among them, where one was due";
  EXPECT_EQ(lag.json().at("waiting_entries").to_number<int>(), unseen - 3) << "three might be the log's own";
}

TEST_F(MonitorProgram, AnAuditorsKeyReadsTheEntries) {
  witness_sees(*here_);
  const Words auditor{"--key", OneDay::school().key("director")};
  const Ran first = once(log_at(*here_), auditor);
  EXPECT_EQ(first.status, 0) << first.out << first.err;
  const json::value recent = first.json().at("recent");
  EXPECT_EQ(recent.at("accepted").as_int64() + recent.at("late").as_int64() + recent.at("refused").as_int64(), 256)
      << "the newest of a day";
  record(*here_, "new", 3);
  const json::value second = once(log_at(*here_), auditor).json();
  EXPECT_EQ(second.at("entries").at("accepted").as_int64(), 3);
  EXPECT_EQ(second.at("waiting_entries").as_int64(), 3) << "each of them a person's";
  const Ran pupil = once(log_at(*here_), {"--key", OneDay::school().key("student")});
  EXPECT_EQ(pupil.status, 0) << "nothing new to read";
  record(*here_, "more");
  const Ran curious = once(log_at(*here_), {"--key", OneDay::school().key("student")});
  EXPECT_EQ(curious.status, 3);
  EXPECT_THAT(codes(curious.json()), Contains("entries_unread"));
}

TEST_F(MonitorProgram, TwoHistoriesOfOneKeyAreAForkForGood) {
  here_->stop();
  copy(folder_ / "here", "there");
  here_ = serve("here");
  const auto there = serve("there");
  record(*here_, "a", 2);
  EXPECT_EQ(once(log_at(*here_)).status, 3);
  record(*there, "b", 4);
  const Ran fork = once(log_at(*there));
  expect_fork(fork);
  EXPECT_EQ(once(log_at(*here_)).status, 1) << "until somebody takes the file away";
  fs::remove(evidence()[0]);
  EXPECT_EQ(once(log_at(*here_)).status, 3) << "unwitnessed, as before";
  record(*there, "c", 10);
  expect_fork(once(log_at(*there)));
}

TEST_F(MonitorProgram, AnOldCopyIsBehindUntilItWritesOn) {
  here_->stop();
  copy(folder_ / "here", "old");
  here_ = serve("here");
  record(*here_, "a", 6);
  once(log_at(*here_));
  const auto old = serve("old");
  const Ran behind = once(log_at(*old));
  EXPECT_EQ(behind.status, 3) << behind.out;
  EXPECT_THAT(codes(behind.json()), Contains("behind"));
  record(*old, "b", 1);
  expect_fork(once(log_at(*old)));
}

TEST_F(MonitorProgram, AWitnessThatWasShownAnotherHistoryIsEvidence) {
  here_->stop();
  copy(folder_ / "here", "shown-to-witnesses");
  here_ = serve("here");
  const auto there = serve("shown-to-witnesses");
  record(*here_, "a", 2);
  record(*there, "b", 2);
  witness_sees(*there);
  expect_fork(once(log_at(*here_)));
}

TEST_F(MonitorProgram, AWitnessThatHasSeenMoreIsTold) {
  here_->stop();
  copy(folder_ / "here", "ahead");
  here_ = serve("here");
  const auto ahead = serve("ahead");
  record(*ahead, "b", 2);
  witness_sees(*ahead);
  const Ran ran = once(log_at(*here_));
  EXPECT_EQ(ran.status, 3) << ran.out;
  EXPECT_THAT(codes(ran.json()), Contains("witness_ahead"));
}

TEST_F(MonitorProgram, AServerThatIsGoneIsUnreachableAndNothingIsForgotten) {
  witness_sees(*here_);
  EXPECT_EQ(once(log_at(*here_)).status, 0);
  const std::string url = log_at(*here_);
  here_->kill();
  const Ran gone = once(url);
  EXPECT_EQ(gone.status, 4) << gone.out << gone.err;
  EXPECT_EQ(gone.json().at("alarm").as_string(), "unreachable");
  EXPECT_FALSE(gone.json().at("size").is_null());
  here_ = serve("here");
  EXPECT_EQ(once(log_at(*here_)).status, 0);
}

TEST_F(MonitorProgram, RubbishIsNoCheckpoint) {
  std::string answer;
  server::HttpOptions options;
  const auto rubbish = server::HttpServer::start(options, server::answers_at_once([&](const server::Request&) {
                                                   server::Response response;
                                                   response.body = answer;
                                                   return response;
                                                 }),
                                                 [](const server::Request&, unsigned, std::int64_t) {});
  ASSERT_TRUE(rubbish);
  const std::string url = (*rubbish)->url() + "/log/" + kSchool;
  const std::string good = checkpoint(*here_);
  for (const std::string& wrong : {std::string(), std::string("<html>hello</html>"), std::string(1 << 20, 'a'),
                                   good.substr(0, good.size() - 2), good + good}) {
    answer = wrong;
    const Ran ran = once(url);
    EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
    EXPECT_THAT(codes(ran.json()), Contains("bad_checkpoint")) << wrong.substr(0, 40);
  }
  answer = good;
  EXPECT_THAT(codes(once(url).json()), Contains("unproved")) << "signed, with tiles of rubbish";
  // The same log, another key: what the school's server signs is not the policy's word.
  letopis_ok({"key", "new", "--purpose", "log", "--out", folder_ / "other.key"});
  SeededRandom random(5);
  const auto other = signing::KeyPair::generate(signing::Purpose::kLog, random);
  const std::string origin = vkey_.substr(0, vkey_.find('+'));
  policy("log " + signing::vkey_of(origin, signing::kNoteTypeEd25519, other).text());
  const Ran stranger = once(log_at(*here_));
  EXPECT_EQ(stranger.status, 3);
  EXPECT_THAT(codes(stranger.json()), Contains("bad_checkpoint"));
}

// --- Running

double metric(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name);
  if (at == std::string::npos) return -1;
  const auto end = text.find('\n', at + 1);
  return std::stod(text.substr(text.rfind(' ', end)));
}

TEST_F(MonitorProgram, RunsUntilItIsToldToStopAndSurvivesBeingKilled) {
  witness_sees(*here_);
  const auto watch = [&] {
    return std::make_unique<Server>(Words{"monitor", "--url", log_at(*here_), "--policy", folder_ / "policy", "--data",
                                          folder_ / "seen", "--interval", "1", "--listen", "127.0.0.1:0",
                                          "--metrics-file", folder_ / "letopis.prom"});
  };
  const auto rounds_of = [&](const Server& server, int wanted) {
    std::string text;
    const auto patience = std::chrono::steady_clock::now() + kPatience;
    do text = get(server.url(), "/metrics");
    while (metric(text, "letopis_monitor_rounds_total ") < wanted && std::chrono::steady_clock::now() < patience);
    return text;
  };
  double size = 0;
  for (int life = 0; life < 4; ++life) {
    record(*here_, "life" + std::to_string(life), 30);
    const auto monitor = watch();
    const std::string text = rounds_of(*monitor, 1 + life % 2);
    EXPECT_EQ(metric(text, "letopis_monitor_answered{"), 1) << text;
    EXPECT_GT(metric(text, "letopis_monitor_entries{"), size);
    EXPECT_EQ(metric(text, "letopis_monitor_alarm{"), 0) << text;
    size = metric(text, "letopis_monitor_entries{");
    EXPECT_EQ(get(monitor->url(), "/healthz"), "ok\n");
    EXPECT_THAT(get(monitor->url(), "/"), HasSubstr("/metrics"));
    EXPECT_EQ(letopis({"monitor", "--url", log_at(*here_), "--policy", folder_ / "policy", "--data", folder_ / "seen",
                       "--once"})
                  .status,
              2)
        << "one process a folder";
    monitor->kill();
    EXPECT_EQ(once(log_at(*here_)).json().at("size").to_number<double>(), size);
  }
  const auto monitor = watch();
  rounds_of(*monitor, 2);
  EXPECT_EQ(monitor->stop(), 0);
  EXPECT_THAT(text_of(folder_ / "letopis.prom"), HasSubstr("letopis_monitor_rounds_total"));
}

TEST_F(MonitorProgram, WrongUseIsTold) {
  const auto reason = [&](const Words& words) {
    const Ran ran = letopis(words);
    EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  const std::string policy_file = folder_ / "policy", seen = folder_ / "seen";
  EXPECT_THAT(reason({"monitor", "--once"}), HasSubstr("--data"));
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen}), HasSubstr("--policy"));
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--url", "journal.example.org"}),
              HasSubstr("http"));
  EXPECT_THAT(
      reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--url", "http://127.0.0.1:1/other"}),
      HasSubstr("unknown_log"));
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--url", log_at(*here_), "--url",
                      here_->url()}),
              HasSubstr("ambiguous_log"));
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--key", folder_ / "witness.key"}),
              HasSubstr("wrong_purpose"));
  ASSERT_EQ(letopis({"key", "new", "--purpose", "author", "--out", folder_ / "auditor.key"}).status, 0);
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--url", log_at(*here_), "--key",
                      "licei=" + (folder_ / "auditor.key")}),
              HasSubstr("--key licei="))
      << "a name that was misspelt";
  EXPECT_THAT(reason({"monitor", "--check-fork", policy_file, "--vkey", vkey_}), HasSubstr("malformed"));
  write_text(folder_ / "no-logs", "quorum none\n");
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", folder_ / "no-logs"}), HasSubstr("unknown_log"));
  once(log_at(*here_));
  for (const auto& entry : fs::recursive_directory_iterator(seen))
    if (entry.path().filename() == "memory") write_text(entry.path().string(), "spoilt\n");
  EXPECT_THAT(reason({"monitor", "--once", "--data", seen, "--policy", policy_file, "--url", log_at(*here_)}),
              HasSubstr("damaged"));
}

}  // namespace
}  // namespace letopis::functional
