#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

#include "waf/base/ip_network.h"

namespace gateway {

// How many connections of clients are open, in all and by address, shared by all loops. IPv6
// clients are counted by their /64, the smallest block a client is given. Addresses are counted
// only while there is a limit for them, so one that comes into force counts from then on. Any
// thread; outlives its tickets.
class ConnectionLimits {
 public:
  // 0: no limit.
  void set(uint32_t in_all, uint32_t per_address);

  enum class Verdict : uint8_t { Admitted, TooManyInAll, TooManyOfAddress };

  // One connection's place, given back at its end.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    friend class ConnectionLimits;
    ConnectionLimits* limits_ = nullptr;
    bool by_address_ = false;
    waf::IpAddress address_;
  };
  // Without a place the ticket stays empty.
  Verdict admit(const waf::IpAddress& client, Ticket* ticket);

  uint32_t inAll() const { return in_all_.load(std::memory_order_relaxed); }
  uint32_t perAddress() const { return per_address_.load(std::memory_order_relaxed); }
  uint64_t open() const { return open_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kShards = 32;
  struct Shard {
    std::mutex mutex;
    std::map<waf::IpAddress, uint32_t> counts;  // only addresses with a connection
  };
  Shard& shardOf(const waf::IpAddress& address);

  std::atomic<uint32_t> in_all_{0};
  std::atomic<uint32_t> per_address_{0};
  std::atomic<uint64_t> open_{0};
  std::atomic<uint64_t> refused_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace gateway
