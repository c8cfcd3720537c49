#include "gateway/config/build_upstream.h"

#include <algorithm>

#include "gateway/config/snapshot_build.h"

namespace gateway {
namespace {

const Upstream* find(const Snapshot* snapshot, const std::string& name) {
  if (snapshot == nullptr) return nullptr;
  for (const auto& upstream : snapshot->upstreams) {
    if (upstream->config.name == name) return upstream.get();
  }
  return nullptr;
}

const UpstreamAddress* find(const Upstream* upstream, const std::string& endpoint) {
  if (upstream == nullptr) return nullptr;
  for (const UpstreamAddress& address : upstream->addresses) {
    if (address.name == endpoint) return &address;
  }
  return nullptr;
}

std::shared_ptr<const UpstreamTls> tlsOf(const Upstream* upstream) {
  if (upstream == nullptr || upstream->addresses.empty()) return nullptr;
  return upstream->addresses.front().tls;
}

}  // namespace

waf::Result<std::shared_ptr<const UpstreamTls>> makeUpstreamTls(
    const db::UpstreamTlsConfig& config, const std::vector<db::CertificateConfig>& certificates,
    const std::shared_ptr<const UpstreamTls>& before) {
  if (!config.enabled) return std::shared_ptr<const UpstreamTls>();
  UpstreamTls::Settings settings;
  settings.verify = config.verify;
  settings.server_name = config.server_name;
  settings.ca_pem = config.ca_pem;
  if (!config.client_certificate.empty()) {
    const auto found = std::find_if(
        certificates.begin(), certificates.end(),
        [&](const db::CertificateConfig& each) { return each.name == config.client_certificate; });
    if (found == certificates.end()) {
      return waf::fail(waf::ErrorCode::Invalid, "gateway",
                       "there is no certificate \"" + config.client_certificate +
                           "\" (client_certificate); add it first");
    }
    settings.client = TlsCertificate{found->name, found->chain_pem, found->key_pem, {}};
  }
  // Its sessions and connections live on.
  if (before && before->settings() == settings) return before;
  return UpstreamTls::create(std::move(settings));
}

ProxyVersion proxyVersionOf(const std::string& name) {
  if (name == "v1") return ProxyVersion::V1;
  return name == "v2" ? ProxyVersion::V2 : ProxyVersion::None;
}

bool SnapshotBuilder::Build::upstreams() {
  return std::all_of(config.upstreams.begin(), config.upstreams.end(),
                     [this](const db::UpstreamConfig& each) { return upstream(each); });
}

bool SnapshotBuilder::Build::upstream(const db::UpstreamConfig& upstream) {
  const Upstream* before = find(previous, upstream.name);
  const std::string prefix = "upstream \"" + upstream.name + "\": ";
  auto out = std::make_shared<Upstream>();
  out->config = upstream;
  out->timeouts = {std::chrono::milliseconds(upstream.connect_timeout_ms),
                   std::chrono::milliseconds(upstream.first_byte_timeout_ms),
                   std::chrono::milliseconds(upstream.between_bytes_timeout_ms)};
  out->proxy_version = proxyVersionOf(upstream.proxy_protocol);
  const auto tls = makeUpstreamTls(upstream.tls, config.certificates, tlsOf(before));
  if (!tls) return fail(tls.error().code, prefix + "tls: " + tls.error().message);
  if (*tls && !upstream.tls.verify) {
    snapshot->warnings.push_back(
        prefix +
        "tls.verify is off: anybody on the way can pose as it and read what passes; give "
        "its authority in tls.ca_pem and turn verify on");
  }
  std::vector<Balancer::Member> members;
  for (const db::EndpointConfig& endpoint : upstream.endpoints) {
    UpstreamAddress address = this->address(endpoint, find(before, endpoint.address));
    if (*tls) address.useTls(*tls);
    std::shared_ptr<Endpoint>& state = builder.endpoints_[{upstream.name, endpoint.address}];
    if (!state) state = std::make_shared<Endpoint>(endpoint.address);
    // A check that was turned off leaves no verdict behind.
    if (!upstream.health_check.enabled) state->setCheck(Endpoint::Check::Unknown, "not checked");
    if (address.addresses->empty()) {
      state->setCheck(Endpoint::Check::Unhealthy, "its name does not resolve");
    }
    members.push_back({state, endpoint.weight, endpoint.backup});
    out->addresses.push_back(std::move(address));
  }
  const auto method = upstream.balance == "least_connections" ? BalanceMethod::LeastConnections
                                                              : BalanceMethod::RoundRobin;
  out->balancer = std::make_unique<Balancer>(
      method, std::move(members),
      Balancer::Ejection{upstream.eject_after_failures,
                         std::chrono::milliseconds(upstream.eject_for_ms)});
  snapshot->upstreams.push_back(std::move(out));
  return true;
}

// A name that does not resolve now keeps the addresses that it had; without any it must not keep
// the other endpoints, or the start, from serving.
UpstreamAddress SnapshotBuilder::Build::address(const db::EndpointConfig& endpoint,
                                                const UpstreamAddress* before) {
  auto address = builder.options_.resolve(endpoint.address);
  if (address) return std::move(*address);
  UpstreamAddress out;
  out.name = endpoint.address;
  if (before != nullptr) out.addresses = before->addresses;
  out.addresses->fail(address.error().message);  // an alarm for as long as it is so
  return out;
}

}  // namespace gateway
