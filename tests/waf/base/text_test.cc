#include "waf/base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace waf {
namespace {

bool equalByteByByte(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return asciiLower(x) == asciiLower(y); });
}

TEST(EqualsIgnoreCaseTest, AnyTwoBytesAtAnyPlaceOfAnyLength) {
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t place = 0; place < size; ++place) {
      std::string a(size, 'k');
      std::string b(size, 'K');
      for (int x = 0; x < 256; ++x) {
        for (int y = 0; y < 256; ++y) {
          a[place] = static_cast<char>(x);
          b[place] = static_cast<char>(y);
          const bool same = asciiLower(a[place]) == asciiLower(b[place]);
          ASSERT_EQ(equalsIgnoreCase(a, b), same) << size << " " << place << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(EqualsIgnoreCaseTest, RandomTexts) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string a(random() % 40, '\0');
    for (char& c : a) c = static_cast<char>(random());
    std::string b = a;
    for (char& c : b) {
      if (random() % 3 == 0) c = static_cast<char>(c ^ 0x20);
    }
    ASSERT_EQ(equalsIgnoreCase(a, b), equalByteByByte(a, b));
  }
}

TEST(EqualsIgnoreCaseTest, LengthsDecideFirst) {
  EXPECT_TRUE(equalsIgnoreCase("", ""));
  EXPECT_FALSE(equalsIgnoreCase("", "a"));
  EXPECT_FALSE(equalsIgnoreCase("content-length", "content-lengths"));
  EXPECT_TRUE(equalsIgnoreCase("Content-Length", "content-lENGTH"));
}

}  // namespace
}  // namespace waf
