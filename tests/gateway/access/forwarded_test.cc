#include "gateway/access/forwarded.h"

#include <gtest/gtest.h>

#include "gateway/access/access_list.h"
#include "gateway/access/client_address.h"

namespace gateway {
namespace {

using Nodes = std::vector<std::string>;

TEST(ForwardedTest, ReadsTheNodesOfEveryElement) {
  EXPECT_EQ(forwardedNodes({"for=192.0.2.43"}), Nodes{"192.0.2.43"});
  EXPECT_EQ(forwardedNodes({"For=\"[2001:db8:cafe::17]:4711\""}),
            Nodes{"[2001:db8:cafe::17]:4711"});
  EXPECT_EQ(forwardedNodes({"for=192.0.2.60;proto=http;by=203.0.113.43"}), Nodes{"192.0.2.60"});
  EXPECT_EQ(forwardedNodes({"for=192.0.2.43, for=198.51.100.17", "for=_hidden"}),
            (Nodes{"192.0.2.43", "198.51.100.17", "_hidden"}));
  EXPECT_EQ(forwardedNodes({"proto=https;for=192.0.2.43"}), Nodes{"192.0.2.43"});
  // An element that does not say for whom stands for somebody all the same.
  EXPECT_EQ(forwardedNodes({"for=192.0.2.43, proto=https"}), (Nodes{"192.0.2.43", ""}));
  EXPECT_EQ(forwardedNodes({", for=192.0.2.43 ,"}), Nodes{"192.0.2.43"});
  EXPECT_EQ(forwardedNodes({"for=\"a\\\"b\""}), Nodes{"a\"b"});
}

TEST(ForwardedTest, ALineThatBreaksTheGrammarSaysNothing) {
  for (const char* line : {"for=1.2.3.4, for=\"5.6.7.8", "for", "for=", "=1.2.3.4", "for=1.2.3.4 x",
                           "for=1.2.3.4;for=5.6.7.8", "for = 1.2.3.4", "for=[::1]"}) {
    EXPECT_EQ(forwardedNodes({line}), Nodes{""}) << line;
  }
  EXPECT_EQ(forwardedNodes({"for=\"1", "for=1.2.3.4"}), (Nodes{"", "1.2.3.4"}));
}

TEST(ForwardedTest, TheRightmostUntrustedNodeIsTheClient) {
  const auto trusted = *parseNetworks({"10.0.0.0/8", "2001:db8:1::/48"});
  waf::IpAddress peer;
  ASSERT_TRUE(waf::IpAddress::parse("10.0.0.1", &peer));
  const auto client = [&](std::string_view line) {
    const Nodes nodes = forwardedNodes({line});
    return clientAddress(peer, trusted, {nodes.begin(), nodes.end()}).toString();
  };
  EXPECT_EQ(client("for=6.6.6.6, for=203.0.113.7, for=10.0.0.2"), "203.0.113.7");
  EXPECT_EQ(client("for=6.6.6.6, for=\"[2001:db8::7]:99\", for=\"[2001:db8:1::2]\""),
            "2001:db8::7");
  EXPECT_EQ(client("for=6.6.6.6, for=unknown"), "10.0.0.1");
  EXPECT_EQ(client("for=6.6.6.6, proto=https, for=10.0.0.2"), "10.0.0.2");
}

}  // namespace
}  // namespace gateway
