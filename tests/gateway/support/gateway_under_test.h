#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "db/store/event_log.h"
#include "gateway/control/gateway.h"
#include "tests/gateway/support/fake_upstream.h"
#include "tests/gateway/support/raw_client.h"

namespace gateway::testing {

// Keeps the records in memory.
class RecordedEvents final : public db::EventLog {
 public:
  std::unique_ptr<db::EventSpool> openSpool() override;
  void configure(const db::AuditLogConfig&, const db::EventsConfig&) override {}
  db::EventLogStatus status() const override { return {}; }
  bool flush(std::chrono::milliseconds) override { return true; }

  std::vector<waf::AuditEvent> all() const;
  // The newest one; an event without id when there is none.
  waf::AuditEvent last() const;

 private:
  class Spool;
  mutable std::mutex mutex_;
  std::vector<waf::AuditEvent> events_;
};

// A gateway on port 0 in front of a fake upstream, with rules from text.
class GatewayUnderTest {
 public:
  GatewayUnderTest();
  ~GatewayUnderTest();

  db::SiteConfig& site() { return config.sites.front(); }
  // A lone rule file, in force for the site from the next apply() on.
  void useRules(const std::string& text);
  // Puts `config` in force; the test fails when it does not build.
  void apply();
  uint16_t port(size_t listener = 0);
  // One request on a connection of its own.
  std::string ask(const std::string& request);
  std::string get(const std::string& target, const std::string& fields = "");

  FakeUpstream upstream;
  RecordedEvents events;
  db::Config config;
  std::unique_ptr<Gateway> gateway;

 private:
  std::string folder_;
  int64_t version_ = 0;
};

}  // namespace gateway::testing
