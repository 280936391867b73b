#include "server/http_message.h"

#include <gtest/gtest.h>

namespace letopis::server {
namespace {

// The example of RFC 9110, section 5.6.7.
TEST(HttpMessageTest, FormatsTheDateOfTheRfc) {
  const auto at = parse_instant("1994-11-06T08:49:37Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(format_http_date(*at), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(Instant{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpMessageTest, WritesAHead) {
  Response response;
  response.status = 201;
  response.content_type = "text/plain";
  response.headers = {{"ETag", "\"1\""}};
  std::string head;
  ASSERT_TRUE(append_head(head, response, {"today", false, 17}));
  EXPECT_EQ(head,
            "HTTP/1.1 201 Created\r\nDate: today\r\nContent-Type: text/plain\r\nContent-Length: 17\r\nETag: \"1\"\r\n"
            "Connection: close\r\n\r\n");
}

TEST(HttpMessageTest, ASilentStatusHasNeitherTypeNorLength) {
  for (const unsigned status : {204u, 304u}) {
    Response response;
    response.status = status;
    std::string head;
    ASSERT_TRUE(append_head(head, response, {"today", true, 0}));
    EXPECT_EQ(head.find("Content-"), std::string::npos) << head;
  }
}

TEST(HttpMessageTest, RefusesToSplitAnAnswer) {
  for (const char* evil : {"a\r\nSet-Cookie: x=y", "a\nb", "a\rb", "a\x01", "a\x7f"}) {
    Response response;
    response.headers = {{"Location", evil}};
    std::string head = "before";
    EXPECT_FALSE(append_head(head, response, {"today", true, 0}));
    EXPECT_EQ(head, "before");
    response.headers = {{evil, "x"}};
    EXPECT_FALSE(append_head(head, response, {"today", true, 0}));
    response.headers.clear();
    response.content_type = evil;
    EXPECT_FALSE(append_head(head, response, {"today", true, 0}));
  }
}

TEST(HttpMessageTest, ProblemsAreRfc9457) {
  const Response response = problem(409, "urn:letopis:problem:chain-conflict", "Conflict", "a \"b\"\\\n", "id-1");
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"type":"urn:letopis:problem:chain-conflict","title":"Conflict","status":409,)"
                           R"("detail":"a \"b\"\\\u000a","request_id":"id-1"})");
  EXPECT_EQ(problem(404, "about:blank", "Not Found", "", "").body,
            R"({"type":"about:blank","title":"Not Found","status":404})");
  EXPECT_EQ(problem(400, "about:blank", "Плохо", "Исправьте", "id-1", "at \"x\"").body,
            R"({"type":"about:blank","title":"Плохо","status":400,"detail":"Исправьте","technical":"at \"x\"",)"
            R"("request_id":"id-1"})");
}

}  // namespace
}  // namespace letopis::server
