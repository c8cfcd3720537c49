#pragma once

#include <string>
#include <string_view>

namespace waf {

// How the text of a body is written, as far as it matters to inspection.
enum class Charset {
  // UTF-8, and every charset in which a byte below 0x80 is that ASCII character wherever an origin
  // would see one: read as it is.
  AsIs,
  Utf7,
  Utf16,  // by its byte order mark; without one by which half of the units is zero
  Utf16Le,
  Utf16Be,
  Utf32,
  Utf32Le,
  Utf32Be,
  Ibm037,
  Ibm500,
  Ibm1140,
  Unknown,  // what it says is hidden from us: stateful, of another alphabet, or never heard of
};

// By an IANA name or one of the usual aliases, in any case; "" is AsIs.
Charset findCharset(std::string_view name);

// The charset parameter of a Content-Type, without quotes; "" when there is none. The first of
// several that say the same; `ambiguous` is set when they differ.
std::string_view charsetParameter(std::string_view content_type, bool* ambiguous);

// The text as UTF-8; what is not valid becomes U+FFFD, and the answer false. A byte order mark is
// left out. Not for AsIs and Unknown. Linear.
bool decodeCharset(Charset charset, std::string_view bytes, std::string* out);

// UTF-16 and UTF-32 show by a byte order mark or by the zeros of their first two characters, which
// JSON says are ASCII (RFC 4627, section 3): what readers of JSON go by whatever the header says.
Charset detectUnicode(std::string_view bytes);

}  // namespace waf
