#include "waf/base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "waf/base/lower_eight.h"

namespace waf {
namespace {

template <typename Word>
Word load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Fewer than eight bytes as one word: in two looks, which may take some in twice.
uint64_t fewBytes(const char* at, size_t size) {
  if (size >= 4) return uint64_t{load<uint32_t>(at)} << 32 | load<uint32_t>(at + size - 4);
  if (size == 0) return 0;
  const auto byte = [at](size_t i) { return uint64_t{static_cast<uint8_t>(at[i])}; };
  return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

// The length of the valid UTF-8 sequence at `i` (RFC 3629: shortest form, no surrogates, at most
// U+10FFFF), or 0; `*broken` is then how many bytes form the maximal broken sequence.
size_t sequenceLength(std::string_view s, size_t i, size_t* broken) {
  const auto at = [&](size_t k) { return static_cast<uint8_t>(s[k]); };
  const uint8_t lead = at(i);
  if (lead < 0x80) return 1;
  *broken = 1;
  size_t need = 0;
  uint8_t low = 0x80;
  uint8_t high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    need = 1;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    need = 2;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    need = 3;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  for (size_t k = 1; k <= need; ++k) {
    if (i + k >= s.size() || at(i + k) < low || at(i + k) > high) {
      *broken = k;
      return 0;
    }
    low = 0x80;
    high = 0xbf;
  }
  return need + 1;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

bool equalsIgnoreCase(const char* a, const char* b, size_t size) {
  if (size < sizeof(uint64_t))
    return lowerEight(fewBytes(a, size)) == lowerEight(fewBytes(b, size));
  const auto differs = [&](size_t at) {
    const auto left = load<uint64_t>(a + at);
    const auto right = load<uint64_t>(b + at);
    return left != right && lowerEight(left) != lowerEight(right);
  };
  const size_t last = size - sizeof(uint64_t);
  for (size_t i = 0; i < last; i += sizeof(uint64_t)) {
    if (differs(i)) return false;
  }
  return !differs(last);
}

std::string toLower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), asciiLower);
  return out;
}

std::string_view trim(std::string_view text, std::string_view set) {
  const size_t first = text.find_first_not_of(set);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(set) - first + 1);
}

bool isValidUtf8(std::string_view text) {
  size_t broken = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t n = sequenceLength(text, i, &broken);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

std::string toPrintableUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  size_t broken = 0;
  for (size_t i = 0; i < bytes.size();) {
    const size_t n = sequenceLength(bytes, i, &broken);
    out += n != 0 ? bytes.substr(i, n) : kReplacement;
    i += n != 0 ? n : broken;
  }
  return out;
}

std::string base64Encode(std::string_view bytes) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < left ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= left ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

void appendJsonEscaped(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  size_t broken = 0;
  for (size_t i = 0; i < text.size();) {
    const uint8_t c = static_cast<uint8_t>(text[i]);
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += text[i++];
    } else if (c == '\n') {
      *out += "\\n";
      ++i;
    } else if (c < 0x20 || c == 0x7f) {
      *out += "\\u00";
      *out += kHex[c >> 4];
      *out += kHex[c & 15];
      ++i;
    } else {
      const size_t n = sequenceLength(text, i, &broken);
      *out += n != 0 ? text.substr(i, n) : kReplacement;
      i += n != 0 ? n : broken;
    }
  }
}

bool parseUint64(std::string_view text, uint64_t* out) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return !text.empty() && status == std::errc{} && end == text.data() + text.size();
}

}  // namespace waf
