#include "gateway/net/proxy_protocol.h"

#include <gtest/gtest.h>

#include "gateway/net/address.h"
#include "gateway/net/read_proxy_head.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/stream_pair.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using Status = ProxyHeadStatus;

ProxyEndpoint at(const char* address, uint16_t port) {
  ProxyEndpoint out;
  EXPECT_TRUE(waf::IpAddress::parse(address, &out.address));
  out.port = port;
  return out;
}

Status parse(std::string_view bytes, ProxyHead* head) {
  std::string_view why;
  const Status status = parseProxyHead(bytes, head, &why);
  EXPECT_EQ(why.empty(), status != Status::Refused);
  return status;
}

Status parse(std::string_view bytes) {
  ProxyHead head;
  return parse(bytes, &head);
}

// The signature, version and command, family, and what the length counts.
std::string binary(char command, char family, const std::string& rest) {
  std::string out("\r\n\r\n\0\r\nQUIT\n", 12);
  out += command;
  out += family;
  out += static_cast<char>(rest.size() >> 8);
  out += static_cast<char>(rest.size() & 0xff);
  return out + rest;
}

const std::string kIpv4("\xcb\x00\x71\x07\xc6\x33\x64\x01\x12\x67\x01\xbb", 12);

TEST(ProxyProtocolTest, ReadsALineOfVersion1) {
  ProxyHead head;
  ASSERT_EQ(parse("PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\nGET", &head), Status::Complete);
  EXPECT_TRUE(head.named);
  EXPECT_EQ(head.bytes, 46u);
  EXPECT_EQ(head.source, at("203.0.113.7", 4711));
  EXPECT_EQ(head.destination, at("198.51.100.1", 443));
  ASSERT_EQ(parse("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", &head), Status::Complete);
  EXPECT_EQ(head.source, at("2001:db8::1", 1));
  EXPECT_EQ(head.destination.port, 65535);
  ASSERT_EQ(parse("PROXY UNKNOWN whatever follows\r\n", &head), Status::Complete);
  EXPECT_FALSE(head.named);
}

TEST(ProxyProtocolTest, RefusesWhatIsNoLineOfVersion1) {
  for (const char* line :
       {"GET / HTTP/1.1\r\n", "PROXY TCP4 203.0.113.7 198.51.100.1 4711\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443 \r\n",
        "PROXY TCP4 203.0.113.7  198.51.100.1 4711 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4711 65536\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 04711 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 +1 443\r\n", "PROXY TCP4 ::1 ::1 4711 443\r\n",
        "PROXY TCP6 203.0.113.7 198.51.100.1 4711 443\r\n",
        "PROXY TCP4 203.0.113.256 198.51.100.1 4711 443\r\n", "PROXY UDP4 1.1.1.1 1.1.1.1 1 1\r\n",
        "proxy TCP4 203.0.113.7 198.51.100.1 4711 443\r\n", "PROXY\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\n\r\n"}) {
    EXPECT_EQ(parse(line), Status::Refused) << line;
  }
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), Status::Complete);
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"), Status::Refused);
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(200, 'x')), Status::Refused);
}

TEST(ProxyProtocolTest, ReadsVersion2) {
  ProxyHead head;
  ASSERT_EQ(parse(binary('\x21', '\x11', kIpv4) + "GET", &head), Status::Complete);
  EXPECT_EQ(head.bytes, 28u);
  EXPECT_EQ(head.source, at("203.0.113.7", 4711));
  EXPECT_EQ(head.destination, at("198.51.100.1", 443));
  // A proxy's own check of health, a family that is not said, a unix socket.
  for (const std::string& bytes :
       {binary('\x20', '\0', ""), binary('\x20', '\x11', kIpv4), binary('\x21', '\0', "xyz"),
        binary('\x21', '\x31', std::string(216, 'x'))}) {
    ASSERT_EQ(parse(bytes, &head), Status::Complete);
    EXPECT_FALSE(head.named);
    EXPECT_EQ(head.bytes, bytes.size());
  }
}

TEST(ProxyProtocolTest, LooksAtTheFieldsOfVersion2) {
  EXPECT_EQ(parse(binary('\x21', '\x11', kIpv4 + std::string("\x04\x00\x02xy", 5))),
            Status::Complete);
  EXPECT_EQ(parse(binary('\x21', '\x11', kIpv4 + std::string("\x04\x00\x03xy", 5))),
            Status::Refused);
  EXPECT_EQ(parse(binary('\x21', '\x11', kIpv4 + std::string("\x04\x00", 2))), Status::Refused);
  // A checksum that is not that of the head.
  EXPECT_EQ(parse(binary('\x21', '\x11', kIpv4 + std::string("\x03\x00\x04\0\0\0\0", 7))),
            Status::Refused);
}

