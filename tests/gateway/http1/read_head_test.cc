#include "gateway/http1/read_head.h"

#include <gtest/gtest.h>

#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/stream_pair.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::makeStreamPair;
using testing::runToEnd;
using testing::sendFrom;
using testing::StreamPair;

constexpr HeadTimeouts kShort{milliseconds(20), milliseconds(20)};
constexpr HeadTimeouts kLong{milliseconds(60000), milliseconds(60000)};

struct Connection {
  explicit Connection(EventLoop& loop) : pair(makeStreamPair(loop)) {}
  Task<HeadStatus> read(HeadTimeouts timeouts) {
    return readRequestHead(*pair.stream, input, parser, timeouts, &head);
  }
  StreamPair pair;
  InputBuffer input;
  RequestParser parser{HeadLimits{}};
  RequestHead head;
};

TEST(ReadHeadTest, ReadsPipelinedRequestsOneByOne) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection c(loop);
    sendFrom(c.pair.peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nX");
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Complete);
    EXPECT_EQ(c.head.path, "/1");
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Complete);
    EXPECT_EQ(c.head.path, "/2");
    EXPECT_EQ(co_await c.read(kShort), HeadStatus::HeadTimeout);
  });
}

TEST(ReadHeadTest, AnIdleConnectionEndsWithoutAnAnswer) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection silent(loop);
    EXPECT_EQ(co_await silent.read(kShort), HeadStatus::IdleClosed);
    Connection closed(loop);
    closed.pair.peer.reset();
    EXPECT_EQ(co_await closed.read(kLong), HeadStatus::IdleClosed);
  });
}

TEST(ReadHeadTest, WhoIsEndingWaitsForNoRestOfAHead) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    const bool ending = true;
    HeadTimeouts timeouts = kLong;
    timeouts.ending = &ending;
    Connection whole(loop);
    sendFrom(whole.pair.peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(co_await whole.read(kLong), HeadStatus::Complete);
    Connection part(loop);
    part.input.append("GET /1 HT");
    EXPECT_EQ(co_await part.read(timeouts), HeadStatus::Cancelled);
  });
}

TEST(ReadHeadTest, ACloseWithinAHeadIsAFailure) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection c(loop);
    sendFrom(c.pair.peer, "GET /");
    c.pair.peer.reset();
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Failed);
  });
}

TEST(ReadHeadTest, ADrainWakesAnIdleConnection) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection c(loop);
    loop.spawn([](Connection& connection) -> Task<void> {
      connection.pair.stream->cancelWaits();
      co_return;
    }(c));
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Cancelled);
  });
}

TEST(ReadHeadTest, AHeadLargerThanABlockIsRead) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection c(loop);
    sendFrom(c.pair.peer,
             "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(50'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Complete);
    EXPECT_EQ(c.head.fields.value("x").size(), 50'000u);
  });
}

TEST(ReadHeadTest, AHeadOverTheLimitIsRefused) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Connection c(loop);
    sendFrom(c.pair.peer, "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x'));
    EXPECT_EQ(co_await c.read(kLong), HeadStatus::Refused);
    EXPECT_EQ(c.parser.refusal().status, 431);
  });
}

}  // namespace
}  // namespace gateway
