// Base64 (RFC 4648, section 4).
//
//   t:base64Decode     decodes up to the first byte that is not of the alphabet ("=" ends it, too)
//   t:base64DecodeExt  leaves out the bytes that are not of the alphabet, as PHP and others do
//   t:base64Encode
//
// A last group of one symbol holds no byte and is dropped.

#include <array>

#include "waf/base/text.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

constexpr signed char kNotInAlphabet = -1;

constexpr std::array<signed char, 256> makeSymbols() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<signed char, 256> symbols{};
  symbols.fill(kNotInAlphabet);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    symbols[static_cast<unsigned char>(kAlphabet[i])] = static_cast<signed char>(i);
  }
  return symbols;
}
constexpr std::array<signed char, 256> kSymbols = makeSymbols();

bool decode(std::string_view value, bool skip_foreign, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    unsigned bits = 0;
    unsigned bit_count = 0;
    for (const char c : value) {
      const signed char symbol = kSymbols[static_cast<unsigned char>(c)];
      if (symbol == kNotInAlphabet) {
        if (skip_foreign) continue;
        break;
      }
      bits = (bits << 6 | static_cast<unsigned>(symbol)) & 0xffffU;
      bit_count += 6;
      if (bit_count < 8) continue;
      bit_count -= 8;
      *to++ = static_cast<char>(bits >> bit_count & 0xffU);
    }
    return to;
  });
}

}  // namespace

bool base64Decode(std::string_view value, std::string& out) { return decode(value, false, out); }

bool base64DecodeExt(std::string_view value, std::string& out) { return decode(value, true, out); }

bool base64Encode(std::string_view value, std::string& out) {
  out = waf::base64Encode(value);
  return !value.empty();
}

}  // namespace waf::transform
