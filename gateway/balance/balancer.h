#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/balance/endpoint.h"

namespace gateway {

enum class BalanceMethod { RoundRobin, LeastConnections };

// Chooses an endpoint of one upstream. Weighted round robin follows a schedule computed once
// (smooth: 5,1,1 gives a a b a c a a) with one shared counter, so that all loops together keep the
// proportions. Owned by the snapshot's upstream; any thread.
class Balancer {
 public:
  struct Member {
    std::shared_ptr<Endpoint> endpoint;
    uint32_t weight = 1;
    bool backup = false;
  };
  struct Ejection {
    uint32_t after_failures = 5;  // in a row; 0 never ejects
    std::chrono::milliseconds duration{10000};
  };

  Balancer(BalanceMethod method, std::vector<Member> members, Ejection ejection);

  // The index of the endpoint to ask, none of `tried`: available ones first, then available
  // backups, then - all are down, and a try is better than a refusal - any that was not tried.
  // Empty when all were.
  std::optional<size_t> pick(std::span<const size_t> tried, waf::MonotonicTime now);

  void succeeded(size_t index);
  // A failure of the endpoint (no connection, no answer, a broken one), not of the request. Ejects
  // it after `after_failures` in a row, never the last one available.
  void failed(size_t index, const std::string& why, waf::MonotonicTime now);

  const std::vector<Member>& members() const { return members_; }

 private:
  std::optional<size_t> pickAmong(const std::vector<size_t>& candidates);
  bool usable(size_t index, bool backup, bool need_available, std::span<const size_t> tried,
              waf::MonotonicTime now) const;

  const BalanceMethod method_;
  const std::vector<Member> members_;
  const Ejection ejection_;
  std::vector<uint16_t> schedule_;  // of the primaries
  std::atomic<uint32_t> turn_{0};
};

// The order of smooth weighted round robin over one period; weights are reduced when the period
// would be too long.
std::vector<uint16_t> smoothSchedule(const std::vector<uint32_t>& weights);

}  // namespace gateway
