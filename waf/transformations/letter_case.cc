// t:lowercase, t:uppercase: ASCII letters only, whatever the locale.

#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

constexpr ByteFinder kUpper('A', 'Z');
constexpr ByteFinder kLower('a', 'z');

// The other case of the letters from `first` to `last`; they differ in one bit. By blocks that lie
// in no text, so that the compiler makes sixteen steps one.
char* copyOtherCase(std::string_view value, char first, char last, char* to) {
  constexpr size_t kBlock = 16;
  const auto other = [&](char c) {
    return static_cast<char>(c ^ (c >= first && c <= last ? 0x20 : 0));
  };
  size_t at = 0;
  for (; at + kBlock <= value.size(); at += kBlock) {
    std::array<char, kBlock> block;
    std::memcpy(block.data(), value.data() + at, kBlock);
    for (char& c : block) c = other(c);
    std::memcpy(to + at, block.data(), kBlock);
  }
  for (; at < value.size(); ++at) to[at] = other(value[at]);
  return to + value.size();
}

}  // namespace

bool hasUpper(std::string_view value) { return kUpper.isIn(value); }

bool hasLower(std::string_view value) { return kLower.isIn(value); }

bool lowercase(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(),
                 [&](char* to) { return copyOtherCase(value, 'A', 'Z', to); });
}

bool uppercase(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(),
                 [&](char* to) { return copyOtherCase(value, 'a', 'z', to); });
}

}  // namespace waf::transform
