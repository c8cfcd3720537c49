#pragma once

#include <string>
#include <string_view>

#include "waf/event/event.h"

namespace gateway {

// An answer that the gateway makes itself: a refusal, an upstream fault, a redirect.
struct LocalReply {
  int status = 0;
  std::string content_type;
  std::string body;
};

// The page for a refusal or fault: what happened, the id that opens its event, and what to do.
// Small HTML without any external resource, light and dark; JSON where `accept` prefers it. It
// tells the client no rule, no upstream and no software name: what an attacker may learn from it is
// that there is a gateway.
LocalReply makePage(int status, waf::Reason reason, std::string_view request_id,
                    std::string_view accept);

// Whether the Accept field prefers JSON to HTML (RFC 9110 section 12.5.1: quality values, most
// specific range).
bool prefersJson(std::string_view accept);

}  // namespace gateway
