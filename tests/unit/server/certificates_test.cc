// What a server says of its certificate. The times are arguments: one that ran out is one looked at later.

#include "server/certificates.h"

#include <gmock/gmock.h>

namespace letopis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeServer final : public HttpServer {
 public:
  std::optional<Instant> until = Instant::from_seconds(1'800'000'000);
  Status reloads = {};

  std::uint16_t port() const override { return 0; }
  std::string url() const override { return {}; }
  Status reload_certificates() override { return reloads; }
  std::optional<Instant> certificate_valid_until() const override { return until; }
  void stop() override {}
  const HttpCounters& counters() const override { return counters_; }

 private:
  HttpCounters counters_;
};

class Certificates : public ::testing::Test {
 protected:
  Instant past(std::int64_t micros) const { return {server.until->micros + micros}; }
  std::string metrics() const {
    std::string text;
    MetricsWriter out(text);
    write_certificate(out, server);
    return text;
  }

  ManualClock clock{Instant::from_seconds(0)};
  std::vector<std::string> lines;
  std::unique_ptr<Log> log = Log::to([this](std::string_view line) { lines.emplace_back(line); }, clock);
  FakeServer server;
};

TEST_F(Certificates, OneThatHasRunOutIsAWarningFromThatVeryMoment) {
  report_expiry(server, *log, past(-1));
  EXPECT_THAT(lines, IsEmpty());
  report_expiry(server, *log, past(0));
  EXPECT_THAT(lines, ElementsAre(HasSubstr(R"("level":"warning","event":"certificate_expired","since":")" +
                                           format_instant(*server.until))));
  server.until.reset();
  report_expiry(server, *log, Instant::from_seconds(4'000'000'000));
  EXPECT_EQ(lines.size(), 1U) << "no TLS, no certificate";
}

TEST_F(Certificates, ReloadingSaysWhatCameOfItAndWhetherItHelped) {
  EXPECT_TRUE(reload_certificates(server, *log, past(-1)));
  EXPECT_THAT(lines, ElementsAre(HasSubstr(R"("event":"certificates_reloaded")")));
  lines.clear();
  EXPECT_TRUE(reload_certificates(server, *log, past(0)));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("certificates_reloaded"), HasSubstr("certificate_expired")))
      << "the new files hold the old certificate";
  lines.clear();
  server.reloads = fail("tls_certificate", "x.pem: holds no certificate in PEM");
  EXPECT_EQ(reload_certificates(server, *log, past(0)).error().code, "tls_certificate");
  EXPECT_THAT(lines, ElementsAre(AllOf(HasSubstr(R"("event":"certificates_kept")"), HasSubstr("x.pem")),
                                 HasSubstr("certificate_expired")));
}

TEST_F(Certificates, PrometheusIsToldWhen) {
  EXPECT_THAT(metrics(), HasSubstr("\nletopis_tls_certificate_expires_seconds 1800000000\n"));
  server.until.reset();
  EXPECT_THAT(metrics(), IsEmpty());
}

}  // namespace
}  // namespace letopis::server
