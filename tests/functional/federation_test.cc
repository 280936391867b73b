// letopis federation: schools of a district, each with its own server, that witness each other.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>

#include "ledger/checkpoint.h"
#include "ledger/witness_protocol.h"
#include "server/http.h"
#include "signing/sha256.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr char kFiles[] = LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98";

server::ClientResponse ask(const std::string& url, const server::ClientRequest& request) {
  auto client = server::HttpClient::connect(url);
  if (client)
    if (auto answer = (*client)->send(request)) return *answer;
  ADD_FAILURE() << url << request.target << " gave no answer";
  return {};
}
server::ClientResponse get(const std::string& url, const std::string& target) {
  return ask(url, {"GET", target, {}, {}, {}});
}

// Asks again and again, at most a minute.
template <class Condition>
bool comes_true(Condition condition) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < patience)
    if (condition()) return true;
  return false;
}

std::string lines_kept(const std::string& file, const std::function<bool(const std::string&)>& keep) {
  std::istringstream in(text_of(file));
  std::string kept, line;
  for (bool header = true; std::getline(in, line); header = false)
    if (header || keep(line)) kept += line + "\n";
  return kept;
}

// The officials of a school and nobody else, as OneRoster files.
void write_officials(const std::string& to) {
  fs::copy(kFiles, to, fs::copy_options::recursive);
  for (const std::string file : {"enrollments", "classes", "courses", "timetable"})
    write_text(to + "/" + file + ".csv", lines_kept(to + "/" + file + ".csv", [](const auto&) { return false; }));
  std::set<std::string> ids;
  const auto id_of = [](const std::string& line) { return line.substr(0, line.find(',')); };
  write_text(to + "/staff.csv", lines_kept(to + "/staff.csv", [&](const std::string& line) {
               const bool of_no_class = line.substr(0, line.find('\r')).ends_with(',');
               if (of_no_class) ids.insert(id_of(line));
               return of_no_class;
             }));
  write_text(to + "/users.csv",
             lines_kept(to + "/users.csv", [&](const std::string& line) { return ids.contains(id_of(line)); }));
}

