// t:htmlEntityDecode  &#xHH; &#DDD; &quot; &amp; &lt; &gt; &nbsp; (the byte 160), each with or
// without its semicolon, names in any case. A number stands for its low byte, and one past 63 bits
// for 255, as strtol makes it. Anything else stays as it is.

#include <limits>
#include <optional>

#include "waf/base/text.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

struct Entity {
  char byte;
  size_t length;  // without a semicolon
};

char numberByte(std::string_view digits, unsigned base) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  uint64_t number = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(hexValue(c));
    if (number > (kMax - digit) / base) return '\xff';
    number = number * base + digit;
  }
  return static_cast<char>(number & 0xff);
}

std::optional<Entity> readNumber(std::string_view text) {
  const bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
  const size_t start = hex ? 3 : 2;
  if (text.size() <= start) return std::nullopt;
  const std::string_view rest = text.substr(start);
  const size_t digits =
      hex ? countLeading(rest, rest.size(), isHexDigit) : countLeading(rest, rest.size(), isDigit);
  if (digits == 0) return std::nullopt;
  return Entity{numberByte(rest.substr(0, digits), hex ? 16 : 10), start + digits};
}

std::optional<Entity> readName(std::string_view text) {
  struct Named {
    std::string_view name;
    char byte;
  };
  constexpr Named kNames[] = {
      {"quot", '"'}, {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"nbsp", '\xa0'}};
  constexpr size_t kLongest = 5;
  const std::string_view rest = text.substr(1);
  const size_t length =
      countLeading(rest, kLongest, [](char c) { return isLetter(c) || isDigit(c); });
  for (const Named& named : kNames) {
    if (equalsIgnoreCase(rest.substr(0, length), named.name)) return Entity{named.byte, 1 + length};
  }
  return std::nullopt;
}

// The entity at the start of `text`, which starts with "&".
std::optional<Entity> readEntity(std::string_view text) {
  return text.size() > 1 && text[1] == '#' ? readNumber(text) : readName(text);
}

}  // namespace

bool hasAmpersand(std::string_view value) { return hasByte(value, '&'); }

bool htmlEntityDecode(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    for (size_t i = 0; i < value.size();) {
      const auto entity = value[i] == '&' ? readEntity(value.substr(i)) : std::optional<Entity>();
      if (!entity) {
        *to++ = value[i++];
        continue;
      }
      *to++ = entity->byte;
      i += entity->length;
      if (i < value.size() && value[i] == ';') ++i;
    }
    return to;
  });
}

}  // namespace waf::transform
