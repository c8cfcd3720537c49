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

// Of the histogram. A range that has more gets wider ones.
constexpr size_t kMaxSteps = 5000;

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
int64_t startOfStep(int64_t time, int64_t step) { return time - (time % step + step) % step; }

void addTo(EventStep* bar, const EventStep& counts) {
  bar->blocked += counts.blocked;
  bar->detected += counts.detected;
  bar->passed += counts.passed;
}

std::string severityText(int64_t rank) { return std::string(severityName(static_cast<int>(rank))); }

}  // namespace

uint64_t* EventTally::slotOf(Texts* counts, std::string_view key) {
  if (const auto found = counts->find(key); found != counts->end()) return &found->second;
  return counts->size() < kMaxKeys ? &counts->emplace(key, 0).first->second : nullptr;
}

// Elements of an unordered_map stay where they are.
void EventTally::add(Texts* counts, Last<std::string>* last, std::string_view key) {
  if (last->count == nullptr || last->key != key) {
    last->count = slotOf(counts, key);
    last->key = key;
  }
  if (last->count != nullptr) ++*last->count;
}

void EventTally::add(Numbers* counts, Last<int64_t>* last, int64_t key) {
  if (last->count == nullptr || last->key != key) *last = {key, &(*counts)[key]};
  ++*last->count;
}

void EventTally::add(const TallyRow& row) {
  ++total_;
  add(&sites_, &last_site_, row.site);
  if (uint64_t* const client = slotOf(&clients_, row.client)) ++*client;
  if (uint64_t* const path = slotOf(&paths_, row.path)) ++*path;
  add(&methods_, &last_method_, row.method);
  add(&countries_, &last_country_, row.country);
  const int64_t decision = row.decision;
  add(&decisions_, &last_decision_, decision);
  add(&reasons_, &last_reason_, row.reason);
  add(&statuses_, &last_status_, row.status);
  add(&severities_, &last_severity_, row.severity);
  const std::string_view rules = row.rules;
  for (size_t i = 0; i < ruleCount(rules); ++i) add(&rules_, &last_rule_, ruleAt(rules, i));

  const int64_t time = timeOfPlace(row.place);
  EventStep& bar = barAt(time);
  if (decision != static_cast<int64_t>(waf::Decision::Passed)) {
    addDeeds(row, time, decision == static_cast<int64_t>(waf::Decision::Blocked));
  }
  (decision == static_cast<int64_t>(waf::Decision::Blocked)    ? bar.blocked
   : decision == static_cast<int64_t>(waf::Decision::Detected) ? bar.detected
                                                               : bar.passed) += 1;
}

EventStep& EventTally::barAt(int64_t time) {
  if (bar_ == nullptr || time < bar_start_ || time >= bar_end_) {
    bar_ = &findBar(time);
    bar_start_ = startOfStep(time, step_us_);
    bar_end_ = bar_start_ + step_us_;
  }
  return *bar_;
}

EventStep& EventTally::findBar(int64_t time) {
  while (true) {
    const int64_t start = startOfStep(time, step_us_);
    const auto found = histogram_.lower_bound(start);
    if (found != histogram_.end() && found->first == start) return found->second;
    if (histogram_.size() < kMaxSteps) {
      return histogram_.emplace_hint(found, start, EventStep())->second;
    }
    widen();
  }
}

void EventTally::widen() {
  step_us_ *= 2;
  bar_ = nullptr;
  std::map<int64_t, EventStep> wider;
  for (const auto& [start, counts] : histogram_) {
    addTo(&wider[startOfStep(start, step_us_)], counts);
  }
  histogram_ = std::move(wider);
}

void EventTally::addDeeds(const TallyRow& row, int64_t time, bool blocked) {
  key_.assign(row.client);
  if (key_.size() != kClientBytes) return;
  key_ += row.site;
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
  const std::string_view rules = row.rules;
  uint32_t classes = 0;
  for (size_t i = 0; i < ruleCount(rules); ++i) classes |= classBit(ruleAt(rules, i));
  if (classes == 0) classes = 1u << (kReasonBits + std::min<int64_t>(row.reason, 9));
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
  out.step = std::chrono::seconds(step_us_ / 1000000);
  for (const auto& [start, counts] : histogram_) {
    out.histogram.push_back(counts);
    out.histogram.back().start = fromMicroseconds(start);
  }
  return out;
}

}  // namespace db