// A school with a directory and a server of its own, that keeps its port when it is started again.
class School {
 public:
  School(const Folder& folder, const std::string& slug, Words more = {})
      : School(folder, slug, slug + ".example/log/" + slug, slug, std::move(more)) {}
  School(const Folder& folder, std::string slug, const std::string& origin, const std::string& place, Words more = {})
      : slug_(std::move(slug)), home_(folder / place), more_(std::move(more)), origin_(origin) {
    fs::create_directory(home_);
    letopis_ok({"key", "new", "--purpose", "root", "--out", root_});
    letopis_ok({"init", "--data", data_, "--school", slug_, "--origin", origin_, "--name", "Школа", "--timezone",
                "Europe/Moscow", "--root-key", root_});
    serve();
    vkey_ = server_->vkey(slug_);
  }
  void serve(const std::string& data = {}) {
    Words words{"serve",
                "--data",
                data.empty() ? data_ : data,
                "--listen",
                "127.0.0.1:" + port_,
                "--witness-interval",
                "1",
                "--insecure-cookies"};
    words.insert(words.end(), more_.begin(), more_.end());
    server_ = std::make_unique<Server>(words);
    url_ = server_->url();
    port_ = url_.substr(url_.rfind(':') + 1);
  }
  // Director and administrator, by the import.
  void staff() {
    write_officials(home_ + "/files");
    letopis_ok({"import", "oneroster", home_ + "/files", "--url", url_, "--school", slug_, "--key", root_,
                "--officials", home_ + "/officials", "--json"});
    for (const auto& file : fs::directory_iterator(home_ + "/officials")) {
      const std::string key = file.path().string();
      const auto me = letopis_ok({"get", "/v1/schools/" + slug_ + "/me", "--url", url_, "--key", key}).json();
      const std::string roles = json::serialize(me.at("roles"));
      for (const std::string role : {"director", "administrator"})
        if (roles.find("\"" + role + "\"") != std::string::npos) keys_[role] = key;
    }
    EXPECT_EQ(keys_.size(), 2U);
  }
  json::value say(const std::string& official, const std::string& statement) {
    return letopis_ok({"submit", "-", "--url", url_, "--school", slug_, "--key", keys_.at(official), "--json"},
                      statement)
        .json()
        .at("items")
        .at(0);
  }
  void define_branch(const std::string& code) {
    const auto item = say("administrator", R"({"type":"branch_defined","code":")" + code + R"(","title":"Филиал"})");
    EXPECT_EQ(str(item.at("verdict")), "accepted") << item;
  }
  // The receipt of a branch, cosigned by a quorum; empty where that did not come in time.
  std::string cosigned_branch(const std::string& code) {
    const Ran ran = letopis(
        {"submit", "-", "--url", url_, "--school", slug_, "--key", keys_.at("administrator"), "--cosigned", "--json"},
        R"({"type":"branch_defined","code":")" + code + R"(","title":"Филиал"})");
    EXPECT_EQ(ran.status, 0) << ran.err;
    const std::string receipt = str(ran.json().at("items").at(0).at("receipt"));
    const bool cosigned = receipt.find("\n\u2014 ") != receipt.rfind("\n\u2014 ");
    EXPECT_EQ(ran.err.find("not cosigned yet") == std::string::npos, cosigned) << ran.err;
    return receipt;
  }
  json::value entry(std::uint64_t index) const {
    return letopis_ok({"get", "/v1/schools/" + slug_ + "/events/" + std::to_string(index), "--url", url_, "--key",
                       keys_.at("administrator")})
        .json();
  }
  std::string policy(const std::vector<const School*>& witnesses) const {
    std::string text, names;
    for (const School* one : witnesses) {
      text += "witness " + one->slug_ + " " + one->server_->witness() + " " + one->url_ + "/witness\n";
      names += " " + one->slug_;
    }
    return text + "group all-of-them all" + names + "\nquorum all-of-them\n";
  }
  void trusts(const std::vector<const School*>& witnesses) {
    json::object set{{"type", "witness_policy_set"}, {"policy", policy(witnesses)}};
    const auto item = say("director", json::serialize(set));
    ASSERT_EQ(str(item.at("verdict")), "accepted") << item;
    json::object endorsed{{"type", "endorsed"}, {"target", item.at("statement")}, {"approve", true}};
    ASSERT_EQ(str(say("administrator", json::serialize(endorsed)).at("verdict")), "accepted");
  }
  Ran add(const School& neighbour, const Words& more = {}) const {
    Words words{"federation", "add", neighbour.log_url(), neighbour.vkey_, "--data", data_, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return letopis(words);
  }
  json::value federation() const { return letopis_ok({"federation", "list", "--data", data_, "--json"}).json(); }
  std::uint64_t metric(const std::string& name) const {
    const std::string metrics = get(url_, "/metrics").body;
    const auto at = metrics.find("\n" + name);
    EXPECT_NE(at, std::string::npos) << name;
    return at == std::string::npos ? 0 : std::stoull(metrics.substr(metrics.find(' ', at) + 1));
  }
  std::string of_school(const std::string& name) const { return name + "{school=\"" + slug_ + "\"}"; }
  std::string failures_of(const School& witness) const {
    return "letopis_anchor_failures_total{school=\"" + slug_ + "\",asked=\"" + witness.slug_ + "\"}";
  }
  std::string checkpoint() const { return get(url_, "/log/" + slug_ + "/checkpoint").body; }
  std::uint64_t size() const {
    return ledger::open_checkpoint(checkpoint(), *signing::parse_vkey(vkey_))->checkpoint.size;
  }
  // What this server has cosigned last of a log.
  std::string cosigned(const School& of) const {
    return get(url_,
               "/witness/" + to_hex(signing::sha256({as_bytes(std::string_view(of.origin_))}).view()) + "/checkpoint")
        .body;
  }
  std::uint64_t cosigned_size(const School& of) const {
    const auto note = ledger::open_checkpoint(cosigned(of), *signing::parse_vkey(of.vkey_));
    return note ? note->checkpoint.size : 0;
  }

  const std::string& data() const { return data_; }
  const std::string& url() const { return url_; }
  const std::string& vkey() const { return vkey_; }
  const std::string& origin() const { return origin_; }
  const std::string& slug() const { return slug_; }
  std::string log_url() const { return url_ + "/log/" + slug_; }
  Server& server() { return *server_; }

 private:
  std::string slug_, home_;
  Words more_;
  std::string origin_, data_ = home_ + "/data", root_ = home_ + "/root.key", url_, port_ = "0", vkey_;
  std::map<std::string, std::string> keys_;
  std::unique_ptr<Server> server_;
};

void expect_added(const Ran& ran) { EXPECT_EQ(ran.status, 0) << ran.out << ran.err; }
void expect_refused(const Ran& ran, const std::string& code) {
  EXPECT_EQ(ran.status, 2) << ran.out;
  EXPECT_NE(ran.err.find("letopis: " + code), std::string::npos) << ran.err;
}

class Federation : public testing::Test {
 protected:
  // A receipt holds by a policy, offline; who has cosigned it.
  void expect_bracketed(const School& school, const std::string& receipt, const std::string& policy) {
    const std::string file = folder_ / "receipt.tlog-proof", policy_file = folder_ / "policy";
    write_text(file, receipt);
    write_text(policy_file, policy);
    const Ran read = letopis_verify({file, "--vkey", school.vkey(), "--policy", policy_file, "--json"});
    ASSERT_EQ(read.status, 0) << read.out << read.err << receipt;
    const auto time = read.json().at("time");
    EXPECT_EQ(str(time.at("verdict")), "bracketed") << read.out;
    // What the server says of the entry is what its receipt proves.
    const auto bracket = school.entry(read.json().at("index").to_number<std::uint64_t>()).at("bracket");
    for (const char* side : {"earliest", "latest"}) {
      const auto* said = bracket.as_object().if_contains(side);
      const auto* proved = time.as_object().if_contains(side);
      ASSERT_EQ(said != nullptr, proved != nullptr) << side;
      if (said != nullptr) {
        EXPECT_EQ(*said, *proved);
      }
    }
    EXPECT_TRUE(bracket.as_object().contains("latest"));
  }
  Folder folder_;
};

TEST_F(Federation, SchoolsOfADistrictWitnessEachOther) {
  School a(folder_, "a"), b(folder_, "b"), c(folder_, "c");
  a.staff();
  // Everybody knows everybody before anybody's policy names anybody.
  for (School* one : {&b, &c}) {
    expect_added(a.add(*one));
    expect_added(one->add(a));
  }
  const auto first = a.add(b).json();
  EXPECT_TRUE(first.at("recorded_before").as_bool()) << "said twice, recorded once";
  const auto listed = a.federation();
  EXPECT_EQ(str(listed.at("witness")), a.server().witness());
  EXPECT_EQ(get(a.url(), "/witness/vkey").body, a.server().witness() + "\n");
  ASSERT_EQ(listed.at("neighbours").as_array().size(), 2U);
  const auto& of_b = listed.at("neighbours").at(0);
  EXPECT_EQ(str(of_b.at("origin")), b.origin());
  EXPECT_EQ(of_b.at("records").at(0).at("index"), first.at("index"));
  EXPECT_EQ(a.cosigned_size(b), 1U) << "the checkpoint its genesis was proved under";
  EXPECT_EQ(b.size(), 2U) << "its own genesis, and that of A";

  const std::string policy = a.policy({&b, &c});
  a.trusts({&b, &c});
  expect_bracketed(a, a.cosigned_branch("one"), policy);
  EXPECT_GE(b.metric("letopis_witness_conflicts_total"), 1U) << "A learns from a 409 where B stands";

  // One that is gone stops nobody, and it shows.
  const auto seen_by_b = b.cosigned_size(a);
  b.server().kill();
  const auto failures = a.metric(a.failures_of(b)), failures_of_c = a.metric(a.failures_of(c));
  const auto seen_by_c = c.cosigned_size(a);
  a.define_branch("two");
  EXPECT_TRUE(comes_true([&] { return a.metric(a.failures_of(b)) > failures; }));
  EXPECT_TRUE(comes_true([&] { return c.cosigned_size(a) > seen_by_c; })) << "the others go on";
  EXPECT_EQ(a.metric(a.failures_of(c)), failures_of_c) << "it is told which one is gone";

  // It goes on where it was.
  b.serve();
  EXPECT_GE(b.cosigned_size(a), seen_by_b);
  expect_bracketed(a, a.cosigned_branch("three"), policy);
  EXPECT_GT(b.cosigned_size(a), seen_by_b);
  a.server().stop();
  const std::string policy_file = folder_ / "policy-of-a";
  write_text(policy_file, policy);
  const std::string times = folder_ / "times.jsonl";
  const Ran audited =
      letopis({"audit", "--data", a.data(), "--school", "a", "--policy", policy_file, "--json", "--times", times});
  EXPECT_EQ(audited.status, 0) << "what founded it, before there were witnesses, is counted by itself: " << audited.out;
  const auto report = audited.json();
  EXPECT_EQ(report.at("violations").as_int64(), 0) << audited.out;
  EXPECT_GE(report.at("times").at("anchors").as_int64(), 2);
  EXPECT_GE(report.at("times").at("founding").as_int64(), 1);
  const std::string lines = text_of(times);
  std::int64_t told = 0;
  for (const char* verdict : {"timely_proved", "late_proved", "claimed", "bracketed", "wide", "pending", "overdue",
                              "unwitnessed", "founding"})
    told += report.at("times").at(verdict).as_int64();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), told);
  EXPECT_GE(report.at("times").at("bracketed").as_int64(), 2) << "two and three lie between what B and C have seen";
  EXPECT_EQ(letopis({"audit", "--data", a.data(), "--school", "a"}).status, 0)
      << "the neighbours' entries are judged too";
}

