#include "gateway/upstream/exchange.h"

#include <gtest/gtest.h>

#include "gateway/http1/head_writer.h"
#include "tests/gateway/support/fake_upstream.h"
#include "tests/gateway/support/loop_thread.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::FakeUpstream;
using testing::runToEnd;
using Then = FakeUpstream::Answer::Then;

// Of what is to time out; the others outlast a busy machine.
constexpr milliseconds kShort{100};
constexpr milliseconds kLong{30'000};

UpstreamAddress addressOf(const FakeUpstream& upstream) {
  return *UpstreamAddress::resolve(upstream.address());
}

std::string headFor(const std::string& target, BodyFraming framing = BodyFraming::None,
                    size_t length = 0, const std::string& method = "GET") {
  std::string head;
  HeadWriter writer(&head);
  writer.requestLine(method, target, "", false);
  writer.field("Host", "a.example");
  writer.framing(framing, length);
  writer.end();
  return head;
}

struct Answer {
  ExchangeResult result;
  ResponseHead head;
  std::string body;
  BodyPart::Status end = BodyPart::Status::Failed;
};

// One whole exchange without a request body.
Task<Answer> get(ConnectionPool& pool, const UpstreamAddress& address,
                 UpstreamTimeouts timeouts = {}, const std::string& method = "GET",
                 bool fresh = false) {
  Answer out;
  UpstreamExchange exchange(&pool, address, timeouts);
  out.result = co_await exchange.connect(fresh);
  if (!out.result.ok()) co_return out;
  exchange.begin(headFor("/p", BodyFraming::None, 0, method), method, BodyFraming::None);
  out.result = co_await exchange.finishRequest();
  if (out.result.ok()) out.result = co_await exchange.readHead(&out.head);
  if (!out.result.ok()) co_return out;
  for (;;) {
    const BodyPart part = co_await exchange.readBody();
    out.end = part.status;
    if (part.status != BodyPart::Status::Data) co_return out;
    out.body.append(part.data);
  }
}

TEST(ExchangeTest, SendsARequestAndReadsTheResponse) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, addressOf(upstream));
    EXPECT_TRUE(answer.result.ok()) << answer.result.detail;
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.end, BodyPart::Status::End);
  });
  EXPECT_EQ(upstream.requests().front().head, "GET /p HTTP/1.1\r\nHost: a.example\r\n\r\n");
}

TEST(ExchangeTest, UsesTheConnectionAgain) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    for (int i = 0; i < 5; ++i) co_await get(pool, addressOf(upstream));
    EXPECT_EQ(pool.idle(), 1u);
  });
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(upstream.requests().size(), 5u);
}

TEST(ExchangeTest, SendsABodyInEitherFraming) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    for (const auto framing : {BodyFraming::Length, BodyFraming::Chunked}) {
      const UpstreamAddress address = addressOf(upstream);
      UpstreamExchange exchange(&pool, address, {});
      co_await exchange.connect();
      exchange.begin(headFor("/p", framing, 10, "POST"), "POST", framing);
      co_await exchange.sendBody("hello");
      EXPECT_TRUE((co_await exchange.finishRequest("world")).ok());
      ResponseHead head;
      EXPECT_TRUE((co_await exchange.readHead(&head)).ok());
    }
  });
  for (const auto& request : upstream.requests()) EXPECT_EQ(request.body, "helloworld");
}

TEST(ExchangeTest, ARefusedConnectionIsSafeToRetry) {
  const auto address =
      *UpstreamAddress::resolve("127.0.0.1:" + std::to_string(testing::unusedPort()));
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, address);
    EXPECT_EQ(answer.result.fault, UpstreamFault::Connect);
    EXPECT_TRUE(answer.result.retry_safe);
    EXPECT_EQ(answer.result.status(), 502);
    EXPECT_NE(answer.result.detail.find("connection refused"), std::string::npos);
  });
}

