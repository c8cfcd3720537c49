#include "waf/regex/byte_set.h"

#include <cstdint>

namespace waf {
namespace {

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

ByteSet single(unsigned byte) {
  ByteSet set;
  set.set(byte);
  return set;
}

ByteSet spaceBytes() { return byteRange(9, 13) | single(' '); }
ByteSet digitBytes() { return byteRange('0', '9'); }
ByteSet wordBytes() {
  return digitBytes() | byteRange('A', 'Z') | byteRange('a', 'z') | single('_');
}

// \xHH or \x{HH…}; `at` is at the x. Digits may be absent.
std::optional<ByteSet> readHex(std::string_view pattern, size_t* at) {
  size_t i = *at + 1;
  const bool braces = i < pattern.size() && pattern[i] == '{';
  if (braces) ++i;
  unsigned value = 0;
  size_t digits = 0;
  for (; i < pattern.size() && digits < (braces ? 8U : 2U) && hexDigit(pattern[i]) >= 0; ++i) {
    value = value * 16 + static_cast<unsigned>(hexDigit(pattern[i]));
    ++digits;
  }
  if (braces && (i >= pattern.size() || pattern[i++] != '}')) return std::nullopt;
  if (value > 255) return std::nullopt;
  *at = i;
  return single(value);
}

// What a letter or digit after a backslash means where it is one byte or a class of bytes.
std::optional<ByteSet> namedEscape(char c) {
  switch (c) {
    case 'd':
      return digitBytes();
    case 'D':
      return ~digitBytes();
    case 's':
      return spaceBytes();
    case 'S':
      return ~spaceBytes();
    case 'w':
      return wordBytes();
    case 'W':
      return ~wordBytes();
    case 'n':
      return single('\n');
    case 'r':
      return single('\r');
    case 't':
      return single('\t');
    case 'f':
      return single('\f');
    case 'a':
      return single('\a');
    case 'e':
      return single(27);
    default:
      return std::nullopt;
  }
}

}  // namespace

ByteSet byteRange(unsigned first, unsigned last) {
  ByteSet set;
  for (unsigned byte = first; byte <= last; ++byte) set.set(byte);
  return set;
}

ByteSet withBothCases(ByteSet bytes) {
  for (unsigned upper = 'A'; upper <= 'Z'; ++upper) {
    if (!bytes.test(upper) && !bytes.test(upper + 32)) continue;
    bytes.set(upper);
    bytes.set(upper + 32);
  }
  return bytes;
}

std::string toClass(const ByteSet& bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "[";
  const auto add = [&](size_t byte) { out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]}; };
  for (size_t byte = 0; byte < 256; ++byte) {
    if (!bytes.test(byte)) continue;
    size_t last = byte;
    while (last < 255 && bytes.test(last + 1)) ++last;
    add(byte);
    if (last > byte + 1) out += '-';
    if (last > byte) add(last);
    byte = last;
  }
  return out + "]";
}

std::optional<ByteSet> readByteEscape(std::string_view pattern, size_t* at) {
  if (*at + 1 >= pattern.size()) return std::nullopt;
  const char c = pattern[++*at];
  if (c == 'x') return readHex(pattern, at);
  const auto byte = static_cast<unsigned char>(c);
  const auto set = wordBytes().test(byte) && c != '_' ? namedEscape(c) : single(byte);
  if (set) ++*at;
  return set;
}

std::optional<ByteSet> readByteClass(std::string_view pattern, size_t* at) {
  size_t i = *at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '^';
  if (negated) ++i;
  ByteSet set;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    // POSIX names are left to the caller's caution.
    if (pattern[i] == '[' && i + 1 < pattern.size() &&
        std::string_view(":.=").find(pattern[i + 1]) != std::string_view::npos) {
      return std::nullopt;
    }
    ByteSet from = single(static_cast<unsigned char>(pattern[i]));
    if (pattern[i] == '\\') {
      const bool backspace = i + 1 < pattern.size() && pattern[i + 1] == 'b';
      const auto escape = backspace ? single(8) : readByteEscape(pattern, &i);
      if (!escape) return std::nullopt;
      if (backspace) i += 2;
      from = *escape;
    } else {
      ++i;
    }
    const bool range = i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']';
    if (!range || from.count() != 1) {
      set |= from;
      continue;
    }
    ++i;
    ByteSet to = single(static_cast<unsigned char>(pattern[i]));
    if (pattern[i] == '\\') {
      const auto escape = readByteEscape(pattern, &i);
      if (!escape || escape->count() != 1) return std::nullopt;
      to = *escape;
    } else {
      ++i;
    }
    set |= byteRange(static_cast<unsigned>(from._Find_first()),
                     static_cast<unsigned>(to._Find_first()));
  }
  if (i >= pattern.size()) return std::nullopt;
  *at = i + 1;
  return negated ? ~set : set;
}

}  // namespace waf
