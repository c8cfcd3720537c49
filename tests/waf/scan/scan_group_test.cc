#include "waf/scan/scan_group.h"

#include <gtest/gtest.h>

#include <thread>

namespace waf {
namespace {

using Patterns = std::vector<Operator::ScanPattern>;

std::shared_ptr<const ScanGroup> compileOne(const std::vector<Patterns>& slots,
                                            const ScanOptions& options = {}) {
  ScanGroupBuilder builder;
  for (const Patterns& patterns : slots) builder.add(patterns);
  return compileScanGroups({builder}, options).front();
}

std::vector<size_t> scan(const ScanGroup& group, const std::vector<std::string_view>& values) {
  BitSet hits;
  group.scan(values, hits);
  std::vector<size_t> slots;
  hits.forEach([&](size_t slot) { slots.push_back(slot); });
  return slots;
}

Patterns literal(std::string text, bool caseless = false) {
  return {{.pattern = std::move(text), .caseless = caseless, .literal = true}};
}
Patterns regex(std::string text, bool joinable = true) {
  return {{.pattern = std::move(text), .joinable = joinable}};
}

using Slots = std::vector<size_t>;

TEST(ScanGroupTest, ReportsTheSlotsThatCanMatch) {
  const auto group = compileOne({literal("needle"), regex("[0-9]{3}"), literal("hay")});
  EXPECT_EQ(scan(*group, {"a needle", "12"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"hay 123"}), Slots({1, 2}));
}

TEST(ScanGroupTest, ReportsNothingWithoutValues) {
  const auto group = compileOne({literal("needle"), Patterns{}});
  EXPECT_EQ(scan(*group, {}), Slots());
}

TEST(ScanGroupTest, AlwaysReportsASlotWithoutPatterns) {
  const auto group = compileOne({literal("needle"), Patterns{}});
  EXPECT_FALSE(group->isScanned(1));
  EXPECT_EQ(scan(*group, {"x"}), Slots({1}));
}

TEST(ScanGroupTest, ReportsEverythingUntilTheDatabasesAreMade) {
  const std::vector<Patterns> slots = {literal("needle-of-this-test"), regex("[0-9]{4}x")};
  ScanOptions at_once;
  at_once.cached_only = true;
  const auto provisional = compileOne(slots, at_once);
  EXPECT_TRUE(provisional->isProvisional());
  EXPECT_FALSE(provisional->isScanned(0));
  EXPECT_EQ(scan(*provisional, {"nothing"}), Slots({0, 1}));

  const auto whole = compileOne(slots);
  EXPECT_FALSE(whole->isProvisional());
  EXPECT_EQ(scan(*whole, {"nothing"}), Slots());
  // What somebody uses is found again.
  const auto again = compileOne(slots, at_once);
  EXPECT_FALSE(again->isProvisional());
  EXPECT_EQ(scan(*again, {"1234x"}), Slots({1}));
}

TEST(ScanGroupTest, AlwaysReportsWhatHyperscanCannotCompile) {
  const auto group = compileOne({regex("(a)\\1"), literal("x")});
  EXPECT_FALSE(group->isScanned(0));
  EXPECT_TRUE(group->isScanned(1));
  EXPECT_EQ(scan(*group, {"zz"}), Slots({0}));
}

// A short pattern is presumed good, so the database of the group is what fails first.
TEST(ScanGroupTest, AShortPatternThatIsTooLargeCostsItsNeighboursNothing) {
  const auto group = compileOne({regex("(?:[a-f]{1,3}[g-m]){9000}"), regex("needle")});
  EXPECT_FALSE(group->isScanned(0));
  EXPECT_TRUE(group->isScanned(1));
  EXPECT_EQ(scan(*group, {"hay"}), Slots({0}));
}

TEST(ScanGroupTest, LooksForAPatternWithANulByteWithoutHyperscan) {
  const auto group = compileOne({regex(std::string("a\0b", 3))});
  EXPECT_TRUE(group->isScanned(0));
  EXPECT_FALSE(group->isInDatabase(0));
  EXPECT_EQ(group->databases(), 0U);
  EXPECT_EQ(scan(*group, {std::string_view("xa\0by", 5)}), Slots({0}));
  EXPECT_EQ(scan(*group, {"xa", "by"}), Slots());
}

TEST(ScanGroupTest, ThePlaceBetweenJoinedValuesIsNoHitOfALineFeed) {
  const auto group = compileOne({regex("[\\n\\r]"), regex("."), regex("^.*$"), regex("(?i)[^a]")});
  EXPECT_EQ(scan(*group, {"aa", "A"}), Slots({1, 2}));
  EXPECT_EQ(scan(*group, {"aa", "b\n"}), Slots({0, 1, 2, 3}));
  EXPECT_EQ(scan(*group, {""}), Slots({2}));
  EXPECT_EQ(group->databases(), 0U);
}

TEST(ScanGroupTest, TellsWhatIsFoundInAllFromWhatIsFoundInEach) {
  const auto group = compileOne({regex("needle"), regex("[\\n\\r]")});
  const std::vector<std::string_view> values = {"a needle", "two\nlines"};
  BitSet hits;
  group->scanTogether(values, hits);
  EXPECT_TRUE(hits.test(0));
  EXPECT_FALSE(hits.test(1));
  EXPECT_TRUE(group->looksAtEach());
  group->scanEach(values[0], hits);
  EXPECT_FALSE(hits.test(1));
  group->scanEach(values[1], hits);
  EXPECT_TRUE(hits.test(1));
}

// Too much for Hyperscan, and a gate of it would report most texts.
TEST(ScanGroupTest, LooksForALargePatternExactly) {
  std::string command;
  for (const char c : std::string_view("busybox")) command += std::string(1, c) + "[\"'\\)\\[]*";
  const auto group =
      compileOne({regex("(?i)(?:^|;)(?:" + command + "|(?:[a-f]{1,9}[g-m]){400})"), regex("x")});
  EXPECT_TRUE(group->isScanned(0));
  EXPECT_EQ(scan(*group, {"a", "; no such", "y"}), Slots());
  EXPECT_EQ(scan(*group, {"a", "B\"u's[ybo)X"}), Slots({0}));
}

TEST(ScanGroupTest, TakesALiteralWithANulByte) {
  const auto group = compileOne({literal(std::string("a\0b", 3))});
  EXPECT_TRUE(group->isScanned(0));
  EXPECT_EQ(scan(*group, {std::string_view("xa\0by", 5)}), Slots({0}));
  EXPECT_EQ(scan(*group, {std::string_view("xa.by", 5)}), Slots());
}

TEST(ScanGroupTest, DoesNotReadALiteralAsAPattern) {
  const auto group = compileOne({literal("a.c")});
  EXPECT_EQ(scan(*group, {"abc"}), Slots());
}

TEST(ScanGroupTest, IgnoresAsciiCaseWhereAsked) {
  const auto group = compileOne({literal("Select", true), literal("Select")});
  EXPECT_EQ(scan(*group, {"sELECT"}), Slots({0}));
}

TEST(ScanGroupTest, FindsEndsOfValuesWithinTheJoinedBuffer) {
  const auto group = compileOne({regex("^b$")});
  EXPECT_EQ(scan(*group, {"a", "b", "c"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"ab", "bc"}), Slots());
}

TEST(ScanGroupTest, ScansPatternsThatLookAtTheValuesEndsOneByOne) {
  const auto group = compileOne({regex("\\Ab\\z", false)});
  EXPECT_TRUE(group->isScanned(0));
  EXPECT_EQ(scan(*group, {"a", "b", "c"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"a", "bb", "c"}), Slots());
}

TEST(ScanGroupTest, FindsTheEmptyValueWhereverItStands) {
  const auto group = compileOne({regex("^$"), regex("\\A\\z", false)});
  for (const std::vector<std::string_view>& values :
       {std::vector<std::string_view>{""}, {"a", ""}, {"", "a"}, {"a", "", "b"}, {"", ""}}) {
    EXPECT_EQ(scan(*group, values), Slots({0, 1}));
  }
  EXPECT_EQ(scan(*group, {"a", "b"}), Slots());
}

TEST(ScanGroupTest, ReportsASlotWhenAnyOfItsPatternsOccurs) {
  Patterns two = literal("one");
  two.push_back(regex("\\Atwo", false).front());
  const auto group = compileOne({two});
  EXPECT_EQ(scan(*group, {"x one"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"x", "two"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"x two"}), Slots());
}

TEST(ScanGroupTest, SharesOnePatternBetweenSlots) {
  const auto group = compileOne({literal("x"), literal("x")});
  EXPECT_EQ(scan(*group, {"x"}), Slots({0, 1}));
}

TEST(ScanGroupTest, ReportsEverythingWithoutHyperscan) {
  const auto group = compileOne({literal("x"), regex("y")}, {.use_hyperscan = false});
  EXPECT_EQ(group->databases(), 0U);
  EXPECT_EQ(scan(*group, {"nothing"}), Slots({0, 1}));
}

TEST(ScanGroupTest, TakesThirtyThousandLiterals) {
  ScanGroupBuilder builder;
  for (int i = 0; i < 30000; ++i) builder.add(literal("word-" + std::to_string(i * 7919) + "-end"));
  const auto group = compileScanGroups({builder}, {}).front();
  EXPECT_EQ(group->alwaysReported().count(), 0U);
  EXPECT_EQ(scan(*group, {"a word-0-end", "or word-237562081-end", "word-79190-en"}),
            Slots({0, 29999}));
}

TEST(ScanGroupTest, CompilesManyGroupsAndReportsProgress) {
  std::vector<ScanGroupBuilder> builders(20);
  for (size_t i = 0; i < builders.size(); ++i) {
    builders[i].add(regex("[a-c]" + std::to_string(i)));
    builders[i].add(literal("w" + std::to_string(i)));
  }
  size_t calls = 0;
  const auto groups = compileScanGroups(builders, {.threads = 4}, [&](size_t done, size_t total) {
    EXPECT_LE(done, total);
    ++calls;
    return true;
  });
  ASSERT_EQ(groups.size(), 20U);
  EXPECT_GE(calls, 2U);
  EXPECT_EQ(scan(*groups[17], {"xb17"}), Slots({0}));
}

TEST(ScanGroupTest, StopsWhenTheProgressSaysSo) {
  ScanGroupBuilder builder;
  builder.add(regex("[a-c]x"));
  const auto groups = compileScanGroups({builder}, {}, [](size_t, size_t) { return false; });
  EXPECT_TRUE(groups.empty());
}

TEST(ScanGroupTest, AnswersOnManyThreadsAtOnce) {
  const auto small = compileOne({literal("x")});
  const auto large = compileOne({regex("(?:[a-f][0-9]{2,40}){3}"), regex("^.{5,90}$")});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        EXPECT_EQ(scan(*small, {"axb"}), Slots({0}));
        EXPECT_EQ(scan(*large, {"a11b22c33"}), Slots({0, 1}));
      }
    });
  }
}

