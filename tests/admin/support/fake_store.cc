#include "tests/admin/support/fake_store.h"

namespace admin {
namespace {

waf::Unexpected missing(const std::string& what) {
  return waf::fail(waf::ErrorCode::NotFound, "fake", what + ": there is no such thing");
}

waf::Unexpected unreachable() {
  return waf::fail(waf::ErrorCode::Unavailable, "fake",
                   "postgresql://ann@db.internal/waf: cannot be reached");
}

}  // namespace

db::Result<std::pair<db::ConfigVersion, db::Config>> FakeStore::load() {
  const std::lock_guard lock(mutex_);
  if (failing_loads > 0) {
    --failing_loads;
    return unreachable();
  }
  if (versions_.empty()) return std::pair<db::ConfigVersion, db::Config>{};
  return versions_.back();
}

db::Result<db::Config> FakeStore::loadVersion(int64_t number) {
  const std::lock_guard lock(mutex_);
  for (const auto& [version, config] : versions_) {
    if (version.number == number) return config;
  }
  return missing("version " + std::to_string(number));
}

db::Result<std::vector<db::ConfigVersion>> FakeStore::versions(size_t) {
  const std::lock_guard lock(mutex_);
  std::vector<db::ConfigVersion> out;
  for (auto at = versions_.rbegin(); at != versions_.rend(); ++at) out.push_back(at->first);
  return out;
}

db::Result<db::ConfigVersion> FakeStore::commit(const db::Config& config, int64_t expected,
                                                const std::string& author,
                                                const std::string& comment) {
  const std::lock_guard lock(mutex_);
  const auto newest = static_cast<int64_t>(versions_.size());
  if (newest != expected)
    return waf::fail(waf::ErrorCode::Conflict, "fake", "another version came between");
  if (break_before_commit.exchange(false)) return unreachable();
  db::ConfigVersion version;
  version.number = newest + 1;
  version.author = author;
  version.comment = comment;
  versions_.emplace_back(version, config);
  if (break_after_commit.exchange(false)) {
    failing_loads = failing_loads_after_break.load();
    return unreachable();
  }
  return version;
}

FakeStore::Account* FakeStore::account(const std::string& name) {
  for (Account& candidate : accounts_) {
    if (candidate.user.name == name) return &candidate;
  }
  return nullptr;
}

db::Result<std::vector<db::User>> FakeStore::list() {
  const std::lock_guard lock(mutex_);
  std::vector<db::User> out;
  for (const Account& candidate : accounts_) out.push_back(candidate.user);
  return out;
}

db::Result<db::User> FakeStore::add(const std::string& name, const std::string& role,
                                    const std::string& password, bool must_change_password) {
  const std::lock_guard lock(mutex_);
  if (account(name) != nullptr)
    return waf::fail(waf::ErrorCode::Conflict, "fake", "user " + name + " exists");
  db::User user;
  user.id = static_cast<int64_t>(accounts_.size()) + 1;
  user.name = name;
  user.role = role;
  user.must_change_password = must_change_password;
  accounts_.push_back({user, password});
  return user;
}

db::Result<void> FakeStore::setPassword(const std::string& name, const std::string& password,
                                        bool must_change) {
  const std::lock_guard lock(mutex_);
  Account* found = account(name);
  if (found == nullptr) return missing("user " + name);
  found->password = password;
  found->user.must_change_password = must_change;
  return {};
}

db::Result<void> FakeStore::setDisabled(const std::string& name, bool disabled) {
  const std::lock_guard lock(mutex_);
  Account* found = account(name);
  if (found == nullptr) return missing("user " + name);
  found->user.disabled = disabled;
  return {};
}

db::Result<void> FakeStore::unlock(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return account(name) != nullptr ? db::Result<void>{} : missing("user " + name);
}

db::Result<db::User> FakeStore::authenticate(const std::string& name, const std::string& password) {
  if (out_of_reach) return unreachable();
  const std::lock_guard lock(mutex_);
  const Account* found = account(name);
  if (found == nullptr || found->password != password) {
    return waf::fail(waf::ErrorCode::Denied, "fake", "the user name or the password is wrong");
  }
  if (found->user.disabled)
    return waf::fail(waf::ErrorCode::Denied, "fake", "this user is disabled");
  return found->user;
}

db::Result<db::EventPage> FakeStore::query(const db::EventFilter& filter, const std::string& cursor,
                                           size_t limit) {
  const std::lock_guard lock(mutex_);
  last_filter_ = filter;
  db::EventPage page;
  for (size_t i = cursor.empty() ? 0 : std::stoul(cursor); i < events_.size(); ++i) {
    if (page.events.size() == limit) {
      page.next_cursor = std::to_string(i);
      break;
    }
    const waf::AuditEvent& event = events_[i];
    db::EventSummary summary;
    summary.id = event.id;
    summary.uri = event.uri;
    summary.decision = waf::name(event.decision);
    page.events.push_back(summary);
  }
  return page;
}

db::Result<std::optional<waf::AuditEvent>> FakeStore::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const waf::AuditEvent& event : events_) {
    if (event.id == id) return std::optional<waf::AuditEvent>(event);
  }
  return std::optional<waf::AuditEvent>();
}

