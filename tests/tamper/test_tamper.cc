// Every way of tampering in the list, done to a copy of a real school, and what the audit makes of it. The page
// docs/tamper.md is written by this program (--write-docs) from what really happened, and held against it here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "tests/tamper/attacks.h"
#include "tests/tamper/scenarios.h"
#include "tests/tamper/tamperings.h"

namespace letopis::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Not;

struct Outcome {
  Tampering tampering;
  std::vector<std::string> alone, with_kept;
};

const std::vector<Outcome>& outcomes() {
  static const std::vector<Outcome> kOutcomes = [] {
    std::vector<Outcome> done;
    for (auto& tampering : tamperings()) {
      Scene scene(story());
      tampering.change(scene);
      auto alone = scene.audit(false);
      auto with_kept = scene.audit(true);
      done.push_back({std::move(tampering), std::move(alone), std::move(with_kept)});
    }
    return done;
  }();
  return kOutcomes;
}

bool is_violation(const std::string& code) { return !code.starts_with("("); }
bool is_caught(const std::vector<std::string>& codes) { return std::any_of(codes.begin(), codes.end(), is_violation); }

std::string listed(const std::vector<std::string>& codes) {
  std::string text;
  for (const auto& code : codes) {
    const std::string name = is_violation(code) ? code : code.substr(1, code.size() - 2);
    text += (text.empty() ? "`" : ", `") + name + (is_violation(code) ? "`" : "` (a notice)");
  }
  return text.empty() ? "nothing" : text;
}

// What `with_kept` has more than `alone`.
std::vector<std::string> added(const Outcome& outcome) {
  std::vector<std::string> more;
  for (const auto& code : outcome.with_kept)
    if (std::find(outcome.alone.begin(), outcome.alone.end(), code) == outcome.alone.end()) more.push_back(code);
  return more;
}

struct Attacked {
  Attack attack;
  Judged judged;
};
const std::vector<Attacked>& attacked() {
  static const std::vector<Attacked> kAttacked = [] {
    std::vector<Attacked> done;
    for (auto& attack : attacks()) {
      Forger op(witnessed_story());
      attack.change(op, witnessed_story());
      auto judged = judge_attack(op, witnessed_story());
      done.push_back({std::move(attack), std::move(judged)});
    }
    return done;
  }();
  return kAttacked;
}

struct Played {
  Scenario scenario;
  std::vector<std::string> came;
};
const std::vector<Played>& played() {
  static const std::vector<Played> kPlayed = [] {
    std::vector<Played> done;
    for (auto& scenario : scenarios()) {
      auto came = scenario.play();
      done.push_back({std::move(scenario), std::move(came)});
    }
    return done;
  }();
  return kPlayed;
}

std::string joined(const std::vector<std::string>& steps) {
  std::string text;
  for (const auto& step : steps) text += (text.empty() ? "" : "; ") + step;
  return text;
}

std::string witnessed_page() {
  std::string text = R"(
## Where the log is witnessed

The same, of a school with three witnesses of whom two make a quorum (`letopis audit --policy`). The last column is what the
audit says of the time of the mark that the attack is about; the mark was given at 23:30, its deadline was 20:00.

| attack | needs | the audit finds | and says of the time |
|---|---|---|---|
)";
  for (const auto& [attack, judged] : attacked())
    text += "| " + attack.what + " | " + attack.needs + " | " + listed(judged.codes) + " | " +
            (judged.verdict.empty() ? "—" : "`" + judged.verdict + "`") + " |\n";
  text += R"(
The last row is what is not proved: who has a quorum of the witnesses has the clock. `claimed` says that the deadline lies inside
the bracket, and that the time rests on the operator's clock alone.

## What was played through

In a school at work, with its own rules, and before readers who kept what they had been shown.

| attack | needs | what comes of it |
|---|---|---|
)";
  for (const auto& [scenario, came] : played())
    text += "| " + scenario.what + " | " + scenario.needs + " | " + joined(came) + " |\n";
  text += R"(
## What is turned away

| attack | what becomes of it | shown by |
|---|---|---|
)";
  for (const auto& refusal : refusals())
    text += "| " + refusal.what + " | " + refusal.how + " | " + listed(refusal.tests) + " |\n";
  return text;
}

