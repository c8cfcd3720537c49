#include "waf/base/ip_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace waf {
namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

uint8_t byteMask(int prefix, size_t index) {
  const int bits = std::clamp(prefix - static_cast<int>(index) * 8, 0, 8);
  return static_cast<uint8_t>(0xff00u >> bits);
}

}  // namespace

bool IpAddress::isIpv4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::toString() const {
  char buffer[INET6_ADDRSTRLEN];
  if (isIpv4()) {
    inet_ntop(AF_INET, bytes.data() + 12, buffer, sizeof buffer);
  } else {
    inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  }
  return buffer;
}

bool IpAddress::parse(std::string_view text, IpAddress* out) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos)
    return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (text.find(':') != std::string_view::npos)
    return inet_pton(AF_INET6, buffer, out->bytes.data()) == 1;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out->bytes.begin());
  return inet_pton(AF_INET, buffer, out->bytes.data() + 12) == 1;
}

bool IpNetwork::contains(const IpAddress& candidate) const {
  for (size_t i = 0; i * 8 < prefix; ++i) {
    if (((candidate.bytes[i] ^ address.bytes[i]) & byteMask(prefix, i)) != 0) return false;
  }
  return true;
}

std::string IpNetwork::toString() const {
  const bool v4 = address.isIpv4() && prefix >= 96;
  return address.toString() + "/" + std::to_string(v4 ? prefix - 96 : prefix);
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto bad = [&](const char* reason) {
    return fail(ErrorCode::Invalid, "ip", "\"" + std::string(text) + "\": " + reason);
  };
  IpNetwork network;
  const size_t slash = text.find('/');
  if (!IpAddress::parse(text.substr(0, slash), &network.address)) {
    return bad("not an IP address; write it as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
  }
  const bool v4 =
      network.address.isIpv4() && text.substr(0, slash).find(':') == std::string_view::npos;
  const int width = v4 ? 32 : 128;
  int bits = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3 ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return bad("the part after / must be a prefix length in bits");
    }
    bits = 0;
    for (const char c : digits) bits = bits * 10 + (c - '0');
    if (bits > width)
      return bad(v4 ? "an IPv4 prefix is at most 32" : "an IPv6 prefix is at most 128");
  }
  network.prefix = static_cast<uint8_t>(v4 ? bits + 96 : bits);
  for (size_t i = 0; i < 16; ++i) network.address.bytes[i] &= byteMask(network.prefix, i);
  return network;
}

IpSet::IpSet(const std::vector<IpNetwork>& networks) {
  for (const IpNetwork& network : networks) {
    Range range{network.address, network.address};
    for (size_t i = 0; i < 16; ++i) {
      range.last.bytes[i] |= static_cast<uint8_t>(~byteMask(network.prefix, i));
    }
    ranges_.push_back(range);
  }
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> merged;
  for (const Range& range : ranges_) {
    if (!merged.empty() && range.first <= merged.back().last) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges_ = std::move(merged);
}

bool IpSet::contains(const IpAddress& candidate) const {
  auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), candidate,
                       [](const IpAddress& ip, const Range& range) { return ip < range.first; });
  return after != ranges_.begin() && candidate <= std::prev(after)->last;
}

}  // namespace waf
