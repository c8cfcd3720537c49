// UTF-7 is RFC 2152; UTF-16 is RFC 2781; the three EBCDIC code pages are IBM's, of which 500 and
// 1140 differ from 037 in a few places.
#include "waf/body/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "waf/base/ascii.h"
#include "waf/base/text.h"
#include "waf/body/utf8.h"

namespace waf {
namespace {

constexpr uint8_t kIbm037[256] = {
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
};

struct Name {
  std::string_view name;
  Charset charset;
};

// Without "-" and "_".
constexpr Name kNames[] = {
    {"utf7", Charset::Utf7},          {"unicode11utf7", Charset::Utf7},
    {"csutf7", Charset::Utf7},        {"xunicode20utf7", Charset::Utf7},
    {"utf16", Charset::Utf16},        {"csutf16", Charset::Utf16},
    {"unicode", Charset::Utf16Le},    {"utf16le", Charset::Utf16Le},
    {"csutf16le", Charset::Utf16Le},  {"ucs2", Charset::Utf16},
    {"iso10646ucs2", Charset::Utf16}, {"unicodefffe", Charset::Utf16Be},
    {"utf16be", Charset::Utf16Be},    {"csutf16be", Charset::Utf16Be},
    {"utf32", Charset::Utf32},        {"csutf32", Charset::Utf32},
    {"ucs4", Charset::Utf32},         {"iso10646ucs4", Charset::Utf32},
    {"utf32le", Charset::Utf32Le},    {"utf32be", Charset::Utf32Be},
    {"ibm037", Charset::Ibm037},      {"cp037", Charset::Ibm037},
    {"csibm037", Charset::Ibm037},    {"ebcdiccpus", Charset::Ibm037},
    {"ebcdiccpca", Charset::Ibm037},  {"ebcdiccpnl", Charset::Ibm037},
    {"ebcdiccpwt", Charset::Ibm037},  {"037", Charset::Ibm037},
    {"ibm500", Charset::Ibm500},      {"cp500", Charset::Ibm500},
    {"csibm500", Charset::Ibm500},    {"ebcdiccpbe", Charset::Ibm500},
    {"ebcdiccpch", Charset::Ibm500},  {"500", Charset::Ibm500},
    {"ibm01140", Charset::Ibm1140},   {"ibm1140", Charset::Ibm1140},
    {"cp1140", Charset::Ibm1140},     {"cp01140", Charset::Ibm1140},
};

// Bytes below 0x80 are ASCII in these. In the double-byte ones a trail byte may be one, too: then
// we see more than the origin does, never less.
constexpr std::string_view kAsIs[] = {
    "utf8",         "csutf8",   "unicode11utf8", "ascii",   "usascii",
    "ansix3.41968", "iso646us", "latin1",        "l1",      "latin2",
    "l2",           "latin9",   "macintosh",     "mac",     "shiftjis",
    "sjis",         "xsjis",    "csshiftjis",    "mskanji", "windows31j",
    "cswindows31j", "ms932",    "cp932",         "gbk",     "gb2312",
    "gb18030",      "csgb2312", "xgbk",          "big5",    "big5hkscs",
    "csbig5",       "xxbig5",   "tis620",        "dos874",  "ksc5601",
    "uhc",          "cp949",    "ms949",         "cp936",   "ms936",
    "cp950",        "viscii",   "ibm437",        "cp437",   "ibm850",
    "cp850",        "ibm852",   "cp852",         "ibm858",  "cp858",
    "ibm866",       "cp866",    "xuserdefined",  "binary"};
constexpr std::string_view kAsIsFamilies[] = {"iso8859", "iso88",      "windows125", "cp125",
                                              "xcp125",  "windows874", "koi8",       "euc",
                                              "xeuc",    "xmac"};

constexpr unsigned kReplacement = 0xfffd;

unsigned char byteAt(std::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Joins the units of UTF-16 and writes them as UTF-8.
class Utf16Writer {
 public:
  explicit Utf16Writer(std::string* out) : out_(out) {}

  void unit(unsigned value) {
    const bool low = value >= 0xdc00 && value < 0xe000;
    if (high_ != 0 && low) {
      appendUtf8(0x10000 + ((high_ - 0xd800) << 10) + (value - 0xdc00), out_);
      high_ = 0;
      return;
    }
    end();
    if (value >= 0xd800 && value < 0xdc00) {
      high_ = value;
    } else {
      code(value);
    }
  }
  void code(unsigned value) {
    const bool valid = value <= 0x10ffff && (value < 0xd800 || value >= 0xe000);
    valid_ &= valid;
    appendUtf8(valid ? value : kReplacement, out_);
  }
  void invalid() { code(0x110000); }
  // A high surrogate must not be left over.
  bool end() {
    if (high_ != 0) invalid();
    high_ = 0;
    return valid_;
  }

 private:
  std::string* out_;
  unsigned high_ = 0;
  bool valid_ = true;
};

bool decodeUnits(std::string_view bytes, size_t width, bool big_endian, std::string* out) {
  Utf16Writer writer(out);
  size_t at = 0;
  for (; at + width <= bytes.size(); at += width) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) {
      value = value << 8 | byteAt(bytes, at + (big_endian ? i : width - 1 - i));
    }
    if (at == 0 && value == 0xfeff) continue;
    if (width == 2) {
      writer.unit(value);
    } else {
      writer.code(value);
    }
  }
  if (at < bytes.size()) writer.invalid();
  return writer.end();
}

bool isBigEndian(std::string_view bytes, size_t width) {
  const auto is = [&](size_t at, unsigned char value) {
    return at < bytes.size() && byteAt(bytes, at) == value;
  };
  if (is(0, 0xff) && is(1, 0xfe)) return false;
  if (is(width - 2, 0xfe) && is(width - 1, 0xff)) return true;
  size_t first = 0;
  size_t last = 0;
  for (size_t at = 0; at + width <= std::min<size_t>(bytes.size(), 256); at += width) {
    first += bytes[at] == '\0' ? 1 : 0;
    last += bytes[at + width - 1] == '\0' ? 1 : 0;
  }
  return first >= last;
}

int base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (isDigit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// "+" begins a run of base64 of UTF-16, any other byte ends it, "-" is swallowed then; "+-" is "+".
bool decodeUtf7(std::string_view bytes, std::string* out) {
  bool valid = true;
  for (size_t at = 0; at < bytes.size();) {
    const char c = bytes[at++];
    if (c != '+') {
      valid &= static_cast<unsigned char>(c) < 0x80;
      out->push_back(c);
      continue;
    }
    if (at < bytes.size() && bytes[at] == '-') {
      out->push_back('+');
      ++at;
      continue;
    }
    Utf16Writer writer(out);
    uint32_t bits = 0;
    int count = 0;
    size_t digits = 0;
    for (; at < bytes.size() && base64Value(bytes[at]) >= 0; ++at, ++digits) {
      bits = bits << 6 | static_cast<uint32_t>(base64Value(bytes[at]));
      count += 6;
      if (count < 16) continue;
      count -= 16;
      writer.unit(bits >> count & 0xffff);
    }
    valid &= writer.end() && digits > 0;
    if (at < bytes.size() && bytes[at] == '-') ++at;
  }
  return valid;
}

unsigned ebcdic(Charset charset, unsigned char byte) {
  if (charset == Charset::Ibm1140) return byte == 0x9f ? 0x20ac : kIbm037[byte];
  if (charset == Charset::Ibm037) return kIbm037[byte];
  switch (byte) {
    case 0x4a:
      return '[';
    case 0x4f:
      return '!';
    case 0x5a:
      return ']';
    case 0x5f:
      return '^';
    case 0xb0:
      return 0xa2;
    case 0xba:
      return 0xac;
    case 0xbb:
      return '|';
    default:
      return kIbm037[byte];
  }
}

}  // namespace

Charset findCharset(std::string_view name) {
  if (name.empty()) return Charset::AsIs;
  std::string key;
  for (const char c : name.substr(0, 64)) {
    if (c != '-' && c != '_') key.push_back(asciiLower(c));
  }
  const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const Name& each) { return each.name == key; });
  if (known != std::end(kNames)) return known->charset;
  if (std::find(std::begin(kAsIs), std::end(kAsIs), key) != std::end(kAsIs)) return Charset::AsIs;
  const bool family = std::any_of(std::begin(kAsIsFamilies), std::end(kAsIsFamilies),
                                  [&](std::string_view start) { return key.starts_with(start); });
  return family ? Charset::AsIs : Charset::Unknown;
}

