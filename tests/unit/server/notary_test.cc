// A notary: numbers that are never given twice, hours that never go back, whatever happens to its process, its disk and its clock.

#include "server/notary.h"

#include <gtest/gtest.h>

#include <set>

#include "signing/rfc3161.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"

namespace letopis::server {
namespace {

constexpr Instant kNow = Instant::from_seconds(1'795'001'000);
constexpr char kWords[] = "a passphrase";

// Says what it is told to, each hand on its own.
class TwoHands final : public Clock {
 public:
  Instant wall = kNow, steady = kNow;
  Instant now() const override { return wall; }
  Instant monotonic() const override { return steady; }
  void advance(std::int64_t seconds) {
    wall.micros += seconds * kMicrosPerSecond;
    steady.micros += seconds * kMicrosPerSecond;
  }
};

class FullDisk final : public FileSystem {
 public:
  bool full = false;
  Result<Bytes> read(const std::string& path, std::size_t max) override { return inner_.read(path, max); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override { return inner_.open_append(path); }
  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override {
    if (full) return fail("io_error", "full");
    return inner_.write_atomically(path, bytes, mode);
  }
  Status truncate(const std::string& path, std::uint64_t size) override { return inner_.truncate(path, size); }
  Status make_directories(const std::string& path) override { return inner_.make_directories(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Status remove(const std::string& path) override { return inner_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return inner_.list(path); }

 private:
  FileSystem& inner_ = posix_file_system();
};

class Notaries : public testing::Test {
 protected:
  Notaries() { start(); }
  void start() {
    auto authority = signing::TimestampAuthority::open(made_.key_pem, made_.certificate_pem, kWords);
    notary_ = Notary::open(*std::move(authority), disk_, directory_.path(), clock_).value();
  }
  // The code of what went wrong; empty: a token, whose hour is said and whose number was never given before.
  std::string stamp() {
    const Hash digest = random_.fixed<Hash>();
    const auto query = signing::make_timestamp_query(digest, random_);
    const auto answer = notary_->answer(query.der);
    if (!answer) return answer.error().code;
    const auto token = signing::token_of_answer(*answer, query);
    if (!token) return token.error().code;
    const auto checked = signing::verify_timestamp(*token, digest, made_.certificate, 0);
    EXPECT_TRUE(checked) << checked.error().text();
    EXPECT_EQ(checked->said, clock_.wall);
    EXPECT_TRUE(given_.insert(serial_of(*token)).second) << "a number given twice";
    return {};
  }
  // As openssl prints it.
  std::string serial_of(const Bytes& token) {
    faults::overwrite(directory_ / "token", token);
    EXPECT_EQ(std::system(("openssl ts -reply -token_in -token_out -in " + directory_ / "token" +
                           " -text | grep Serial > " + directory_ / "serial")
                              .c_str()),
              0);
    return std::string(as_text(faults::read_whole(directory_ / "serial")));
  }

  faults::TemporaryDirectory directory_;
  SeededRandom random_{4};
  TwoHands clock_;
  FullDisk disk_;
  signing::NewAuthority made_ = signing::make_authority("notary.example", kWords, kNow, 30).value();
  std::unique_ptr<Notary> notary_;
  std::set<std::string> given_;
};

TEST_F(Notaries, NumbersAreNeverGivenTwice) {
  for (int life = 0; life < 5; ++life) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(stamp(), "");
      clock_.advance(7);
    }
    start();  // as after kill -9: nothing is written at the end
  }
  EXPECT_EQ(given_.size(), 20U);
  EXPECT_EQ(notary_->counters().granted, 0U);
}

TEST_F(Notaries, TheHourNeverGoesBack) {
  EXPECT_EQ(stamp(), "");
  clock_.advance(100);
  EXPECT_EQ(stamp(), "");
  clock_.wall.micros -= 1;
  EXPECT_EQ(stamp(), "not_granted");
  EXPECT_FALSE(notary_->has_time());
  start();
  clock_.wall.micros -= kMicrosPerSecond;
  EXPECT_EQ(stamp(), "not_granted") << "by another process neither";
  clock_.advance(2);
  EXPECT_EQ(stamp(), "");
  EXPECT_TRUE(notary_->has_time());
}

TEST_F(Notaries, AClockSetBackByMoreThanAMinuteIsNoTime) {
  EXPECT_EQ(stamp(), "");
  clock_.steady.micros += 3600 * kMicrosPerSecond;
  clock_.wall.micros += 1800 * kMicrosPerSecond;  // later than any hour given, and half an hour short
  EXPECT_EQ(stamp(), "not_granted");
  EXPECT_EQ(notary_->counters().without_time, 1U);
}

TEST_F(Notaries, AnExpiredCertificateStampsNothing) {
  EXPECT_FALSE(notary_->expired());
  clock_.advance(31 * 24 * 3600);
  EXPECT_EQ(stamp(), "not_granted");
  EXPECT_TRUE(notary_->expired()) << "which is why, and not the clock";
}

TEST_F(Notaries, AFullDiskStampsNothing) {
  disk_.full = true;
  EXPECT_EQ(stamp(), "io_error");
  disk_.full = false;
  EXPECT_EQ(stamp(), "");
  disk_.full = true;
  EXPECT_EQ(stamp(), "") << "of the block that was written";
  clock_.advance(11);
  EXPECT_EQ(stamp(), "io_error") << "the hour has to be written too";
}

TEST_F(Notaries, WhatIsNoQueryCostsNoNumber) {
  EXPECT_EQ(stamp(), "");
  EXPECT_TRUE(notary_->answer(as_bytes("nonsense")));
  EXPECT_EQ(notary_->answer(Bytes(1 << 16)).error().code, "too_large");
  EXPECT_EQ(notary_->counters().rejected, 1U);
  EXPECT_EQ(stamp(), "");
}

TEST_F(Notaries, ADamagedFileIsTold) {
  stamp();
  for (const std::string text : {"", "letopis/notary@v1\n", "letopis/notary@v1\nnext 0\nnewest 1\n",
                                 "letopis/notary@v1\nnext 5\nnewest 1\n\n", "letopis/notary@v1\nnext 05\nnewest 1\n"}) {
    faults::overwrite(directory_ / "serials", as_bytes(text));
    auto authority = signing::TimestampAuthority::open(made_.key_pem, made_.certificate_pem, kWords);
    const auto opened = Notary::open(*std::move(authority), disk_, directory_.path(), clock_);
    EXPECT_EQ(opened ? "good" : opened.error().code, "damaged") << text;
  }
}

}  // namespace
}  // namespace letopis::server