TEST(ExchangeTest, TriesEveryAddressOfAName) {
  FakeUpstream upstream;
  const UpstreamAddress address = addressOf(upstream);
  address.addresses->replace({Poco::Net::SocketAddress("127.0.0.1", testing::unusedPort()),
                              address.addresses->inTurn().front()});
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    for (int i = 0; i < 3; ++i) {
      const Answer answer = co_await get(pool, address, {}, "GET", true);
      EXPECT_TRUE(answer.result.ok()) << answer.result.detail;
    }
  });
}

TEST(ExchangeTest, ACloseBeforeTheResponseIsSafeToRetryAndAfterItsFirstByteNot) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    upstream.setScript([](const auto&) { return FakeUpstream::raw("", Then::Close); });
    const Answer closed = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(closed.result.fault, UpstreamFault::Closed);
    EXPECT_TRUE(closed.result.retry_safe);
    EXPECT_FALSE(closed.result.reused);
    upstream.setScript([](const auto&) { return FakeUpstream::raw("HTTP/1.1 2", Then::Close); });
    const Answer begun = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(begun.result.fault, UpstreamFault::Truncated);
    EXPECT_FALSE(begun.result.retry_safe);
  });
}

TEST(ExchangeTest, AnIdleConnectionThatTheUpstreamClosedIsNotUsed) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Then::Close);
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const UpstreamAddress address = addressOf(upstream);
    EXPECT_TRUE((co_await get(pool, address)).result.ok());
    // Either the close is seen when the connection is taken, or it shows as a fault that asks for
    // another attempt.
    Answer second = co_await get(pool, address);
    if (!second.result.ok()) {
      EXPECT_TRUE(second.result.reused);
      EXPECT_TRUE(second.result.retry_safe);
      second = co_await get(pool, address, {}, "GET", true);
    }
    EXPECT_TRUE(second.result.ok());
  });
}

TEST(ExchangeTest, StrayBytesBehindAResponseEndTheConnection) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: "
        "4\r\n\r\nevil");
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    for (int i = 0; i < 3; ++i) EXPECT_EQ((co_await get(pool, addressOf(upstream))).body, "ok");
    EXPECT_EQ(pool.idle(), 0u);
  });
  EXPECT_EQ(upstream.connections(), 3);
}

TEST(ExchangeTest, SilenceEndsAtTheFirstByteTimeout) {
  FakeUpstream upstream([](const auto&) { return FakeUpstream::raw(""); });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const UpstreamTimeouts timeouts{kLong, kShort, kLong};
    const Answer answer = co_await get(pool, addressOf(upstream), timeouts);
    EXPECT_EQ(answer.result.fault, UpstreamFault::FirstByteTimeout);
    EXPECT_EQ(answer.result.status(), 504);
    EXPECT_EQ(pool.idle(), 0u);
  });
}

TEST(ExchangeTest, ABodyThatStallsOrBreaksIsReported) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const std::string begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhel";
    upstream.setScript([=](const auto&) { return FakeUpstream::raw(begun); });
    const UpstreamTimeouts timeouts{kLong, kLong, kShort};
    EXPECT_EQ((co_await get(pool, addressOf(upstream), timeouts)).end, BodyPart::Status::Timeout);
    upstream.setScript([=](const auto&) { return FakeUpstream::raw(begun, Then::Close); });
    const Answer cut = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(cut.end, BodyPart::Status::Truncated);
    EXPECT_EQ(cut.body, "hel");
    upstream.setScript([](const auto&) {
      return FakeUpstream::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
    });
    EXPECT_EQ((co_await get(pool, addressOf(upstream))).end, BodyPart::Status::Refused);
    EXPECT_EQ(pool.idle(), 0u);
  });
}

TEST(ExchangeTest, SkipsInterimResponses) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_FALSE(answer.head.fields.has("link"));
    EXPECT_EQ(answer.body, "ok");
  });
}

TEST(ExchangeTest, AProtocolSwitchNobodyAskedForIsAFault) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(answer.result.fault, UpstreamFault::Protocol);
    EXPECT_FALSE(answer.result.retry_safe);
  });
}