std::string page() {
  std::string text = R"(# What tampering leaves behind

Each row was done to a copy of a small school's data, and audited (`letopis audit`): on its own, and by an auditor who had kept
a checkpoint, a receipt, and the log's key from before. This page is written by `test_tamper --write-docs`, and ctest fails
when what happens is no longer what it says. The codes are explained in [audit.md](audit.md).

Read the rows near the end with care, where the audit alone says nothing, or no more than a notice. The operator holds the
log's key, and whoever signs the newest checkpoint can sign another in its place: the end of a log that nobody outside has
seen yet is the operator's word and no more. What catches it is a checkpoint or a receipt that somebody kept.

| tampering | needs | the audit alone says | what was kept adds |
|---|---|---|---|
)";
  for (const auto& outcome : outcomes())
    text += "| " + outcome.tampering.what + " | " + outcome.tampering.needs + " | " + listed(outcome.alone) + " | " +
            listed(added(outcome)) + " |\n";
  const auto count = [&](auto matches) {
    return std::to_string(std::count_if(outcomes().begin(), outcomes().end(), matches));
  };
  text += "\n" + count([](const Outcome&) { return true; }) + " ways; " +
          count([](const Outcome& o) { return is_caught(o.alone); }) + " are caught or refused by the audit alone, " +
          count([](const Outcome& o) { return !is_caught(o.alone) && is_caught(o.with_kept); }) +
          " only by what somebody kept.\n";
  return text + witnessed_page();
}

std::string docs_path() { return std::string(LETOPIS_SOURCE_DIR) + "/docs/tamper.md"; }

TEST(Tampering, NothingIsFoundWhereNothingWasTamperedWith) {
  Scene disk(story());
  (void)disk.directory();
  EXPECT_THAT(disk.audit(true), Not(Contains(::testing::ResultOf(is_violation, true))));
  Scene memory(story());
  memory.operator_().sign_anew();
  EXPECT_THAT(memory.audit(true), IsEmpty());
}

TEST(Tampering, LeavesWhatTheListSays) {
  for (const auto& outcome : outcomes()) {
    SCOPED_TRACE(outcome.tampering.what);
    if (outcome.tampering.caught_alone.empty()) {
      EXPECT_FALSE(is_caught(outcome.alone)) << listed(outcome.alone);
    } else {
      EXPECT_THAT(outcome.alone, Contains(outcome.tampering.caught_alone));
    }
    if (!outcome.tampering.caught_with_kept.empty()) {
      EXPECT_THAT(added(outcome), Contains(outcome.tampering.caught_with_kept));
    }
  }
}

TEST(Tampering, IsAlwaysCaughtByAnAuditorWhoKeptSomething) {
  for (const auto& outcome : outcomes()) EXPECT_TRUE(is_caught(outcome.with_kept)) << outcome.tampering.what;
}

// What an audit kept of the honest log as it had so many entries.
class Earlier {
 public:
  Earlier(const Story& honest, std::uint64_t size) : memory_(audit::AuditMemory::create(home_ / "kept").value()) {
    Forger then(honest);
    then.cut(size);
    then.sign_anew();
    EXPECT_THAT(judge_attack(then, honest, &*memory_).codes, IsEmpty());
  }
  audit::AuditMemory* memory() { return &*memory_; }

 private:
  faults::TemporaryDirectory home_;
  std::unique_ptr<audit::AuditMemory> memory_;
};

// Whoever goes on from an audit of the honest log sees no less than whoever audits everything anew: what was tampered with before
// shows by the root they kept, what was added since by what it is.
TEST(WitnessedAttacks, AreCaughtAsWellByWhoeverGoesOnFromAnEarlierAudit) {
  const Story& honest = witnessed_story();
  for (const auto& [attack, judged] : attacked())
    for (const std::uint64_t cut : {honest.noon, honest.night_mark, honest.night_mark + 1, honest.night}) {
      SCOPED_TRACE(attack.what + ", audited before at " + std::to_string(cut));
      Earlier earlier(honest, cut);
      Forger op(honest);
      attack.change(op, honest);
      const Judged now = judge_attack(op, honest, earlier.memory());
      if (!judged.codes.empty()) {
        EXPECT_THAT(now.codes, Not(IsEmpty()));
      } else if (now.codes.empty() && !now.verdict.empty()) {
        EXPECT_EQ(now.verdict, judged.verdict);
      }
    }
}