// Each of the two is the other's only witness; neither waits for the other to start.
TEST_F(Federation, TwoThatAskEachOtherAtTheirStartBothStart) {
  School a(folder_, "a"), b(folder_, "b");
  for (School* one : {&a, &b}) one->staff();
  expect_added(a.add(b));
  expect_added(b.add(a));
  a.trusts({&b});
  b.trusts({&a});
  const std::string of_a = a.policy({&b}), of_b = b.policy({&a});
  expect_bracketed(a, a.cosigned_branch("one"), of_a);
  expect_bracketed(b, b.cosigned_branch("one"), of_b);
  a.server().kill();
  b.server().kill();
  a.serve();  // asks B, which is down
  EXPECT_EQ(get(a.url(), "/readyz").status, 200U);
  b.serve();  // asks A
  EXPECT_EQ(a.metric(a.of_school("letopis_school_held")), 0U);
  EXPECT_EQ(b.metric(b.of_school("letopis_school_held")), 0U);
  expect_bracketed(a, a.cosigned_branch("two"), of_a);
  expect_bracketed(b, b.cosigned_branch("two"), of_b);
}

TEST_F(Federation, AForkIsRefusedAndHeldAndCosignsForNobody) {
  School a(folder_, "a"), b(folder_, "b");
  a.staff();
  expect_added(a.add(b));
  expect_added(b.add(a));
  a.trusts({&b});
  EXPECT_FALSE(a.cosigned_branch("one").empty());
  a.server().stop();
  const std::string copy = folder_ / "copy";
  fs::copy(a.data(), copy, fs::copy_options::recursive);
  a.serve();
  const std::string branch = a.cosigned_branch("two");
  EXPECT_FALSE(branch.empty());
  a.server().stop();
  const std::string kept = b.cosigned(a);

  // The copy goes on while B cannot tell it: then B is asked to cosign another history.
  b.server().kill();
  a.serve(copy);
  for (const char* code : {"x", "y", "z", "u", "v"}) a.define_branch(code);
  b.serve();  // and is asked again, whether or not anything is entered: after the answer nothing can be
  EXPECT_TRUE(comes_true([&] { return b.metric("letopis_witness_refused_total") > 0; }));
  EXPECT_EQ(b.cosigned(a), kept) << "B keeps what it saw first";
  a.server().stop();

  a.serve(copy);  // now B is asked first
  EXPECT_EQ(a.metric(a.of_school("letopis_school_held")), 1U);
  const auto asked = ask(a.url(), {"POST",
                                   "/witness/add-checkpoint",
                                   "text/plain",
                                   ledger::AddCheckpoint{a.cosigned_size(b), {}, b.checkpoint()}.encode(),
                                   {}});
  EXPECT_EQ(asked.status, 503U) << "a directory that is behind may have forgotten what it cosigned: " << asked.body;
}

