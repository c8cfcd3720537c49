#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "admin-ui/server/admin_server.h"
#include "tests/admin/support/browser.h"
#include "tests/admin/support/fake_gateway.h"
#include "tests/admin/support/fake_store.h"
#include "tests/support/temporary_folder.h"

namespace admin {

inline constexpr const char* kPassword = "correct horse battery";

// An admin server on a free port over fakes, with the users admin and viewer.
class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.add("admin", "admin", kPassword, false));
    ASSERT_TRUE(store_.add("reader", "viewer", kPassword, false));
    start();
  }
  void start() {
    AdminOptions options;
    options.address = "127.0.0.1:0";
    options.data_dir = folder_.path();
    options.control_socket = control_socket_;
    auto server = AdminServer::start(options, &store_, nullptr, gateway_, waf::Clock::system());
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  Browser browser() { return Browser(server_->boundAddress()); }
  Browser loggedIn(const std::string& user = "admin") {
    Browser out = browser();
    EXPECT_EQ(out.login(user, kPassword).status, 200);
    return out;
  }

  bool control_socket_ = false;
  tests::TemporaryFolder folder_;
  FakeStore store_;
  FakeGateway gateway_;
  std::unique_ptr<AdminServer> server_;
};

}  // namespace admin
