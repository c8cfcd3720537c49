#include "gateway/http1/header_fields.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/http1/name_set.h"

namespace gateway {
namespace {

TEST(HeaderFieldsTest, FindsNamesInAnyCase) {
  HeaderFields fields;
  fields.add("Content-LENGTH", "3");
  fields.add("x-a", "1");
  fields.add("X-A", "2");
  EXPECT_EQ(fields.value("content-length"), "3");
  EXPECT_EQ(fields.value("X-a"), "1");
  EXPECT_EQ(fields.count("x-A"), 2u);
  EXPECT_FALSE(fields.has("content-lengths"));
  EXPECT_FALSE(fields.has(""));
  fields.clear();
  EXPECT_FALSE(fields.mayHave("x-a"));
}

TEST(HeaderFieldsTest, NamesOfTheSameBitAreToldApart) {
  HeaderFields fields;
  fields.add("host", "a");
  size_t same_bit = 0;
  for (int i = 0; i < 26 * 26; ++i) {
    std::string name = "a-b";
    name.front() = static_cast<char>('a' + i / 26);
    name.back() = static_cast<char>('a' + i % 26);
    if (nameBit(name) != nameBit("host")) continue;
    ++same_bit;
    EXPECT_TRUE(fields.mayHave(name));
    EXPECT_FALSE(fields.has(name)) << name;
    EXPECT_EQ(fields.count(name), 0u) << name;
  }
  EXPECT_GT(same_bit, 0u);
}

TEST(NameSetTest, HoldsItsNamesOnly) {
  constexpr auto set = nameSet({"te", "upgrade", "x-forwarded-for"});
  for (const char* name : {"te", "TE", "Upgrade", "X-FORWARDED-FOR"}) {
    EXPECT_TRUE(set.contains(name)) << name;
    EXPECT_TRUE(set.contains(HeaderField{name, "", nameBit(name)})) << name;
  }
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(set.contains("x-" + std::to_string(i))) << i;
}

}  // namespace
}  // namespace gateway
