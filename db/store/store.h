#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/config/config.h"
#include "db/filter/event_filter.h"
#include "waf/base/clock.h"
#include "waf/base/result.h"
#include "waf/event/event.h"

// The store as the rest of the product sees it; names no SQLite concept. Implementations are
// thread-safe unless a class says otherwise. All times are UTC.
namespace db {

using waf::Result;

struct ConfigVersion {
  int64_t number = 0;
  waf::WallTime time;
  std::string author;
  std::string comment;
  std::vector<std::string>
      changes;  // the semantic diff against the version before, filled by commit()
};

class ConfigStore {
 public:
  virtual ~ConfigStore() = default;
  // The newest version; an empty Config with number 0 when nothing was stored yet. Private keys are
  // unsealed.
  virtual Result<std::pair<ConfigVersion, Config>> load() = 0;
  // Loaded documents carry key_pem (in clear) and key_sealed (what an export prints) of each
  // certificate.
  virtual Result<Config> loadVersion(int64_t number) = 0;
  // Fills key_pem where a document brings only key_sealed (an export applied again); call it before
  // the keys are used. Invalid, naming the certificate, when this installation's key does not open
  // it. Fakes keep keys in clear.
  virtual Result<void> unsealKeys(Config* config) {
    static_cast<void>(config);
    return {};
  }
  virtual Result<std::vector<ConfigVersion>> versions(size_t limit) = 0;
  // Stores a new version in one transaction and keeps the newest 1,000. `expected` is the version
  // the change was made on; Conflict when another came between.
  virtual Result<ConfigVersion> commit(const Config& config, int64_t expected,
                                       const std::string& author, const std::string& comment) = 0;
};

struct User {
  int64_t id = 0;
  std::string name;
  std::string role;  // "admin", "viewer", "auditor": who looks, and may lift masks
  bool disabled = false;
  bool must_change_password = false;
  uint32_t failed_logins = 0;
  std::optional<waf::WallTime> locked_until;
  std::optional<waf::WallTime> last_login;
};

class UserStore {
 public:
  virtual ~UserStore() = default;
  virtual Result<std::vector<User>> list() = 0;
  virtual Result<User> add(const std::string& name, const std::string& role,
                           const std::string& password, bool must_change_password) = 0;
  virtual Result<void> setPassword(const std::string& name, const std::string& password,
                                   bool must_change) = 0;
  virtual Result<void> setDisabled(const std::string& name, bool disabled) = 0;
  virtual Result<void> unlock(const std::string& name) = 0;
  // Checks the password (scrypt); counts failures and locks for a while after ten. Denied carries
  // why.
  virtual Result<User> authenticate(const std::string& name, const std::string& password) = 0;
};

struct EventSummary {
  std::string id;
  waf::WallTime time;
  std::string site;
  std::string decision;
  std::string reason;
  std::string client;
  std::string method;
  std::string uri;
  int status = 0;
  int64_t rule_id = 0;  // the most severe, 0 when none
  std::string rule_message;
  std::string matched;  // the text that matched
  int64_t score = 0;
};

struct EventPage {
  std::vector<EventSummary> events;  // newest first
  std::string next_cursor;           // "" at the end
  // "" or one sentence: "searched back to …" (a slow search goes on from next_cursor, though the
  // page is not full), or an event file that cannot be read was left out.
  std::string notice;
};

struct Count {
  std::string key;
  std::string label;
  uint64_t count = 0;
};

struct EventStep {  // one bar of the histogram
  waf::WallTime start;
  uint64_t blocked = 0;
  uint64_t detected = 0;
  uint64_t passed = 0;
};

// What one client did to one site: refusals and matches, not ordinary requests.
struct Attacker {
  std::string client;
  std::string site;
  waf::WallTime first;
  waf::WallTime last;
  uint64_t count = 0;
  uint64_t blocked = 0;
  // "sqli", "xss", … of the rules (their first three digits, as the CRS numbers them), else the
  // reason.
  std::vector<std::string> classes;
};

// How many events match a filter and what they have in common, counted in one walk, so that every
// number shown for a filter agrees with the others.
struct EventCounts {
  uint64_t total = 0;
  // The walk ended before the oldest match: all numbers are of the time since `counted_back_to`.
  bool partial = false;
  waf::WallTime counted_back_to;
  std::vector<Count> sites;
  std::vector<Count> decisions;
  std::vector<Count> reasons;
  std::vector<Count> rules;
  std::vector<Count> clients;
  std::vector<Count> paths;
  std::vector<Count> statuses;
  std::vector<Count> methods;
  std::vector<Count> severities;
  std::vector<Count> countries;
  std::vector<Attacker> attackers;   // those with the most events
  std::vector<EventStep> histogram;  // oldest first, steps without a match left out
  // Of the histogram: what was asked for, doubled until there are at most 5,000.
  std::chrono::seconds step{3600};
};

struct EventCountRequest {
  size_t limit = 10;                // values of each kind
  std::chrono::seconds step{3600};  // of the histogram
};

// What came in behind a place in the order of the commits.
struct EventTail {
  std::vector<EventSummary> events;  // oldest first
  std::string cursor;                // of the next call
};

class EventStore {
 public:
  virtual ~EventStore() = default;
  virtual Result<EventPage> query(const EventFilter& filter, const std::string& cursor,
                                  size_t limit) = 0;
  virtual Result<std::optional<waf::AuditEvent>> find(const std::string& id) = 0;
  virtual Result<EventCounts> count(const EventFilter& filter,
                                    const EventCountRequest& request) = 0;
  // Calls `row` for every match, newest first, until it returns false.
  virtual Result<void> forEach(const EventFilter& filter,
                               const std::function<bool(const waf::AuditEvent&)>& row) = 0;
  // The live view: matches committed since `cursor` ("": none yet, only where the next call
  // begins).
  virtual Result<EventTail> after(const EventFilter& filter, const std::string& cursor,
                                  size_t limit) = 0;
};

// Traffic of one site in one minute; rows are added up, so several loops and restarts may write the
// same minute.
struct TrafficMinute {
  waf::WallTime minute;
  std::string site;
  uint64_t requests = 0;
  uint64_t blocked = 0;
  uint64_t detected = 0;
  uint64_t client_errors = 0;
  uint64_t server_errors = 0;
  uint64_t cache_hits = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
};

class TrafficStore {
 public:
  virtual ~TrafficStore() = default;
  virtual Result<void> add(const std::vector<TrafficMinute>& minutes) = 0;
  // In steps of `step_minutes`, oldest first; "" for all sites together.
  virtual Result<std::vector<TrafficMinute>> series(waf::WallTime since, waf::WallTime until,
                                                    uint32_t step_minutes,
                                                    const std::string& site) = 0;
  virtual Result<std::vector<TrafficMinute>> bySite(waf::WallTime since, waf::WallTime until) = 0;
};

// One administrative act: a change that was asked for, with its outcome, or a login.
struct AdminAct {
  int64_t number = 0;
  waf::WallTime time;   // record() takes it and the number from the log
  std::string actor;    // user name, or "local administrator"
  std::string origin;   // address, "" for the control socket
  std::string action;   // "PUT /sites/shop"; never what a body held
  std::string outcome;  // status of the answer
};

// Chained by keyed digests: what is changed afterwards, or removed at either end, shows, though
// somebody has the database file.
class AdminLog {
 public:
  virtual ~AdminLog() = default;
  virtual Result<void> record(const AdminAct& act) = 0;
  // Newest first, those with a smaller number than `before`.
  virtual Result<std::vector<AdminAct>> list(int64_t before, size_t limit) = 0;
  // Part: both ends, what was added since the last call, and a thousand of the older acts in turn,
  // so that a look each minute costs the same whatever the history.
  enum class Depth { Part, Whole };
  // "" when the chain is whole, else one sentence.
  virtual Result<std::string> verify(Depth depth) = 0;
};

// Everything below one data directory. One process owns it (a lock file); a second open fails with
// Unavailable.
class Store {
 public:
  virtual ~Store() = default;
  virtual ConfigStore& config() = 0;
  virtual UserStore& users() = 0;
  virtual EventStore& events() = 0;
  virtual TrafficStore& traffic() = 0;
  virtual AdminLog& adminLog() = 0;

