#include "admin-ui/server/auth/sessions.h"

#include <gtest/gtest.h>

#include "admin-ui/server/auth/login_throttle.h"
#include "admin-ui/server/auth/random.h"
#include "admin-ui/server/http/host_check.h"
#include "admin-ui/server/http/request.h"

namespace admin {
namespace {

TEST(SessionsTest, AnIdleSessionEnds) {
  waf::ManualClock clock;
  Sessions sessions(clock);
  const std::string token = sessions.create("kim", "admin", false);
  clock.advance(std::chrono::hours(11));
  EXPECT_TRUE(sessions.find(token));
  clock.advance(std::chrono::hours(11));
  EXPECT_TRUE(sessions.find(token)) << "it was used in between";
  clock.advance(std::chrono::hours(13));
  EXPECT_FALSE(sessions.find(token));
}

TEST(SessionsTest, TokensAreLongAndDiffer) {
  waf::ManualClock clock;
  Sessions sessions(clock);
  const std::string one = sessions.create("kim", "admin", false);
  const std::string two = sessions.create("kim", "admin", false);
  EXPECT_EQ(one.size(), 64u);
  EXPECT_NE(one, two);
  EXPECT_NE(sessions.find(one)->csrf_token, sessions.find(two)->csrf_token);
  EXPECT_FALSE(sessions.find(""));
}

TEST(SessionsTest, TheOldestMakesRoom) {
  waf::ManualClock clock;
  Sessions sessions(clock);
  const std::string first = sessions.create("kim", "admin", false);
  clock.advance(std::chrono::seconds(1));
  std::string last;
  for (size_t i = 0; i < Sessions::kMaxSessions; ++i) last = sessions.create("kim", "admin", false);
  EXPECT_FALSE(sessions.find(first));
  EXPECT_TRUE(sessions.find(last));
}

TEST(LoginThrottleTest, ForgetsAfterTheWindowAndAfterASuccess) {
  waf::ManualClock clock;
  LoginThrottle throttle(clock);
  for (int i = 0; i < LoginThrottle::kFreeFailures; ++i) {
    EXPECT_EQ(throttle.wait("192.0.2.7").count(), 0);
    throttle.failed("192.0.2.7");
  }
  EXPECT_GT(throttle.wait("192.0.2.7").count(), 0);
  EXPECT_EQ(throttle.wait("192.0.2.8").count(), 0);
  clock.advance(LoginThrottle::kWindow);
  EXPECT_EQ(throttle.wait("192.0.2.7").count(), 0);
  throttle.failed("192.0.2.7");
  throttle.succeeded("192.0.2.7");
  EXPECT_EQ(throttle.wait("192.0.2.7").count(), 0);
}

TEST(RandomTest, PasswordsAreReadable) {
  const std::string password = randomPassword();
  EXPECT_EQ(password.size(), 23u);
  EXPECT_EQ(password.find_first_of("01ilo"), std::string::npos) << password;
}

TEST(HostCheckTest, KnowsItsNames) {
  EXPECT_TRUE(hostAllowed("localhost", {}));
  EXPECT_TRUE(hostAllowed("LOCALHOST:9443", {}));
  EXPECT_TRUE(hostAllowed("127.0.0.1:9443", {}));
  EXPECT_TRUE(hostAllowed("[2001:db8::1]:9443", {}));
  EXPECT_TRUE(hostAllowed("waf.example:9443", {"waf.example"}));
  EXPECT_FALSE(hostAllowed("waf.example.evil.example", {"waf.example"}));
  EXPECT_FALSE(hostAllowed("127.0.0.1.evil.example", {}));
  EXPECT_FALSE(hostAllowed("", {}));
  EXPECT_FALSE(hostAllowed("[::1", {}));
}

TEST(RequestTest, DecodesPathAndQuery) {
  Request request;
  ASSERT_TRUE(parseTarget("/api/v1/sites/a%2Fb?q=a+b%26&flag&x=", &request));
  EXPECT_EQ(request.path, (std::vector<std::string>{"api", "v1", "sites", "a/b"}));
  EXPECT_EQ(request.parameter("q"), "a b&");
  EXPECT_EQ(request.parameter("flag"), "");
  EXPECT_FALSE(request.parameter("none"));
  for (const char* bad : {"", "x", "*", "/%", "/%zz", "/%00", "/?a=%0"}) {
    Request other;
    EXPECT_FALSE(parseTarget(bad, &other)) << bad;
  }
}

}  // namespace
}  // namespace admin
