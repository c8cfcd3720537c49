// Content codings and charsets; the first byte chooses one. Invariants: what comes out is bounded
// and its text is UTF-8, a coding that was read to its end says so, each pair of a form is reported
// once, and what a second reading adds was in no other.
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "tests/fuzz/counting_sink.h"
#include "waf/base/text.h"
#include "waf/body/charset_body.h"
#include "waf/body/clear_text.h"
#include "waf/body/content_coding.h"
#include "waf/body/second_reading.h"

namespace {

constexpr const char* kCodings[] = {"gzip", "deflate", "br", "gzip, br", "br, deflate"};
constexpr waf::Charset kCharsets[] = {
    waf::Charset::Utf7,   waf::Charset::Utf16,   waf::Charset::Utf16Le, waf::Charset::Utf16Be,
    waf::Charset::Utf32,  waf::Charset::Utf32Le, waf::Charset::Utf32Be, waf::Charset::Ibm037,
    waf::Charset::Ibm500, waf::Charset::Ibm1140};
constexpr uint32_t kArguments = 100;

struct OnceSink final : waf::CountingSink {
  OnceSink() : CountingSink(kArguments) {}
  bool addArgument(std::string_view name, std::string_view value) override {
    require(seen.emplace(name, value).second);
    return CountingSink::addArgument(name, value);
  }
  std::set<std::pair<std::string, std::string>> seen;
};

// As the transaction reads a coded form: decoded, and the text that lies in clear.
void readBoth(std::string_view decoded, std::string_view sent) {
  const std::string clear = waf::clearText(sent);
  require(clear.find('\0') == std::string::npos);
  require(clear.size() <= 2 * sent.size());
  waf::BodyLimits limits;
  limits.arguments = kArguments;
  waf::CountingSink counted(kArguments);
  waf::SecondReadingSink both(counted);
  if (waf::parseForm(decoded, limits, both).error) return;
  const size_t first = counted.arguments;
  both.startSecond();
  waf::parseForm(decoded, limits, both);
  require(counted.arguments == first);
  waf::parseForm(clear, limits, both);
}

void decodeCoding(const char* coding, std::string_view body) {
  waf::CodingLimits limits;
  limits.most_bytes = 200000;
  limits.ratio = 10;
  limits.free_bytes = 100000;
  const waf::DecodedContent out = waf::decodeContent(coding, body, limits, false);
  require(out.bytes.size() <= limits.most_bytes);
  require((out.status == waf::DecodedContent::Status::Decoded || body.empty()) ==
          out.message.empty());
  const waf::DecodedContent cut = waf::decodeContent(coding, body, limits, true);
  if (out.status == waf::DecodedContent::Status::Decoded) require(cut.bytes == out.bytes);
  readBoth(out.bytes, body);
}

void decodeText(waf::Charset charset, std::string_view body) {
  std::string text;
  const bool valid = waf::decodeCharset(charset, body, &text);
  // A byte is at most U+FFFD.
  require(text.size() <= 3 * body.size() + 3);
  require(waf::isValidUtf8(text) || (charset == waf::Charset::Utf7 && !valid));
  waf::BodyLimits limits;
  limits.arguments = kArguments;
  OnceSink sink;
  waf::parseInCharset(
      charset, body,
      [&](std::string_view part, waf::BodySink& out) {
        return waf::parseUrlEncoded(part, limits, out);
      },
      sink);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body = waf::viewOf(data + 1, size - 1);
  const size_t chosen = data[0] % (std::size(kCodings) + std::size(kCharsets));
  if (chosen < std::size(kCodings)) {
    decodeCoding(kCodings[chosen], body);
  } else {
    decodeText(kCharsets[chosen - std::size(kCodings)], body);
  }
  return 0;
}
