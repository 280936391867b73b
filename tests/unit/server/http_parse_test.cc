#include <gtest/gtest.h>

#include <string>

#include "server/http_parse.h"
#include "signing/base/random.h"

namespace letopis::server {
namespace {

using Outcome = std::variant<ParsedMessage, Incomplete, Rejection>;

Outcome parse(std::string_view bytes, const HttpLimits& limits = {}) { return parse_message(bytes, limits); }

ParsedMessage accepted(std::string_view bytes, const HttpLimits& limits = {}) {
  const Outcome outcome = parse(bytes, limits);
  if (const auto* rejection = std::get_if<Rejection>(&outcome))
    ADD_FAILURE() << rejection->status << " " << rejection->detail;
  EXPECT_TRUE(std::holds_alternative<ParsedMessage>(outcome)) << bytes;
  return std::holds_alternative<ParsedMessage>(outcome) ? std::get<ParsedMessage>(outcome) : ParsedMessage{};
}

unsigned refused(std::string_view bytes, const HttpLimits& limits = {}) {
  const Outcome outcome = parse(bytes, limits);
  const auto* rejection = std::get_if<Rejection>(&outcome);
  return rejection == nullptr ? 0 : rejection->status;
}

constexpr std::string_view kFull =
    "POST /v1/a?b=c HTTP/1.1\r\nHost: school.example:8443\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
    "Accept: text/html\r\naccept: */*\r\nAccept-Language: ru, en;q=0.5\r\nAuthorization: Bearer x\r\nCookie: a=b; "
    "c=d\r\n"
    "If-None-Match: \"1\"\r\nLast-Event-ID: 17\r\nIdempotency-Key: k-1\r\nOrigin: https://school.example\r\n"
    "Sec-Fetch-Site: same-origin\r\nUser-Agent: test\r\nX-Unknown: y\r\nContent-Length: 5\r\n\r\nhello";

TEST(ParseMessageTest, FillsTheRequest) {
  const auto message = accepted(kFull);
  const Request& request = message.request;
  EXPECT_EQ(message.bytes, kFull.size());
  EXPECT_TRUE(message.keep_alive);
  EXPECT_EQ(request.method, Method::kPost);
  EXPECT_EQ(request.target, "/v1/a?b=c");
  EXPECT_EQ(request.path, "/v1/a");
  EXPECT_EQ(request.query.at("b"), "c");
  EXPECT_EQ(request.host, "school.example:8443");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.accept, "text/html, */*");
  EXPECT_EQ(request.accept_language, "ru, en;q=0.5");
  EXPECT_EQ(request.authorization, "Bearer x");
  EXPECT_EQ(request.cookie, "a=b; c=d");
  EXPECT_EQ(request.if_none_match, "\"1\"");
  EXPECT_EQ(request.last_event_id, "17");
  EXPECT_EQ(request.idempotency_key, "k-1");
  EXPECT_EQ(request.origin, "https://school.example");
  EXPECT_EQ(request.sec_fetch_site, "same-origin");
  EXPECT_EQ(request.user_agent, "test");
  EXPECT_EQ(request.body, "hello");
}

TEST(ParseMessageTest, EveryPrefixIsIncomplete) {
  for (std::size_t length = 0; length < kFull.size(); ++length)
    EXPECT_TRUE(std::holds_alternative<Incomplete>(parse(kFull.substr(0, length)))) << length;
}

TEST(ParseMessageTest, StopsWhereTheMessageEnds) {
  const std::string two = std::string(kFull) + "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(accepted(two).bytes, kFull.size());
}

TEST(ParseMessageTest, ReadsChunksAndIgnoresTrailers) {
  const auto message = accepted(
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nAuthorization: Bearer stolen\r\nHost: other\r\n\r\n");
  EXPECT_EQ(message.request.body, "hello world");
  EXPECT_EQ(message.request.authorization, "");
  EXPECT_EQ(message.request.host, "h");
}

TEST(ParseMessageTest, AbsoluteFormOverridesTheHostField) {
  EXPECT_EQ(accepted("GET http://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n").request.host, "a.example");
}

TEST(ParseMessageTest, KnowsWhenAConnectionMayBeKept) {
  EXPECT_TRUE(accepted("GET / HTTP/1.1\r\nHost: h\r\n\r\n").keep_alive);
  EXPECT_FALSE(accepted("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(accepted("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_FALSE(accepted("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

struct Malformed {
  const char* what;
  unsigned status;
  std::string_view bytes;
};
using namespace std::string_view_literals;
const Malformed kMalformed[] = {
    {"no method", 400, " / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"unknown method", 501, "BREW / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a tunnel", 501, "CONNECT host:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"an echo", 501, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"no target", 400, "GET HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"space in the target", 400, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"dot segments", 400, "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"bad escape", 400, "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"HTTP/0.9", 400, "GET /\r\n\r\n"},
    {"HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: h\r\n\r\n"},
    {"not HTTP", 400, "GET / HTTX/1.1\r\nHost: h\r\n\r\n"},
    {"TLS to a plain port", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"sv},
    {"bare line feeds", 400, "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n"},
    {"no host", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"empty host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"space before the colon", 400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
    {"field without a name", 400, "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n"},
    {"folded first field", 400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
    {"NUL in a field", 400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"sv},
    {"two authorizations", 400, "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n"},
    {"two idempotency keys", 400, "GET / HTTP/1.1\r\nHost: h\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n"},
    {"two equal lengths", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
    {"two lengths", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"},
    {"list of lengths", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx"},
    {"signed length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx"},
    {"negative length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nx"},
    {"hexadecimal length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\nx"},
    {"endless length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\nx"},
    {"length and chunks", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"chunks and length", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"},
    {"chunks twice", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"chunked twice", 501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
    {"unknown coding", 501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"},
    {"coding after chunked", 501,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
    {"disguised chunked", 501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
    {"chunks in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"bad chunk size", 400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n"},
    {"chunk size overflow", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\nx\r\n0\r\n\r\n"},
    {"chunk without its end", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n"},
    {"compressed body", 415, "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"},
    {"unknown expectation", 417, "POST / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\nx"},
};

TEST(ParseMessageTest, RefusesTheMalformed) {
  for (const auto& [what, status, bytes] : kMalformed) EXPECT_EQ(refused(bytes), status) << what;
}

TEST(ParseMessageTest, KeepsTheLimits) {
  HttpLimits limits;
  limits.header_max_bytes = 1024;
  limits.header_fields_max = 5;
  limits.target_max_bytes = 100;
  limits.body_max_bytes = 10;
  const std::string host = "Host: h\r\n";
  const auto long_target = "GET /" + std::string(99, 'a') + " HTTP/1.1\r\n" + host + "\r\n";
  EXPECT_EQ(accepted(long_target, limits).request.path.size(), 100u);
  EXPECT_EQ(refused("GET /" + std::string(100, 'a') + " HTTP/1.1\r\n" + host + "\r\n", limits), 414u);
  EXPECT_EQ(refused("GET /" + std::string(5000, 'a'), limits), 414u) << "a line without an end";
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n" + host + "X: " + std::string(2000, 'a') + "\r\n\r\n", limits), 431u);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n" + host + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n\r\n", limits), 431u);
  EXPECT_EQ(accepted("POST / HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\n0123456789", limits).request.body.size(),
            10u);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\n" + host + "Content-Length: 11\r\n\r\n01234567890", limits), 413u);
  EXPECT_EQ(
      refused("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n",
              limits),
      413u);
}

// Nothing a stranger sends may crash or hang the parser: valid messages with a few bytes changed, cut or repeated.
TEST(ParseMessageTest, SurvivesDamage) {
  SeededRandom random(7);
  const std::string chunked =
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nTrailer: a\r\n "
      "b\r\n\r\n";
  constexpr std::string_view kSpice = "\r\n\t :;,=\"0123fF%\\\x80";
  int refusals = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string bytes(random.chance(500'000) ? chunked : std::string(kFull));
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
      const std::size_t at = random.below(bytes.size());
      const std::uint64_t kind = random.below(3);
      if (kind == 0) bytes[at] = kSpice[random.below(kSpice.size())];
      if (kind == 1) bytes.erase(at, 1 + random.below(4));
      if (kind == 2) bytes.insert(at, 1, kSpice[random.below(kSpice.size())]);
    }
    const Outcome outcome = parse(bytes);
    if (const auto* message = std::get_if<ParsedMessage>(&outcome)) {
      EXPECT_LE(message->bytes, bytes.size());
    }
    refusals += std::holds_alternative<Rejection>(outcome);
  }
  EXPECT_GT(refusals, 1000) << "seed 7";
}

}  // namespace
}  // namespace letopis::server
