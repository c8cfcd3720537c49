#include "db/events/event_tally.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "db/events/event_place.h"
#include "db/events/event_row.h"
#include "waf/base/ip_network.h"

namespace db {
namespace {

// Paths and clients are the attackers' to choose: beyond this many the rest is not told apart.
constexpr size_t kMaxKeys = 200000;

template <typename Counts, typename Name>
std::vector<Count> largest(const Counts& counts, size_t limit, Name&& name) {
  std::vector<Count> out;
  for (const auto& [key, count] : counts) {
    std::string text = name(key);
    if (!text.empty()) out.push_back({text, text, count});
  }
  const size_t kept = std::min(limit, out.size());
  std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(kept), out.end(),
                    [](const Count& a, const Count& b) {
                      return a.count != b.count ? a.count > b.count : a.key < b.key;
                    });
  out.resize(kept);
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
  (decision == static_cast<int64_t>(waf::Decision::Blocked)    ? bar.blocked
   : decision == static_cast<int64_t>(waf::Decision::Detected) ? bar.detected
                                                               : bar.passed) += 1;
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
  for (const auto& [start, counts] : histogram_) {
    out.histogram.push_back(counts);
    out.histogram.back().start = fromMicroseconds(start);
  }
  return out;
}

}  // namespace db
