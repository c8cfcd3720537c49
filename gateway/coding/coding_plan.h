#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "db/config/config.h"
#include "gateway/cache/cache_control.h"

namespace gateway {

// What becomes of one response's body at the edge.
struct CodingPlan {
  std::string_view coding;  // of the configuration's list; "" for as it is
  bool varies = false;      // another Accept-Encoding would get another answer: Vary says so
};

// What a plan is made of. Names of fields in any case.
struct CodingQuestion {
  std::string_view method;
  bool chunks = true;  // the client's version of HTTP lets a body be of unknown length
  // What a stranger chose may be in the answer: a query or a body came, or another site asked.
  bool reflects = false;
  FieldSpan request;
  int status = 200;
  FieldSpan response;
  std::optional<uint64_t> length;  // of the body, where it is known
};

// Which coding, if any (RFC 9110, 8.4 and 12.5.3). Not for what is coded already, a part (206), too
// short, of a type that is not listed, under no-transform (RFC 9111, 5.2.2.6) or with a digest.
// And, unless `with_secrets`, not where a secret and something of an attacker's choice may lie in
// one body, whose length then tells of the secret (BREACH, CVE-2013-3587): responses that set
// cookies or are private, requests with Authorization, and requests with cookies whose query or
// body the answer may repeat.
CodingPlan planCoding(const db::CompressionConfig& config, const CodingQuestion& question);

// The best of `offered`, which stand in the order of our preference, by the client's
// Accept-Encoding;
// "" when identity is better or nothing else is wanted.
std::string_view chooseCoding(std::string_view accept_encoding,
                              const std::vector<std::string>& offered);

// The validator of the coded form: `"x"` becomes `W/"x"`, since it is the same only in meaning.
std::string weakened(std::string_view etag);

}  // namespace gateway
