#include "gateway/cache/response_cache.h"

#include <algorithm>

namespace gateway {
namespace {

// Few enough that a shard holds several of the largest objects.
size_t shardCount(const db::CacheConfig& config) {
  const uint64_t room = config.limit_bytes / std::max<uint64_t>(1, config.object_limit_bytes * 4);
  return static_cast<size_t>(std::clamp<uint64_t>(room, 1, 16));
}

bool freshFor(const StoredResponse& stored, const CacheControl& request, std::chrono::seconds age) {
  if (stored.always_revalidate || request.no_cache || age >= stored.lifetime) return false;
  if (request.max_age && age > *request.max_age) return false;
  return !request.min_fresh || stored.lifetime - age >= *request.min_fresh;
}

}  // namespace

ResponseCache::ResponseCache(const db::CacheConfig& config)
    : config_(config), shards_(shardCount(config)) {}

ResponseCache::Shard& ResponseCache::shardOf(const std::string& key) {
  return shards_[std::hash<std::string>{}(key) % shards_.size()];
}

ResponseCache::Lookup ResponseCache::find(const std::string& key, FieldSpan request,
                                          waf::MonotonicTime now) {
  Lookup lookup;
  {
    Shard& shard = shardOf(key);
    const std::scoped_lock lock(shard.mutex);
    if (const auto found = shard.index.find(key); found != shard.index.end()) {
      lookup.outcome = Outcome::VaryMiss;
      for (const Lru::iterator entry : found->second) {
        if (!entry->response->matches(request)) continue;
        shard.lru.splice(shard.lru.begin(), shard.lru, entry);
        lookup.response = entry->response;
        break;
      }
    }
  }
  if (lookup.response) {
    lookup.age = lookup.response->age(now);
    const bool fresh = freshFor(*lookup.response, CacheControl::parse(request), lookup.age);
    lookup.outcome = fresh ? Outcome::Fresh : Outcome::Stale;
  }
  (lookup.outcome == Outcome::Fresh ? hits_ : misses_).fetch_add(1, std::memory_order_relaxed);
  return lookup;
}

void ResponseCache::erase(Shard& shard, Lru::iterator entry) {
  const auto found = shard.index.find(entry->key);
  std::erase(found->second, entry);
  if (found->second.empty()) shard.index.erase(found);
  shard.bytes -= entry->bytes;
  shard.lru.erase(entry);
}

bool ResponseCache::store(const std::string& key, std::shared_ptr<const StoredResponse> response) {
  if (response->body && response->body->size() > config_.object_limit_bytes) return false;
  const size_t bytes = response->bytes() + 2 * key.size();
  Shard& shard = shardOf(key);
  const size_t shard_limit = config_.limit_bytes / shards_.size();
  if (bytes > shard_limit) return false;
  const std::scoped_lock lock(shard.mutex);
  if (const auto found = shard.index.find(key); found != shard.index.end()) {
    const std::vector<Lru::iterator> variants = found->second;
    for (const Lru::iterator entry : variants) {
      // The same variant is replaced; when the Vary field itself changed, what was stored under the
      // old one goes.
      const bool same = entry->response->vary == response->vary;
      const bool other_fields = !std::equal(
          entry->response->vary.begin(), entry->response->vary.end(), response->vary.begin(),
          response->vary.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
      if (same || other_fields) erase(shard, entry);
    }
    if (const auto left = shard.index.find(key);
        left != shard.index.end() && left->second.size() >= kVariants) {
      erase(shard, left->second.front());
    }
  }
  while (shard.bytes + bytes > shard_limit) erase(shard, std::prev(shard.lru.end()));
  shard.lru.push_front(Entry{key, std::move(response), bytes});
  shard.index[key].push_back(shard.lru.begin());
  shard.bytes += bytes;
  return true;
}

void ResponseCache::invalidate(const std::string& key) {
  Shard& shard = shardOf(key);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.index.find(key);
  if (found == shard.index.end()) return;
  const std::vector<Lru::iterator> variants = found->second;
  for (const Lru::iterator entry : variants) erase(shard, entry);
}

void ResponseCache::purge() {
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    shard.index.clear();
    shard.lru.clear();
    shard.bytes = 0;
  }
}

ResponseCache::Statistics ResponseCache::statistics() const {
  Statistics sum{hits_.load(std::memory_order_relaxed), misses_.load(std::memory_order_relaxed)};
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    sum.entries += shard.lru.size();
    sum.bytes += shard.bytes;
  }
  return sum;
}

std::string cacheKey(std::string_view scheme, std::string_view host, std::string_view target) {
  std::string key;
  key.reserve(scheme.size() + host.size() + target.size() + 3);
  key += scheme;
  key += "://";
  key += host;
  key += target;
  return key;
}

}  // namespace gateway