TEST(ProxyProtocolTest, RefusesWhatIsNoVersion2) {
  EXPECT_EQ(parse(binary('\x11', '\x11', kIpv4)), Status::Refused);
  EXPECT_EQ(parse(binary('\x22', '\x11', kIpv4)), Status::Refused);
  EXPECT_EQ(parse(binary('\x21', '\x12', kIpv4)), Status::Refused);
  EXPECT_EQ(parse(binary('\x21', '\x11', kIpv4.substr(1))), Status::Refused);
  EXPECT_EQ(parse(binary('\x21', '\x21', kIpv4)), Status::Refused);
  EXPECT_EQ(parse(binary('\x21', '\x11', std::string(kMaxProxyHead, '\0'))), Status::Refused);
  EXPECT_EQ(parse("\r\n\r\nGET / HTTP/1.1"), Status::Refused);
}

TEST(ProxyProtocolTest, WaitsForTheRestAtEveryByte) {
  for (const std::string& whole : {std::string("PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n"),
                                   binary('\x21', '\x11', kIpv4)}) {
    for (size_t length = 0; length < whole.size(); ++length) {
      EXPECT_EQ(parse(std::string_view(whole).substr(0, length)), Status::NeedMore) << length;
    }
  }
}

TEST(ProxyProtocolTest, ReadsWhatItWrites) {
  const ProxyEndpoint four = at("203.0.113.7", 4711);
  const ProxyEndpoint six = at("2001:db8::1", 80);
  for (const ProxyVersion version : {ProxyVersion::V1, ProxyVersion::V2}) {
    for (const auto& [from, to] : {std::pair(four, four), {six, six}, {four, six}}) {
      ProxyHead head;
      const std::string bytes = writeProxyHead(version, from, to);
      ASSERT_EQ(parse(bytes, &head), Status::Complete) << bytes;
      EXPECT_EQ(head.bytes, bytes.size());
      EXPECT_EQ(head.source, from);
      EXPECT_EQ(head.destination, to);
    }
    ProxyHead head;
    ASSERT_EQ(parse(writeLocalProxyHead(version), &head), Status::Complete);
    EXPECT_FALSE(head.named);
  }
  EXPECT_EQ(writeProxyHead(ProxyVersion::V1, four, at("198.51.100.1", 443)),
            "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n");
  EXPECT_EQ(writeProxyHead(ProxyVersion::None, four, four), "");
}

TEST(ReadProxyHeadTest, TakesTheHeadAloneHoweverItComes) {
  testing::runToEnd([](EventLoop& loop) -> Task<void> {
    auto pair = testing::makeStreamPair(loop);
    loop.spawn([](EventLoop& inner, const UniqueFd& peer) -> Task<void> {
      for (const char c : std::string_view("PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n")) {
        testing::sendFrom(peer, {&c, 1});
        co_await inner.sleepFor(milliseconds(1));
      }
      testing::sendFrom(peer, "GET /");
    }(loop, pair.peer));
    const ProxyHeadRead read =
        co_await readProxyHead(&pair.stream->socket(), loop.after(milliseconds(30'000)));
    EXPECT_EQ(read.status, IoStatus::Ok) << read.why;
    EXPECT_EQ(read.head.source.port, 4711);
    char block[64];
    const IoResult rest = co_await pair.stream->read(block, loop.after(milliseconds(30'000)));
    EXPECT_EQ(std::string_view(block, rest.bytes), "GET /");
  });
}

TEST(ReadProxyHeadTest, TellsWhyThereIsNone) {
  testing::runToEnd([](EventLoop& loop) -> Task<void> {
    auto wrong = testing::makeStreamPair(loop);
    testing::sendFrom(wrong.peer, "GET / HTTP/1.1\r\n");
    const ProxyHeadRead refused =
        co_await readProxyHead(&wrong.stream->socket(), loop.after(milliseconds(30'000)));
    EXPECT_EQ(refused.status, IoStatus::Failed);
    EXPECT_NE(refused.why.find("does not begin with"), std::string::npos);
    auto silent = testing::makeStreamPair(loop);
    testing::sendFrom(silent.peer, "PROXY ");
    const ProxyHeadRead late =
        co_await readProxyHead(&silent.stream->socket(), loop.after(milliseconds(20)));
    EXPECT_EQ(late.status, IoStatus::Timeout);
    auto gone = testing::makeStreamPair(loop);
    testing::sendFrom(gone.peer, "PROXY ");
    gone.peer.reset();
    const ProxyHeadRead cut =
        co_await readProxyHead(&gone.stream->socket(), loop.after(milliseconds(30'000)));
    EXPECT_EQ(cut.status, IoStatus::Failed);
    auto empty = testing::makeStreamPair(loop);
    empty.peer.reset();
    const ProxyHeadRead nothing =
        co_await readProxyHead(&empty.stream->socket(), loop.after(milliseconds(30'000)));
    EXPECT_EQ(nothing.status, IoStatus::Eof);
  });
}

TEST(AddressTest, AnAddressAndItsSocketsFormAreTheSame) {
  for (const char* text : {"203.0.113.7", "2001:db8::1"}) {
    waf::IpAddress address;
    ASSERT_TRUE(waf::IpAddress::parse(text, &address));
    const Poco::Net::SocketAddress made = toSocketAddress(address, 4711);
    EXPECT_EQ(made.port(), 4711);
    EXPECT_EQ(toIpAddress(made), address);
  }
}

}  // namespace
}  // namespace gateway
