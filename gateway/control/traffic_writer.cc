#include "gateway/control/traffic_writer.h"

#include "gateway/control/site_totals.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kInterval{5};

db::TrafficMinute minus(db::TrafficMinute now, const db::TrafficMinute& before) {
  now.requests -= before.requests;
  now.blocked -= before.blocked;
  now.detected -= before.detected;
  now.client_errors -= before.client_errors;
  now.server_errors -= before.server_errors;
  now.cache_hits -= before.cache_hits;
  now.bytes_in -= before.bytes_in;
  now.bytes_out -= before.bytes_out;
  return now;
}

bool nothing(const db::TrafficMinute& m) {
  return m.requests == 0 && m.blocked == 0 && m.detected == 0 && m.bytes_in == 0 &&
         m.bytes_out == 0;
}

}  // namespace

TrafficWriter::TrafficWriter(db::TrafficStore* store, Source source, const waf::Clock& clock)
    : store_(store), source_(std::move(source)), clock_(clock), thread_([this] { run(); }) {}

TrafficWriter::~TrafficWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  flush();
}

void TrafficWriter::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
    lock.unlock();
    flush();
    lock.lock();
  }
}

void TrafficWriter::flush() {
  const std::scoped_lock lock(flush_mutex_);
  std::vector<db::TrafficMinute> rows;
  std::map<std::string, db::TrafficMinute> newest;
  const waf::WallTime minute = std::chrono::floor<std::chrono::minutes>(clock_.wall());
  for (const std::shared_ptr<SiteTraffic>& traffic : source_()) {
    const db::TrafficMinute total = totalsOf(*traffic);
    db::TrafficMinute row = minus(total, stored_[traffic->site()]);
    newest[traffic->site()] = total;
    row.minute = minute;
    if (!nothing(row)) rows.push_back(std::move(row));
  }
  if (rows.empty() || store_->add(rows)) stored_ = std::move(newest);
}

}  // namespace gateway
