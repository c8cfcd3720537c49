#include <set>
#include <sstream>

#include "tests/admin/support/server_fixture.h"

namespace admin {
namespace {

class FrontTest : public ServerTest {
 protected:
  FrontTest() { control_socket_ = true; }
  std::string raw(const std::string& bytes) { return sendRaw(server_->boundAddress(), bytes); }
};

bool answers(const std::string& reply, const std::string& status) {
  return reply.starts_with("HTTP/1.1 " + status);
}

TEST_F(FrontTest, RefusesNamesThatAreNotOurs) {
  const Reply reply =
      browser().send("GET", "/api/v1/session", "", {{"Host", "rebound.evil.example"}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.errorCode(), "denied");
  EXPECT_EQ(browser().send("GET", "/", "", {{"Host", "rebound.evil.example"}}).status, 403);
  EXPECT_EQ(browser().send("GET", "/", "", {{"Host", "localhost:9443"}}).status, 200);
  EXPECT_EQ(browser().send("GET", "/", "", {{"Host", "[::1]:9443"}}).status, 200);
}

TEST_F(FrontTest, RefusesFramingConflicts) {
  const std::string head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_TRUE(answers(
      raw(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400"));
  EXPECT_TRUE(answers(raw(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"), "400"));
  EXPECT_TRUE(answers(raw(head + "Transfer-Encoding: gzip\r\n\r\nxx"), "400"));
}

TEST_F(FrontTest, RefusesAMissingHostAndOtherVersions) {
  EXPECT_TRUE(answers(raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), "400"));
  EXPECT_TRUE(answers(
      raw("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
      "400"));
  EXPECT_NE(raw("GET / HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n").find(" 400 "),
            std::string::npos);
}

TEST_F(FrontTest, AnUnreadBodyIsNotTakenForTheNextRequest) {
  const std::string smuggled = "GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string reply =
      raw("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
          std::to_string(smuggled.size()) + "\r\nConnection: close\r\n\r\n" + smuggled);
  EXPECT_TRUE(answers(reply, "405"));
  EXPECT_EQ(reply.find("HTTP/1.1", 10), std::string::npos);
}

TEST_F(FrontTest, BoundsTheBody) {
  EXPECT_EQ(browser().send("POST", "/api/v1/session", std::string(20000, ' ')).status, 413);
}

TEST_F(FrontTest, UnknownCallsAndMethodsAreErrorsOfTheSameForm) {
  Browser user = loggedIn();
  EXPECT_EQ(user.get("/api/v1/nothing").errorCode(), "not_found");
  EXPECT_EQ(user.get("/api/v2/sites").errorCode(), "not_found");
  EXPECT_EQ(user.send("PATCH", "/api/v1/users").status, 405);
  EXPECT_EQ(user.send("POST", "/api/v1/upstreams/probe", "{not json").errorCode(), "invalid");
  EXPECT_EQ(user.send("POST", "/api/v1/upstreams/probe", R"({"address":"a:1","adress":"b:1"})")
                .json()["error"]["field"],
            "adress");
  EXPECT_EQ(
      user.send("POST", "/api/v1/upstreams/probe", R"({"address":"a:1","address":"b:1"})").status,
      400);
  EXPECT_EQ(user.send("POST", "/api/v1/upstreams/probe", std::string(5000, '[')).status, 400);
}

TEST_F(FrontTest, ServesTheApplicationWithItsPolicy) {
  const Reply page = browser().get("/");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.header("content-security-policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(page.header("x-frame-options"), "DENY");
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(browser().send("GET", "/", "", {{"If-None-Match", page.header("etag")}}).status, 304);
}

TEST_F(FrontTest, RoutesOfTheApplicationGetItsPageAndMissingFilesDoNot) {
  EXPECT_EQ(browser().get("/sites/shop").body, browser().get("/").body);
  EXPECT_EQ(browser().get("/assets/gone-1234.js").status, 404);
  EXPECT_EQ(browser().get("/../etc/passwd.txt").status, 404);
}

TEST_F(FrontTest, TheControlSocketIsTheSameApiForAnAdministrator) {
  const Reply reply = overControlSocket(folder_.path(), "GET", "/api/v1/users");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["items"].size(), 2u);
  const auto mode = std::filesystem::status(folder_.path() + "/control.sock").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FrontTest, ASecondServerOnTheSameAddressOrDirectoryIsAConflict) {
  tests::TemporaryFolder other;
  AdminOptions options;
  options.address = server_->boundAddress();
  options.data_dir = other.path();
  const auto same_address =
      AdminServer::start(options, &store_, nullptr, gateway_, waf::Clock::system());
  ASSERT_FALSE(same_address);
  EXPECT_EQ(same_address.error().code, waf::ErrorCode::Conflict);
  options.address = "127.0.0.1:0";
  options.data_dir = folder_.path();
  const auto same_folder =
      AdminServer::start(options, &store_, nullptr, gateway_, waf::Clock::system());
  ASSERT_FALSE(same_folder);
  EXPECT_EQ(same_folder.error().code, waf::ErrorCode::Conflict);
}

TEST_F(FrontTest, ASocketLeftOverIsTakenAway) {
  server_.reset();
  folder_.write("control.sock", "");
  start();
  EXPECT_EQ(overControlSocket(folder_.path(), "GET", "/api/v1/status").status, 200);
}

TEST_F(FrontTest, KeepsItsCertificateOverARestart) {
  const std::string fingerprint = server_->certificateSha256();
  EXPECT_EQ(fingerprint.size(), 64u);
  server_.reset();
  start();
  EXPECT_EQ(server_->certificateSha256(), fingerprint);
}

TEST(FirstStartTest, MakesOneAdministratorWhosePasswordMustBeChanged) {
  tests::TemporaryFolder folder;
  FakeStore store;
  FakeGateway gateway;
  AdminOptions options;
  options.address = "127.0.0.1:0";
  options.data_dir = folder.path();
  auto server = AdminServer::start(options, &store, nullptr, gateway, waf::Clock::system());
  ASSERT_TRUE(server);
  const std::string password = (*server)->firstPassword();
  EXPECT_GE(password.size(), 20u);
  Browser user((*server)->boundAddress());
  EXPECT_EQ(user.login("admin", password).json()["must_change_password"], true);
  server->reset();
  auto again = AdminServer::start(options, &store, nullptr, gateway, waf::Clock::system());
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->firstPassword(), "");
}

TEST(MetricsTest, TellsEverySiteAndEscapesNames) {
  tests::TemporaryFolder folder;
  FakeStore store;
  FakeGateway gateway;
  SiteStatus site;
  site.site = "sh\"op\\";
  site.effective_mode = "On";
  site.requests = 12;
  site.blocked = 3;
  gateway.fixed_status.sites.push_back(site);
  gateway.fixed_status.endpoints.push_back({"app", "127.0.0.1:9000", false, "ejected", "", 7, 2});
  gateway.fixed_status.requests = 15;
  AdminOptions options;
  options.address = "127.0.0.1:0";
  options.data_dir = folder.path();
  auto server = AdminServer::start(options, &store, nullptr, gateway, waf::Clock::system());
  ASSERT_TRUE(server) << server.error().message;
  const auto answer = overControlSocket(folder.path(), "GET", "/api/v1/metrics");
  EXPECT_EQ(answer.status, 200);
  for (const char* line :
       {R"(portcullis_site_requests_total{site="sh\"op\\"} 12)",
        R"(portcullis_site_blocked_total{site="sh\"op\\"} 3)",
        R"(portcullis_site_mode{site="sh\"op\\",mode="On"} 1)",
        R"(portcullis_endpoint_up{upstream="app",address="127.0.0.1:9000"} 0)",
        "# TYPE portcullis_requests_total counter", "portcullis_requests_total 15"}) {
    EXPECT_NE(("\n" + answer.body).find("\n" + std::string(line) + "\n"), std::string::npos)
        << line << " in\n"
        << answer.body;
  }
  // Every sample's metric is announced, once.
  std::set<std::string> announced;
  std::istringstream lines(answer.body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) continue;
    if (line.starts_with("# TYPE ")) {
      EXPECT_TRUE(announced.insert(line.substr(7, line.find(' ', 7) - 7)).second) << line;
    } else {
      EXPECT_TRUE(announced.contains(line.substr(0, line.find_first_of("{ ")))) << line;
    }
  }
}

TEST(UnreadableDatabaseTest, ServesStatusAndTheLastGoodConfigurationOnly) {
  tests::TemporaryFolder folder;
  FakeGateway gateway;
  db::Config config;
  config.listeners.push_back({"http", "127.0.0.1:8080", false});
  db::ConfigVersion version;
  version.number = 7;
  ASSERT_TRUE(db::saveLastGood(folder.path(), version, config));
  AdminOptions options;
  options.address = "127.0.0.1:0";
  options.data_dir = folder.path();
  auto server = AdminServer::start(options, nullptr, nullptr, gateway, waf::Clock::system());
  ASSERT_TRUE(server) << server.error().message;
  const nlohmann::json status = overControlSocket(folder.path(), "GET", "/api/v1/status").json();
  EXPECT_EQ(status["on_last_good"], true);
  EXPECT_EQ(status["alarms"].size(), 1u);
  EXPECT_EQ(overControlSocket(folder.path(), "GET", "/api/v1/listeners").json()["items"].size(),
            1u);
  EXPECT_EQ(overControlSocket(folder.path(), "GET", "/api/v1/events").status, 503);
  EXPECT_EQ(overControlSocket(folder.path(), "DELETE", "/api/v1/listeners/http").status, 503);
  Browser user((*server)->boundAddress());
  EXPECT_EQ(user.login("admin", kPassword).status, 503);
}

}  // namespace
}  // namespace admin
