#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "db/config/config.h"
#include "waf/base/clock.h"
#include "waf/base/ip_network.h"

namespace gateway {

// One token bucket per client address of a site, shared by all loops: `requests` in `window`, and
// `burst` further ones at once. The table has a fixed size: when a row is full the bucket nearest
// to full recovery makes room, which favours the client and never grows memory. IPv6 clients are
// counted by their /64, the smallest block a client is given. Owned by the snapshot's sites;
// carried over while the numbers stay the same. Any thread.
class RateLimiter {
 public:
  explicit RateLimiter(const db::RateLimitConfig& config);

  struct Verdict {
    bool allowed = true;
    std::chrono::seconds retry_after{};  // at least 1 when refused
  };
  Verdict admit(const waf::IpAddress& client, waf::MonotonicTime now);

  bool sameNumbers(const db::RateLimitConfig& config) const;

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kRows = 8192;  // 65,536 addresses, 1.5 MB
  static constexpr size_t kLocks = 64;

  struct Bucket {
    std::array<uint8_t, 16> key{};
    int64_t full_at_ns =
        0;  // the theoretical arrival time of GCRA: when the bucket is full again; 0: free
  };
  size_t rowOf(const std::array<uint8_t, 16>& key) const;

  const db::RateLimitConfig config_;
  const int64_t interval_ns_;   // time that one request costs
  const int64_t tolerance_ns_;  // how far ahead a client may run
  const uint64_t seed_;         // so that nobody can choose addresses that share a row
  std::array<std::mutex, kLocks> locks_;
  std::vector<Bucket> buckets_;
};

}  // namespace gateway
