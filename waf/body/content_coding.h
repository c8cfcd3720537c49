#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waf {

// How far a coded body may grow. A body below `free_bytes` is never called a bomb: short texts of
// one letter compress by any factor.
struct CodingLimits {
  size_t most_bytes = 13107200;  // of the result
  uint32_t ratio = 100;          // result to input
  size_t free_bytes = 1 << 20;
};

struct DecodedContent {
  enum class Status {
    Identity,  // there is no coding
    Decoded,
    Unknown,    // a coding that we do not know, or more codings than kMaxCodings
    Broken,     // corrupt, cut short, or with bytes behind its end
    TooLarge,   // grew past most_bytes
    Expanding,  // grew past the ratio
  };
  Status status = Status::Identity;
  std::string bytes;    // what was decoded, also of what broke or was too large: the beginning
  std::string message;  // lower case, names the coding; "" when nothing is wrong
};

inline constexpr size_t kMaxCodings = 3;

// Undoes the codings of a Content-Encoding value (RFC 9110, section 8.4: in the order in which they
// were applied, so the last is undone first): gzip, x-gzip, deflate (zlib or bare), br, identity.
// `cut`: the body's end is missing because a limit cut it off, which is then no fault. Linear in
// the result, which is bounded; pure, any thread.
DecodedContent decodeContent(std::string_view content_encoding, std::string_view body,
                             const CodingLimits& limits, bool cut);

// Whether decodeContent would know every coding; also "" and identity.
bool isKnownCoding(std::string_view content_encoding);

}  // namespace waf
