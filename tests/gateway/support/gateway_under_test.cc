#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/gateway/support/gateway_under_test.h"

namespace gateway::testing {

class RecordedEvents::Spool final : public db::EventSpool {
 public:
  explicit Spool(RecordedEvents* log) : log_(log) {}
  bool append(std::string_view line, bool) override {
    waf::AuditEvent event;
    if (!waf::parseAuditJson(line, &event)) return false;
    const std::scoped_lock lock(log_->mutex_);
    log_->events_.push_back(std::move(event));
    return true;
  }

 private:
  RecordedEvents* log_;
};

std::unique_ptr<db::EventSpool> RecordedEvents::openSpool() {
  return std::make_unique<Spool>(this);
}

std::vector<waf::AuditEvent> RecordedEvents::all() const {
  const std::scoped_lock lock(mutex_);
  return events_;
}

waf::AuditEvent RecordedEvents::last() const {
  const std::scoped_lock lock(mutex_);
  return events_.empty() ? waf::AuditEvent{} : events_.back();
}

GatewayUnderTest::GatewayUnderTest() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "portcullis-proxy-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  config.listeners.push_back({"http", "127.0.0.1:0", false});
  db::UpstreamConfig app;
  app.name = "app";
  app.endpoints.push_back({upstream.address(), 1, false});
  config.upstreams.push_back(app);
  db::SiteConfig shop;
  shop.name = "shop";
  shop.hosts = {"shop.example"};
  shop.listeners = {"http"};
  shop.upstream = "app";
  shop.waf.mode = "Off";
  config.sites.push_back(shop);
  auto made = Gateway::create({"", "", "test", 1}, &events, waf::Clock::system());
  EXPECT_TRUE(made.has_value());
  gateway = std::move(*made);
}

GatewayUnderTest::~GatewayUnderTest() {
  gateway.reset();
  std::filesystem::remove_all(folder_);
}

void GatewayUnderTest::useRules(const std::string& text) {
  const std::string path = folder_ + "/rules" + std::to_string(version_) + ".conf";
  std::ofstream(path) << text;
  config.rulesets = {{"own", path}};
  site().waf.mode = "On";
  site().waf.rulesets = {"own"};
}

void GatewayUnderTest::apply() {
  admin::PrepareFailure failure;
  auto prepared = gateway->prepare(config, &failure);
  ASSERT_NE(prepared, nullptr) << failure.error.message;
  db::ConfigVersion version;
  version.number = ++version_;
  gateway->publish(std::move(prepared), version);
}

uint16_t GatewayUnderTest::port(size_t listener) {
  const std::vector<std::string> bound = gateway->boundListeners();
  if (listener >= bound.size()) return 0;
  return static_cast<uint16_t>(std::stoi(bound[listener].substr(bound[listener].rfind(':') + 1)));
}

std::string GatewayUnderTest::ask(const std::string& request) {
  RawClient client(port());
  client.send(request);
  return client.readResponse();
}

std::string GatewayUnderTest::get(const std::string& target, const std::string& fields) {
  return ask("GET " + target + " HTTP/1.1\r\nHost: shop.example\r\n" + fields + "\r\n");
}

}  // namespace gateway::testing