TEST_F(Federation, OnlyAddedLogsAreCosignedAndOnlyTillTheyAreRemoved) {
  School a(folder_, "a"), b(folder_, "b");
  const auto offered = [&] {
    return ask(b.url(), {"POST",
                         "/witness/add-checkpoint",
                         "application/octet-stream",
                         ledger::AddCheckpoint{b.cosigned_size(a), {}, a.checkpoint()}.encode(),
                         {}});
  };
  EXPECT_EQ(offered().status, 404U) << "nobody added it";
  b.server().stop();
  expect_added(b.add(a));  // straight in the directory
  EXPECT_EQ(b.federation().at("neighbours").at(0).at("cosigned"), true);
  b.serve();
  const auto cosigned = offered();
  ASSERT_EQ(cosigned.status, 200U) << cosigned.body;
  EXPECT_EQ(ledger::cosignatures_in(cosigned.body, signing::parse_note(a.checkpoint())->text,
                                    *signing::parse_vkey(b.server().witness()))
                .size(),
            1U);
  letopis_ok({"federation", "remove", a.origin(), "--data", b.data()});
  EXPECT_EQ(offered().status, 404U);
  const auto left = b.federation().at("neighbours").at(0);
  EXPECT_EQ(left.at("cosigned"), false);
  EXPECT_EQ(left.at("records").as_array().size(), 1U) << "what was recorded stays";
  EXPECT_GT(left.at("size").to_number<std::uint64_t>(), 0U) << "and what was cosigned";
  expect_refused(letopis({"federation", "remove", a.origin(), "--data", b.data()}), "not_found");
  expect_added(b.add(a));
  EXPECT_EQ(b.federation().at("neighbours").at(0).at("records").as_array().size(), 1U);
  EXPECT_EQ(offered().status, 200U);
}

