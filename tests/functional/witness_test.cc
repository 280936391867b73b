// letopis witness, the program: a school's server, a witness beside it, and what one says to the other.

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "ledger/checkpoint.h"
#include "ledger/witness_protocol.h"
#include "server/http.h"
#include "signing/sha256.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

constexpr char kTimetable[] = LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98";
constexpr char kOrigin[] = "journal.example.org/log/licey29";

server::ClientResponse ask(const std::string& url, server::ClientRequest request) {
  auto client = server::HttpClient::connect(url);
  if (client)
    if (auto answer = (*client)->send(request)) return *answer;
  ADD_FAILURE() << url << request.target << " gave no answer";
  return {};
}
server::ClientResponse get(const std::string& url, const std::string& target) {
  return ask(url, {"GET", target, {}, {}, {}});
}

class WitnessProgram : public testing::Test {
 protected:
  WitnessProgram() { letopis_ok({"key", "new", "--purpose", "witness", "--out", key_}); }

  void real_school() {
    letopis_ok({"key", "new", "--purpose", "root", "--out", root_});
    letopis_ok({"init", "--data", data_, "--school", "licey29", "--origin", kOrigin, "--name", "Лицей № 29",
                "--timezone", "Europe/Moscow", "--root-key", root_});
    serve();
  }
  void serve() {
    school_ = std::make_unique<Server>(data_);
    log_vkey_ = school_->vkey(slug_);
    log_url_ = school_->url() + "/log/" + slug_;
  }
  void witness(const Words& more = {}, const std::string& address = {}) {
    Words words{"witness",  "--data",      kept_,
                "--listen", "127.0.0.1:0", "--key",
                key_,       "--log",       log_vkey_ + " " + (address.empty() ? log_url_ : address)};
    words.insert(words.end(), more.begin(), more.end());
    witness_ = std::make_unique<Server>(words);
  }
  std::string checkpoint() const { return get(school_->url(), "/log/" + slug_ + "/checkpoint").body; }
  server::ClientResponse add(const std::string& checkpoint, std::uint64_t old_size = 0) const {
    return ask(witness_->url(),
               {"POST", "/add-checkpoint", "text/plain", ledger::AddCheckpoint{old_size, {}, checkpoint}.encode(), {}});
  }
  std::uint64_t size_of(const std::string& note) const {
    return ledger::open_checkpoint(note, *signing::parse_vkey(log_vkey_))->checkpoint.size;
  }
  std::vector<ledger::Cosigned> lines(const std::string& answer, const std::string& note) const {
    return ledger::cosignatures_in(answer, signing::parse_note(note)->text, *signing::parse_vkey(witness_->vkey()));
  }
  std::string monitored() const {
    const std::string origin = log_vkey_.substr(0, log_vkey_.find('+'));
    return get(witness_->url(),
               "/" + to_hex(signing::sha256({as_bytes(std::string_view(origin))}).view()) + "/checkpoint")
        .body;
  }

  Folder folder_;
  std::string data_ = folder_ / "data", kept_ = folder_ / "witness", key_ = folder_ / "witness.key",
              root_ = folder_ / "root.key";
  std::string slug_ = "licey29", log_vkey_, log_url_;
  std::unique_ptr<Server> school_, witness_;
};

TEST_F(WitnessProgram, CosignsASchoolsLogAndRemembersWhenItIsKilled) {
  real_school();
  witness();
  const std::string note = checkpoint();
  const auto answer = add(note);
  ASSERT_EQ(answer.status, 200U) << answer.body;
  ASSERT_EQ(lines(answer.body, note).size(), 1U);
  const std::string kept = monitored();
  EXPECT_NE(kept.find(note), std::string::npos) << "the log's checkpoint, and after it the witness's line";
  EXPECT_NE(kept.find(answer.body), std::string::npos);
  witness_->kill();
  witness();
  EXPECT_EQ(monitored(), kept);
  const auto again = add(note);
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(again.content_type, ledger::kTreeSizeType);
  EXPECT_EQ(again.body, std::to_string(size_of(note)) + "\n");
  EXPECT_EQ(add(note, size_of(note)).status, 200U);
  EXPECT_EQ(get(witness_->url(), "/healthz").status, 200U);
  EXPECT_NE(get(witness_->url(), "/metrics").body.find("letopis_witness_cosigned_total 1"), std::string::npos);
  EXPECT_EQ(get(witness_->url(), "/add-checkpoint").status, 405U);
  EXPECT_EQ(get(witness_->url(), "/" + std::string(64, '0') + "/checkpoint").status, 404U);
  EXPECT_EQ(witness_->stop(), 0);
}

