#include "admin-ui/server/rulesets/describe_costs.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace admin {

nlohmann::json describeCosts(const waf::RuleCostReport& report) {
  // Nothing is divided by nothing.
  const auto samples = static_cast<double>(std::max<uint64_t>(report.samples, 1));
  const auto micros = [&](double nanoseconds) { return nanoseconds / samples / 1000; };
  nlohmann::json items = nlohmann::json::array();
  for (const waf::RuleCost& rule : report.rules) {
    const double both = rule.own_ns + rule.scan_ns;
    items.push_back({{"id", rule.id},
                     {"phase", rule.phase},
                     {"message", rule.message},
                     {"file", rule.file},
                     {"line", rule.line},
                     {"evaluations", rule.evaluations},
                     {"hits", rule.hits},
                     {"evaluation_us", micros(rule.own_ns)},
                     {"scan_us", micros(rule.scan_ns)},
                     {"us_per_request", micros(both)},
                     {"share", report.total_ns > 0 ? both / report.total_ns : 0.0}});
  }
  return {{"since", waf::formatRfc3339(report.since)},
          {"samples", report.samples},
          {"us_per_request", micros(report.total_ns)},
          {"items", std::move(items)}};
}

}  // namespace admin
