// C2SP tlog-policy, and what times of witnesses prove under it.

#include "ledger/trust_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "signing/base/random.h"

namespace letopis::ledger {
namespace {

std::string vkey(std::string_view name, std::uint8_t type = signing::kNoteTypeCosignature) {
  SeededRandom random(std::hash<std::string_view>{}(name));
  const auto purpose = type == signing::kNoteTypeEd25519 ? signing::Purpose::kLog : signing::Purpose::kWitness;
  return signing::vkey_of(name, type, signing::KeyPair::generate(purpose, random)).text();
}
std::string log_line() { return "log " + vkey("journal.example.org/log/licey29", signing::kNoteTypeEd25519) + "\n"; }
std::string witness_line(const std::string& name) { return "witness " + name + " " + vkey("w.example/" + name) + "\n"; }
std::string witnesses(std::initializer_list<const char*> names) {
  std::string lines;
  for (const char* name : names) lines += witness_line(name);
  return lines;
}

std::string reason(const Result<TrustPolicy>& read) { return read ? "good" : read.error().code; }
std::string said(const Result<TrustPolicy>& read) { return read ? "good" : read.error().detail; }
TrustPolicy policy(const std::string& text, std::string_view companion = {}) {
  auto read = TrustPolicy::parse(text, companion);
  LETOPIS_ASSERT(read);
  return *std::move(read);
}

// The example of the specification: two of three, and any of three.
std::string published_example() {
  return log_line() + witnesses({"X1", "X2", "X3"}) + "group X-witnesses 2 X1 X2 X3\n" + witnesses({"Y1", "Y2", "Y3"}) +
         "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
}

TrustPolicy::Sightings seen(const TrustPolicy& by, const std::map<std::string, std::int64_t>& seconds) {
  auto sightings = by.nobody();
  for (std::size_t i = 0; i < by.witnesses().size(); ++i)
    if (const auto at = seconds.find(by.witnesses()[i].name); at != seconds.end())
      sightings.witnesses[i] = by.of_seconds(at->second);
  return sightings;
}

// --- What a file says

TEST(TrustPolicyFile, ReadsTheExampleOfTheSpecification) {
  const auto read = policy(published_example());
  ASSERT_EQ(read.logs().size(), 1U);
  EXPECT_EQ(read.logs()[0].key.name, "journal.example.org/log/licey29");
  ASSERT_EQ(read.witnesses().size(), 6U);
  EXPECT_EQ(read.witnesses()[3].name, "Y1");
  EXPECT_EQ(read.witnesses()[3].key.text(), vkey("w.example/Y1"));
  EXPECT_TRUE(read.met(seen(read, {{"X1", 1}, {"X3", 1}, {"Y2", 1}})));
  EXPECT_FALSE(read.met(seen(read, {{"X1", 1}, {"Y1", 1}, {"Y2", 1}}))) << "one of X";
  EXPECT_FALSE(read.met(seen(read, {{"X1", 1}, {"X2", 1}, {"X3", 1}}))) << "none of Y";
}

TEST(TrustPolicyFile, BlanksCommentsAndAddresses) {
  const auto read =
      policy("# kept by the lyceum\n\n \tlog\t" + vkey("l", signing::kNoteTypeEd25519) +
             " https://l.example/ \n  # \xD1\x81\xD0\xB2\xD0\xB8\xD0\xB4\xD0\xB5\xD1\x82\xD0\xB5\xD0\xBB\xD1\x8C\n"
             "witness \xD0\x9E\xD0\xB4\xD0\xB8\xD0\xBD " +
             vkey("w") + " http://127.0.0.1:1/w\nquorum \xD0\x9E\xD0\xB4\xD0\xB8\xD0\xBD\n");
  EXPECT_EQ(read.logs()[0].url, "https://l.example/");
  EXPECT_EQ(read.witnesses()[0].url, "http://127.0.0.1:1/w");
  EXPECT_FALSE(read.asks_nobody());
}

TEST(TrustPolicyFile, QuorumNoneAsksNobodyAndDatesNothing) {
  const auto read = policy(witnesses({"a"}) + "quorum none\n");
  EXPECT_TRUE(read.asks_nobody());
  EXPECT_TRUE(read.met(read.nobody()));
  EXPECT_EQ(read.bracket(seen(read, {{"a", 5}})), std::nullopt);
}

TEST(TrustPolicyFile, WhatIsWrongIsToldWithItsLine) {
  const std::string ab = witnesses({"a", "b"});
  const std::map<std::string, std::string> wrong{
      {ab, "a quorum line is missing"},
      {ab + "quorum a\nquorum b\n", "line 4: duplicate"},
      {ab + "quorum c\n", "line 3: unknown_name"},
      {ab + "quorum none b\n", "line 3: wrong_count"},
      {ab + "quorum a", "line 3: the last line does not end"},
      {"group g any a\n" + ab + "quorum g\n", "line 1: unknown_name"},
      {ab + "group g 3 a b\nquorum g\n", "line 3: malformed"},
      {ab + "group g 0 a b\nquorum g\n", "line 3: threshold"},
      {ab + "group g 02 a b\nquorum g\n", "line 3: malformed"},
      {ab + "group g most a b\nquorum g\n", "line 3: malformed"},
      {ab + "group g all\nquorum g\n", "line 3: wrong_count"},
      {ab + "group g all a a\nquorum g\n", "line 3: member_twice"},
      {ab + "group g any a\ngroup h all g a\nquorum h\n", "line 4: member_twice"},
      {ab + "group a any b\nquorum a\n", "line 3: name_taken"},
      {ab + "group none any b\nquorum none\n", "line 3: name_taken"},
      {ab + "group g all none b\nquorum g\n", "line 3: unknown_name"},
      {ab + "witness a " + vkey("other") + "\nquorum a\n", "line 3: name_taken"},
      {ab + "witness c " + vkey("w.example/a") + "\nquorum a\n", "line 3: duplicate"},
      {log_line() + log_line() + "quorum none\n", "line 2: duplicate"},
      {"log " + vkey("w") + "\nquorum none\n", "line 1: key_type"},
      {"witness a " + vkey("l", signing::kNoteTypeEd25519) + "\nquorum a\n", "line 1: key_type"},
      {"witness a w+00000000+AAAA\nquorum a\n", "line 1: "},
      {ab + "witnes c " + vkey("c") + "\nquorum a\n", "line 3: unknown_word"},
      {ab + "quorum\va\n", "line 3: a control character"},
      {ab + "quorum a\r\n", "line 3: a control character"},
  };
  for (const auto& [text, why] : wrong) {
    EXPECT_EQ(reason(TrustPolicy::parse(text)), "malformed") << text;
    EXPECT_NE(said(TrustPolicy::parse(text)).find(why), std::string::npos) << text << said(TrustPolicy::parse(text));
  }
}

// The same key under another name is the same witness.
TEST(TrustPolicyFile, AKeyUnderAnotherNameCountsOnce) {
  SeededRandom random(4);
  const auto key = signing::KeyPair::generate(signing::Purpose::kWitness, random);
  const auto named = [&](const char* name) {
    return signing::vkey_of(name, signing::kNoteTypeCosignature, key).text();
  };
  EXPECT_EQ(reason(TrustPolicy::parse("witness a " + named("x") + "\nwitness b " + named("y") + "\nquorum a\n")),
            "malformed");
}

TEST(TrustPolicyFile, TheCompanionSaysWhatTheFormatLeavesOut) {
  const std::string text = witnesses({"a", "b", "c", "d"}) + "group g 3 a b c d\nquorum g\n";
  const auto read =
      policy(text, "dishonest 1\naccuracy 2\ntsa x MAA= https://tsa.example/\ntsa y MAE=\ntsa-quorum 2\n");
  EXPECT_EQ(read.dishonest(), 1U);
  EXPECT_EQ(read.accuracy_seconds(), 2);
  ASSERT_EQ(read.authorities().size(), 2U);
  EXPECT_EQ(read.authorities()[0].certificate, (Bytes{0x30, 0x00}));
  EXPECT_EQ(read.authorities()[0].url, "https://tsa.example/");
  EXPECT_EQ(read.authorities_quorum(), 2U);
  for (const char* wrong :
       {"dishonest\n", "dishonest -1\n", "accuracy 1 2\n", "accuracy 90000\n", "tsa x\n", "tsa x MA\n",
        "tsa x MAA=\ntsa x MAE=\n", "tsa x MAA=\ntsa y MAA=\n", "tsa-quorum 1\n", "honest 1\n"})
    EXPECT_EQ(reason(TrustPolicy::parse(text, wrong)), "malformed") << wrong;
  EXPECT_EQ(reason(TrustPolicy::parse(text, "dishonest 1\ntsa x MAA=\ntsa-quorum 1\n")), "too_few_authorities");
}

TEST(TrustPolicyFile, ThirtyTwoOfEachAtLeast) {
  std::string text, group = "group all32 17";
  for (int i = 0; i < 32; ++i) {
    const std::string name = "w" + std::to_string(i);
    text += "log " + vkey("l" + name, signing::kNoteTypeEd25519) + "\n" + witness_line(name);
    group += " " + name;
  }
  text += group + "\n";
  for (int i = 0; i < 31; ++i)
    text += "group g" + std::to_string(i) + " any " + (i == 0 ? "all32" : "g" + std::to_string(i - 1)) + "\n";
  EXPECT_EQ(policy(text + "quorum g30\n").least_overlap(), 2U);
}

// --- Two quorums that share nobody honest could be shown two histories

TEST(TrustPolicyQuorums, FlatOnesShareTwiceKLessN) {
  for (std::size_t n = 1; n <= 6; ++n)
    for (std::size_t k = 1; k <= n; ++k)
      for (std::size_t f = 0; f <= n; ++f) {
        std::string text, group = "group g " + std::to_string(k);
        for (std::size_t i = 0; i < n; ++i)
          text += witness_line("w" + std::to_string(i)), group += " w" + std::to_string(i);
        const auto read = TrustPolicy::parse(text + group + "\nquorum g\n", "dishonest " + std::to_string(f) + "\n");
        EXPECT_EQ(reason(read), 2 * k > n + f ? "good" : "disjoint_quorums") << k << " of " << n << ", " << f << " lie";
      }
}

// Held against every pair of sets of witnesses there is.
TEST(TrustPolicyQuorums, TheLeastOverlapIsThatOfTheTwoMostApart) {
  const std::vector<std::string> shapes = {
      "group g all a b c d e f\nquorum g\n",
      "group x 2 a b c\ngroup y any d e f\ngroup g all x y\nquorum g\n",
      "group x 2 a b c\ngroup y 2 d e f\ngroup g all x y\nquorum g\n",
      "group x all a b\ngroup y all c d\ngroup z all e f\ngroup g 2 x y z\nquorum g\n",
      "group x all a b c\ngroup y 2 d e\ngroup g 2 x y f\nquorum g\n",
      "group x 3 a b c d\ngroup g 2 x e f\nquorum g\n",
      "quorum a\n",
      "group x 2 a b\ngroup y any x\nquorum y\n",
  };
  for (const auto& shape : shapes) {
    const auto read = policy(witnesses({"a", "b", "c", "d", "e", "f"}) + shape);
    std::vector<unsigned> quorums;
    for (unsigned set = 0; set < 64; ++set) {
      auto by = read.nobody();
      for (std::size_t i = 0; i < 6; ++i)
        if ((set >> i & 1U) != 0) by.witnesses[i] = read.of_seconds(1);
      if (read.met(by)) quorums.push_back(set);
    }
    int least = 64;
    for (const unsigned one : quorums)
      for (const unsigned other : quorums) least = std::min(least, __builtin_popcount(one & other));
    EXPECT_EQ(read.least_overlap(), static_cast<std::size_t>(least)) << shape;
  }
}

// --- What their times prove

Instant second(std::int64_t at) { return Instant::from_seconds(at); }

TEST(TrustPolicyTimes, ASecondIsAsLongAsItIsAndAsFarOffAsItsClock) {
  const auto read = policy(witnesses({"a"}) + "quorum a\n", "accuracy 3\n");
  EXPECT_EQ(read.of_seconds(100), (Bracket{second(97), second(104)}));
  EXPECT_EQ(read.bracket(seen(read, {{"a", 100}})), (Bracket{second(97), second(104)}));
  EXPECT_EQ(read.bracket(read.nobody()), std::nullopt);
  EXPECT_LT(read.of_seconds(INT64_MAX).earliest, read.of_seconds(INT64_MAX).latest) << "no time overflows";
  const auto loose = policy(witnesses({"a"}) + "quorum a\n", "accuracy 86400\n");
  EXPECT_LE(loose.of_seconds(INT64_MAX).latest.micros, INT64_MAX - 60 * kMicrosPerSecond)
      << "nor with a clock's tolerance";
  EXPECT_LT(loose.of_seconds(INT64_MIN).earliest, loose.of_seconds(INT64_MIN).latest);
}

TEST(TrustPolicyTimes, TheBestQuorumCountsOnEachSide) {
  const auto read =
      policy(witnesses({"a", "b", "c", "d"}) + "group g 3 a b c d\nquorum g\n", "dishonest 1\naccuracy 0\n");
  EXPECT_EQ(read.bracket(seen(read, {{"a", 10}, {"b", 20}})), std::nullopt) << "no quorum";
  EXPECT_EQ(read.bracket(seen(read, {{"a", 10}, {"b", 20}, {"c", 30}})), (Bracket{second(10), second(31)}));
  // By 31 a, b, c had seen it; b, c, d saw it no earlier than 20.
  EXPECT_EQ(read.bracket(seen(read, {{"a", 10}, {"b", 20}, {"c", 30}, {"d", 40}})), (Bracket{second(20), second(31)}));
}

// One that lies pulls neither side beyond what an honest one said.
TEST(TrustPolicyTimes, OneLyingWitnessNarrowsNothing) {
  const auto read =
      policy(witnesses({"a", "b", "c", "d"}) + "group g 3 a b c d\nquorum g\n", "dishonest 1\naccuracy 0\n");
  const std::map<std::string, std::int64_t> honest{{"a", 100}, {"b", 101}, {"c", 102}};
  for (const std::int64_t lie : {std::int64_t{0}, std::int64_t{99}, std::int64_t{103}, std::int64_t{1'000'000}}) {
    auto all = honest;
    all["d"] = lie;
    const auto found = read.bracket(seen(read, all));
    ASSERT_TRUE(found);
    EXPECT_GE(found->latest, second(101)) << lie << ": two honest ones are in every quorum";
    EXPECT_LE(found->earliest, second(101)) << lie;
  }
}

TEST(TrustPolicyTimes, AuthoritiesDateOnlyWhereTheyAreAskedTo) {
  const std::string text = witnesses({"a"}) + "quorum a\n";
  const std::string two = "accuracy 0\ntsa x MAA=\ntsa y MAE=\n";
  const Bracket at{second(50), second(51)};
  const auto silent = policy(text, two);
  auto by = silent.nobody();
  by.authorities = {at, at};
  EXPECT_EQ(silent.bracket(by), std::nullopt);
  EXPECT_FALSE(silent.met(by)) << "they see no history";
  const auto asked = policy(text, two + "tsa-quorum 2\n");
  EXPECT_EQ(asked.bracket(by), at);
  by.authorities[1] = Bracket{second(40), second(41)};
  EXPECT_EQ(asked.bracket(by), (Bracket{second(40), second(51)}));
  by.authorities[1] = std::nullopt;
  EXPECT_EQ(asked.bracket(by), std::nullopt);
  // Beside witnesses the best of both counts on each side.
  by.authorities = {at, Bracket{second(60), second(61)}};
  by.witnesses[0] = Bracket{second(45), second(55)};
  EXPECT_EQ(asked.bracket(by), (Bracket{second(50), second(55)}));
}

}  // namespace
}  // namespace letopis::ledger
