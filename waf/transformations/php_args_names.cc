// t:phpArgsNames: a parameter's name as PHP registers it, for rules that look for the name of a
// known weakness.
//
//   leading spaces vanish; up to the first "[" each space and dot becomes "_"
//   an empty name is no parameter
//   "[" without a "]" becomes "_" and ends the changes
//   spaces before the "]" of an empty index vanish
//   after "]" only another "[" counts, the rest vanishes

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

char* append(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// `text` starts at the first "[".
char* writeIndexes(std::string_view text, char* to) {
  bool first = true;
  while (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) {
      if (!first) return to;
      *to++ = '_';
      return append(text.substr(1), to);
    }
    const std::string_view index = text.substr(1, close - 1);
    *to++ = '[';
    if (countLeading(index, index.size(), isSpace) != index.size()) to = append(index, to);
    *to++ = ']';
    text.remove_prefix(close + 1);
    first = false;
  }
  return to;
}

}  // namespace

bool hasArgsNameSyntax(std::string_view value) {
  static constexpr ByteFinder kSyntax(" .[");
  return kSyntax.isIn(value);
}

bool phpArgsNames(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    const size_t start = countLeading(value, value.size(), [](char c) { return c == ' '; });
    const std::string_view name = value.substr(start);
    if (name.starts_with('[')) return to;
    size_t i = 0;
    for (; i < name.size() && name[i] != '['; ++i) {
      *to++ = name[i] == ' ' || name[i] == '.' ? '_' : name[i];
    }
    return writeIndexes(name.substr(i), to);
  });
}

}  // namespace waf::transform
