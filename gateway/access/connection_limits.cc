#include "gateway/access/connection_limits.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gateway {
namespace {

waf::IpAddress blockOf(waf::IpAddress address) {
  if (!address.isIpv4()) std::fill(address.bytes.begin() + 8, address.bytes.end(), uint8_t{0});
  return address;
}

}  // namespace

void ConnectionLimits::set(uint32_t in_all, uint32_t per_address) {
  in_all_.store(in_all, std::memory_order_relaxed);
  per_address_.store(per_address, std::memory_order_relaxed);
}

ConnectionLimits::Shard& ConnectionLimits::shardOf(const waf::IpAddress& address) {
  return shards_[std::accumulate(address.bytes.begin(), address.bytes.end(), size_t{0}) % kShards];
}

ConnectionLimits::Verdict ConnectionLimits::admit(const waf::IpAddress& client, Ticket* ticket) {
  const uint32_t in_all = inAll();
  if (open_.fetch_add(1, std::memory_order_relaxed) >= in_all && in_all != 0) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return Verdict::TooManyInAll;
  }
  if (const uint32_t limit = perAddress(); limit != 0) {
    const waf::IpAddress block = blockOf(client);
    Shard& shard = shardOf(block);
    const std::scoped_lock lock(shard.mutex);
    uint32_t& count = shard.counts[block];
    if (count >= limit) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      refused_.fetch_add(1, std::memory_order_relaxed);
      return Verdict::TooManyOfAddress;
    }
    ++count;
    ticket->by_address_ = true;
    ticket->address_ = block;
  }
  ticket->limits_ = this;
  return Verdict::Admitted;
}

ConnectionLimits::Ticket::Ticket(Ticket&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)),
      by_address_(other.by_address_),
      address_(other.address_) {}

ConnectionLimits::Ticket::~Ticket() {
  if (limits_ == nullptr) return;
  limits_->open_.fetch_sub(1, std::memory_order_relaxed);
  if (!by_address_) return;
  Shard& shard = limits_->shardOf(address_);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.counts.find(address_);
  if (found != shard.counts.end() && --found->second == 0) shard.counts.erase(found);
}

}  // namespace gateway
