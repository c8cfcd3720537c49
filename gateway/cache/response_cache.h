#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "db/config/config.h"
#include "gateway/cache/stored_response.h"

namespace gateway {

// The response cache of one site, in memory, bounded by bytes, least recently used out first.
// Shared by all loops: shards with a lock each, held for a look-up only. Owned by the snapshot's
// site and carried over while nothing that decides about its contents changes. Any thread.
class ResponseCache {
 public:
  explicit ResponseCache(const db::CacheConfig& config);

  enum class Outcome { Miss, VaryMiss, Fresh, Stale };
  struct Lookup {
    Outcome outcome = Outcome::Miss;
    std::shared_ptr<const StoredResponse> response;  // Fresh and Stale
    std::chrono::seconds age{};
  };
  // `key` as cacheKey made it. Fresh also honours the request's own Cache-Control. Counts hits and
  // misses.
  Lookup find(const std::string& key, FieldSpan request, waf::MonotonicTime now);

  // False when it is larger than one object may be.
  bool store(const std::string& key, std::shared_ptr<const StoredResponse> response);
  void invalidate(const std::string& key);
  void purge();

  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t entries = 0;
    uint64_t bytes = 0;
  };
  Statistics statistics() const;
  void countRevalidated() { hits_.fetch_add(1, std::memory_order_relaxed); }

  uint64_t objectLimit() const { return config_.object_limit_bytes; }

 private:
  static constexpr size_t kVariants = 16;  // of one key

  struct Entry {
    std::string key;
    std::shared_ptr<const StoredResponse> response;
    size_t bytes = 0;
  };
  using Lru = std::list<Entry>;
  struct Shard {
    mutable std::mutex mutex;
    Lru lru;  // most recently used first
    std::unordered_map<std::string, std::vector<Lru::iterator>> index;
    size_t bytes = 0;
  };
  Shard& shardOf(const std::string& key);
  static void erase(Shard& shard, Lru::iterator entry);

  const db::CacheConfig config_;
  std::vector<Shard> shards_;
  std::atomic<uint64_t> hits_{0};
  std::atomic<uint64_t> misses_{0};
};

// RFC 9111 section 2: the target URI. `host` normalized, `target` as sent.
std::string cacheKey(std::string_view scheme, std::string_view host, std::string_view target);

}  // namespace gateway
