#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/http_parse.h"
#include "signing/base/random.h"

namespace letopis::server {
namespace {

ParsedTarget parsed(std::string_view target) {
  auto result = parse_target(target);
  EXPECT_TRUE(result) << target << ": " << result.error().text();
  return result.value_or(ParsedTarget{});
}

TEST(ParseTargetTest, ReadsPathAndQuery) {
  EXPECT_EQ(parsed("/").path, "/");
  EXPECT_EQ(parsed("/v1/schools/s1/journal").path, "/v1/schools/s1/journal");
  EXPECT_EQ(parsed("/log/").path, "/log/");
  const auto target = parsed("/journal?group=7b&period=q1&at");
  EXPECT_EQ(target.path, "/journal");
  EXPECT_EQ(target.query, (std::map<std::string, std::string>{{"group", "7b"}, {"period", "q1"}, {"at", ""}}));
  EXPECT_TRUE(parsed("/journal?").query.empty());
}

TEST(ParseTargetTest, DecodesEscapesOnce) {
  EXPECT_EQ(parsed("/%D0%9B%d0%b5%d1%82").path, "/Лет");
  EXPECT_EQ(parsed("/a%2520b").path, "/a%20b");
  EXPECT_EQ(parsed("/a+b").path, "/a+b") << "a plus is a space in a query only";
  const auto query = parsed("/?q=a+b%2Bc%26d%3De&x=1=2").query;
  EXPECT_EQ(query.at("q"), "a b+c&d=e");
  EXPECT_EQ(query.at("x"), "1=2");
  EXPECT_EQ(parsed("/statements:encode").path, "/statements:encode");
}

TEST(ParseTargetTest, ReadsAbsoluteForm) {
  const auto target = parsed("http://school.example:8080/a?b=c");
  EXPECT_EQ(target.authority, "school.example:8080");
  EXPECT_EQ(target.path, "/a");
  EXPECT_EQ(target.query.at("b"), "c");
  EXPECT_EQ(parsed("https://school.example").path, "/");
  EXPECT_EQ(parsed("http://school.example?b=c").query.at("b"), "c");
}

TEST(ParseTargetTest, RefusesWhatTwoReadersMayUnderstandDifferently) {
  struct Group {
    const char* why;
    std::vector<std::string_view> targets;
  };
  const Group groups[] = {
      {"not a path", {"", "a", "*", "?a=b", "http://", "http:///a", "ftp://host/a", "host:443"}},
      {"bad escapes", {"/%", "/%4", "/%4g", "/%zz", "/a?b=%", "/a?b=%f", "/a?%=c"}},
      {"fragments and backslashes", {"/a#b", "/a?b#c", "http://host#a", "/a\\b", "/a?b\\c"}},
      {"segments", {"//", "//a", "/a//b", "/./a", "/a/..", "/../a", "/%2e%2e/a", "/a/%2E", "/a/.%2e"}},
      {"escaped separators", {"/a%2fb", "/a%2Fb", "/a%5cb"}},
      {"control characters", {"/a%00b", "/a%0d%0a", "/a?b=%0a", "/a?b=%7f"}},
      {"not UTF-8", {"/%ff", "/%c0%af", "/%ed%a0%80", "/%f4%90%80%80", "/a?b=%d0"}},
      {"names", {"/a?b=1&b=2", "/a?b&b", "/a?=1", "/a?&", "/a?b=1&&c=2", "/a?b=1&"}},
  };
  for (const auto& [why, targets] : groups)
    for (const auto target : targets) {
      const auto result = parse_target(target);
      ASSERT_FALSE(result) << target << ": " << why;
      EXPECT_EQ(result.error().code, "malformed") << target;
    }
  EXPECT_FALSE(parse_target(std::string_view("/a\0b", 4)));
}

TEST(ParseTargetTest, BoundsTheNumberOfNames) {
  std::string target = "/?n0";
  for (std::size_t i = 1; i < kQueryNamesMax; ++i) target += "&n" + std::to_string(i);
  EXPECT_EQ(parsed(target).query.size(), kQueryNamesMax);
  EXPECT_FALSE(parse_target(target + "&one_more"));
}

// Whatever is accepted survives being escaped and read again: no second meaning is left in it.
TEST(ParseTargetTest, AcceptedPathsReadTheSameOnceEscapedAgain) {
  SeededRandom random(20260901);
  constexpr std::string_view kAlphabet = "/a.%2eE5cC fF+?&=#\\\xd0\x9b\x01";
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string target = "/";
    for (std::uint64_t i = random.below(12); i > 0; --i) target += kAlphabet[random.below(kAlphabet.size())];
    const auto first = parse_target(target);
    if (!first) continue;
    ++accepted;
    std::string again;
    for (const char c : first->path)
      again += c == '/' ? std::string("/") : "%" + to_hex(as_bytes(std::string_view(&c, 1)));
    const auto second = parse_target(again);
    ASSERT_TRUE(second) << target << " then " << again;
    EXPECT_EQ(second->path, first->path);
  }
  EXPECT_GT(accepted, 100) << "seed 20260901";
}

}  // namespace
}  // namespace letopis::server
