#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "db/store/store.h"

namespace admin {

// The store in memory: configuration versions, users without hashing, the events and minutes that a
// test puts in. Any thread.
class FakeStore final : public db::Store,
                        public db::ConfigStore,
                        public db::UserStore,
                        public db::EventStore,
                        public db::TrafficStore,
                        public db::AdminLog {
 public:
  db::ConfigStore& config() override { return *this; }
  db::UserStore& users() override { return *this; }
  db::EventStore& events() override { return *this; }
  db::TrafficStore& traffic() override { return *this; }
  db::AdminLog& adminLog() override { return *this; }
  // The sealed form is the whole record in clear.
  db::Result<waf::AuditEvent> unmask(const waf::AuditEvent& event) override;

  db::Result<std::pair<db::ConfigVersion, db::Config>> load() override;
  db::Result<db::Config> loadVersion(int64_t number) override;
  db::Result<std::vector<db::ConfigVersion>> versions(size_t limit) override;
  db::Result<db::ConfigVersion> commit(const db::Config& config, int64_t expected,
                                       const std::string& author,
                                       const std::string& comment) override;

  db::Result<std::vector<db::User>> list() override;
  db::Result<db::User> add(const std::string& name, const std::string& role,
                           const std::string& password, bool must_change_password) override;
  db::Result<void> setPassword(const std::string& name, const std::string& password,
                               bool must_change) override;
  db::Result<void> setDisabled(const std::string& name, bool disabled) override;
  db::Result<void> unlock(const std::string& name) override;
  db::Result<db::User> authenticate(const std::string& name, const std::string& password) override;

  db::Result<db::EventPage> query(const db::EventFilter& filter, const std::string& cursor,
                                  size_t limit) override;
  db::Result<std::optional<waf::AuditEvent>> find(const std::string& id) override;
  db::Result<db::EventCounts> count(const db::EventFilter& filter,
                                    const db::EventCountRequest& request) override;
  db::Result<db::EventTail> after(const db::EventFilter& filter, const std::string& cursor,
                                  size_t limit) override;
  db::Result<void> forEach(const db::EventFilter& filter,
                           const std::function<bool(const waf::AuditEvent&)>& row) override;

  db::Result<void> add(const std::vector<db::TrafficMinute>& minutes) override;
  db::Result<std::vector<db::TrafficMinute>> series(waf::WallTime since, waf::WallTime until,
                                                    uint32_t step_minutes,
                                                    const std::string& site) override;
  db::Result<std::vector<db::TrafficMinute>> bySite(waf::WallTime since,
                                                    waf::WallTime until) override;

  db::Result<void> record(const db::AdminAct& act) override;
  db::Result<std::vector<db::AdminAct>> list(int64_t before, size_t limit) override;
  db::Result<std::string> verify(Depth) override { return std::string(); }

  void addEvent(const waf::AuditEvent& event);  // older than those before it
  db::EventFilter lastFilter();
  size_t tailsAsked() const { return tails_asked_; }
  std::atomic<bool> refuse_acts{false};  // as a full disk does
  // The connection breaks after the next version was stored and before anybody heard of it.
  std::atomic<bool> break_after_commit{false};
  std::atomic<bool> break_before_commit{false};
  // How many of the next reads of the configuration fail, as while a server is started anew.
  std::atomic<int> failing_loads{0};
  std::atomic<int> failing_loads_after_break{0};
  std::atomic<bool> out_of_reach{false};  // for users
  std::vector<db::AdminAct> acts();

 private:
  struct Account {
    db::User user;
    std::string password;
  };
  Account* account(const std::string& name);

  std::mutex mutex_;
  std::vector<std::pair<db::ConfigVersion, db::Config>> versions_;
  std::vector<Account> accounts_;
  std::vector<db::TrafficMinute> minutes_;
  std::vector<db::AdminAct> acts_;
  std::vector<waf::AuditEvent> events_;
  db::EventFilter last_filter_;
  std::atomic<size_t> tails_asked_{0};
};

}  // namespace admin