TEST(Tampering, WithALogIsAlwaysCaughtByWhoeverAuditedAllOfItBefore) {
  std::size_t tried = 0;
  for (const auto& tampering : tamperings()) {
    Scene scene(story());
    tampering.change(scene);
    if (!scene.in_memory()) continue;
    SCOPED_TRACE(tampering.what);
    ++tried;
    faults::TemporaryDirectory home;
    const auto memory = audit::AuditMemory::create(home / "kept").value();
    audit::AuditOptions options;
    options.memory = memory.get();
    ASSERT_TRUE(audit::audit(Forger(story()).source(), options)->kept);
    const auto report = audit::audit(scene.operator_().source(), options);
    // Another log in its place is not accused of being this one, and not taken for it either.
    if (report) {
      EXPECT_GT(report->violations, 0U);
    } else {
      EXPECT_EQ("other_log", report.error().code);
    }
  }
  EXPECT_GT(tried, 10U);
}

TEST(WitnessedAttacks, FindNothingInAnHonestLog) {
  Forger honest(witnessed_story());
  honest.sign_anew();
  const Judged judged = judge_attack(honest, witnessed_story());
  EXPECT_THAT(judged.codes, IsEmpty());
  EXPECT_EQ(judged.verdict, "late_proved");
}

TEST(WitnessedAttacks, ComeToWhatTheListSays) {
  for (const auto& [attack, judged] : attacked()) {
    SCOPED_TRACE(attack.what);
    if (attack.code.empty()) {
      EXPECT_THAT(judged.codes, IsEmpty());
    } else {
      EXPECT_THAT(judged.codes, Contains(attack.code));
    }
    if (!attack.verdict.empty()) {
      EXPECT_EQ(judged.verdict, attack.verdict);
    }
  }
}

// Nobody below a quorum of witnesses gets a mark that came late called proved to be in time.
TEST(WitnessedAttacks, NeverMakeALateMarkTimelyBelowAQuorumOfLiars) {
  std::size_t timely = 0;
  for (const auto& [attack, judged] : attacked()) timely += judged.codes.empty() && judged.verdict == "timely_proved";
  EXPECT_EQ(timely, 1U) << "two of three lie";
}

TEST(Scenarios, ComeToWhatTheListSays) {
  for (const auto& [scenario, came] : played()) {
    SCOPED_TRACE(scenario.what);
    EXPECT_THAT(came, ElementsAreArray(scenario.comes_to));
  }
}

// The text of a test, "" where there is none of the name.
std::string text_of_test(const std::string& tests, const std::string& name) {
  const auto dot = name.find('.');
  const auto from = tests.find("(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")");
  return from == std::string::npos ? "" : tests.substr(from, tests.find("\n}\n", from) - from);
}

// What a row names between backticks.
std::vector<std::string> codes_of(const std::string& row) {
  std::vector<std::string> codes;
  std::size_t from = row.find('`');
  while (from != std::string::npos) {
    const std::size_t to = row.find('`', from + 1);
    codes.push_back(row.substr(from + 1, to - from - 1));
    from = row.find('`', to + 1);
  }
  return codes;
}

// clock_fault as a test spells its type: ClockFault.
std::string type_name(const std::string& code) {
  std::string name;
  bool upper = true;
  for (const char c : code) {
    if (c != '_') name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return name;
}

TEST(WitnessedAttacks, WhatIsTurnedAwayIsShownByTestsThatSaySo) {
  std::string tests;
  for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(LETOPIS_SOURCE_DIR) + "/tests"))
    if (file.path().extension() == ".cc") tests += as_text(faults::read_whole(file.path().string()));
  std::size_t codes = 0;
  for (const auto& refusal : refusals()) {
    std::string cited;
    for (const auto& name : refusal.tests) {
      EXPECT_NE(text_of_test(tests, name), "") << name;
      cited += text_of_test(tests, name);
    }
    for (const auto& code : codes_of(refusal.how)) {
      EXPECT_TRUE(cited.find(code) != std::string::npos || cited.find(type_name(code)) != std::string::npos)
          << refusal.what << ": " << code;
      ++codes;
    }
  }
  EXPECT_GT(codes, 5U);
}

TEST(Tampering, IsToldInTheDocsAsItHappens) {
  const Bytes written = faults::read_whole(docs_path());
  EXPECT_EQ(page(), as_text(written)) << "write it anew: test_tamper --write-docs";
}

}  // namespace
}  // namespace letopis::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc == 2 && std::string_view(argv[1]) == "--write-docs") {
    letopis::faults::overwrite(letopis::test::docs_path(), letopis::as_bytes(letopis::test::page()));
    return 0;
  }
  return RUN_ALL_TESTS();
}
