#include "waf/base/text.h"

#include <algorithm>
#include <charconv>

#include "waf/base/lower_eight.h"
#include "waf/base/words.h"

namespace waf {
namespace {

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

constexpr uint64_t kEach = 0x0101010101010101;
constexpr uint64_t kHigh = 0x80 * kEach;

// Where the eight bytes at a time that are ASCII end, from `i` on.
size_t skipAscii(std::string_view text, size_t i) {
  while (i + 8 <= text.size() && (loadWord<uint64_t>(text.data() + i) & kHigh) == 0) i += 8;
  return i;
}

// The same of bytes that JSON shows as they are.
size_t skipUnescaped(std::string_view text, size_t i) {
  // The high bit of each byte that is zero, and possibly of others when there is one.
  const auto zeros = [](uint64_t word) { return (word - kEach) & ~word & kHigh; };
  for (; i + 8 <= text.size(); i += 8) {
    const auto word = loadWord<uint64_t>(text.data() + i);
    const uint64_t control = (word - 0x20 * kEach) & ~word & kHigh;
    const uint64_t escaped = zeros(word ^ '"' * kEach) | zeros(word ^ '\\' * kEach);
    if (((word & kHigh) | control | escaped | zeros(word ^ 0x7f * kEach)) != 0) break;
  }
  return i;
}

}  // namespace

bool equalsIgnoreCase(const char* a, const char* b, size_t size) {
  if (size < sizeof(uint64_t))
    return lowerEight(fewBytes(a, size)) == lowerEight(fewBytes(b, size));
  const auto differs = [&](size_t at) {
    const auto left = loadWord<uint64_t>(a + at);
    const auto right = loadWord<uint64_t>(b + at);
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
  for (size_t i = skipAscii(text, 0); i < text.size();) {
    const size_t n = sequenceLength(text, i, &broken);
    if (n == 0) return false;
    i = n == 1 ? i + 1 : skipAscii(text, i + n);
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
  size_t shown = 0;  // up to here the text is in `out`
  const auto replace = [&](size_t i, size_t size, std::string_view with) {
    out->append(text.substr(shown, i - shown)).append(with);
    shown = i + size;
    return skipUnescaped(text, shown);
  };
  for (size_t i = skipUnescaped(text, 0); i < text.size();) {
    const uint8_t c = static_cast<uint8_t>(text[i]);
    if (c == '"' || c == '\\') {
      const char escaped[] = {'\\', text[i]};
      i = replace(i, 1, {escaped, 2});
    } else if (c == '\n') {
      i = replace(i, 1, "\\n");
    } else if (c < 0x20 || c == 0x7f) {
      const char escaped[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
      i = replace(i, 1, {escaped, sizeof escaped});
    } else {
      const size_t n = sequenceLength(text, i, &broken);
      i = n != 0 ? i + n : replace(i, broken, kReplacement);
    }
  }
  out->append(text.substr(shown));
}

bool parseUint64(std::string_view text, uint64_t* out) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return !text.empty() && status == std::errc{} && end == text.data() + text.size();
}

}  // namespace waf
