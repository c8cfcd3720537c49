#include "gateway/proxy/proxy_preface.h"

#include "gateway/net/proxy_protocol.h"

namespace gateway {

std::string clientPreface(const Request& request, const ClientConnection& client) {
  const ProxyVersion version = request.site->upstream->proxy_version;
  if (version == ProxyVersion::None) return "";
  ProxyEndpoint source{request.client, 0};
  if (request.client == client.peer()) source.port = client.peerPort();
  ProxyEndpoint destination;
  if (!waf::IpAddress::parse(client.localIp(), &destination.address)) {
    return writeLocalProxyHead(version);
  }
  destination.port = client.localPort();
  return writeProxyHead(version, source, destination);
}

}  // namespace gateway
