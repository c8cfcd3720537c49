// Hyperscan against PCRE2: what a scan leaves out must not match, whatever the values are joined
// with.

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/waf/support/crs_patterns.h"
#include "tests/waf/support/seclang_rows.h"
#include "waf/operators/operator.h"
#include "waf/scan/scan_group.h"

namespace waf {
namespace {

struct Scanned {
  std::vector<std::unique_ptr<Operator>> operators;
  std::shared_ptr<const ScanGroup> group;
};

// Groups of the size that rule sets have; one for all would take long to compile. In a group of one
// pattern nothing hides what is left out for want of bytes.
std::vector<Scanned> compile(const std::vector<std::string>& patterns, size_t group_size = 40) {
  std::vector<Scanned> all;
  std::vector<ScanGroupBuilder> builders;
  for (size_t i = 0; i < patterns.size(); ++i) {
    auto rx = createOperator("rx", patterns[i], false, {});
    EXPECT_TRUE(rx) << patterns[i] << ": " << rx.error().message;
    if (!rx) continue;
    if (i % group_size == 0) {
      builders.emplace_back();
      all.emplace_back();
    }
    builders.back().add((*rx)->scanPatterns());
    all.back().operators.push_back(*std::move(rx));
  }
  const auto groups = compileScanGroups(builders, {});
  for (size_t i = 0; i < groups.size(); ++i) all[i].group = groups[i];
  return all;
}

// Changes a few bytes: the near misses of a pattern, and what is special to it.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  size_t below(size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random_);
  }

  std::string mutate(std::string value) {
    static constexpr char kBytes[] =
        "\n\r\t \0\x0b\x1f\x7f\x80\xff_-09azAZ'\"\\/<>(){}[]|&;$^.*+?=%";
    constexpr std::string_view kSpecial(kBytes, sizeof kBytes - 1);
    const size_t changes = below(4);
    for (size_t i = 0; i < changes; ++i) {
      const size_t at = below(value.size() + 1);
      const char byte = kSpecial[below(kSpecial.size())];
      switch (below(4)) {
        case 0:
          value.insert(at, 1, byte);
          break;
        case 1:
          if (at < value.size()) value[at] = byte;
          break;
        case 2:
          value.erase(at, 1 + below(3));
          break;
        default:
          value += value.substr(at, below(12));
      }
    }
    return value;
  }

 private:
  std::mt19937 random_;
};

// Pieces of the patterns' own texts without their syntax: they nearly match, and often do.
std::vector<std::string> seedsFrom(const std::vector<std::string>& patterns) {
  std::vector<std::string> seeds = {"", "\n", "a\n", "\nb", "word", "id=1", "x y"};
  for (const std::string& pattern : patterns) {
    std::string seed;
    for (size_t i = 0; i < pattern.size(); ++i) {
      const char c = pattern[i];
      if (c == '(' || c == '|' || c == '[') {
        if (seed.size() > 2) seeds.push_back(seed);
        seed.clear();
      } else if (c == '\\' && i + 1 < pattern.size()) {
        const char next = pattern[++i];
        seed += next == 's' || next == 'b' ? ' ' : next == 'd' ? '7' : next == 'w' ? 'w' : next;
      } else if (std::string_view("?:)*+]^${}").find(c) == std::string_view::npos) {
        seed += c;
      }
    }
    if (!seed.empty()) seeds.push_back(seed);
  }
  return seeds;
}

bool matches(const Operator& rx, std::string_view value) {
  OperatorMatch match;
  return rx.evaluate(value, "", match) || match.limit_exceeded;
}

// Whether the values' bytes alone say that nothing is found.
bool isRuledOut(const ScanGroup& group, std::span<const std::string_view> values) {
  ByteMask bytes;
  bool any_empty = false;
  for (const std::string_view value : values) {
    bytes.add(value);
    any_empty = any_empty || value.empty();
  }
  const bool ruled_out = group.rulesOut(bytes, any_empty);
  const bool lacks_all = !bytes.intersects(group.passing()) && !(any_empty && group.passesEmpty());
  EXPECT_TRUE(ruled_out || !lacks_all) << test::printable(std::string(values[0]));
  return ruled_out;
}

