#include "admin-ui/server/api/act_log.h"

namespace admin {

bool ActLog::record(db::Store& store, const db::AdminAct& act, bool anonymous) {
  const std::lock_guard lock(mutex_);
  turnHour(store);
  if (anonymous && rows_ >= kRowsAnHour) {
    ++others_;
    if (addresses_.size() < kMaxAddresses) addresses_.insert(act.origin);
    return true;
  }
  if (anonymous) ++rows_;
  return write(store, act);
}

void ActLog::flush(db::Store& store) {
  const std::lock_guard lock(mutex_);
  sumUp(store);
}

std::vector<std::string> ActLog::alarms(db::Store& store) {
  const std::lock_guard lock(mutex_);
  turnHour(store);
  const waf::MonotonicTime now = clock_.monotonic();
  if (!verified_ || now - *verified_ >= std::chrono::minutes(1)) {
    const auto found = store.adminLog().verify(db::AdminLog::Depth::Part);
    fault_ = found ? *found : found.error().message;
    verified_ = now;
  }
  std::vector<std::string> out;
  if (!fault_.empty()) out.push_back(fault_);
  if (unlogged_ > 0) {
    out.push_back(std::to_string(unlogged_) +
                  " administrative acts were done but could not be recorded: " + reason_);
  }
  return out;
}

void ActLog::turnHour(db::Store& store) {
  const waf::MonotonicTime now = clock_.monotonic();
  if (now - hour_ < std::chrono::hours(1)) return;
  sumUp(store);
  hour_ = now;
  rows_ = 0;
}

void ActLog::sumUp(db::Store& store) {
  if (others_ == 0) return;
  const bool all = addresses_.size() < kMaxAddresses;
  write(store, {0,
                {},
                "",
                "",
                "POST /session",
                "refused " + std::to_string(others_) + " times more, from " +
                    (all ? "" : "more than ") + std::to_string(addresses_.size()) + " addresses"});
  others_ = 0;
  addresses_.clear();
}

bool ActLog::write(db::Store& store, const db::AdminAct& act) {
  if (gap_ > 0) {
    const auto told = store.adminLog().record(
        {0, {}, "portcullis", "", "GAP", std::to_string(gap_) + " acts before: " + reason_});
    if (told) gap_ = 0;
  }
  const auto done = store.adminLog().record(act);
  if (done) return true;
  ++unlogged_;
  ++gap_;
  reason_ = done.error().message;
  return false;
}

}  // namespace admin
