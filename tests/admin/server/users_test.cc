#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

using UsersTest = ServerTest;

TEST_F(UsersTest, ANewUserMustChangeThePassword) {
  Browser user = loggedIn();
  ASSERT_EQ(
      user.post("/api/v1/users", {{"name", "kim"}, {"role", "viewer"}, {"password", kPassword}})
          .status,
      201);
  EXPECT_EQ(loggedIn("kim").get("/api/v1/session").json()["must_change_password"], true);
  EXPECT_EQ(user.get("/api/v1/users").json()["items"].size(), 3u);
  EXPECT_EQ(
      user.post("/api/v1/users", {{"name", "kim"}, {"role", "viewer"}, {"password", kPassword}})
          .status,
      409);
}

TEST_F(UsersTest, RefusesNamesRolesAndPasswordsThatMakeNoSense) {
  Browser user = loggedIn();
  const auto add = [&](const char* name, const char* role, const char* password) {
    return user.post("/api/v1/users", {{"name", name}, {"role", role}, {"password", password}})
        .json()["error"]["field"];
  };
  EXPECT_EQ(add("a b", "viewer", kPassword), "name");
  EXPECT_EQ(add("kim", "king", kPassword), "role");
  EXPECT_EQ(add("kim", "viewer", "short"), "password");
  EXPECT_EQ(add("kim", "viewer", "aaaaaaaaaaaaaaa"), "password");
  EXPECT_EQ(add("kimberley.x", "viewer", "KIMBERLEY.X"), "password");
}

TEST_F(UsersTest, DisablingEndsTheSessions) {
  Browser user = loggedIn();
  Browser reader = loggedIn("reader");
  EXPECT_EQ(user.post("/api/v1/users/reader/disable", nlohmann::json::object()).status, 204);
  EXPECT_EQ(reader.get("/api/v1/session").status, 401);
  EXPECT_EQ(browser().login("reader", kPassword).status, 401);
  EXPECT_EQ(user.post("/api/v1/users/reader/enable", nlohmann::json::object()).status, 204);
  EXPECT_EQ(browser().login("reader", kPassword).status, 200);
  EXPECT_EQ(user.post("/api/v1/users/nobody/unlock", nlohmann::json::object()).status, 404);
}

TEST_F(UsersTest, TheOnlyAdministratorCannotBeDisabled) {
  EXPECT_EQ(loggedIn().post("/api/v1/users/admin/disable", nlohmann::json::object()).status, 409);
}

TEST_F(UsersTest, SettingAPasswordEndsTheUsersSessions) {
  Browser user = loggedIn();
  Browser reader = loggedIn("reader");
  EXPECT_EQ(user.put("/api/v1/users/reader/password", {{"password", "another long one"}}).status,
            204);
  EXPECT_EQ(reader.get("/api/v1/session").status, 401);
  EXPECT_EQ(browser().login("reader", "another long one").json()["must_change_password"], true);
}

TEST_F(UsersTest, EveryChangeIsInTheLogOfActsAndNoQuestionIs) {
  Browser admin = loggedIn("admin");
  admin.get("/api/v1/users");
  admin.post("/api/v1/users/nobody/disable", nlohmann::json::object());
  const nlohmann::json items = admin.get("/api/v1/admin-log").json()["items"];
  ASSERT_GE(items.size(), 2u);
  EXPECT_EQ(items[0]["action"], "POST /users/nobody/disable");
  EXPECT_EQ(items[0]["actor"], "admin");
  EXPECT_EQ(items[0]["outcome"], "404");
  EXPECT_EQ(items[1]["action"], "POST /session");
  EXPECT_EQ(loggedIn("reader").get("/api/v1/admin-log").status, 403);
}

}  // namespace
}  // namespace admin
