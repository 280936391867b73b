// letopis notary, the program, and what openssl says of its tokens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "server/http.h"
#include "tests/functional/programs.h"

namespace letopis::functional {
namespace {

using ::testing::HasSubstr;

class NotaryProgram : public testing::Test {
 protected:
  NotaryProgram() {
    line_ =
        letopis_ok({"notary", "init", "--data", data_, "--name", "gymnasium-9", "--url", "https://notary.example.org"})
            .out;
  }
  void start() { notary_ = std::make_unique<Server>(Words{"notary", "--data", data_, "--listen", "127.0.0.1:0"}); }
  int openssl(const std::string& arguments) const {
    return std::system(("openssl " + arguments + " > " + folder_ / "said" + " 2>&1").c_str());
  }
  std::string said() const { return text_of(folder_ / "said"); }
  server::ClientResponse post(const std::string& body, const std::string& type = "application/timestamp-query") const {
    auto client = server::HttpClient::connect(notary_->url());
    if (client)
      if (auto answer = (*client)->send({"POST", "/tsa", type, body, {}})) return *answer;
    ADD_FAILURE() << "no answer";
    return {};
  }
  // A file stamped and verified, all by openssl but for the carrying; its serial number.
  std::string stamp(const std::string& content) const {
    const std::string file = folder_ / "file", query = folder_ / "query", reply = folder_ / "reply";
    write_text(file, content);
    EXPECT_EQ(openssl("ts -query -data " + file + " -sha256 -cert -out " + query), 0) << said();
    const auto answer = post(text_of(query));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.content_type, "application/timestamp-reply");
    write_text(reply, answer.body);
    EXPECT_EQ(openssl("ts -verify -queryfile " + query + " -in " + reply + " -CAfile " + data_ + "/notary.pem"), 0)
        << said();
    EXPECT_EQ(openssl("ts -verify -data " + file + " -in " + reply + " -CAfile " + data_ + "/notary.pem"), 0) << said();
    EXPECT_EQ(openssl("ts -reply -in " + reply + " -text"), 0);
    const std::string text = said(), what = "Serial number: ";
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << text;
    return text.substr(at + what.size(), text.find('\n', at) - at - what.size());
  }

  Folder folder_;
  std::string data_ = folder_ / "notary", line_;
  std::unique_ptr<Server> notary_;
};

TEST_F(NotaryProgram, OpensslVerifiesItsTokensOverEveryRestart) {
  std::set<std::string> serials;
  for (int life = 0; life < 3; ++life) {
    start();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(serials.insert(stamp("statement " + std::to_string(i))).second);
    if (life % 2 == 0)
      notary_->kill();
    else
      EXPECT_EQ(notary_->stop(), 0);
  }
  EXPECT_EQ(serials.size(), 9U);
}

TEST_F(NotaryProgram, AnswersQueriesAndNothingElse) {
  start();
  stamp("statement");
  EXPECT_EQ(post("nonsense").status, 200U) << "a rejection is an answer of the protocol";
  EXPECT_EQ(post(std::string(1 << 16, 'a')).status, 413U);
  EXPECT_EQ(post("{}", "application/json").status, 415U);
  auto client = server::HttpClient::connect(notary_->url());
  ASSERT_TRUE(client);
  EXPECT_EQ((*client)->send({"GET", "/healthz", {}, {}, {}})->body, "ok\n");
  const std::string metrics = (*client)->send({"GET", "/metrics", {}, {}, {}})->body;
  EXPECT_THAT(metrics, HasSubstr("letopis_notary_granted_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr("letopis_notary_rejected_total 1\n"));
  EXPECT_EQ((*client)->send({"GET", "/", {}, {}, {}})->status, 404U);
}

TEST_F(NotaryProgram, ItsLineIsOneOfACompanion) {
  EXPECT_TRUE(line_.starts_with("tsa gymnasium-9 ")) << line_;
  EXPECT_TRUE(line_.ends_with(" https://notary.example.org\n")) << line_;
  start();
  const auto certificate = letopis({"notary", "--data", data_, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(certificate.status, 2);
  EXPECT_THAT(certificate.err, HasSubstr("in_use")) << "one process a folder";
}

TEST_F(NotaryProgram, WrongUseIsTold) {
  const auto reason = [&](const Words& words) {
    const Ran ran = letopis(words);
    EXPECT_EQ(ran.status, 2) << ran.out << ran.err;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  const std::string other = folder_ / "other";
  EXPECT_THAT(reason({"notary", "init", "--data", data_, "--name", "again"}), HasSubstr("already_exists"));
  EXPECT_THAT(reason({"notary", "init", "--data", other, "--name", "two words"}), HasSubstr("blank"));
  EXPECT_THAT(reason({"notary"}), HasSubstr("--data"));
  EXPECT_THAT(reason({"notary", "--data", other, "--listen", "127.0.0.1:0"}), HasSubstr("notary.key"));
  letopis_ok({"notary", "init", "--data", other, "--name", "other"});
  EXPECT_THAT(reason({"notary", "--data", data_, "--cert", other + "/notary.pem", "--listen", "127.0.0.1:0"}),
              HasSubstr("wrong_certificate"));
  write_text(data_ + "/serials", "spoilt\n");
  EXPECT_THAT(reason({"notary", "--data", data_, "--listen", "127.0.0.1:0"}), HasSubstr("damaged"));
}

}  // namespace
}  // namespace letopis::functional
