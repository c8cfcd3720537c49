// An entry of X-Forwarded-For: "203.0.113.7", "203.0.113.7:4711", "2001:db8::1", "[2001:db8::1]",
// "[2001:db8::1]:4711".
#include "gateway/access/client_address.h"

#include "waf/base/text.h"

namespace gateway {
namespace {

bool parseEntry(std::string_view entry, waf::IpAddress* out) {
  entry = waf::trim(entry);
  if (!entry.empty() && entry.front() == '[') {
    const size_t end = entry.find(']');
    return end != std::string_view::npos && waf::IpAddress::parse(entry.substr(1, end - 1), out);
  }
  const size_t colon = entry.find(':');
  if (colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos) {
    entry = entry.substr(0, colon);
  }
  return waf::IpAddress::parse(entry, out);
}

}  // namespace

waf::IpAddress clientAddress(const waf::IpAddress& peer, const waf::IpSet& trusted,
                             const std::vector<std::string_view>& forwarded_for) {
  if (trusted.empty() || !trusted.contains(peer)) return peer;
  waf::IpAddress nearest = peer;
  for (auto line = forwarded_for.rbegin(); line != forwarded_for.rend(); ++line) {
    std::string_view rest = *line;
    while (true) {
      const size_t comma = rest.rfind(',');
      const std::string_view entry =
          comma == std::string_view::npos ? rest : rest.substr(comma + 1);
      waf::IpAddress address;
      if (!parseEntry(entry, &address)) return nearest;
      nearest = address;
      if (!trusted.contains(address)) return nearest;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return nearest;
}

}  // namespace gateway