db::Result<db::EventCounts> FakeStore::count(const db::EventFilter& filter,
                                             const db::EventCountRequest&) {
  const std::lock_guard lock(mutex_);
  last_filter_ = filter;
  db::EventCounts counts;
  counts.total = 3;
  counts.rules.push_back({"942100", "SQL injection", 3});
  counts.histogram.push_back({waf::WallTime{}, 2, 1, 0});
  return counts;
}

void FakeStore::addEvent(const waf::AuditEvent& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
}

db::EventFilter FakeStore::lastFilter() {
  const std::lock_guard lock(mutex_);
  return last_filter_;
}

// Everything is new to an old cursor, which is the number of events seen.
db::Result<db::EventTail> FakeStore::after(const db::EventFilter&, const std::string& cursor,
                                           size_t) {
  ++tails_asked_;
  const std::lock_guard lock(mutex_);
  db::EventTail tail;
  for (size_t i = cursor.empty() ? events_.size() : std::stoul(cursor); i < events_.size(); ++i) {
    tail.events.emplace_back().id = events_[i].id;
  }
  tail.cursor = std::to_string(events_.size());
  return tail;
}

db::Result<void> FakeStore::forEach(const db::EventFilter&,
                                    const std::function<bool(const waf::AuditEvent&)>& row) {
  const std::lock_guard lock(mutex_);
  for (const waf::AuditEvent& event : events_) {
    if (!row(event)) break;
  }
  return {};
}

db::Result<void> FakeStore::add(const std::vector<db::TrafficMinute>& minutes) {
  const std::lock_guard lock(mutex_);
  minutes_.insert(minutes_.end(), minutes.begin(), minutes.end());
  return {};
}

db::Result<std::vector<db::TrafficMinute>> FakeStore::series(waf::WallTime, waf::WallTime, uint32_t,
                                                             const std::string&) {
  const std::lock_guard lock(mutex_);
  return minutes_;
}

db::Result<std::vector<db::TrafficMinute>> FakeStore::bySite(waf::WallTime, waf::WallTime) {
  const std::lock_guard lock(mutex_);
  return minutes_;
}

db::Result<void> FakeStore::record(const db::AdminAct& act) {
  if (refuse_acts) return waf::fail(waf::ErrorCode::Exhausted, "db", "the disk is full");
  const std::lock_guard lock(mutex_);
  acts_.push_back(act);
  acts_.back().number = static_cast<int64_t>(acts_.size());
  return {};
}

db::Result<waf::AuditEvent> FakeStore::unmask(const waf::AuditEvent& event) {
  waf::AuditEvent out;
  if (!waf::parseAuditJson(event.sealed, &out)) {
    return waf::fail(waf::ErrorCode::NotFound, "db", "was not kept");
  }
  return out;
}

std::vector<db::AdminAct> FakeStore::acts() {
  const std::lock_guard lock(mutex_);
  return acts_;
}

db::Result<std::vector<db::AdminAct>> FakeStore::list(int64_t before, size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<db::AdminAct> out;
  for (size_t i = acts_.size(); i-- > 0 && out.size() < limit;) {
    if (acts_[i].number < before) out.push_back(acts_[i]);
  }
  return out;
}

}  // namespace admin
