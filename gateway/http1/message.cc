#include "gateway/http1/message.h"

#include <array>

#include "waf/base/text.h"

namespace gateway {

namespace {

// Everything back to its default, but the field list's memory.
template <typename Head>
void clearHead(Head* head) {
  HeaderFields fields = std::move(head->fields);
  fields.clear();
  *head = Head();
  head->fields = std::move(fields);
}

}  // namespace

bool mayForwardTrailer(std::string_view name) {
  // Of the head: framing, connection, routing, request modifiers, authentication, response control,
  // the body's description, and what says where a request came from.
  static constexpr std::array<std::string_view, 52> kOfTheHead = {"age",
                                                                  "authorization",
                                                                  "cache-control",
                                                                  "connection",
                                                                  "content-encoding",
                                                                  "content-length",
                                                                  "content-location",
                                                                  "content-range",
                                                                  "content-type",
                                                                  "cookie",
                                                                  "date",
                                                                  "expect",
                                                                  "expires",
                                                                  "forwarded",
                                                                  "host",
                                                                  "http2-settings",
                                                                  "if-match",
                                                                  "if-modified-since",
                                                                  "if-none-match",
                                                                  "if-range",
                                                                  "if-unmodified-since",
                                                                  "keep-alive",
                                                                  "location",
                                                                  "max-forwards",
                                                                  "origin",
                                                                  "pragma",
                                                                  "proxy-authenticate",
                                                                  "proxy-authentication-info",
                                                                  "proxy-authorization",
                                                                  "proxy-connection",
                                                                  "range",
                                                                  "referer",
                                                                  "retry-after",
                                                                  "set-cookie",
                                                                  "strict-transport-security",
                                                                  "te",
                                                                  "trailer",
                                                                  "transfer-encoding",
                                                                  "upgrade",
                                                                  "user-agent",
                                                                  "vary",
                                                                  "via",
                                                                  "warning",
                                                                  "www-authenticate",
                                                                  "x-client-ip",
                                                                  "x-forwarded-for",
                                                                  "x-forwarded-host",
                                                                  "x-forwarded-port",
                                                                  "x-forwarded-proto",
                                                                  "x-http-method-override",
                                                                  "x-real-ip",
                                                                  "x-request-id"};
  for (const std::string_view each : kOfTheHead) {
    if (each.size() == name.size() && waf::equalsIgnoreCase(each, name)) return false;
  }
  return true;
}

void RequestHead::clear() { clearHead(this); }
void ResponseHead::clear() { clearHead(this); }

}  // namespace gateway
