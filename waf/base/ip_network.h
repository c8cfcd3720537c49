#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

namespace waf {

// An IPv4 or IPv6 address as 16 bytes; IPv4 is kept mapped (::ffff:a.b.c.d), so that an IPv4 client
// on a dual-stack socket compares equal to the same client on an IPv4 socket.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  bool isIpv4() const;
  std::string toString() const;
  auto operator<=>(const IpAddress&) const = default;

  // Plain textual forms only: no port, no brackets, no zone. False when the text is not one.
  static bool parse(std::string_view text, IpAddress* out);
};

// A CIDR network; a bare address is a /32 or /128.
struct IpNetwork {
  IpAddress address;
  uint8_t prefix = 128;  // in the 128-bit form

  bool contains(const IpAddress& candidate) const;
  std::string toString() const;

  // "10.0.0.0/8", "::1", "2001:db8::/32". The error says what is wrong; host bits are cleared.
  static Result<IpNetwork> parse(std::string_view text);
};

// A set of networks of any size, answered by binary search over merged ranges. Immutable once
// built, so any thread may read it.
class IpSet {
 public:
  IpSet() = default;
  explicit IpSet(const std::vector<IpNetwork>& networks);
  bool contains(const IpAddress& candidate) const;
  bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    IpAddress first;
    IpAddress last;
  };
  std::vector<Range> ranges_;
};

}  // namespace waf
