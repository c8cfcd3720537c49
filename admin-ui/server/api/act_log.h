#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/store/store.h"

namespace admin {

// What stands between the calls of the API and the log of administrative acts: logins that fail are
// anybody's to make, so only the first of each hour have a row of their own and the others share
// one, so that they do not push what somebody did out of the log; and what cannot be recorded, or
// was changed in the log, becomes an alarm. Any thread.
class ActLog {
 public:
  explicit ActLog(const waf::Clock& clock) : clock_(clock) {}

  // `anonymous`: nobody is logged in. False when the act could not be recorded.
  bool record(db::Store& store, const db::AdminAct& act, bool anonymous);
  // Writes the row of those that have none yet; at the end.
  void flush(db::Store& store);
  // One sentence each. The log is verified in parts, once a minute at most: the status is asked for
  // every few seconds.
  std::vector<std::string> alarms(db::Store& store);

  static constexpr size_t kRowsAnHour = 20;
  static constexpr size_t kMaxAddresses = 10000;

 private:
  // With the lock held.
  bool write(db::Store& store, const db::AdminAct& act);
  void sumUp(db::Store& store);
  void turnHour(db::Store& store);

  const waf::Clock& clock_;
  std::mutex mutex_;
  waf::MonotonicTime hour_{};
  size_t rows_ = 0;    // of this hour
  size_t others_ = 0;  // without a row
  std::set<std::string> addresses_;
  uint64_t unlogged_ = 0;  // since the start
  uint64_t gap_ = 0;       // since the last act that could be recorded
  std::string reason_;
  std::optional<waf::MonotonicTime> verified_;
  std::string fault_;
};

}  // namespace admin
