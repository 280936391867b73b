// A term in a few seconds: what a simulated school is made of, and that the same seed gives the same log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "replay-tools/audit.h"
#include "replay-tools/simulate.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"
#include "tests/unit/replay-tools/small_school.h"

namespace letopis::replay_tools {
namespace {

using namespace ledger;
using faults::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr std::string_view kPassphrase = "correct horse";

SimulateOptions options(const TemporaryDirectory& data, int days, std::uint64_t seed = 1) {
  SimulateOptions wanted;
  wanted.source = LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98";
  wanted.data = data.path() + "/data";
  wanted.master_key.passphrase = kPassphrase;
  wanted.days = days;
  wanted.seed = seed;
  wanted.today = make_date(2025, 12, 20);
  wanted.passphrase = kPassphrase;
  return wanted;
}

OneRosterModel three_classes() { return only_classes(bundled_school(), {"S1A", "S1B", "SAA1"}); }

// The school of a directory, opened again as a server would.
struct Reopened {
  explicit Reopened(const SimulateOptions& of) {
    commands::Engine::Options opening;
    opening.directory = of.data;
    opening.master_key = of.master_key;
    opening.clock = &clock;
    opening.random = &random;
    opening.sequencer_thread = false;
    engine = commands::Engine::open(opening).value();
    school = engine->find("school-fi-pb-98");
  }
  Hash root() const {
    return school->read([](const commands::ReadModel& read) { return read.checkpoint.root; });
  }
  std::uint64_t size() const {
    return school->read([](const commands::ReadModel& read) { return read.checkpoint.size; });
  }
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<commands::Engine> engine;
  commands::School* school = nullptr;
};

TEST(SimulateSchool, EveryFirstTypeOccursAndNothingIsRefusedUnmeant) {
  TemporaryDirectory data;
  const auto simulated = simulate_school(posix_file_system(), three_classes(), options(data, 20));
  ASSERT_TRUE(simulated) << simulated.error().text();
  EXPECT_EQ(simulated->tally.refused, simulated->attempts);
  EXPECT_GT(simulated->tally.refused_total(), 5U);
  EXPECT_GT(simulated->tally.late, 50U);
  EXPECT_LT(simulated->tally.late, simulated->events / 10);
  EXPECT_EQ(simulated->tally.total(), simulated->events);
  EXPECT_EQ(simulated->last, make_date(2025, 12, 19));

  const Reopened again(options(data, 20));
  std::set<std::string_view> seen;
  for (std::uint64_t i = 0; i < again.size(); ++i) {
    const auto bytes = again.school->entry(i).value();
    const auto entry = decode_entry(bytes).value();
    if (entry.event.verdict != Verdict::kRefused) seen.insert(name_of(entry.statement.body));
  }
  // Those that carry a school through its first weeks, which come first in the schema. There is no loss to come back from, no evidence from outside and no wrong clock in a simulation.
  const std::set<std::string_view> never{"anchor_added", "clock_fault", "restore_done", "predecessor_named"};
  for (std::size_t i = 1; i <= Body(PersonalTextErased{}).index(); ++i)
    EXPECT_NE(seen.contains(kBodyNames[i]), never.contains(kBodyNames[i])) << kBodyNames[i];
  EXPECT_TRUE(again.school->read([](const commands::ReadModel& read) { return read.structure.simulated(); }));
}

// The log as it was when it had so many entries, signed then by its own key.
audit::MemorySource as_of(const Reopened& school, const std::string& vkey, std::uint64_t size) {
  audit::MemorySource source;
  Frontier tree;
  for (std::uint64_t i = 0; i < size; ++i) {
    source.log.push_back(school.school->entry(i).value());
    tree.append(leaf_hash(source.log.back()));
  }
  const Bytes secret = school.engine->vault().get_secret(school.school->slug(), "log-key").value();
  std::array<std::uint8_t, 32> seed;
  std::copy(secret.begin(), secret.end(), seed.begin());
  const auto key = signing::KeyPair::from_seed(signing::Purpose::kLog, seed);
  source.log_vkey = vkey;
  source.kept = {{audit::KeptBy::kServer, "", sign_checkpoint({school.school->origin(), size, tree.root()}, key)}};
  return source;
}

std::map<Bytes, Bytes> rows_of(const audit::AuditMemory& memory) {
  std::map<Bytes, Bytes> rows;
  EXPECT_TRUE(memory.each_row([&](ByteView key, ByteView value) {
    rows.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
    return true;
  }));
  return rows;
}

// A term audited as it goes comes to what one audit of it comes to, row by row of what is kept (test_audit_since has the details).
TEST(SimulateSchool, AuditedAsItGoesComesToWhatOneAuditComesTo) {
  TemporaryDirectory data;
  const auto simulated = simulate_school(posix_file_system(), three_classes(), options(data, 20));
  ASSERT_TRUE(simulated) << simulated.error().text();
  const Reopened school(options(data, 20));
  const auto audited = [&](audit::AuditMemory& memory, std::uint64_t size) {
    audit::AuditOptions with;
    with.memory = &memory;
    auto report = audit::audit(as_of(school, simulated->vkey, size), with);
    EXPECT_TRUE(report && report->findings.empty() && report->kept)
        << (report ? audit::text_report(*report, Language::kEnglish) : report.error().text());
    return report ? report->judged : 0;
  };
  const auto whole = audit::AuditMemory::create(data / "whole");
  const auto parts = audit::AuditMemory::create(data / "parts");
  ASSERT_TRUE(whole && parts);
  EXPECT_EQ(school.size(), audited(**whole, school.size()));
  std::uint64_t judged = 0;
  constexpr std::uint64_t kParts = 7;
  for (std::uint64_t part = 1; part <= kParts; ++part) judged += audited(**parts, school.size() * part / kParts);
  EXPECT_EQ(school.size(), judged);
  EXPECT_TRUE(rows_of(**whole) == rows_of(**parts));
}

TEST(SimulateSchool, TheSameSeedGivesTheSameLog) {
  TemporaryDirectory one, two, other;
  ASSERT_TRUE(simulate_school(posix_file_system(), three_classes(), options(one, 2)));
  ASSERT_TRUE(simulate_school(posix_file_system(), three_classes(), options(two, 2)));
  ASSERT_TRUE(simulate_school(posix_file_system(), three_classes(), options(other, 2, 8)));
  const Reopened first(options(one, 2)), second(options(two, 2)), third(options(other, 2));
  EXPECT_EQ(first.size(), second.size());
  EXPECT_EQ(to_hex(first.root().view()), to_hex(second.root().view()));
  EXPECT_NE(first.root(), third.root());
}

TEST(SimulateSchool, ASecondSchoolOfTheNameIsRefused) {
  TemporaryDirectory data;
  ASSERT_TRUE(simulate_school(posix_file_system(), three_classes(), options(data, 1)));
  const auto again = simulate_school(posix_file_system(), three_classes(), options(data, 1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "already_exists");
}

TEST(SimulateSchool, EveryRoleGetsALoginWhosePasswordOpensItsKey) {
  TemporaryDirectory data;
  SimulateOptions wanted = options(data, 1);
  wanted.credentials = data.path() + "/demo.json";
  ASSERT_TRUE(simulate_school(posix_file_system(), three_classes(), wanted));
  const Bytes bytes = posix_file_system().read(wanted.credentials, 1 << 20).value();
  const std::string json(as_text(bytes));
  for (const char* role : {"director", "deputy_head", "head_of_studies", "administrator", "secretary", "teacher",
                           "class_teacher", "parent", "student", "commission"})
    EXPECT_THAT(json, HasSubstr("\"" + std::string(role) + "\":{\"login\":\""));
  const auto value = [&](std::string_view role, std::string_view name) {
    const auto at =
        json.find("\"" + std::string(name) + "\":\"", json.find("\"" + std::string(role) + "\":{")) + name.size() + 4;
    return json.substr(at, json.find('"', at) - at);
  };
  const Reopened again(wanted);
  const auto account = again.school->account(value("teacher", "login")).value();
  const auto keys = signing::stretch_password(value("teacher", "password"), account.salt).value();
  EXPECT_EQ(account.proof_hash, signing::tagged_hash("letopis/login-proof/v1", {keys.login_proof}));
  const auto unwrapped =
      signing::unwrap_key(account.wrapped_key, signing::Purpose::kAuthor, account.public_key, keys.wrapping_key);
  ASSERT_TRUE(unwrapped);
  const auto known = again.school->keys().find_key(unwrapped->id());
  ASSERT_TRUE(known);
  EXPECT_EQ(known->person, account.person);
  const Bytes file = posix_file_system().read(value("teacher", "key_file"), signing::kKeyFileMaxBytes).value();
  EXPECT_EQ(signing::open_key(as_text(file), signing::Purpose::kAuthor, kPassphrase).value().id(), unwrapped->id());
}

TEST(SimulateSchool, TheYearIsTheOneThatHoldsTheDays) {
  const OneRosterModel model = bundled_school();  // 2025/2026
  EXPECT_EQ(years_to(model, make_date(2025, 12, 20), 20), 0);
  EXPECT_EQ(years_to(model, make_date(2026, 11, 21), 20), 1);
  EXPECT_EQ(years_to(model, make_date(2026, 7, 15), 20), 0) << "in the holidays, the year that is over";
  EXPECT_EQ(years_to(model, make_date(2026, 9, 3), 20), 0) << "two days are not twenty";
  EXPECT_EQ(years_to(model, make_date(2031, 5, 1), 20), 5);
}

TEST(SimulateSchool, SchoolDaysLeaveOutHolidaysAndWeekends) {
  const auto days = school_days(bundled_school());
  EXPECT_EQ(days.front(), make_date(2025, 9, 1));
  for (const Date day : days) {
    EXPECT_LE(day.weekday(), 5);
    EXPECT_FALSE(make_date(2025, 10, 27) <= day && day <= make_date(2025, 11, 4)) << format_date(day);
  }
}

}  // namespace
}  // namespace letopis::replay_tools