TEST_F(WitnessProgram, RefusesASimulatedSchoolUnlessToldOtherwise) {
  slug_ = letopis_ok({"simulate", "school", kTimetable, "--data", data_, "--days", "1", "--json"})
              .json()
              .at("school")
              .as_string();
  serve();
  witness();
  const auto refused = add(checkpoint());
  EXPECT_EQ(refused.status, 403U);
  EXPECT_NE(refused.body.find("simulated"), std::string::npos) << refused.body;
  witness_->stop();
  witness({"--allow-simulated"});
  EXPECT_EQ(add(checkpoint()).status, 200U);
}

TEST_F(WitnessProgram, ALogWhoseGenesisItCannotReadIsNotCosignedYet) {
  real_school();
  const std::string note = checkpoint();
  witness({}, "http://127.0.0.1:1/log/licey29");
  EXPECT_EQ(add(note).status, 403U);
  EXPECT_EQ(add(note).status, 403U) << "asked for again each time";
  witness_->stop();
  witness();
  EXPECT_EQ(add(note).status, 200U);
}

// A policy by two officials, two witnesses, and the receipt of an entry that both have cosigned.
TEST_F(WitnessProgram, ASchoolsEntriesAreWitnessedByItsPolicy) {
  const std::string credentials = folder_ / "demo.json";
  slug_ = letopis_ok({"simulate", "school", kTimetable, "--data", data_, "--days", "1", "--credentials", credentials,
                      "--json"})
              .json()
              .at("school")
              .as_string();
  school_ = std::make_unique<Server>(data_, Words{"--witness-interval", "1"});
  log_vkey_ = school_->vkey(slug_);
  log_url_ = school_->url() + "/log/" + slug_;
  witness({"--allow-simulated"});
  const std::string second_key = folder_ / "second.key";
  letopis_ok({"key", "new", "--purpose", "witness", "--out", second_key});
  const Server second({"witness", "--data", folder_ / "second", "--listen", "127.0.0.1:0", "--key", second_key, "--log",
                       log_vkey_, "--allow-simulated"});
  const std::string policy = "witness one " + witness_->vkey() + " " + witness_->url() + "\\nwitness two " +
                             second.vkey() + " " + second.url() + "\\ngroup both all one two\\nquorum both\\n";
  std::ifstream demo_file(credentials);
  const auto demo = boost::json::parse(std::string(std::istreambuf_iterator<char>(demo_file), {}));
  const auto key_of = [&](const char* official) { return str(demo.at(official).at("key_file")); };
  const auto say = [&](const char* official, const std::string& statement) {
    return letopis_ok({"submit", "-", "--url", school_->url(), "--school", slug_, "--key", key_of(official), "--json"},
                      statement)
        .json()
        .at("items")
        .at(0);
  };
  const auto set = say("director", R"({"type":"witness_policy_set","policy":")" + policy + R"("})");
  ASSERT_EQ(set.at("verdict").as_string(), "accepted") << set;
  const auto endorsed = say("administrator", R"({"type":"endorsed","target":")" +
                                                 std::string(set.at("statement").as_string()) + R"(","approve":true})");
  const std::string index = boost::json::serialize(endorsed.at("index"));
  Ran proof;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  do {
    proof = letopis({"get", "/v1/schools/" + slug_ + "/events/" + index + "/proof?cosigned=true", "--url",
                     school_->url(), "--key", key_of("director")});
  } while (proof.status != 0 && std::chrono::steady_clock::now() < patience);  // "pending": the round is a second away
  ASSERT_EQ(proof.status, 0) << proof.err;
  const auto file = ledger::parse_proof_file(proof.out);
  ASSERT_TRUE(file) << file.error().text();
  const auto note = signing::parse_note(file->checkpoint);
  EXPECT_EQ(signing::verify_note(*note, {*signing::parse_vkey(witness_->vkey()), *signing::parse_vkey(second.vkey())})
                ->size(),
            2U);
  const std::string receipt = folder_ / "receipt.tlog-proof";
  std::ofstream(receipt) << proof.out;
  EXPECT_EQ(letopis_verify({receipt, "--vkey", log_vkey_}).status, 0);
  const std::string policy_file = folder_ / "policy";
  std::ofstream(policy_file) << "witness one " << witness_->vkey() << "\nwitness two " << second.vkey()
                             << "\ngroup both all one two\nquorum both\n";
  const Ran verified = letopis_verify({receipt, "--vkey", log_vkey_, "--policy", policy_file, "--json"});
  EXPECT_EQ(verified.status, 0) << verified.out;
  EXPECT_EQ(verified.json().at("time").at("verdict").as_string(), "bracketed") << verified.out;
  // Whoever asks for it waits for the witnesses, and has the cosigned receipt at once.
  const Ran waited = letopis_ok({"submit", "-", "--url", school_->url(), "--school", slug_, "--key",
                                 key_of("administrator"), "--cosigned", "--json"},
                                R"({"type":"branch_defined","code":"b","title":"Филиал"})");
  const std::string at_once = folder_ / "at-once.tlog-proof";
  std::ofstream(at_once) << str(waited.json().at("items").at(0).at("receipt"));
  const Ran read = letopis_verify({at_once, "--vkey", log_vkey_, "--policy", policy_file, "--json"});
  EXPECT_EQ(read.status, 0) << read.out << waited.err;
  EXPECT_EQ(read.json().at("time").at("verdict").as_string(), "bracketed") << read.out;
  const std::string metrics = get(school_->url(), "/metrics").body,
                    counted = "letopis_anchors_total{school=\"" + slug_ + "\"} ";
  ASSERT_NE(metrics.find(counted), std::string::npos);
  EXPECT_GE(std::stoi(metrics.substr(metrics.find(counted) + counted.size())), 2);
  EXPECT_NE(metrics.find("letopis_policy_entry{school=\"" + slug_ + "\"} " + index + "\n"), std::string::npos);
  school_->stop();
  EXPECT_EQ(letopis({"audit", "--data", data_, "--school", slug_, "--json"}).status, 0);
  const Ran audited = letopis({"audit", "--data", data_, "--school", slug_, "--policy", policy_file, "--json"});
  EXPECT_EQ(audited.status, 3) << "what was recorded before there were witnesses has no lower side: " << audited.out;
  EXPECT_GE(audited.json().at("times").at("anchors").as_int64(), 1);
}

