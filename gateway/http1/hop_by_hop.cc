#include "gateway/http1/hop_by_hop.h"

#include "gateway/http1/name_set.h"
#include "waf/base/text.h"

namespace gateway {

namespace {

// Beside those of RFC 9110, 7.6.1: framing (written anew), what only this gateway answers to
// (Expect: the gateway itself sends 100; Proxy-Authorization), and the h2c upgrade's settings (RFC
// 9113, 3.1).
constexpr auto kDropped =
    nameSet({"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
             "upgrade", "content-length", "expect", "proxy-authenticate", "proxy-authorization",
             "http2-settings", "proxy-authentication-info"});

}  // namespace

HopByHop::HopByHop(const HeaderFields& fields) : candidates_(kDropped.bits()) {
  if (!fields.mayHave("connection")) return;
  for (const HeaderField& field : fields) {
    if (field.name.size() != 10 || !waf::equalsIgnoreCase(field.name, "connection")) continue;
    forEachToken(field.value, [this](std::string_view token) {
      options_.push_back(token);
      candidates_ |= nameBit(token);
    });
  }
}

bool HopByHop::drops(std::string_view name) const { return kDropped.contains(name) || named(name); }

bool HopByHop::mustDrop(const HeaderField& field) const {
  return kDropped.contains(field) || named(field.name);
}

bool HopByHop::named(std::string_view name) const {
  return has(name) && !waf::equalsIgnoreCase(name, "host");
}

bool takesTrailers(const HeaderFields& fields) {
  if (!fields.mayHave("te")) return false;
  bool takes = false;
  for (const HeaderField& field : fields) {
    if (field.name.size() != 2 || !waf::equalsIgnoreCase(field.name, "te")) continue;
    forEachToken(field.value, [&](std::string_view token) {
      takes = takes || waf::equalsIgnoreCase(token, "trailers");
    });
  }
  return takes;
}

bool HopByHop::has(std::string_view option) const {
  for (const std::string_view candidate : options_) {
    if (candidate.size() == option.size() && waf::equalsIgnoreCase(candidate, option)) return true;
  }
  return false;
}

}  // namespace gateway
