#include "tests/waf/support/generated_patterns.h"

#include <iterator>
#include <string_view>

namespace waf::test {
namespace {

std::string alternatives(std::mt19937& random, int depth);

std::string atom(std::mt19937& random, int depth) {
  static constexpr std::string_view kAtoms[] = {
      "a",     "b",    "c",     "A",   "(?:)", "1",    ";",      " ",     ".",
      "\\n",   "^",    "$",     "\\b", "\\B",  "\\w",  "\\W",    "\\d",   "\\s",
      "\\S",   "[ab]", "-",     "\\A", "\\z",  "[^a]", "[^\\n]", "[a-c]", "[;\\x00-\\x20]",
      "\\x61", "ab",   "(?i:b)"};
  if (depth < 3 && random() % 4 == 0) {
    static constexpr std::string_view kGroups[] = {
        "(?:", "(", "(?:", "(?i:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?-i:"};
    const std::string_view opening = kGroups[random() % std::size(kGroups)];
    // PCRE2 wants to know how long what lies behind is.
    if (opening.starts_with("(?<")) return std::string(opening) + "[ab;])";
    return std::string(opening) + alternatives(random, depth + 1) + ")";
  }
  return std::string(kAtoms[random() % std::size(kAtoms)]);
}

std::string alternatives(std::mt19937& random, int depth) {
  static constexpr std::string_view kQuantifiers[] = {"*",  "+",    "?",   "{2}", "{0,2}",
                                                      "+?", "{1,}", "{0}", "*?",  "++"};
  std::string text;
  for (auto branches = 1 + random() % 3; branches-- > 0;) {
    for (auto items = random() % 5; items-- > 0;) {
      text += atom(random, depth);
      if (random() % 4 == 0 && text.back() != '^' && text.back() != '$') {
        text += kQuantifiers[random() % std::size(kQuantifiers)];
      }
    }
    if (branches != 0) text += '|';
  }
  return text;
}

}  // namespace

std::string generatedPattern(std::mt19937& random) {
  static constexpr std::string_view kFlags[] = {"", "", "(?i)", "(?s)", "(?m)"};
  return std::string(kFlags[random() % std::size(kFlags)]) + alternatives(random, 0);
}

std::string generatedText(std::mt19937& random) {
  std::string text;
  for (auto length = random() % 10; length-- > 0;) text += "abcabcABC1; \n-xX"[random() % 16];
  return text;
}

}  // namespace waf::test
