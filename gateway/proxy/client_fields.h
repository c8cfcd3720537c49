#pragma once

#include <string>
#include <string_view>

#include "gateway/http1/head_writer.h"
#include "gateway/http1/hop_by_hop.h"
#include "gateway/proxy/request.h"
#include "waf/base/text.h"

namespace gateway {

// The Location of an upstream's redirect as the client may see it: an address of the upstream's own
// (its endpoint, or any host under plain http while the site's name is meant) becomes the public
// one.
std::string publicLocation(const Request& request, std::string_view location);

// Strict-Transport-Security, as the site has it; over TLS only (RFC 6797, 7.2).
inline void writeHsts(const Request& request, HeadWriter* writer) {
  if (request.secure && request.site != nullptr && !request.site->hsts.empty()) {
    writer->field("Strict-Transport-Security", request.site->hsts);
  }
}

// Calls f(name, value) for each field of an upstream's response that the client gets: end-to-end
// fields, without those that name the software behind (hide_upstream) and without ours.
template <typename F>
void forEachClientField(const Request& request, const ResponseHead& response, F&& f) {
  const bool hide = request.site->config.hide_upstream;
  const HopByHop hops(response.fields);
  const auto is = [](std::string_view name, std::string_view other) {
    return name.size() == other.size() && waf::equalsIgnoreCase(name, other);
  };
  for (const HeaderField& field : response.fields) {
    if (hops.drops(field) || is(field.name, "x-request-id")) continue;
    if (!request.site->hsts.empty() && is(field.name, "strict-transport-security")) continue;
    if (hide) {
      if (is(field.name, "server") || is(field.name, "x-powered-by") ||
          is(field.name, "x-aspnet-version") || is(field.name, "x-aspnetmvc-version") ||
          is(field.name, "via")) {
        continue;
      }
      if (is(field.name, "location") || is(field.name, "content-location")) {
        f(field.name, publicLocation(request, field.value));
        continue;
      }
    }
    f(field.name, field.value);
  }
}

}  // namespace gateway
