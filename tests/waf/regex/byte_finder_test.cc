#include "waf/regex/byte_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "waf/base/byte_mask.h"

namespace waf {
namespace {

struct Case {
  ByteSet set;
  std::string text;
};

// Sets of few and of many bytes; texts of every length around the blocks of 16, most of whose bytes
// are not in the set.
Case randomCase(std::mt19937& random) {
  Case made;
  const size_t members = random() % 4 == 0 ? 100 : random() % 5;
  for (size_t i = 0; i < members; ++i) made.set.set(random() % 256);
  const size_t length = random() % 70;
  while (made.text.size() < length) {
    const unsigned byte = random() % 256;
    if (made.set.test(byte) && random() % 32 != 0) continue;
    made.text += static_cast<char>(byte);
  }
  return made;
}

TEST(ByteFinderTest, FindsTheFirstByteOfTheSetInAnyText) {
  std::mt19937 random(5);
  size_t found = 0;
  for (int round = 0; round < 60'000; ++round) {
    const Case c = randomCase(random);
    const auto expected = std::find_if(c.text.begin(), c.text.end(), [&](char byte) {
      return c.set.test(static_cast<unsigned char>(byte));
    });
    ASSERT_EQ(ByteFinder(c.set).find(c.text), static_cast<size_t>(expected - c.text.begin()))
        << ::testing::PrintToString(c.text);
    found += expected != c.text.end() ? 1 : 0;
  }
  EXPECT_GT(found, 4'000U);
}

TEST(ByteFinderTest, KnowsItsMembers) {
  ByteSet set;
  for (const unsigned byte : {0U, 10U, 65U, 127U, 128U, 255U}) set.set(byte);
  const ByteFinder finder(set);
  for (unsigned byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(finder.has(static_cast<char>(byte)), set.test(byte)) << byte;
  }
}

TEST(ByteMaskTest, SaysWhatTheTextsHoldTogether) {
  std::mt19937 random(6);
  for (int round = 0; round < 20'000; ++round) {
    ByteMask present;
    ByteMask together;
    ByteSet expected;
    for (size_t texts = random() % 4; texts-- > 0;) {
      std::string text = randomCase(random).text;
      if (random() % 2 == 0) {
        for (char& c : text) c = static_cast<char>(c & 0x7f);
      }
      present.add(text);
      ByteMask one;
      one.add(text);
      together.add(one);
      for (const char c : text) expected.set(static_cast<unsigned char>(c));
    }
    ASSERT_EQ(present, ByteMask(expected));
    ASSERT_EQ(together, present);
    const ByteSet wanted = randomCase(random).set;
    ASSERT_EQ(present.intersects(ByteMask(wanted)), (expected & wanted).any());
  }
}

}  // namespace
}  // namespace waf