// Returns the number of (pattern, value) pairs that were compared.
size_t compare(const Scanned& scanned, const std::vector<std::string>& seeds, size_t rounds) {
  Mutator mutator(20251125);
  size_t compared = 0;
  for (size_t round = 0; round < rounds; ++round) {
    std::vector<std::string> values(1 + mutator.below(6));
    for (std::string& value : values) value = mutator.mutate(seeds[mutator.below(seeds.size())]);
    const std::vector<std::string_view> views(values.begin(), values.end());
    BitSet hits;
    scanned.group->scan(views, hits);
    const bool ruled_out = isRuledOut(*scanned.group, views);
    for (size_t slot = 0; slot < scanned.operators.size(); ++slot) {
      if (scanned.group->alwaysReported().test(slot)) continue;
      bool any = false;
      for (const std::string_view value : views)
        any = any || matches(*scanned.operators[slot], value);
      compared += views.size();
      EXPECT_FALSE(any && ruled_out) << "pattern " << slot << " in " << test::printable(values[0]);
      // One value alone has no seams: then a hit means a match, too. Only Hyperscan's "^" also
      // holds after a line feed that ends the value.
      const bool exact =
          scanned.group->isScanned(slot) && views.size() == 1 && !views[0].ends_with('\n');
      if (any ? hits.test(slot) : !(exact && hits.test(slot))) continue;
      ADD_FAILURE() << "pattern " << slot << (any ? " missed in " : " reported in ")
                    << test::printable(values[0]) << " and " << views.size() - 1 << " more";
    }
  }
  return compared;
}

// Each value alone; the patterns with a gate meet all of them, the others every eighth. Returns how
// many matched.
size_t compareAlone(const Scanned& scanned, const std::vector<std::string>& values) {
  size_t matched = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string_view view = values[i];
    BitSet hits;
    scanned.group->scan({&view, 1}, hits);
    for (size_t slot = 0; slot < scanned.operators.size(); ++slot) {
      if (hits.test(slot) || (scanned.group->isScanned(slot) && i % 8 != 0)) continue;
      if (matches(*scanned.operators[slot], view)) {
        ADD_FAILURE() << "pattern " << slot << " missed in " << test::printable(values[i]);
      }
    }
    matched += hits.count();
  }
  return matched;
}

const std::vector<std::string> kPatterns = {
    "union\\s+select",
    "(?i)union[\\s\\x0b]+(?:all[\\s\\x0b]+)?select",
    "^admin",
    "admin$",
    "^\\d+$",
    "^$",
    "^[^\\r\\n]*$",
    "\\Aroot",
    "root\\z",
    "root\\Z",
    "\\Aexact\\z",
    "\\bor\\b",
    "\\Bor\\B",
    "[^a-z]\\w+\\W",
    "[[:alpha:]][[:digit:]]+[[:^space:]]",
    "a.c",
    "(?-s)a.c",
    "(?s-m)^start.end$",
    "(?m)^line$",
    "[\\s\\x0b]x",
    "\\s\\S",
    "\\x00|\\xff",
    "[\\x80-\\xff]{2,}",
    "(?i:SeLeCt)",
    "(?i)K[\\x5c]?ey",
    "ab?c*d+e{2,3}f{2,}g{,3}",
    "ab*?c+?d??",
    "(?:a|ab)(?:c|bcd)(?:d*)",
    "[]a-]x",
    "[^]a]x",
    "[a\\]b]+c",
    "\\Qa.b*c\\E+",
    "\\.\\./",
    "<[^>]*>",
    "[\"'`][^\"'`]{0,20}[\"'`]",
    "\\$\\{[^}]*\\}",
    "(?:^|[^\\\\])\\\\[cdegh]",
    "(?:^|;)\\s*\\w+=",
    "(?:;|$)",
    "x*",
    "\\d{3}-\\d{2}",
    "\\x41\\x{42}\\103\\t\\e",
    "%[0-9a-fA-F]{2}",
    "<\\?(?!xml)[a-z]",
    "(?<![a-z])or\\b(?=\\s)",
    "c[\"']*\\\\?a(?:\\$[a-z]*)?t(?!x)",
    "(?i)(?:(?:c[\"']*u[\"']*r|w[\"']*g)[\"']*[lt](?![a-z]))+",
    "x(?:a|b\\$?)*[\"']?y(?=z|$)",
};

