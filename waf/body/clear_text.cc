#include "waf/body/clear_text.h"

#include <algorithm>

namespace waf {
namespace {

// How many bytes at `at` are one character of text: 0 for none. ASCII in full, since databases take
// control bytes for white space, as MySQL takes 0xA0; of UTF-8 the form only.
size_t characterAt(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80 || first == 0xa0) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() - at < length) return 0;
  const std::string_view rest = text.substr(at + 1, length - 1);
  const bool continued = std::all_of(rest.begin(), rest.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
  });
  return continued ? length : 0;
}

bool isPrintable(char c) { return c > ' ' && c < '\x7f'; }

}  // namespace

std::string clearText(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); ++at) {
    const size_t start = at;
    while (at < bytes.size()) {
      const size_t length = characterAt(bytes, at);
      if (length == 0) break;
      at += length;
    }
    const std::string_view run = bytes.substr(start, at - start);
    if (static_cast<size_t>(std::count_if(run.begin(), run.end(), isPrintable)) < kClearRun) {
      continue;
    }
    if (start > 0) out.push_back(' ');
    for (const char c : run) out.push_back(c == '\0' ? ' ' : c);
    if (at < bytes.size()) out.push_back(' ');
  }
  return out;
}

}  // namespace waf
