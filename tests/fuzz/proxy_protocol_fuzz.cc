// The bytes that a connection begins with. Invariants: what is complete is complete at its own end
// and not before, however much follows; and what names somebody reads the same after it was written
// anew in either version.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/net/proxy_protocol.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using gateway::ProxyHead;
  using gateway::ProxyHeadStatus;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ProxyHead head;
  std::string_view why;
  const ProxyHeadStatus status = gateway::parseProxyHead(bytes, &head, &why);
  require(status != ProxyHeadStatus::NeedMore || size < gateway::kMaxProxyHead);
  if (status != ProxyHeadStatus::Complete) return 0;
  require(head.bytes > 0 && head.bytes <= size && head.bytes <= gateway::kMaxProxyHead);
  ProxyHead other;
  require(gateway::parseProxyHead(bytes.substr(0, head.bytes), &other, &why) == status);
  require(gateway::parseProxyHead(bytes.substr(0, head.bytes - 1), &other, &why) ==
          ProxyHeadStatus::NeedMore);
  if (!head.named) return 0;
  for (const auto version : {gateway::ProxyVersion::V1, gateway::ProxyVersion::V2}) {
    const auto written = gateway::writeProxyHead(version, head.source, head.destination);
    require(gateway::parseProxyHead(written, &other, &why) == ProxyHeadStatus::Complete);
    require(other.bytes == written.size() && other.named);
    require(other.source == head.source && other.destination == head.destination);
  }
  return 0;
}