  // The event as it was before its secrets were masked. NotFound when that was not kept; Invalid
  // when it was sealed by another installation.
  virtual Result<waf::AuditEvent> unmask(const waf::AuditEvent& event) = 0;

  // Opens or creates the database, <data_dir>/events/ and <data_dir>/secret.key (0600), and
  // migrates. `database` is where configuration, users, versions, traffic and acts are: "" or
  // "sqlite" for <data_dir>/portcullis.db, or postgresql://… (events stay in the data directory).
  // Corrupt when it cannot be read, Unavailable when it cannot be reached: the caller then serves
  // loadLastGood().
  static Result<std::unique_ptr<Store>> open(const std::string& data_dir, const waf::Clock& clock,
                                             const std::string& database = "");
};

// Invalid when it is nothing that Store::open() takes.
Result<void> checkDatabaseName(const std::string& database);
// For messages: the path, or the URL without its password.
std::string shownDatabase(const std::string& data_dir, const std::string& database);
// Whether a copy of the data directory has all.
bool isInDataDirectory(const std::string& database);

// Whether there is a database, readable or not: false and no last-good.json means a first start.
bool databaseExists(const std::string& data_dir, const std::string& database = "");

// The last configuration that was in force, kept outside the database (<data_dir>/last-good.json,
// keys sealed).
Result<void> saveLastGood(const std::string& data_dir, const ConfigVersion& version,
                          const Config& config);
Result<std::pair<ConfigVersion, Config>> loadLastGood(
    const std::string& data_dir);  // NotFound when there is none

}  // namespace db
