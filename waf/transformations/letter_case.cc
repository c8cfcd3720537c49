// t:lowercase, t:uppercase: ASCII letters only, whatever the locale.

#include <algorithm>

#include "waf/base/text.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

constexpr ByteClass kUpper('A', 'Z');
constexpr ByteClass kLower('a', 'z');

char asciiUpper(char c) { return kLower.has(c) ? static_cast<char>(c - 32) : c; }

}  // namespace

bool hasUpper(std::string_view value) { return kUpper.occursIn(value); }

bool hasLower(std::string_view value) { return kLower.occursIn(value); }

bool lowercase(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::transform(value.begin(), value.end(), to, asciiLower);
  });
}

bool uppercase(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    return std::transform(value.begin(), value.end(), to, asciiUpper);
  });
}

}  // namespace waf::transform