// A line feed joins values, and is a shell's separator, too.
TEST(ScanGroupTest, FindsNothingAtTheSeamOfTwoValues) {
  const auto group = compileOne({regex("[\\n;]\\s*sort\\b"), regex("cat")});
  EXPECT_EQ(scan(*group, {"page", "sort", "x"}), Slots());
  EXPECT_EQ(scan(*group, {"page", "a;sort", "cat"}), Slots({0, 1}));
  EXPECT_EQ(scan(*group, {"page\nsort"}), Slots({0}));
  EXPECT_EQ(scan(*group, {"", "x", "a\n\nsort", ""}), Slots({0}));
}

TEST(ScanGroupTest, BytesAloneRuleOutWhatNeedsOthers) {
  const auto group = compileOne({regex("<a"), regex("[;|]"), regex("[\\n\\r]x"), Patterns{}});
  const auto rules_out = [&](std::string_view text, bool any_empty = false) {
    ByteMask bytes;
    bytes.add(text);
    return group->rulesOut(bytes, any_empty);
  };
  EXPECT_TRUE(rules_out("plain text", true));
  EXPECT_TRUE(rules_out("<"));
  EXPECT_TRUE(rules_out("a\n"));
  EXPECT_FALSE(rules_out("a <"));
  EXPECT_FALSE(rules_out(";"));
  EXPECT_FALSE(rules_out("x\r"));
  EXPECT_EQ(scan(*group, {"plain text"}), Slots({3}));
}

TEST(ScanGroupTest, OneSetOfBytesRulesOutAllPatterns) {
  const auto group = compileOne({regex("<a"), regex("[;|]"), literal("%00")});
  EXPECT_FALSE(group->passing().intersects(ByteMask::of("plain text 123")));
  for (const char* text : {"<", ";", "|", "%"}) {
    EXPECT_TRUE(group->passing().intersects(ByteMask::of(text))) << text;
  }
  EXPECT_FALSE(group->passesEmpty());
  EXPECT_TRUE(compileOne({regex("<a"), regex("^$")})->passesEmpty());
  EXPECT_EQ(compileOne({regex("<a"), regex("^[a-z]*$")})->passing(), ByteMask::all());
}

TEST(ScanGroupTest, BytesRuleNothingOutForAPatternOfTheEmptyValue) {
  const auto group = compileOne({regex("^$"), regex("<")});
  ByteMask bytes;
  bytes.add("x");
  EXPECT_FALSE(group->rulesOut(bytes, true));
  EXPECT_EQ(scan(*group, {"x", ""}), Slots({0}));
}

}  // namespace
}  // namespace waf
