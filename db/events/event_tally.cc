#include "db/events/event_tally.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "db/events/event_classes.h"
#include "db/events/event_place.h"
#include "db/events/event_row.h"
#include "waf/base/ip_network.h"

namespace db {
namespace {

// Paths and clients are the attackers' to choose: beyond this many the rest is not told apart.
constexpr size_t kMaxKeys = 200000;

constexpr size_t kClientBytes = 16;

constexpr int64_t kReasonBits = 20;  // behind the classes of rules, a bit for each waf::Reason

// Only what is shown gets a name: there may be 200,000 paths.
template <typename Counts, typename Name>
std::vector<Count> largest(const Counts& counts, size_t limit, Name&& name) {
  std::vector<const typename Counts::value_type*> order;
  order.reserve(counts.size());
  for (const auto& entry : counts) order.push_back(&entry);
  const size_t kept = std::min(limit + 1, order.size());  // one may have no name
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [](const auto* a, const auto* b) {
                      return a->second != b->second ? a->second > b->second : a->first < b->first;
                    });
  std::vector<Count> out;
  for (size_t i = 0; i < kept && out.size() < limit; ++i) {
    std::string text = name(order[i]->first);
    if (!text.empty()) out.push_back({text, text, order[i]->second});
  }
  return out;
}

std::string itself(const std::string& text) { return text; }
std::string digits(int64_t number) { return std::to_string(number); }

std::string addressOf(const std::string& bytes) {
  waf::IpAddress address;
  if (bytes.size() != address.bytes.size()) return "";
  std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
  return address.toString();
}

std::string decisionName(int64_t number) {
  return std::string(waf::name(static_cast<waf::Decision>(number)));
}
std::string reasonName(int64_t number) {
  return std::string(waf::name(static_cast<waf::Reason>(number)));
}
std::string severityText(int64_t rank) { return std::string(severityName(static_cast<int>(rank))); }

}  // namespace

void EventTally::add(Texts* counts, std::string_view key) {
  if (const auto found = counts->find(key); found != counts->end()) {
    ++found->second;
  } else if (counts->size() < kMaxKeys) {
    counts->emplace(key, 1);
  }
}

void EventTally::add(const EventColumns& row) {
  ++total_;
  add(&sites_, row.site());
  add(&clients_, row.client());
  add(&paths_, row.path());
  add(&methods_, row.method());
  add(&countries_, row.country());
  const int64_t decision = row.decision();
  ++decisions_[decision];
  ++reasons_[row.reason()];
  ++statuses_[row.status()];
  ++severities_[row.severity()];
  const std::string_view rules = row.rules();
  for (size_t i = 0; i < ruleCount(rules); ++i) ++rules_[ruleAt(rules, i)];

  const int64_t step = std::chrono::microseconds(request_.step).count();
  const int64_t time = timeOfPlace(row.place());
  EventStep& bar = histogram_[(time - (time % step + step) % step)];
  if (decision != static_cast<int64_t>(waf::Decision::Passed)) {
    addDeeds(row, time, decision == static_cast<int64_t>(waf::Decision::Blocked));
  }
  (decision == static_cast<int64_t>(waf::Decision::Blocked)    ? bar.blocked
   : decision == static_cast<int64_t>(waf::Decision::Detected) ? bar.detected
                                                               : bar.passed) += 1;
}

void EventTally::addDeeds(const EventColumns& row, int64_t time, bool blocked) {
  key_.assign(row.client());
  if (key_.size() != kClientBytes) return;
  key_ += row.site();
  auto found = deeds_.find(key_);
  if (found == deeds_.end()) {
    if (deeds_.size() >= kMaxKeys) return;
    found = deeds_.emplace(key_, Deeds{time, time}).first;
  }
  Deeds& deeds = found->second;
  deeds.first = std::min(deeds.first, time);
  deeds.last = std::max(deeds.last, time);
  ++deeds.count;
  if (blocked) ++deeds.blocked;
  const std::string_view rules = row.rules();
  uint32_t classes = 0;
  for (size_t i = 0; i < ruleCount(rules); ++i) classes |= classBit(ruleAt(rules, i));
  if (classes == 0) classes = 1u << (kReasonBits + std::min<int64_t>(row.reason(), 9));
  deeds.classes |= classes;
}

std::vector<Attacker> EventTally::attackers() const {
  std::vector<const std::pair<const std::string, Deeds>*> order;
  for (const auto& entry : deeds_) order.push_back(&entry);
  const size_t kept = std::min(request_.limit, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [](const auto* a, const auto* b) {
                      return a->second.count != b->second.count ? a->second.count > b->second.count
                                                                : a->first < b->first;
                    });
  std::vector<Attacker> out;
  for (size_t i = 0; i < kept; ++i) {
    const auto& [key, deeds] = *order[i];
    Attacker attacker{addressOf(key.substr(0, kClientBytes)),
                      key.substr(kClientBytes),
                      fromMicroseconds(deeds.first),
                      fromMicroseconds(deeds.last),
                      deeds.count,
                      deeds.blocked,
                      {}};
    for (size_t bit = 0; bit < 32; ++bit) {
      if ((deeds.classes & (1u << bit)) == 0) continue;
      std::string name = bit < static_cast<size_t>(kReasonBits)
                             ? std::string(className(bit))
                             : reasonName(static_cast<int64_t>(bit) - kReasonBits);
      if (!name.empty()) attacker.classes.push_back(std::move(name));
    }
    out.push_back(std::move(attacker));
  }
  return out;
}

EventCounts EventTally::result() const {
  EventCounts out;
  const size_t limit = request_.limit;
  out.total = total_;
  out.sites = largest(sites_, limit, itself);
  out.clients = largest(clients_, limit, addressOf);
  out.paths = largest(paths_, limit, itself);
  out.methods = largest(methods_, limit, itself);
  out.countries = largest(countries_, limit, itself);
  out.decisions = largest(decisions_, limit, decisionName);
  out.reasons = largest(reasons_, limit, reasonName);
  out.rules = largest(rules_, limit, digits);
  out.statuses = largest(statuses_, limit, digits);
  out.severities = largest(severities_, limit, severityText);
  for (Count& rule : out.rules) {
    const auto message = messages_.find(std::stoll(rule.key));
    if (message != messages_.end() && !message->second.empty()) rule.label = message->second;
  }
  out.attackers = attackers();
  for (const auto& [start, counts] : histogram_) {
    out.histogram.push_back(counts);
    out.histogram.back().start = fromMicroseconds(start);
  }
  return out;
}

}  // namespace db