// A machine's image is put back, older than what a witness has seen: nothing that records does so, whichever command it is, and
// nobody has to be reachable for that afterwards.
TEST_F(WitnessProgram, AnImageBehindItsWitnessRecordsNothing) {
  const std::string credentials = folder_ / "demo.json", image = folder_ / "image";
  slug_ = letopis_ok({"simulate", "school", kTimetable, "--data", data_, "--days", "1", "--credentials", credentials,
                      "--json"})
              .json()
              .at("school")
              .as_string();
  serve();
  witness({"--allow-simulated"});
  ASSERT_EQ(add(checkpoint()).status, 200U);  // it reads the first entry where this server listens
  const auto demo = boost::json::parse(text_of(credentials));
  const auto say = [&](const char* official, const std::string& statement) {
    return letopis({"submit", "-", "--url", school_->url(), "--school", slug_, "--key",
                    str(demo.at(official).at("key_file")), "--json"},
                   statement);
  };
  const auto set = say("director", R"({"type":"witness_policy_set","policy":"witness one )" + witness_->vkey() + " " +
                                       witness_->url() + R"(\nquorum one\n"})")
                       .json()
                       .at("items")
                       .at(0);
  const std::string target = str(set.at("statement"));
  ASSERT_EQ(say("administrator", R"({"type":"endorsed","target":")" + target + R"(","approve":true})").status, 0);
  school_->stop();
  std::filesystem::copy(data_, image, std::filesystem::copy_options::recursive);
  const std::string journal = text_of(image + "/checkpoints.journal");
  school_ = std::make_unique<Server>(data_, Words{"--witness-interval", "1"});
  log_url_ = school_->url() + "/log/" + slug_;
  const Ran later = say("administrator", R"({"type":"branch_defined","code":"b","title":"Филиал"})");
  const auto index = static_cast<std::uint64_t>(later.json().at("items").at(0).at("index").as_int64());
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto seen = [&] {
    const std::string kept = monitored();
    return kept.find("— ") != std::string::npos && size_of(kept) > index;
  };
  while (!seen()) ASSERT_LT(std::chrono::steady_clock::now(), patience) << "the witness has not seen the newer entry";

  const auto held = [&](const Words& words) {
    const Ran ran = letopis(words);
    EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
    EXPECT_NE(ran.err.find("letopis: held: "), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("witness_ahead"), std::string::npos) << ran.err;
  };
  const Ran restored = letopis({"restore", "--from", image, "--data", folder_ / "elsewhere"});
  EXPECT_EQ(restored.status, 2);
  EXPECT_NE(restored.err.find("log_behind_checkpoint: witness one"), std::string::npos) << restored.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
  held({"federation", "add", log_url_, log_vkey_, "--data", image});
  held({"backup", "--data", image, "--out", folder_ / "backup"});
  held({"erase", "--data", image, "--person", std::string(32, '1'), "--reason", "r", "--key",
        str(demo.at("director").at("key_file"))});
  // What the witness showed lies beside the image: an audit needs nothing else to see that entries are missing.
  const Ran audited = letopis({"audit", "--data", image, "--school", slug_, "--json"});
  EXPECT_EQ(audited.status, 1) << audited.out << audited.err;
  EXPECT_NE(audited.out.find("\"log_cut\""), std::string::npos) << audited.out;
  EXPECT_NE(audited.out.find(slug_ + ".held"), std::string::npos) << audited.out;
  school_->stop();
  witness_->stop();
  school_ = std::make_unique<Server>(image);
  const Ran refused = say("administrator", R"({"type":"branch_defined","code":"c","title":"Филиал"})");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(get(school_->url(), "/metrics").body.find("letopis_school_held{school=\"" + slug_ + "\"} 1"),
            std::string::npos);
  school_->stop();
  EXPECT_EQ(text_of(image + "/checkpoints.journal"), journal) << "nothing was signed";
}

TEST_F(WitnessProgram, WrongUseIsTold) {
  real_school();
  const auto wrong = [&](const Words& words) {
    const Ran ran = letopis(words);
    EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
    return ran.err;
  };
  const Words base{"witness", "--data", kept_, "--listen", "127.0.0.1:0", "--key"};
  const auto with = [&](std::initializer_list<std::string> more) {
    Words words = base;
    words.insert(words.end(), more);
    return words;
  };
  EXPECT_NE(wrong(with({root_, "--log", log_vkey_})).find("purpose"), std::string::npos);
  EXPECT_NE(wrong(with({key_, "--log", "nonsense"})).find("name+id+key"), std::string::npos);
  EXPECT_NE(wrong(with({key_, "--log", log_vkey_, "--name", "two words"})).find("name"), std::string::npos);
  witness();
  EXPECT_NE(wrong(with({key_, "--log", log_vkey_})).find("in_use"), std::string::npos);
  EXPECT_NE(wrong(with({key_, "--log", witness_->vkey()})).find("type 01"), std::string::npos);
}

}  // namespace
}  // namespace letopis::functional
