// Signed in time and recorded late: what a token over the statement says to an audit and to whoever holds the receipt, and what it
// does not.

#include "ledger/timeliness.h"

#include <gtest/gtest.h>

#include "replay-tools/audit.h"
#include "replay-tools/receipt.h"
#include "signing/rfc3161.h"
#include "signing/rfc3161_authority.h"
#include "signing/sha256.h"
#include "tests/support/live_school.h"

namespace letopis {
namespace {

using namespace ledger;

class Neighbour {
 public:
  Neighbour(std::string name, Instant since)
      : name_(std::move(name)),
        made_(signing::make_authority(name_, "words", since, 365).value()),
        authority_(signing::TimestampAuthority::open(made_.key_pem, made_.certificate_pem, "words").value()) {}
  std::string line() const { return "tsa " + name_ + " " + to_base64(made_.certificate) + "\n"; }
  Bytes token(const Hash& digest, Instant at) {
    const auto query = signing::make_timestamp_query(digest, random_);
    return signing::token_of_answer(authority_.answer(query.der, ++serial_, at)->der, query).value();
  }

 private:
  std::string name_;
  signing::NewAuthority made_;
  signing::TimestampAuthority authority_;
  SeededRandom random_{5};
  std::uint64_t serial_ = 0;
};

TrustPolicy policy_of(const std::string& companion) { return TrustPolicy::parse("quorum none\n", companion).value(); }

class Timeliness : public testing::Test {
 protected:
  Timeliness()
      : ivan_(licey_.teacher("Иван Петрович")),
        class_7a_(licey_.klass("7А", 7, ivan_)),
        physics_(licey_.group("7А", "Физика", {class_7a_}, ivan_, {{2, 3}})) {
    live_.at("2026-09-01 10:30");
    lesson_ = licey_.lesson(ivan_, physics_, "2026-09-01", 3);
  }
  // The teacher signs at noon; the server hears of it the next morning.
  commands::Acknowledged recorded_the_next_day() {
    live_.at("2026-09-01 12:00");
    commands::RawSubmission waiting;
    licey_.draft(ivan_, Role::kTeacher, TopicSet{lesson_, "Закон Ома", {}, 0}, {}, waiting);
    digest_ = stamped_digest(waiting.statements[0].bytes, waiting.statements[0].signature);
    live_.at("2026-09-02 09:00");
    return licey_.school().submit(waiting, commands::Language::kEnglish).value().at(0);
  }
  // On record, by the author.
  void attach(const Id& statement, const Bytes& token) {
    const std::string text = signing::token_text(token);
    const Bytes file(text.begin(), text.end());
    const Hash hash = signing::sha256(file);
    blobs_[hash] = file;
    licey_.say(ivan_, Role::kTeacher, FileAttached{statement, hash, file.size(), kTokenMediaType},
               {{}, {}, {}, {}, {file}});
  }
  audit::AuditReport audited(const std::string& companion, bool with_files = true) {
    audit::MemorySource source;
    const auto [size, note] = licey_.school().read(
        [](const commands::ReadModel& model) { return std::pair(model.checkpoint.size, model.checkpoint_note); });
    for (std::uint64_t i = 0; i < size; ++i) source.log.push_back(licey_.school().entry(i).value());
    source.kept = {{audit::KeptBy::kServer, "", note}};
    if (with_files) source.blobs = blobs_;
    audit::AuditOptions options;
    options.policy = policy_of(companion);
    return audit::audit(source, options).value();
  }
  receipt::Report verified(std::uint64_t index, const std::string& companion, const std::vector<Bytes>& tokens) {
    const auto policy = policy_of(companion);
    return receipt::check(licey_.school().proof(index, true).value(), licey_.school().vkey().text(), {}, &policy,
                          tokens);
  }

