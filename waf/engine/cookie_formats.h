#pragma once

#include <string_view>

#include "waf/body/body_processor.h"

namespace waf {

// REQUEST_COOKIES as SecCookieFormat says. Format 0 (Netscape): values as sent, names trimmed;
// `separator` is SecCookieV0Separator. Each call is for one Cookie header; bounded by the sink.
void parseCookiesFormat0(std::string_view header, char separator, BodySink& sink);

// Format 1 (RFC 2109): values may be quoted strings, in which a backslash escapes; "," separates as
// ";" does; attributes ($Version, $Path) are no cookies.
void parseCookiesFormat1(std::string_view header, BodySink& sink);

}  // namespace waf
