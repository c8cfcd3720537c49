#include "gateway/local_reply/local_reply.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

constexpr std::string_view kId = "01jdh6a2c3v4w5x6y7z8a9b0c1";

TEST(LocalReplyTest, BlockPageCarriesTheIdAndTheStatus) {
  const LocalReply reply = makePage(403, waf::Reason::Waf, kId, "text/html");
  EXPECT_EQ(reply.content_type, "text/html; charset=utf-8");
  EXPECT_NE(reply.body.find(kId), std::string::npos);
  EXPECT_NE(reply.body.find("403 Forbidden"), std::string::npos);
}

TEST(LocalReplyTest, PageLoadsNothingFromElsewhere) {
  for (const int status : {400, 403, 404, 408, 413, 414, 421, 429, 431, 500, 502, 503, 504}) {
    const std::string body = makePage(status, waf::Reason::None, kId, "").body;
    EXPECT_EQ(body.find("http:"), std::string::npos);
    EXPECT_EQ(body.find("https:"), std::string::npos);
    EXPECT_EQ(body.find("<script"), std::string::npos);
    EXPECT_EQ(body.find("src="), std::string::npos);
  }
}

TEST(LocalReplyTest, AnswersJsonToAClientThatPrefersIt) {
  const LocalReply reply = makePage(429, waf::Reason::Rate, kId, "application/json");
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(reply.body.substr(0, 14), "{\"status\":429,");
  EXPECT_NE(reply.body.find("\"id\":\"" + std::string(kId) + "\""), std::string::npos);
}

TEST(PrefersJsonTest, FollowsQualityAndSpecificity) {
  EXPECT_TRUE(prefersJson("application/json"));
  EXPECT_TRUE(prefersJson("application/json, text/html;q=0.5"));
  EXPECT_TRUE(prefersJson("text/html;q=0.1, */*"));
  EXPECT_TRUE(prefersJson("application/problem+json"));
  EXPECT_FALSE(prefersJson(""));
  EXPECT_FALSE(prefersJson("*/*"));
  EXPECT_FALSE(prefersJson("text/html,application/xhtml+xml,*/*;q=0.8"));
  EXPECT_FALSE(prefersJson("application/json;q=0, */*"));
  EXPECT_FALSE(prefersJson("application/json;q=nonsense"));
}

}  // namespace
}  // namespace gateway