  test::LiveEngine live_;
  test::LiveSchool licey_{live_, "licey29"};
  test::Member& ivan_;
  Id class_7a_, physics_, lesson_;
  Hash digest_;
  std::map<Hash, Bytes> blobs_;
  Neighbour gymnasium_{"gymnasium-9", test::LiveEngine::local("2026-08-01 09:00")};
  Neighbour college_{"college", test::LiveEngine::local("2026-08-01 09:00")};
  // With a fraction: a time without one stands for its whole second.
  const Instant noon_{test::LiveEngine::local("2026-09-01 12:01").micros + 250'000};
  static Instant at_the_latest(Instant said) {
    return {said.micros + signing::kAuthorityAccuracySeconds * kMicrosPerSecond};
  }
};

TEST_F(Timeliness, ATokenOnRecordShowsThatALateEntryWasSignedInTime) {
  const auto late = recorded_the_next_day();
  ASSERT_EQ(late.verdict, Verdict::kLate) << late.rule;
  EXPECT_EQ(audited(gymnasium_.line()).times->signed_in_time, 0U);
  const Bytes token = gymnasium_.token(digest_, noon_);
  attach(late.statement, token);
  const auto report = audited(gymnasium_.line());
  EXPECT_EQ(report.violations, 0U);
  EXPECT_EQ(report.times->late, 1U);
  EXPECT_EQ(report.times->signed_in_time, 1U);
  EXPECT_EQ(report.verdicts.late, 1U) << "late stays late";
  EXPECT_EQ(audited(college_.line()).times->signed_in_time, 0U) << "of an authority the auditor does not trust";
  EXPECT_EQ(audited(gymnasium_.line(), false).times->signed_in_time, 0U) << "a source that gives no files";
  EXPECT_NE(audit::text_report(report, Language::kEnglish).find("signed in time"), std::string::npos);
}

TEST_F(Timeliness, WhoeverHoldsReceiptAndTokenSeesIt) {
  const auto late = recorded_the_next_day();
  const auto seen = verified(late.index, gymnasium_.line(), {gymnasium_.token(digest_, noon_)});
  ASSERT_EQ(seen.verdict, receipt::Verdict::kGood);
  EXPECT_TRUE(seen.late);
  ASSERT_TRUE(seen.times->signed_by);
  EXPECT_EQ(seen.times->signed_by, at_the_latest(noon_));
  EXPECT_LE(*seen.times->signed_by, seen.deadline);
  EXPECT_NE(receipt::json_report(seen).find("\"signed_in_time\":true"), std::string::npos);
  EXPECT_NE(receipt::text_report(seen, Language::kEnglish).find("in time, proved by time-stamp"), std::string::npos);
  EXPECT_EQ(receipt::json_report(verified(late.index, gymnasium_.line(), {})).find("signed"), std::string::npos)
      << "nobody asked";
}

TEST_F(Timeliness, ATokenFromAfterTheDeadlineOrOfAnotherStatementSaysSo) {
  const auto late = recorded_the_next_day();
  const Instant morning = test::LiveEngine::local("2026-09-02 08:00");
  auto seen = verified(late.index, gymnasium_.line(), {gymnasium_.token(digest_, morning)});
  EXPECT_NE(receipt::json_report(seen).find("\"signed_in_time\":false"), std::string::npos);
  EXPECT_NE(receipt::text_report(seen, Language::kEnglish).find("after the deadline"), std::string::npos);
  seen = verified(late.index, gymnasium_.line(), {gymnasium_.token(signing::sha256({as_bytes("other")}), noon_)});
  EXPECT_FALSE(seen.times->signed_by);
  EXPECT_NE(receipt::text_report(seen, Language::kEnglish).find("prove nothing"), std::string::npos);
  attach(late.statement, gymnasium_.token(digest_, morning));
  EXPECT_EQ(audited(gymnasium_.line()).times->signed_in_time, 0U);
}

TEST_F(Timeliness, OneLiarOfTwoIsNotEnough) {
  const Hash digest = signing::sha256({as_bytes("statement")});
  const Instant true_hour = noon_, lie{noon_.micros - 3600 * kMicrosPerSecond};
  const std::string both = gymnasium_.line() + college_.line();
  const std::vector<Bytes> tokens{gymnasium_.token(digest, lie), college_.token(digest, true_hour)};
  EXPECT_EQ(signed_by(digest, tokens, policy_of(both)), at_the_latest(lie)) << "everybody is honest";
  EXPECT_EQ(signed_by(digest, tokens, policy_of("dishonest 1\ntsa-quorum 2\n" + both)), at_the_latest(true_hour));
  EXPECT_FALSE(signed_by(digest, {tokens[0]}, policy_of("dishonest 1\n" + both)));
  EXPECT_FALSE(signed_by(digest, {tokens[0], tokens[0]}, policy_of("dishonest 1\n" + both))) << "said twice by one";
  EXPECT_FALSE(signed_by(digest, {{1, 2, 3}}, policy_of(both)));
}

}  // namespace
}  // namespace letopis
