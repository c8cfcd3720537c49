#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/config/config.h"
#include "gateway/net/proxy_protocol.h"
#include "gateway/tls/upstream_tls.h"
#include "waf/base/result.h"

namespace gateway {

// The settings that an upstream's `tls` describes; its client certificate is one of `certificates`.
// Null where it is off. The error says what is wrong, without the upstream's name.
waf::Result<std::shared_ptr<const UpstreamTls>> makeUpstreamTls(
    const db::UpstreamTlsConfig& config, const std::vector<db::CertificateConfig>& certificates,
    const std::shared_ptr<const UpstreamTls>& before);

// "off", "v1", "v2".
ProxyVersion proxyVersionOf(const std::string& name);

}  // namespace gateway