TEST(ExchangeTest, AHeadResponseHasNoBodyWhateverItsLength) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, addressOf(upstream), {}, "HEAD");
    EXPECT_EQ(answer.end, BodyPart::Status::End);
    EXPECT_EQ(answer.head.content_length, 1000u);
    EXPECT_EQ(pool.idle(), 1u);
  });
}

TEST(ExchangeTest, ABodyUntilCloseIsRead) {
  FakeUpstream upstream([](const auto&) {
    return FakeUpstream::raw("HTTP/1.1 200 OK\r\n\r\nall of it", Then::Close);
  });
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const Answer answer = co_await get(pool, addressOf(upstream));
    EXPECT_EQ(answer.body, "all of it");
    EXPECT_EQ(answer.end, BodyPart::Status::End);
    EXPECT_EQ(pool.idle(), 0u);
  });
}

TEST(UpstreamExchangeTest, WhatIsTakenBackBetweenTwoWaitsIsNotSent) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    const UpstreamAddress address = addressOf(upstream);
    UpstreamExchange exchange(&pool, address, {});
    EXPECT_TRUE((co_await exchange.connect(false)).ok());
    exchange.begin(headFor("/p"), "GET", BodyFraming::None);
    exchange.cancel();
    EXPECT_EQ((co_await exchange.finishRequest()).fault, UpstreamFault::Cancelled);
    ResponseHead head;
    EXPECT_EQ((co_await exchange.readHead(&head)).fault, UpstreamFault::Cancelled);
    EXPECT_EQ((co_await exchange.readBody()).status, BodyPart::Status::Cancelled);
  });
  EXPECT_TRUE(upstream.requests().empty());
}

Task<std::unique_ptr<UpstreamConnection>> connectionTo(const FakeUpstream& upstream,
                                                       EventLoop& loop) {
  auto connected =
      co_await connectTcp(&loop, addressOf(upstream).addresses->inTurn().front(), kNoDeadline);
  auto connection = std::make_unique<UpstreamConnection>();
  connection->stream = std::make_unique<PlainStream>(std::move(connected.socket));
  co_return connection;
}

TEST(ConnectionPoolTest, KeepsSoManyOfEachEndpoint) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool::Limits limits;
    limits.idle_per_endpoint = 2;
    limits.idle_timeout = kLong;
    ConnectionPool pool(&loop, limits);
    for (int i = 0; i < 4; ++i) {
      auto connection = co_await connectionTo(upstream, loop);
      pool.put("x", std::move(connection));
    }
    EXPECT_EQ(pool.idle(), 2u);
    EXPECT_EQ(pool.take("y"), nullptr);
    EXPECT_NE(pool.take("x"), nullptr);
    EXPECT_EQ(pool.idle(), 1u);
  });
}

TEST(ConnectionPoolTest, KeepsNoneBeyondItsTime) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool::Limits limits;
    limits.idle_timeout = milliseconds(20);
    ConnectionPool pool(&loop, limits);
    auto connection = co_await connectionTo(upstream, loop);
    pool.put("x", std::move(connection));
    EXPECT_EQ(pool.idle(), 1u);
    co_await loop.sleepFor(milliseconds(40));
    EXPECT_EQ(pool.take("x"), nullptr);
    EXPECT_EQ(pool.idle(), 0u);
  });
}

TEST(ConnectionPoolTest, HandsOutTheLastUsedFirst) {
  FakeUpstream upstream;
  runToEnd([&](EventLoop& loop) -> Task<void> {
    ConnectionPool pool(&loop);
    std::vector<UpstreamConnection*> order;
    for (int i = 0; i < 3; ++i) {
      auto connection = co_await connectionTo(upstream, loop);
      order.push_back(connection.get());
      pool.put("x", std::move(connection));
    }
    EXPECT_EQ(pool.take("x").get(), order[2]);
    EXPECT_EQ(pool.take("x").get(), order[1]);
    pool.drop("x");
    EXPECT_EQ(pool.idle(), 0u);
  });
}

}  // namespace
}  // namespace gateway
