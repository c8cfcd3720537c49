#include "waf/transformations/transformation.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/waf/support/seclang_rows.h"
#include "tests/waf/support/transformation_names.h"

namespace waf {
namespace {

using test::kTransformationNames;

std::string apply(const Transformation* transformation, std::string_view value) {
  std::string out;
  return transformation->apply(value, out) ? out : std::string(value);
}

TEST(TransformationTableTest, FindsNamesInAnyCase) {
  for (const std::string_view name : kTransformationNames) {
    const Transformation* found = findTransformation(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->name, name);
  }
  EXPECT_EQ(findTransformation("URLDECODEUNI"), findTransformation("urlDecodeUni"));
}

TEST(TransformationTableTest, HasNoOtherNames) {
  EXPECT_EQ(findTransformation("none"), nullptr);
  EXPECT_EQ(findTransformation(""), nullptr);
}

TEST(TransformationTableTest, ProposesTheNearestName) {
  EXPECT_EQ(nearestTransformation("urlDecodeUnicode"), "urlDecodeUni");
  EXPECT_EQ(nearestTransformation("lowerCase"), "lowercase");
}

// Bytes that mean something to one transformation or another.
std::string randomValue(std::mt19937& random) {
  static constexpr char kBytes[] =
      "\\\\\\%%%&&##;;xXuU0123456789abcdefABCDEF+-<>!/*..[] "
      "\t\n\r\0\xa0\xc3\xa4\xe2\x82\xf0=quotlamp";
  std::string value;
  for (size_t i = random() % 40; i > 0; --i) value += kBytes[random() % (sizeof kBytes - 1)];
  return value;
}

TEST(TransformationTest, GateAndAnswerAgreeOnAnyBytes) {
  std::mt19937 random(4711);
  std::string out;
  for (int round = 0; round < 5000; ++round) {
    const std::string value = randomValue(random);
    for (const std::string_view name : kTransformationNames) {
      const Transformation* transformation = findTransformation(name);
      const bool changed = transformation->apply(value, out);
      ASSERT_EQ(changed, changed && out != value) << name << " " << test::printable(value);
      ASSERT_TRUE(!changed || transformation->mayChange(value))
          << name << " " << test::printable(value);
    }
  }
}

TEST(TransformationTest, LeavesAShortValueInALongBufferShort) {
  std::string out(1000, 'x');
  ASSERT_TRUE(findTransformation("lowercase")->apply("ABC", out));
  EXPECT_EQ(out, "abc");
}

TEST(UrlDecodeUniTest, TakesTheLowByteWithoutAMap) {
  EXPECT_EQ(apply(findTransformation("urlDecodeUni"), "%u2039%u0141"), "9A");
}

TEST(UrlDecodeUniTest, TakesTheBestFitWithAMap) {
  EXPECT_EQ(apply(urlDecodeUniWithBestFit(), "%u2039script%u203a"), "<script>");
  EXPECT_EQ(apply(urlDecodeUniWithBestFit(), "%u2018%uff07%u02b9"), "'''");
  EXPECT_EQ(apply(urlDecodeUniWithBestFit(), "%u00e4%u0141%uff21%u2044"), "aLA/");
  EXPECT_EQ(apply(urlDecodeUniWithBestFit(), "%u0041+%42"), "A B");
}

TEST(UrlDecodeUniTest, TakesTheLowByteOfWhatHasNoBestFit) {
  EXPECT_EQ(apply(urlDecodeUniWithBestFit(), "%u4e41"), "A");
}

// What a value's bytes alone say of it.
TEST(TransformationTest, AValueWithoutTheBytesThatItNeedsIsNotChanged) {
  std::mt19937 random(11);
  for (const std::string_view name : kTransformationNames) {
    const Transformation* transformation = findTransformation(name);
    if (transformation->needs == nullptr) continue;
    size_t untouched = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string value = randomValue(random);
      if (i % 2 == 0 && value.size() > 3) value.resize(3);
      ByteMask bytes;
      bytes.add(value);
      if (bytes.intersects(*transformation->needs)) continue;
      ++untouched;
      std::string out;
      ASSERT_FALSE(transformation->apply(value, out))
          << name << " of " << ::testing::PrintToString(value);
    }
    EXPECT_GT(untouched, 100U) << name;
  }
}

TEST(TransformationTest, AResultHasNoOtherBytesThanItsValueLetsExpect) {
  std::mt19937 random(12);
  for (const std::string_view name : kTransformationNames) {
    const Transformation* transformation = findTransformation(name);
    if (transformation->bytesAfter == nullptr) continue;
    size_t changed = 0;
    for (int i = 0; i < 60'000; ++i) {
      const std::string value = randomValue(random);
      std::string out;
      if (!transformation->apply(value, out)) continue;
      ++changed;
      ByteMask before;
      before.add(value);
      ByteMask after;
      after.add(out);
      ASSERT_TRUE(after.isWithin(transformation->bytesAfter(before)))
          << name << " of " << ::testing::PrintToString(value);
    }
    EXPECT_GT(changed, 100U) << name;
  }
}

}  // namespace
}  // namespace waf
