#include "waf/engine/selector.h"

#include <gtest/gtest.h>

#include "waf/regex/regex.h"

namespace waf {
namespace {

// What is asked before the pattern itself must never say no where that would say yes: what stands
// for nothing may separate a letter from its quantifier.
TEST(SelectorTest, FindsTheNamesThatItsPatternFinds) {
  const std::vector<std::string> names{"tox", "tokx",  "TOKX", "az",     "abz", "abbz",
                                       "a",   "token", "k",    "toktok", "",    "xtok_y"};
  for (const std::string pattern :
       {"tok(?#k may miss)?x", "ab\\E*z", "ab*z", "ab?z", "ab{0}z", "ab{0,1}z", "ab+z", "tok",
        "tok|a", "tok$", "tok.", "tok[ex]", "tok\\b", "tok\\w", "tok()?x", "a(?:b)?z"}) {
    auto selector = Selector::compile({SelectorAst::Kind::Regex, pattern});
    ASSERT_TRUE(selector) << pattern;
    RegexOptions options;
    options.caseless = true;
    const auto regex = Regex::compile(pattern, options);
    ASSERT_TRUE(regex) << pattern;
    for (const std::string& name : names) {
      Value value;
      value.name = name;
      value.hash = nameHash(name);
      EXPECT_EQ(selector->selects(value), regex->search(name, 0, nullptr) == RegexStatus::Match)
          << pattern << " " << name;
    }
  }
}

}  // namespace
}  // namespace waf