TEST(ScanDifferentialTest, AgreesWithPcreOnOurPatterns) {
  const auto seeds = seedsFrom(kPatterns);
  size_t compared = 0;
  for (const Scanned& scanned : compile(kPatterns)) compared += compare(scanned, seeds, 10000);
  EXPECT_GT(compared, 1'000'000U);
  for (const Scanned& scanned : compile(kPatterns, 1)) compare(scanned, seeds, 4000);
}

// Values of requests by their bytes alone: nothing that a scan would find is left out, and much
// that it would not.
TEST(ScanDifferentialTest, WhatTheBytesRuleOutNoScanFinds) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "shared conformance data is absent: this suite did not run\n";
    return;
  }
  auto patterns = test::rxPatternsIn(*shared + "/conformance/crs/rules");
  const auto seeds = seedsFrom(patterns);
  const auto values = test::requestValuesIn(*shared + "/conformance/crs/tests");
  // Those that take long to compile alone are no others than in the groups above.
  std::erase_if(patterns, [](const std::string& pattern) { return pattern.size() > 1000; });
  size_t ruled_out = 0;
  size_t asked = 0;
  for (const Scanned& scanned : compile(patterns, 1)) {
    compare(scanned, seeds, 100);
    for (const std::string& value : values) {
      const std::string_view view = value;
      BitSet hits;
      scanned.group->scan({&view, 1}, hits);
      const bool by_bytes = isRuledOut(*scanned.group, {&view, 1});
      EXPECT_TRUE(!by_bytes || hits == scanned.group->alwaysReported()) << test::printable(value);
      ruled_out += by_bytes ? 1 : 0;
      ++asked;
      OperatorMatch match;
      if (hits.any() || !scanned.operators[0]->evaluate(view, "", match)) continue;
      ADD_FAILURE() << "missed in " << test::printable(value);
    }
  }
  std::cout << ruled_out << " of " << asked << " scans ruled out by bytes\n";
  EXPECT_GT(ruled_out, asked / 3);
}

TEST(ScanDifferentialTest, AgreesWithPcreOnTheCrs) {
  const auto shared = test::sharedFolder(SOURCE_DIR);
  if (!shared) {
    std::cout << "shared conformance data is absent: this suite did not run\n";
    return;
  }
  const auto patterns = test::rxPatternsIn(*shared + "/conformance/crs/rules");
  ASSERT_EQ(patterns.size(), 318U);
  const auto seeds = seedsFrom(patterns);
  const auto values = test::requestValuesIn(*shared + "/conformance/crs/tests");
  ASSERT_GT(values.size(), 3000U);
  size_t reported = 0;
  size_t in_hyperscan = 0;
  size_t always_reported = 0;
  size_t compared = 0;
  for (const Scanned& scanned : compile(patterns)) {
    for (size_t slot = 0; slot < scanned.operators.size(); ++slot) {
      in_hyperscan += scanned.group->isScanned(slot) ? 1 : 0;
    }
    always_reported += scanned.group->alwaysReported().count();
    compared += compare(scanned, seeds, 400);
    reported += compareAlone(scanned, values);
  }
  std::cout << in_hyperscan << " of " << patterns.size() << " patterns in Hyperscan, "
            << always_reported << " always reported, " << compared << " evaluations compared, "
            << reported << " reports on " << values.size() << " values of the CRS's tests\n";
  EXPECT_GE(in_hyperscan, 290U);
}

}  // namespace
}  // namespace waf
