// The generic cell rate algorithm (ITU-T I.371): one number per client instead of a level and a
// time.
#include "gateway/access/rate_limiter.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace gateway {
namespace {

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdull;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ (x >> 33);
}

std::array<uint8_t, 16> keyOf(const waf::IpAddress& client) {
  std::array<uint8_t, 16> key = client.bytes;
  if (!client.isIpv4()) std::fill(key.begin() + 8, key.end(), uint8_t{0});
  return key;
}

}  // namespace

RateLimiter::RateLimiter(const db::RateLimitConfig& config)
    : config_(config),
      interval_ns_(std::max<int64_t>(
          1, int64_t{std::max(config.window_ms, 1u)} * 1'000'000 / std::max(config.requests, 1u))),
      tolerance_ns_(interval_ns_ * (int64_t{std::max(config.requests, 1u)} + config.burst)),
      seed_(std::random_device{}() | uint64_t{std::random_device{}()} << 32),
      buckets_(kRows * kWays) {}

bool RateLimiter::sameNumbers(const db::RateLimitConfig& config) const {
  return config_.requests == config.requests && config_.window_ms == config.window_ms &&
         config_.burst == config.burst;
}

size_t RateLimiter::rowOf(const std::array<uint8_t, 16>& key) const {
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, key.data(), 8);
  std::memcpy(&low, key.data() + 8, 8);
  return mix(mix(high ^ seed_) ^ low) % kRows;
}

RateLimiter::Verdict RateLimiter::admit(const waf::IpAddress& client, waf::MonotonicTime now) {
  const int64_t now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto key = keyOf(client);
  const size_t row = rowOf(key);
  const std::scoped_lock lock(locks_[row % kLocks]);
  Bucket* const begin = &buckets_[row * kWays];
  Bucket* bucket = std::find_if(begin, begin + kWays,
                                [&](const Bucket& b) { return b.full_at_ns != 0 && b.key == key; });
  if (bucket == begin + kWays) {
    bucket = std::min_element(begin, begin + kWays, [](const Bucket& a, const Bucket& b) {
      return a.full_at_ns < b.full_at_ns;
    });
    *bucket = Bucket{key, now_ns};
  }
  const int64_t next = std::max(bucket->full_at_ns, now_ns) + interval_ns_;
  if (next - now_ns > tolerance_ns_) {
    const int64_t wait_ns = next - now_ns - tolerance_ns_;
    return {false, std::chrono::seconds((wait_ns + 999'999'999) / 1'000'000'000)};
  }
  bucket->full_at_ns = next;
  return {};
}

}  // namespace gateway
