#include "db/sql/traffic_store.h"

#include <algorithm>

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

constexpr int64_t kKeptMinutes = 400 * 24 * 60;
constexpr int64_t kMaxSteps = 10000;

int64_t minuteOf(waf::WallTime time) {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

waf::WallTime timeOf(int64_t minute) { return waf::WallTime(std::chrono::minutes(minute)); }

int64_t stored(uint64_t count) {
  return static_cast<int64_t>(std::min<uint64_t>(count, INT64_MAX));
}

// The columns of a query over traffic_minutes, in the order of kSums.
struct Columns {
  std::vector<int64_t> requests, blocked, detected, client_errors, server_errors, cache_hits,
      bytes_in, bytes_out;

  void fill(size_t row, TrafficMinute* out) const {
    const auto count = [row](const std::vector<int64_t>& column) {
      return static_cast<uint64_t>(column[row]);
    };
    out->requests = count(requests);
    out->blocked = count(blocked);
    out->detected = count(detected);
    out->client_errors = count(client_errors);
    out->server_errors = count(server_errors);
    out->cache_hits = count(cache_hits);
    out->bytes_in = count(bytes_in);
    out->bytes_out = count(bytes_out);
  }
};

// PostgreSQL's sum of whole numbers is of a wider type.
constexpr const char* kSums =
    "CAST(SUM(requests) AS BIGINT), CAST(SUM(blocked) AS BIGINT), CAST(SUM(detected) AS BIGINT), "
    "CAST(SUM(client_errors) AS BIGINT), CAST(SUM(server_errors) AS BIGINT), "
    "CAST(SUM(cache_hits) AS BIGINT), CAST(SUM(bytes_in) AS BIGINT), "
    "CAST(SUM(bytes_out) AS BIGINT)";

constexpr const char* kAdd =
    "INSERT INTO traffic_minutes VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
    "ON CONFLICT (minute, site) DO UPDATE SET "
    "requests = traffic_minutes.requests + excluded.requests, "
    "blocked = traffic_minutes.blocked + excluded.blocked, "
    "detected = traffic_minutes.detected + excluded.detected, "
    "client_errors = traffic_minutes.client_errors + excluded.client_errors, "
    "server_errors = traffic_minutes.server_errors + excluded.server_errors, "
    "cache_hits = traffic_minutes.cache_hits + excluded.cache_hits, "
    "bytes_in = traffic_minutes.bytes_in + excluded.bytes_in, "
    "bytes_out = traffic_minutes.bytes_out + excluded.bytes_out";

}  // namespace

Result<void> SqlTrafficStore::add(const std::vector<TrafficMinute>& minutes) {
  if (minutes.empty()) return {};
  return database_.transact([&](Session& session) -> Result<void> {
    // Prepared once for all rows: each costs one way to the server and back, not three.
    int64_t minute = 0;
    std::string site;
    int64_t requests = 0, blocked = 0, detected = 0, client_errors = 0, server_errors = 0,
            cache_hits = 0, bytes_in = 0, bytes_out = 0;
    Poco::Data::Statement insert(session);
    insert << kAdd, use(minute), use(site), use(requests), use(blocked), use(detected),
        use(client_errors), use(server_errors), use(cache_hits), use(bytes_in), use(bytes_out);
    for (const TrafficMinute& row : minutes) {
      minute = minuteOf(row.minute);
      site = row.site;
      requests = stored(row.requests);
      blocked = stored(row.blocked);
      detected = stored(row.detected);
      client_errors = stored(row.client_errors);
      server_errors = stored(row.server_errors);
      cache_hits = stored(row.cache_hits);
      bytes_in = stored(row.bytes_in);
      bytes_out = stored(row.bytes_out);
      insert.execute();
    }
    session << "DELETE FROM traffic_minutes WHERE minute < $1",
        bind(minuteOf(clock_.wall()) - kKeptMinutes), now;
    return {};
  });
}

Result<std::vector<TrafficMinute>> SqlTrafficStore::series(waf::WallTime since, waf::WallTime until,
                                                           uint32_t step_minutes,
                                                           const std::string& site) {
  const int64_t first = minuteOf(since);
  const int64_t end = minuteOf(until - std::chrono::microseconds(1)) + 1;
  const int64_t step = std::max<int64_t>(step_minutes, 1);
  if (end <= first) return std::vector<TrafficMinute>{};
  const int64_t count = (end - first + step - 1) / step;
  if (count > kMaxSteps) {
    return waf::fail(waf::ErrorCode::Invalid, "db",
                     "the time range has more than 10000 steps; choose a larger step");
  }
  std::vector<int64_t> steps;
  Columns columns;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    session << "SELECT (minute - $1) / $2, " + std::string(kSums) +
                   " FROM traffic_minutes WHERE minute >= $1 AND minute < $3 "
                   "AND ($4 = '' OR site = $4) GROUP BY 1 ORDER BY 1",
        into(steps), into(columns.requests), into(columns.blocked), into(columns.detected),
        into(columns.client_errors), into(columns.server_errors), into(columns.cache_hits),
        into(columns.bytes_in), into(columns.bytes_out), bind(first), bind(step), bind(end),
        bind(site), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  std::vector<TrafficMinute> out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].minute = timeOf(first + static_cast<int64_t>(i) * step);
    out[i].site = site;
  }
  for (size_t row = 0; row < steps.size(); ++row) {
    columns.fill(row, &out[static_cast<size_t>(steps[row])]);
  }
  return out;
}

Result<std::vector<TrafficMinute>> SqlTrafficStore::bySite(waf::WallTime since,
                                                           waf::WallTime until) {
  std::vector<std::string> sites;
  Columns columns;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    session << "SELECT site, " + std::string(kSums) +
                   " FROM traffic_minutes WHERE minute >= $1 AND minute < $2 "
                   "GROUP BY site ORDER BY SUM(requests) DESC, site LIMIT 10000",
        into(sites), into(columns.requests), into(columns.blocked), into(columns.detected),
        into(columns.client_errors), into(columns.server_errors), into(columns.cache_hits),
        into(columns.bytes_in), into(columns.bytes_out), bind(minuteOf(since)),
        bind(minuteOf(until - std::chrono::microseconds(1)) + 1), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  std::vector<TrafficMinute> out(sites.size());
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].minute = timeOf(minuteOf(since));
    out[i].site = sites[i];
    columns.fill(i, &out[i]);
  }
  return out;
}

}  // namespace db
