#include "admin-ui/server/api/attention.h"

#include <algorithm>

#include "admin-ui/server/api/certificate_view.h"
#include "db/certificate/certificate.h"

namespace admin {
namespace {

using nlohmann::json;

constexpr int64_t kWarnDays = 21;
constexpr int64_t kUrgentDays = 7;

void addCertificates(Services& services, const db::Config& config, json* out) {
  for (const db::CertificateConfig& certificate : config.certificates) {
    const auto info = db::inspectCertificate(certificate.chain_pem);
    if (!info) continue;
    const int64_t days = daysLeft(info->not_after, services.clock.wall());
    if (days >= kWarnDays) continue;
    const std::string when = days < 0    ? "has expired; clients refuse it"
                             : days == 0 ? "expires within a day"
                             : days == 1 ? "expires in 1 day"
                                         : "expires in " + std::to_string(days) + " days";
    out->push_back(
        {{"severity", days < kUrgentDays ? "error" : "warning"},
         {"message", "Certificate " + certificate.name + " " + when + ". Upload its successor."},
         {"link", "/certificates"}});
  }
}

void addSites(const GatewayStatus& status, json* out) {
  for (const SiteStatus& site : status.sites) {
    if (site.effective_mode == site.configured_mode) continue;
    out->push_back(
        {{"severity", "error"},
         {"message", "Site " + site.site + " runs in mode " + site.effective_mode + ", not " +
                         site.configured_mode + (site.detail.empty() ? "." : ": " + site.detail)},
         {"link", "/sites/" + site.site}});
  }
}

void addEndpoints(const GatewayStatus& status, json* out) {
  for (const EndpointHealth& endpoint : status.endpoints) {
    if (endpoint.healthy) continue;
    out->push_back(
        {{"severity", "warning"},
         {"message", "Endpoint " + endpoint.address + " of upstream " + endpoint.upstream + " is " +
                         endpoint.state + (endpoint.detail.empty() ? "." : ": " + endpoint.detail)},
         {"link", "/sites"}});
  }
}

}  // namespace

std::vector<std::string> alarms(Services& services, const GatewayStatus& status) {
  std::vector<std::string> out = status.alarms;
  const auto add = [&](std::string sentence) {
    if (std::find(out.begin(), out.end(), sentence) == out.end())
      out.push_back(std::move(sentence));
  };
  if (services.log != nullptr) {
    const db::EventLogStatus log = services.log->status();
    if (!log.alarm.empty()) add(log.alarm);
  }
  if (services.store != nullptr) {
    for (std::string& alarm : services.acts.alarms(*services.store)) add(std::move(alarm));
  }
  if (const std::string problem = services.config.lastGoodProblem(); !problem.empty()) {
    add("the copy of the last good configuration could not be written: " + problem);
  }
  if (services.store == nullptr && !status.on_last_good) {
    add("the database cannot be read: the last good configuration is in force and cannot be "
        "changed");
  }
  return out;
}

json needsAttention(Services& services, const GatewayStatus& status) {
  json out = json::array();
  for (const std::string& alarm : alarms(services, status)) {
    out.push_back({{"severity", "error"}, {"message", alarm}, {"link", "/system"}});
  }
  addSites(status, &out);
  const auto current = services.config.current();
  if (current) addCertificates(services, current->config, &out);
  addEndpoints(status, &out);
  std::stable_partition(out.begin(), out.end(),
                        [](const json& item) { return item["severity"] == "error"; });
  return out;
}

}  // namespace admin