std::string_view charsetParameter(std::string_view content_type, bool* ambiguous) {
  constexpr std::string_view kName = "charset";
  std::string_view found;
  bool seen = false;
  *ambiguous = false;
  for (size_t at = content_type.find(';'); at != std::string_view::npos;) {
    const size_t next = content_type.find(';', at + 1);
    const std::string_view parameter =
        trim(content_type.substr(at + 1, next == std::string_view::npos ? next : next - at - 1));
    at = next;
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos ||
        !equalsIgnoreCase(trim(parameter.substr(0, equals)), kName)) {
      continue;
    }
    std::string_view value = trim(parameter.substr(equals + 1), " \t\"'");
    value = value.substr(0, value.find_first_of(", \t\"'"));
    if (seen && !equalsIgnoreCase(value, found)) *ambiguous = true;
    if (!seen) found = value;
    seen = true;
  }
  return found;
}

bool decodeCharset(Charset charset, std::string_view bytes, std::string* out) {
  out->clear();
  switch (charset) {
    case Charset::Utf7:
      return decodeUtf7(bytes, out);
    case Charset::Utf16:
      return decodeUnits(bytes, 2, isBigEndian(bytes, 2), out);
    case Charset::Utf16Le:
    case Charset::Utf16Be:
      return decodeUnits(bytes, 2, charset == Charset::Utf16Be, out);
    case Charset::Utf32:
      return decodeUnits(bytes, 4, isBigEndian(bytes, 4), out);
    case Charset::Utf32Le:
    case Charset::Utf32Be:
      return decodeUnits(bytes, 4, charset == Charset::Utf32Be, out);
    case Charset::Ibm037:
    case Charset::Ibm500:
    case Charset::Ibm1140:
      for (const char c : bytes) appendUtf8(ebcdic(charset, static_cast<unsigned char>(c)), out);
      return true;
    case Charset::AsIs:
    case Charset::Unknown:
      break;
  }
  out->assign(bytes);
  return charset == Charset::AsIs;
}

Charset detectUnicode(std::string_view bytes) {
  using namespace std::literals;
  if (bytes.starts_with("\xff\xfe\0\0"sv)) return Charset::Utf32Le;
  if (bytes.starts_with("\0\0\xfe\xff"sv)) return Charset::Utf32Be;
  if (bytes.starts_with("\xff\xfe"sv)) return Charset::Utf16Le;
  if (bytes.starts_with("\xfe\xff"sv)) return Charset::Utf16Be;
  const auto zero = [&](size_t at) { return at >= bytes.size() || bytes[at] == '\0'; };
  if (bytes.size() >= 4 && zero(0) && zero(1) && zero(2) && !zero(3)) return Charset::Utf32Be;
  if (bytes.size() >= 4 && !zero(0) && zero(1) && zero(2) && zero(3)) return Charset::Utf32Le;
  if (bytes.size() >= 2 && zero(0) && !zero(1)) return Charset::Utf16Be;
  if (bytes.size() >= 2 && !zero(0) && zero(1)) return Charset::Utf16Le;
  return Charset::AsIs;
}

}  // namespace waf
