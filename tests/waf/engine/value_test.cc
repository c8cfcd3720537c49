#include "waf/engine/value.h"

#include <gtest/gtest.h>

namespace waf {
namespace {

TEST(NameHashTest, IsTheSameInCapitalsAndAnotherForAnotherByte) {
  const std::string small = "abcdefghijklmnopqrstuvwxyz_012-";
  std::string capital = small;
  for (char& c : capital) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (size_t size = 0; size <= small.size(); ++size) {
    const std::string_view name = std::string_view(small).substr(0, size);
    EXPECT_EQ(nameHash(name), nameHash(std::string_view(capital).substr(0, size)));
    for (size_t i = 0; i < size; ++i) {
      std::string other(name);
      other[i] = '.';
      EXPECT_NE(nameHash(name), nameHash(other)) << other;
    }
    EXPECT_NE(nameHash(name), nameHash(std::string(name) + "a"));
  }
}

}  // namespace
}  // namespace waf
