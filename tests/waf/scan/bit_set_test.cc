#include "waf/scan/bit_set.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

std::vector<size_t> members(const BitSet& set) {
  std::vector<size_t> out;
  set.forEach([&](size_t number) { out.push_back(number); });
  return out;
}

using Numbers = std::vector<size_t>;

TEST(BitSetTest, IsEmptyAgainWhateverSizeItHadBefore) {
  BitSet set(1000);
  set.set(7);
  set.set(999);
  set.clear(10);
  EXPECT_FALSE(set.any());
  set.set(9);
  set.clear(1000);
  EXPECT_TRUE(members(set).empty());
  EXPECT_EQ(set, BitSet(1000));
  EXPECT_FALSE(set.test(999));
  EXPECT_FALSE(set.test(9));
}

TEST(BitSetTest, EqualsWhatHasTheSameMembersAndSize) {
  BitSet one(300);
  BitSet other(300);
  EXPECT_EQ(one, other);
  one.set(5);
  EXPECT_NE(one, other);
  EXPECT_NE(other, one);
  other.set(299);
  other.reset(299);
  other.set(5);
  EXPECT_EQ(one, other);
  EXPECT_NE(BitSet(3), BitSet(4));
}

TEST(BitSetTest, ACopyHasTheMembersAndNothingOfItsOwn) {
  BitSet small(70);
  small.set(69);
  BitSet set(1000);
  set.set(0);
  set.set(640);
  set = small;
  EXPECT_EQ(set.size(), 70U);
  EXPECT_EQ(members(set), (Numbers{69}));
  BitSet large(1000);
  large.set(500);
  set = large;
  EXPECT_EQ(members(set), (Numbers{500}));
  EXPECT_EQ(BitSet(set), large);
}

TEST(BitSetTest, AddsBitsFromAnyPlace) {
  const uint64_t bits[3] = {uint64_t{1} << 63, 1, 2};
  BitSet set(66);
  set.addBits(bits, 63);
  EXPECT_EQ(members(set), (Numbers{0, 1}));
  set.clear(130);
  set.addBits(bits, 0);
  EXPECT_EQ(members(set), (Numbers{63, 64, 129}));
  BitSet other(130);
  other.set(2);
  other.add(set);
  EXPECT_EQ(members(other), (Numbers{2, 63, 64, 129}));
}

TEST(BitSetTest, HoldsAllNumbersBelowItsSizeAndNoOthers) {
  BitSet set(130);
  set.setAll();
  EXPECT_EQ(set.count(), 130U);
  EXPECT_EQ(set.word(2), 3U);
  size_t missing = 0;
  set.reset(64);
  set.forEachWordMissing([&](uint64_t bits, size_t number) {
    if (bits != 0) missing = number + static_cast<size_t>(std::countr_zero(bits));
  });
  EXPECT_EQ(missing, 64U);
}

}  // namespace
}  // namespace waf
