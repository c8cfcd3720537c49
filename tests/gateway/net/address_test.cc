#include "gateway/net/address.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(AddressTest, SplitsHostAndPort) {
  const auto name = splitHostPort("app.internal:9000");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->host, "app.internal");
  EXPECT_EQ(name->port, 9000);
  const auto literal = splitHostPort("[::1]:443");
  ASSERT_TRUE(literal);
  EXPECT_EQ(literal->host, "::1");
  EXPECT_EQ(splitHostPort(":80")->host, "");
}

TEST(AddressTest, SaysWhatIsWrong) {
  for (const char* text : {"", "a", "a:", "a:b", "a:65536", "a:-1", "::1:80", "[::1", "[::1]80",
                           "a b:80", "http://a:80", "a/b:80", "u@a:80"}) {
    const auto result = splitHostPort(text);
    EXPECT_FALSE(result) << text;
    if (result) continue;
    EXPECT_NE(result.error().message.find("address \""), std::string::npos);
  }
}

TEST(AddressTest, ParsesNumericAddressesOnly) {
  EXPECT_EQ(parseSocketAddress("127.0.0.1:8080")->toString(), "127.0.0.1:8080");
  EXPECT_EQ(parseSocketAddress("[::1]:8080")->toString(), "[::1]:8080");
  EXPECT_EQ(parseSocketAddress(":8080")->toString(), "[::]:8080");
  EXPECT_FALSE(parseSocketAddress("localhost:8080"));
}

TEST(AddressTest, ResolvesNames) {
  const auto addresses = resolveAddress("localhost:9000");
  ASSERT_TRUE(addresses);
  EXPECT_EQ(addresses->front().port(), 9000);
  EXPECT_FALSE(resolveAddress("127.0.0.1:0"));
  EXPECT_FALSE(resolveAddress(":80"));
}

TEST(AddressTest, ClientAddressesCompareWhateverTheFamily) {
  const auto plain = toIpAddress(*parseSocketAddress("192.0.2.7:1"));
  const auto mapped = toIpAddress(*parseSocketAddress("[::ffff:192.0.2.7]:1"));
  EXPECT_EQ(plain, mapped);
  EXPECT_EQ(plain.toString(), "192.0.2.7");
}

}  // namespace
}  // namespace gateway
