#include "gateway/balance/balancer.h"

#include <algorithm>
#include <numeric>

namespace gateway {
namespace {

constexpr uint64_t kLongestPeriod = 4096;

bool contains(std::span<const size_t> list, size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

uint32_t scramble(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

}  // namespace

std::vector<uint16_t> smoothSchedule(const std::vector<uint32_t>& weights) {
  uint64_t divisor = 0;
  uint64_t total = 0;
  for (const uint32_t weight : weights) {
    divisor = std::gcd(divisor, uint64_t{weight});
    total += weight;
  }
  if (total == 0) return {};
  std::vector<int64_t> reduced;
  for (const uint32_t weight : weights) {
    uint64_t share = weight / divisor;
    if (total / divisor > kLongestPeriod && weight != 0) {
      share = std::max<uint64_t>(1, weight * (kLongestPeriod - weights.size()) / total);
    }
    reduced.push_back(static_cast<int64_t>(share));
  }
  const int64_t period = std::accumulate(reduced.begin(), reduced.end(), int64_t{0});
  std::vector<int64_t> current(weights.size());
  std::vector<uint16_t> schedule;
  for (int64_t step = 0; step < period; ++step) {
    for (size_t i = 0; i < current.size(); ++i) current[i] += reduced[i];
    const auto best = std::max_element(current.begin(), current.end());
    *best -= period;
    schedule.push_back(static_cast<uint16_t>(best - current.begin()));
  }
  return schedule;
}

Balancer::Balancer(BalanceMethod method, std::vector<Member> members, Ejection ejection)
    : method_(method), members_(std::move(members)), ejection_(ejection) {
  std::vector<uint32_t> weights;
  for (const Member& member : members_) weights.push_back(member.backup ? 0 : member.weight);
  schedule_ = smoothSchedule(weights);
}

bool Balancer::usable(size_t index, bool backup, bool need_available, std::span<const size_t> tried,
                      waf::MonotonicTime now) const {
  const Member& member = members_[index];
  return member.backup == backup && member.weight != 0 && !contains(tried, index) &&
         (!need_available || member.endpoint->available(now));
}

std::optional<size_t> Balancer::pick(std::span<const size_t> tried, waf::MonotonicTime now) {
  if (method_ == BalanceMethod::RoundRobin && tried.empty() && !schedule_.empty()) {
    const uint32_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
    const size_t index = schedule_[turn % schedule_.size()];
    if (members_[index].endpoint->available(now)) return index;
  }
  struct Tier {
    bool backup;
    bool need_available;
  };
  for (const Tier tier :
       {Tier{false, true}, Tier{true, true}, Tier{false, false}, Tier{true, false}}) {
    std::vector<size_t> candidates;
    for (size_t i = 0; i < members_.size(); ++i) {
      if (usable(i, tier.backup, tier.need_available, tried, now)) candidates.push_back(i);
    }
    if (auto chosen = pickAmong(candidates)) return chosen;
  }
  return std::nullopt;
}

// The turn of an endpoint that is out goes to the others by their weights, not to its neighbour in
// the schedule.
std::optional<size_t> Balancer::pickAmong(const std::vector<size_t>& candidates) {
  if (candidates.empty()) return std::nullopt;
  if (method_ == BalanceMethod::LeastConnections) {
    const size_t first = turn_.fetch_add(1, std::memory_order_relaxed) % candidates.size();
    size_t best = candidates[first];
    const auto load = [&](size_t i) {
      return double(members_[i].endpoint->inFlight() + 1) / members_[i].weight;
    };
    for (const size_t i : candidates) {
      if (load(i) < load(best)) best = i;
    }
    return best;
  }
  uint64_t total = 0;
  for (const size_t i : candidates) total += members_[i].weight;
  uint64_t point = scramble(turn_.fetch_add(1, std::memory_order_relaxed)) % total;
  for (const size_t i : candidates) {
    if (point < members_[i].weight) return i;
    point -= members_[i].weight;
  }
  return candidates.back();
}

void Balancer::succeeded(size_t index) { members_[index].endpoint->countSuccess(); }

void Balancer::failed(size_t index, const std::string& why, waf::MonotonicTime now) {
  Endpoint& endpoint = *members_[index].endpoint;
  const uint32_t in_row = endpoint.countFailure();
  if (ejection_.after_failures == 0 || in_row < ejection_.after_failures || endpoint.ejected(now)) {
    return;
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    if (i != index && members_[i].weight != 0 && members_[i].endpoint->available(now)) {
      endpoint.eject(now + ejection_.duration,
                     std::to_string(in_row) + " failures in a row, the last: " + why);
      return;
    }
  }
}

}  // namespace gateway