TEST_F(Federation, WhatIsNoNeighbourIsRefusedWithTheReason) {
  School a(folder_, "a"), b(folder_, "b");
  expect_added(b.add(a));
  // The same origin under another key: an impostor, or a fork of all.
  const School impostor(folder_, "a", a.origin(), "impostor");
  expect_refused(b.add(impostor), "other_key");
  EXPECT_EQ(b.federation().at("neighbours").as_array().size(), 1U);
  EXPECT_EQ(ask(b.url(), {"POST",
                          "/witness/add-checkpoint",
                          "text/plain",
                          ledger::AddCheckpoint{b.cosigned_size(a), {}, impostor.checkpoint()}.encode(),
                          {}})
                .status,
            403U);
  expect_refused(a.add(a), "own_log");
  const auto add = [&](const std::string& url, const std::string& vkey) {
    return letopis({"federation", "add", url, vkey, "--data", b.data()});
  };
  expect_refused(add(impostor.log_url(), a.vkey()), "not_told");
  expect_refused(add(a.url(), a.vkey()), "not_told");
  expect_refused(add("http://127.0.0.1:1/log/a", a.vkey()), "not_told");
  expect_refused(add("journal", a.vkey()), "not_told");
  expect_refused(add(a.log_url(), "nonsense"), "malformed");
  expect_refused(add(a.log_url(), a.server().witness()), "key_type");
  expect_refused(letopis({"federation", "list", "--data", folder_ / "nowhere"}), "not_found");
  // Two schools in one directory are one witness; a log of theirs has to be named.
  b.server().stop();
  const std::string root = folder_ / "b2.key";
  letopis_ok({"key", "new", "--purpose", "root", "--out", root});
  letopis_ok({"init", "--data", b.data(), "--school", "b2", "--origin", "b.example/log/b2", "--name", "Школа",
              "--timezone", "Europe/Moscow", "--root-key", root});
  const School c(folder_, "c");
  const Ran which = b.add(c);
  expect_refused(which, "not_found");
  EXPECT_NE(which.err.find("b, b2"), std::string::npos) << which.err;
  expect_added(b.add(c, {"--school", "b2"}));
  const auto listed = b.federation().at("neighbours");
  EXPECT_EQ(str(listed.at(1).at("records").at(0).at("school")), "b2");
}

TEST_F(Federation, ASimulatedSchoolIsRefusedUnlessToldOtherwise) {
  const std::string data = folder_ / "simulated";
  const auto slug =
      str(letopis_ok({"simulate", "school", kFiles, "--data", data, "--days", "1", "--json"}).json().at("school"));
  const Server simulated(data);
  const School b(folder_, "b");
  const Words add{"federation", "add", simulated.url() + "/log/" + slug, simulated.vkey(slug), "--data", b.data()};
  expect_refused(letopis(add), "simulated");
  EXPECT_TRUE(b.federation().at("neighbours").as_array().empty());
  EXPECT_EQ(b.size(), 1U) << "nothing was recorded";
  Words told = add;
  told.emplace_back("--allow-simulated");
  expect_added(letopis(told));
}

