#include "waf/regex/scan_gate.h"

#include <gtest/gtest.h>

#include <utility>

#include "waf/regex/byte_set.h"
#include "waf/regex/regex.h"

namespace waf {
namespace {

std::string relaxed(std::string_view pattern) {
  const auto gates = deriveScanGates(pattern);
  return gates.empty() ? "none" : gates.front().relaxed;
}

std::string marker(std::string_view pattern) {
  const auto gates = deriveScanGates(pattern);
  return gates.empty() ? "none" : gates.front().marker;
}

bool matches(const std::string& pattern, std::string_view value) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << pattern;
  return regex && regex->search(value, 0, nullptr) == RegexStatus::Match;
}

TEST(ScanGateTest, CutsOptionalPartsThatBeginWithRareBytes) {
  EXPECT_EQ(relaxed("c[\"']*u(?:\\$[a-z]*)?r\\x5c?l"), "c(?:)u(?:)r(?:)l");
  EXPECT_EQ(relaxed("(?i)(?:c[\"']*u|w['\"]?g)[\"']*x"), "(?i)(?:c(?:)u|w(?:)g)(?:)x");
}

TEST(ScanGateTest, MarksACutPartWithTheByteBefore) {
  const std::string found = marker("c[\"']*u\\x5c?r");
  EXPECT_TRUE(matches(found, "c'u"));
  EXPECT_TRUE(matches(found, "C\"u"));
  EXPECT_TRUE(matches(found, "cu\\r"));
  EXPECT_FALSE(matches(found, "x'u"));
  EXPECT_FALSE(matches(found, "'c"));
}

TEST(ScanGateTest, KnowsWhatComesBeforeAGroup) {
  const std::string found = marker("(?:ab|cd?)[\"']*x");
  EXPECT_TRUE(matches(found, "b'"));
  EXPECT_TRUE(matches(found, "c'"));
  EXPECT_TRUE(matches(found, "d'"));
  EXPECT_FALSE(matches(found, "a'"));
}

TEST(ScanGateTest, LeavesPartsThatNothingIsKnownToComeBefore) {
  EXPECT_EQ(marker("[\"']*a"), "");
  EXPECT_EQ(marker("\\s*[\"']*a"), "");
  EXPECT_EQ(relaxed("(?:[\"']*a)+"), "none");
}

TEST(ScanGateTest, LeavesPartsThatCanBeginWithCommonBytes) {
  EXPECT_EQ(relaxed("a[\"'x]*b"), "none");
  EXPECT_EQ(relaxed("a\\s*b"), "none");
  EXPECT_EQ(relaxed("a(?:\\d|')?b"), "none");
}

TEST(ScanGateTest, CutsLookaroundsWithoutAMarker) {
  EXPECT_EQ(relaxed("a(?!b)c(?=d)"), "a(?:)c(?:)");
  EXPECT_EQ(marker("a(?!b)c"), "");
  EXPECT_EQ(relaxed("(?<!x)a(?<=y)"), "(?:)a(?:)");
}

// A value that the pattern matches is one that its gates find.
TEST(ScanGateTest, CutsALookaroundWithItsQuantifierAndJoinsNothing) {
  const std::pair<const char*, const char*> kMatches[] = {{"x(?!a){2}y", "xy"},
                                                          {"(?=s){0}select", "select"},
                                                          {"\\x4(?!z)1",
                                                           "\x04"
                                                           "1"},
                                                          {"(?<!a){0,1}union", "union"},
                                                          {"a(?!b)?c", "ac"},
                                                          {"\\x4['\"]*1",
                                                           "\x04"
                                                           "1"},
                                                          {"a(?=b)*b", "ab"},
                                                          {"(?:x(?!a){2})+y", "xxy"}};
  for (const auto& [pattern, value] : kMatches) {
    ASSERT_TRUE(matches(pattern, value)) << pattern;
    for (const ScanGate& gate : deriveScanGates(pattern)) {
      EXPECT_TRUE(matches(gate.relaxed, value) ||
                  (!gate.marker.empty() && matches(gate.marker, value)))
          << pattern << " by " << gate.relaxed;
    }
  }
}

TEST(ScanGateTest, LeavesOutWhatComesBeforeTheLongestItemAtLast) {
  const auto gates = deriveScanGates("(?i)[;|]\\s*(?:cat[\"']*x|dog)\\b");
  ASSERT_EQ(gates.size(), 2U);
  EXPECT_EQ(gates[0].relaxed, "(?i)[;|]\\s*(?:cat(?:)x|dog)\\b");
  EXPECT_EQ(gates[1].relaxed, "(?i)(?:cat(?:)x|dog)\\b");
  EXPECT_EQ(gates[1].marker, gates[0].marker);
}

TEST(ScanGateTest, LeavesOutNothingBeforeBranchesOrOtherFlags) {
  EXPECT_EQ(relaxed("ab|cdef"), "none");
  EXPECT_EQ(relaxed("a(?i)bcd"), "none");
}

TEST(ScanGateTest, GivesUpOnWhatItDoesNotUnderstand) {
  for (const char* pattern :
       {"(a)['\"]*\\1", "a['\"]*\\p{L}", "a['\"]*[[:alpha:]]", "a['\"]*(?P<n>b)", "(?x)a['\"]*",
        "a['\"]*(b", "a['\"]*b)", "a['\"]*{x", "a['\"]*[b", "a['\"]*\\"}) {
    EXPECT_EQ(relaxed(pattern), "none") << pattern;
  }
}

TEST(ByteSetTest, ReadsClasses) {
  const auto read = [](std::string_view text) {
    size_t at = 0;
    const auto set = readByteClass(text, &at);
    EXPECT_TRUE(set) << text;
    EXPECT_EQ(at, text.size()) << text;
    return set.value_or(ByteSet());
  };
  EXPECT_EQ(read("[a-c]"), byteRange('a', 'c'));
  EXPECT_EQ(read("[]-]").count(), 2U);
  EXPECT_EQ(read("[^]]").count(), 255U);
  EXPECT_EQ(read("[\\x00-\\x1f\\x{7f}]").count(), 33U);
  EXPECT_EQ(read("[\\d\\-z]").count(), 12U);
  EXPECT_EQ(read("[\\w-]").count(), 64U);
  EXPECT_EQ(read("[!-\\/]").count(), 15U);
  EXPECT_EQ(read("[\\b]"), byteRange(8, 8));
}

}  // namespace
}  // namespace waf
