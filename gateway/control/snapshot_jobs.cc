#include "gateway/control/snapshot_jobs.h"

#include <algorithm>
#include <cstdint>

#include "gateway/net/address.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

// Job keys must tell apart what has the same name in two snapshots.
std::string keyOf(const std::string& name, const void* object) {
  return name + " " + std::to_string(reinterpret_cast<uintptr_t>(object));
}

milliseconds lookUp(const std::string& name, EndpointAddresses* addresses, Endpoint* endpoint,
                    milliseconds interval) {
  auto resolved = UpstreamAddress::resolve(name);
  if (!resolved) {
    addresses->fail(resolved.error().message);
    return interval;
  }
  const bool was_out = addresses->empty();
  addresses->replace(resolved->addresses->inTurn());
  if (was_out) endpoint->setCheck(Endpoint::Check::Unknown, "its name resolves now");
  return interval;
}

milliseconds ask(OcspStaple* staple) {
  static_cast<void>(staple->refresh());
  const auto left = staple->due() - waf::Clock::system().monotonic();
  return std::max(std::chrono::duration_cast<milliseconds>(left), milliseconds(1000));
}

}  // namespace

std::vector<BackgroundJobs::Job> nameJobs(const Snapshot& snapshot) {
  std::vector<BackgroundJobs::Job> out;
  for (const std::shared_ptr<Upstream>& upstream : snapshot.upstreams) {
    const milliseconds interval = std::chrono::seconds(upstream->config.resolve_interval_s);
    if (interval.count() == 0) continue;
    for (size_t i = 0; i < upstream->addresses.size(); ++i) {
      const UpstreamAddress& address = upstream->addresses[i];
      waf::IpAddress ignored;
      if (address.name.starts_with("unix:") || waf::IpAddress::parse(address.host(), &ignored)) {
        continue;
      }
      auto run = [name = address.name, addresses = address.addresses,
                  endpoint = upstream->balancer->members()[i].endpoint,
                  interval] { return lookUp(name, addresses.get(), endpoint.get(), interval); };
      out.push_back({keyOf(address.name, address.addresses.get()), std::move(run), interval});
    }
  }
  return out;
}

std::vector<BackgroundJobs::Job> ocspJobs(const Snapshot& snapshot) {
  std::vector<BackgroundJobs::Job> out;
  for (const auto& [name, staple] : snapshot.staples) {
    if (staple)
      out.push_back(
          {keyOf(name, staple.get()), [staple = staple] { return ask(staple.get()); }, {}});
  }
  return out;
}

std::vector<std::string> backgroundAlarms(const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const std::shared_ptr<Upstream>& upstream : snapshot.upstreams) {
    for (const UpstreamAddress& address : upstream->addresses) {
      const std::string problem = address.addresses->problem();
      if (problem.empty()) continue;
      out.push_back("upstream \"" + upstream->config.name + "\": " + problem +
                    (address.addresses->empty() ? "; the endpoint is left out until it does"
                                                : "; its last addresses stay in use"));
    }
  }
  for (const auto& [name, staple] : snapshot.staples) {
    const std::string problem = staple ? staple->problem() : "";
    if (!problem.empty()) out.push_back("certificate \"" + name + "\": " + problem);
  }
  return out;
}

}  // namespace gateway
