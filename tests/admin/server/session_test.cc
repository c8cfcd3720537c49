#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

using SessionTest = ServerTest;

TEST_F(SessionTest, LoginAnswersWhoAndSetsAStrictCookie) {
  Browser user = browser();
  const Reply reply = user.login("admin", kPassword);
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["user"], "admin");
  EXPECT_EQ(reply.json()["role"], "admin");
  EXPECT_EQ(reply.json()["must_change_password"], false);
  const std::string cookie = reply.header("set-cookie");
  for (const char* attribute : {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}) {
    EXPECT_NE(cookie.find(attribute), std::string::npos) << cookie;
  }
  EXPECT_EQ(user.get("/api/v1/session").json()["csrf_token"], user.csrf_token);
}

TEST_F(SessionTest, WrongPasswordIs401WithASentence) {
  const Reply reply = browser().login("admin", "not the password");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.errorCode(), "unauthenticated");
  EXPECT_FALSE(reply.errorMessage().empty());
  EXPECT_FALSE(reply.json()["error"]["request_id"].get<std::string>().empty());
  EXPECT_EQ(reply.json()["error"]["request_id"], reply.header("x-request-id"));
}

// Whoever may not look yet does not learn where the database is either.
TEST_F(SessionTest, AStoreThatIsAwayIsToldWithoutItsAddress) {
  store_.out_of_reach = true;
  testing::internal::CaptureStderr();
  const Reply reply = browser().login("admin", kPassword);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body.find("db.internal"), std::string::npos) << reply.body;
  EXPECT_NE(reply.errorMessage().find("the store cannot be read now"), std::string::npos);
  EXPECT_NE(log.find("postgresql://ann@db.internal/waf: cannot be reached"), std::string::npos)
      << log;
}

TEST_F(SessionTest, NothingIsAnsweredWithoutASession) {
  for (const char* target :
       {"/api/v1/session", "/api/v1/config", "/api/v1/sites", "/api/v1/status", "/api/v1/users",
        "/api/v1/events", "/api/v1/events/export", "/api/v1/overview", "/api/v1/rulesets"}) {
    EXPECT_EQ(browser().get(target).status, 401) << target;
  }
}

TEST_F(SessionTest, LogoutEndsTheSession) {
  Browser user = loggedIn();
  EXPECT_EQ(user.remove("/api/v1/session").status, 204);
  EXPECT_EQ(user.get("/api/v1/session").status, 401);
}

TEST_F(SessionTest, ChangesNeedTheCsrfToken) {
  Browser user = loggedIn();
  user.csrf_token = "";
  EXPECT_EQ(user.remove("/api/v1/session").status, 403);
  user.csrf_token = std::string(64, 'a');
  EXPECT_EQ(user.post("/api/v1/upstreams/probe", {{"address", "127.0.0.1:9"}}).status, 403);
}

TEST_F(SessionTest, RequestsFromAnotherOriginAreDenied) {
  Browser user = loggedIn();
  const std::string body = R"({"address":"127.0.0.1:9"})";
  const std::string target = "/api/v1/upstreams/probe";
  EXPECT_EQ(user.send("POST", target, body, {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(user.send("POST", target, body, {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(
      user.send("POST", target, body, {{"Origin", "https://" + server_->boundAddress()}}).status,
      200);
}

TEST_F(SessionTest, ViewersMayReadAndNothingElse) {
  Browser user = loggedIn("reader");
  EXPECT_EQ(user.get("/api/v1/sites").status, 200);
  EXPECT_EQ(user.get("/api/v1/status").status, 200);
  EXPECT_EQ(user.post("/api/v1/upstreams/probe", {{"address", "127.0.0.1:9"}}).status, 403);
  EXPECT_EQ(user.put("/api/v1/config", nlohmann::json::object()).status, 403);
  EXPECT_EQ(user.remove("/api/v1/sites/shop").status, 403);
  EXPECT_EQ(user.get("/api/v1/users").status, 403);
}

TEST_F(SessionTest, AFreshPasswordMustBeChangedFirst) {
  ASSERT_TRUE(store_.add("new", "admin", kPassword, true));
  Browser user = loggedIn("new");
  EXPECT_EQ(user.get("/api/v1/sites").errorCode(), "denied");
  EXPECT_EQ(user.get("/api/v1/session").json()["must_change_password"], true);
  EXPECT_EQ(
      user.post("/api/v1/session/password", {{"current", kPassword}, {"new", "short"}}).status,
      400);
  EXPECT_EQ(
      user.post("/api/v1/session/password", {{"current", "wrong"}, {"new", "long enough for it"}})
          .status,
      403);
  EXPECT_EQ(
      user.post("/api/v1/session/password", {{"current", kPassword}, {"new", "long enough for it"}})
          .status,
      204);
  EXPECT_EQ(user.get("/api/v1/sites").status, 200);
}

TEST_F(SessionTest, ChangingThePasswordEndsTheOtherSessions) {
  Browser here = loggedIn();
  Browser elsewhere = loggedIn();
  ASSERT_EQ(
      here.post("/api/v1/session/password", {{"current", kPassword}, {"new", "long enough for it"}})
          .status,
      204);
  EXPECT_EQ(here.get("/api/v1/session").status, 200);
  EXPECT_EQ(elsewhere.get("/api/v1/session").status, 401);
}

TEST_F(SessionTest, AnAddressThatKeepsGuessingHasToWait) {
  Reply reply;
  for (int i = 0; i < 9; ++i)
    reply = browser().login("nobody" + std::to_string(i), "wrong password");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.errorCode(), "exhausted");
  EXPECT_FALSE(reply.header("retry-after").empty());
  EXPECT_EQ(browser().login("admin", kPassword).status, 429);
}

}  // namespace
}  // namespace admin
