// The numbers of `status` in Prometheus' text format (version 0.0.4): what a monitoring system
// collects. Counters start at the process' start.
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "admin-ui/server/api/attention.h"
#include "admin-ui/server/api/handlers.h"

namespace admin {
namespace {

class Exposition {
 public:
  // Starts a metric; its samples follow.
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP portcullis_").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE portcullis_").append(name).append(" ").append(type).append("\n");
  }

  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  void sample(const Labels& labels, uint64_t value) {
    text_.append("portcullis_").append(name_);
    char before = '{';
    for (const auto& [label, text] : labels) {
      text_.push_back(std::exchange(before, ','));
      text_.append(label).append("=\"");
      appendEscaped(text);
      text_.push_back('"');
    }
    if (labels.size() > 0) text_.push_back('}');
    text_.append(" ").append(std::to_string(value)).append("\n");
  }

  void single(std::string_view name, std::string_view type, std::string_view help, uint64_t value) {
    metric(name, type, help);
    sample({}, value);
  }

  std::string take() { return std::move(text_); }

 private:
  void appendEscaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\\' || c == '"') text_.push_back('\\');
      if (c == '\n') {
        text_.append("\\n");
      } else {
        text_.push_back(c);
      }
    }
  }

  std::string text_;
  std::string name_;
};

struct SiteCounter {
  std::string_view name;
  std::string_view help;
  uint64_t SiteStatus::*value;
};

constexpr SiteCounter kSiteCounters[] = {
    {"requests_total", "Requests of a site.", &SiteStatus::requests},
    {"blocked_total", "Requests that were refused.", &SiteStatus::blocked},
    {"detected_total", "Requests in which rules matched and that were let pass.",
     &SiteStatus::detected},
    {"client_errors_total", "Answers with a 4xx status.", &SiteStatus::client_errors},
    {"server_errors_total", "Answers with a 5xx status.", &SiteStatus::server_errors},
    {"received_bytes_total", "Bytes of requests' bodies.", &SiteStatus::bytes_in},
    {"sent_bytes_total", "Bytes of responses' bodies.", &SiteStatus::bytes_out},
    {"cache_hits_total", "Answers from the response cache.", &SiteStatus::cache_hits},
    {"cache_misses_total", "Requests that the response cache could not answer.",
     &SiteStatus::cache_misses},
};

void appendSites(const std::vector<SiteStatus>& sites, Exposition* out) {
  for (const SiteCounter& counter : kSiteCounters) {
    out->metric("site_" + std::string(counter.name), "counter", counter.help);
    for (const SiteStatus& site : sites) out->sample({{"site", site.site}}, site.*counter.value);
  }
  out->metric("site_cache_bytes", "gauge", "Memory of a site's response cache.");
  for (const SiteStatus& site : sites) out->sample({{"site", site.site}}, site.cache_bytes);
  out->metric("site_mode", "gauge", "1 for the mode that a site's requests meet.");
  for (const SiteStatus& site : sites) {
    out->sample({{"site", site.site}, {"mode", site.effective_mode}}, 1);
  }
}

void appendEndpoints(const std::vector<EndpointHealth>& endpoints, Exposition* out) {
  const auto each = [&](auto&& value) {
    for (const EndpointHealth& endpoint : endpoints) {
      out->sample({{"upstream", endpoint.upstream}, {"address", endpoint.address}},
                  value(endpoint));
    }
  };
  out->metric("endpoint_up", "gauge", "1 while an upstream's endpoint is asked.");
  each([](const EndpointHealth& e) { return e.healthy ? 1U : 0U; });
  out->metric("endpoint_requests_total", "counter", "Requests sent to an endpoint.");
  each([](const EndpointHealth& e) { return e.requests; });
  out->metric("endpoint_failures_total", "counter", "Of these, those without a usable answer.");
  each([](const EndpointHealth& e) { return e.failures; });
}

}  // namespace

Response showMetrics(Services& services, Request&) {
  const GatewayStatus status = services.gateway.status();
  const db::EventLogStatus log =
      services.log != nullptr ? services.log->status() : db::EventLogStatus();
  Exposition out;
  out.metric("info", "gauge", "The version that runs.");
  out.sample({{"version", status.version}}, 1);
  out.single("uptime_seconds", "gauge", "Since the process started.",
             static_cast<uint64_t>(status.uptime.count()));
  out.single("ready", "gauge", "1 once everything is started.", status.ready ? 1 : 0);
  out.single("alarms", "gauge", "Alarms that stand; the status names them.",
             alarms(services, status).size());
  out.single("config_version", "gauge", "The configuration in force.",
             static_cast<uint64_t>(status.config_version));
  out.single("connections", "gauge", "Connections of clients.", status.connections);
  out.single("requests_total", "counter", "Requests, of all sites and of none.", status.requests);
  appendSites(status.sites, &out);
  appendEndpoints(status.endpoints, &out);
  out.single("events_written_total", "counter", "Events committed to the store.",
             status.events_written);
  out.single("events_lost_total", "counter", "Events for which no place could be had.",
             status.events_lost);
  out.single("refusals_lost_total", "counter", "Of these, refusals.", log.lost_refusals);
  out.single("events_waiting", "gauge", "Events that are not in the store yet.", log.backlog);
  out.single("events_not_indexed", "gauge", "Events that are not in the further indexes yet.",
             log.index_lag);
  out.metric("output_dropped_total", "counter", "Events that an output had no room for.");
  for (const OutputStatus& each : status.outputs) {
    out.sample({{"output", each.name}}, each.dropped);
  }
  out.single("verdict_lookups_total", "counter", "Contents that the verdict cache was asked for.",
             status.verdict_lookups);
  out.single("verdict_hits_total", "counter", "Of these, those that it knew.", status.verdict_hits);
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.take();
  return response;
}

}  // namespace admin
