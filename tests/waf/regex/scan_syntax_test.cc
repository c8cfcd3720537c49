#include "waf/regex/scan_syntax.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

enum class Kind { Joinable, Separate, Unscannable };

Kind kindOf(std::string_view pattern) {
  const ScanSyntax syntax = analyseForScan(pattern);
  if (!syntax.scannable) return Kind::Unscannable;
  return syntax.joinable ? Kind::Joinable : Kind::Separate;
}

void expectAll(Kind kind, std::initializer_list<std::string_view> patterns) {
  for (const std::string_view pattern : patterns) {
    EXPECT_EQ(static_cast<int>(kindOf(pattern)), static_cast<int>(kind)) << pattern;
  }
}

TEST(ScanSyntaxTest, JoinsWhatDoesNotLookAtTheValuesEnds) {
  expectAll(Kind::Joinable, {"",
                             "abc",
                             "^a$",
                             "(?i)a|b",
                             "(?i:a)",
                             "(?s)a.b",
                             "\\bword\\B",
                             "[^a]",
                             "[]\\A$^(]",
                             "[[:alpha:]\\]]+",
                             "a{2,}b{3}c{,4}",
                             "a+?b*?c??",
                             "\\x41\\t\\n\\.",
                             "(?P<name>a)",
                             "(?<name>a)",
                             "\\Q(?=\\A\\E",
                             "(?m)^a$",
                             "x{",
                             "\\++",
                             "\\\\z"});
}

TEST(ScanSyntaxTest, SeparatesWhatLooksAtTheValuesEnds) {
  expectAll(Kind::Separate, {"\\Aa", "a\\z", "a\\Z", "(?-m)^a", "(?s-m:a$)", "(?-m)a", "[\\w]\\z"});
}

TEST(ScanSyntaxTest, LeavesWhatHyperscanHasNoEqualFor) {
  expectAll(Kind::Unscannable,
            {"(a)\\1", "\\Ga",    "a(?=b)",    "a(?!b)",       "(?<=a)b",  "(?<!a)b",
             "(?>a)b", "(?|a|b)", "(?(1)a|b)", "(?R)",         "(?1)",     "(?&x)",
             "(?P>x)", "(?P=x)",  "(?C)",      "(*ANYCRLF)a",  "a++",      "a*+",
             "a?+",    "a{2}+",   "a\\Kb",     "\\Ra",         "\\X",      "\\p{L}",
             "\\h",    "[\\h]",   "(?x)a # b", "(?#comment)a", "[[:<:]]a", "[[.a.]]",
             "\\k<n>", "\\g1",    "[\\Qa\\E]", "(?U)a",        "(?J)a",    "(?^)a"});
}

TEST(ScanSyntaxTest, LeavesWhatEndsEarly) {
  expectAll(Kind::Unscannable, {"[a", "[", "[^]", "\\", "(?", "(?i", "[a\\"});
}

}  // namespace
}  // namespace waf
