// t:cmdLine  what a shell makes of a command line, roughly: \ " ' ^ vanish; white space, "," and
// ";" become one space, which vanishes before "/" and "("; letters become lower-case.

#include "waf/base/text.h"
#include "waf/regex/byte_finder.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"

namespace waf::transform {
namespace {

constexpr ByteClass kVanishing("\\\"'^");
constexpr ByteClass kSeparators(" ,;\t\r\n");
constexpr ByteClass kSpecial("\\\"'^ ,;\t\r\n/(");
constexpr ByteFinder kGate("\\\"'^ ,;\t\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ");

}  // namespace

bool hasCommandByte(std::string_view value) { return kGate.isIn(value); }

bool cmdLine(std::string_view value, std::string& out) {
  return rewrite(value, out, value.size(), [&](char* to) {
    bool after_space = false;
    for (const char c : value) {
      if (!kSpecial.has(c)) {
        *to++ = asciiLower(c);
        after_space = false;
        continue;
      }
      if (kVanishing.has(c)) continue;
      if (kSeparators.has(c)) {
        if (!after_space) *to++ = ' ';
        after_space = true;
        continue;
      }
      if (after_space && (c == '/' || c == '(')) --to;
      *to++ = c;
      after_space = false;
    }
    return to;
  });
}

}  // namespace waf::transform
