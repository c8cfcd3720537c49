// Cookie (RFC 6265, section 4.2.1), read as leniently as applications do: pairs are separated by
// ";", white space around a pair is dropped, a pair without "=" is a name with an empty value.
// Values stay as sent: quotes and escapes mean nothing in format 0.
#include <algorithm>

#include "waf/base/text.h"
#include "waf/body/body_processor.h"

namespace waf {

void parseCookies(std::string_view header, BodySink& sink) {
  for (size_t start = 0; start < header.size();) {
    const size_t end = std::min(header.find(';', start), header.size());
    const std::string_view pair = trim(header.substr(start, end - start));
    start = end + 1;
    const size_t equals = pair.find('=');
    const std::string_view name = trim(pair.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (name.empty() && value.empty()) continue;
    if (!sink.addArgument(name, value)) return;
  }
}

}  // namespace waf