// A copy of what was never cosigns under the key of what is.
TEST_F(Federation, ARestoredDirectoryIsANewWitness) {
  const School a(folder_, "a");
  School b(folder_, "b");
  expect_added(b.add(a));
  const std::string before = b.server().witness(), backup = folder_ / "backup";
  letopis_ok({"backup", "--data", b.data(), "--out", backup});
  EXPECT_FALSE(fs::exists(backup + "/neighbours")) << "the key stays on the machine";
  {
    const std::string served = folder_ / "served";
    fs::copy(backup, served, fs::copy_options::recursive);
    const Server copy(served);
    EXPECT_FALSE(copy.witness().empty());
    EXPECT_NE(copy.witness(), before) << "a backup that is served as it lies";
  }
  const std::string moment = folder_ / "moment";
  letopis_ok({"restore", "--from", backup, "--data", moment, "--school", "b", "--to-index", "1"});
  EXPECT_EQ(Server(moment).witness(), "") << "what is only read cosigns nothing";
  expect_refused(letopis({"federation", "list", "--data", moment}), "read_only");
  b.server().stop();
  letopis_ok({"restore", "--from", backup, "--data", b.data()});
  b.serve();
  const std::string after = b.server().witness();
  EXPECT_FALSE(after.empty());
  EXPECT_NE(after, before);
  const auto listed = b.federation().at("neighbours").at(0);
  EXPECT_EQ(listed.at("cosigned"), false) << "recorded, and to be added again";
  EXPECT_EQ(str(listed.at("origin")), a.origin());
  EXPECT_TRUE(b.add(a).json().at("recorded_before").as_bool());
  // The old folder under the restored vault opens no more: the school is served, and is nobody's witness.
  b.server().stop();
  fs::remove_all(b.data() + "/neighbours");
  fs::copy(b.data() + ".before-restore/neighbours", b.data() + "/neighbours");
  b.serve();
  EXPECT_EQ(b.server().witness(), "");
  EXPECT_EQ(get(b.url(), "/witness/vkey").status, 404U);
  EXPECT_EQ(get(b.url(), "/readyz").status, 200U);
  expect_refused(letopis({"federation", "list", "--data", b.data()}), "not_found");
  b.server().stop();
  expect_refused(letopis({"federation", "list", "--data", b.data()}), "damaged");
}

class SecuredFederation : public Federation {
 public:
  ~SecuredFederation() override { ::unsetenv("SSL_CERT_FILE"); }

 protected:
  SecuredFederation() {
    const std::string authority = folder_ / "ca.pem", authority_key = folder_ / "ca.key.pem";
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=district -keyout "
        "'" +
        authority_key + "' -out '" + authority + "'");
    const std::string request = folder_ / "server.csr", names = folder_ / "names";
    write_text(names, "subjectAltName=IP:127.0.0.1\n");
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=school -keyout '" + key_ +
        "' -out '" + request + "'");
    run("openssl x509 -req -in '" + request + "' -CA '" + authority + "' -CAkey '" + authority_key +
        "' -CAcreateserial -days 2 -extfile '" + names + "' -out '" + certificate_ + "'");
  }
  void trust(bool on) const {
    if (on)
      ::setenv("SSL_CERT_FILE", (folder_ / "ca.pem").c_str(), 1);
    else
      ::unsetenv("SSL_CERT_FILE");
  }
  static void run(const std::string& command) {
    EXPECT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0) << command;
  }
  Words tls(Words more = {}) const {
    more.insert(more.end(), {"--tls-cert", certificate_, "--tls-key", key_});
    return more;
  }
  const std::string certificate_ = folder_ / "server.pem", key_ = folder_ / "server.key.pem";
};

// The servers trust the district's authority by --witness-ca alone; people's commands by SSL_CERT_FILE.
TEST_F(SecuredFederation, WitnessesOverTlsUnderAnAuthorityOfTheirOwn) {
  School a(folder_, "a", tls({"--witness-ca", folder_ / "ca.pem"})), b(folder_, "b", tls());
  ASSERT_TRUE(a.url().starts_with("https://")) << a.url();
  trust(true);
  a.staff();
  expect_added(b.add(a));
  a.trusts({&b});
  expect_bracketed(a, a.cosigned_branch("one"), a.policy({&b}));
  trust(false);
  expect_refused(a.add(b), "not_told");
}

}  // namespace
}  // namespace letopis::functional
