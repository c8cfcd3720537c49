// The client's side of HTTP/2 against our own server's side, on one loop.
#include "gateway/upstream/http2_exchange.h"

#include <gtest/gtest.h>

#include <functional>

#include "gateway/http2/codec.h"
#include "gateway/net/listener.h"
#include "tests/gateway/support/loop_thread.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::runToEnd;

// No machine is so busy.
constexpr milliseconds kLong{30'000};
constexpr UpstreamTimeouts kPatient{kLong, kLong, kLong};

// Answers each request by `answer`, on any number of connections.
class Server final {
 public:
  using Answer = std::function<void(Http2Codec&, Http2Stream&)>;

  Server(EventLoop* loop, Answer answer)
      : loop_(loop),
        answer_(std::move(answer)),
        listener_(loop, ListenSocket::bindGroup("127.0.0.1:0", 1)->front()) {
    loop_->spawn(accept());
  }

  UpstreamAddress address() { return *UpstreamAddress::resolve(listener_.address().toString()); }
  void stop() {
    listener_.stopAccepting();
    for (Stream* stream : streams_) stream->cancelReads();
    stopped_ = true;
  }
  int connections = 0;
  std::vector<std::string> heads;
  std::vector<std::string> bodies;

 private:
  struct Peer final : Http2Events {
    Server* server = nullptr;
    std::unique_ptr<Http2Codec> codec;
    std::vector<std::shared_ptr<Http2Stream>> asked;
    void onRequest(const std::shared_ptr<Http2Stream>& stream) override { asked.push_back(stream); }
    void onFault(bool, const std::string&) override {}
  };

  Task<void> accept() {
    for (;;) {
      AcceptResult accepted = co_await listener_.accept();
      if (accepted.status != IoStatus::Ok) break;
      ++connections;
      loop_->spawn(serve(std::make_unique<PlainStream>(std::move(accepted.socket))));
    }
    listener_.close();
  }

  Task<void> serve(std::unique_ptr<PlainStream> stream) {
    streams_.push_back(stream.get());
    Peer peer;
    peer.server = this;
    peer.codec = Http2Codec::create(loop_, {}, &peer);
    InputBuffer input;
    for (;;) {
      for (size_t i = 0; i < peer.asked.size();) {
        Http2Stream& asked = *peer.asked[i];
        if (!asked.inbound_end) {
          ++i;
          continue;
        }
        heads.emplace_back(asked.head.bytes);
        bodies.push_back(asked.inbound);
        peer.codec->consume(asked, asked.inbound.size());
        asked.inbound.clear();
        answer_(*peer.codec, asked);
        kept_.push_back(peer.asked[i]);
        peer.asked.erase(peer.asked.begin() + static_cast<ptrdiff_t>(i));
      }
      std::string out;
      const bool more = peer.codec->collect(&out, 1u << 20);
      if (!out.empty()) static_cast<void>(co_await stream->write(out, kNoDeadline));
      if (!more || peer.codec->done() || stopped_) break;
      const IoResult got = co_await input.fill(*stream, kNoDeadline);
      if (!got.ok()) break;
      peer.codec->receive(input.view());
      input.consume(input.size());
    }
    std::erase(streams_, stream.get());
  }

  EventLoop* loop_;
  Answer answer_;
  Listener listener_;
  std::vector<Stream*> streams_;
  std::vector<std::shared_ptr<Http2Stream>> kept_;
  bool stopped_ = false;
};

void reply(Http2Codec& codec, Http2Stream& stream, std::string_view body) {
  codec.respond(stream, "HTTP/1.1 200 OK\r\nx-a: b\r\n\r\n", 0, true);
  stream.outbound = body;
  stream.outbound_end = true;
  codec.resume(stream);
}

struct Answered {
  ExchangeResult result;
  ResponseHead head;
  std::string body;
  Trailers trailers;
};

Task<Answered> ask(Http2Pool& pool, EventLoop& loop, const UpstreamAddress& address,
                   std::string body = {}, Trailers trailers = {},
                   UpstreamTimeouts timeouts = kPatient) {
  Answered out;
  Http2Exchange exchange(&pool, &loop, address, timeouts);
  out.result = co_await exchange.connect(false);
  if (!out.result.ok()) co_return out;
  const std::string method = body.empty() ? "GET" : "POST";
  exchange.begin(
      method + " /p?q HTTP/1.1\r\nHost: a.example\r\nX-One: 1\r\nConnection: close\r\n" +
          (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n",
      method, body.empty() ? BodyFraming::None : BodyFraming::Length, true);
  out.result = co_await exchange.finishRequest(body, trailers);
  if (out.result.ok()) out.result = co_await exchange.readHead(&out.head, {});
  if (!out.result.ok()) co_return out;
  for (;;) {
    const BodyPart part = co_await exchange.readBody();
    if (part.status != BodyPart::Status::Data) break;
    out.body.append(part.data);
  }
  out.trailers = exchange.trailers();
  co_return out;
}

Task<void> end(Http2Pool& pool, Server& server, EventLoop& loop) {
  pool.retire();
  server.stop();
  while (loop.liveTasks() > 1) co_await loop.sleepFor(milliseconds(1));
}

TEST(Http2ExchangeTest, AsksAndReadsTheAnswer) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Server server(&loop,
                  [](Http2Codec& codec, Http2Stream& stream) { reply(codec, stream, "hi"); });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    const Answered got = co_await ask(pool, loop, address);
    EXPECT_TRUE(got.result.ok()) << got.result.detail;
    EXPECT_EQ(got.head.status, 200);
    EXPECT_EQ(got.head.fields.value("x-a"), "b");
    EXPECT_EQ(got.body, "hi");
    EXPECT_EQ(server.heads.at(0),
              "GET /p?q HTTP/2.0\r\nhost: a.example\r\nx-one: 1\r\nte: trailers\r\n\r\n");
    co_await end(pool, server, loop);
  });
}

TEST(Http2ExchangeTest, ManyShareAConnection) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Server server(&loop,
                  [](Http2Codec& codec, Http2Stream& stream) { reply(codec, stream, "ok"); });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    int answered = 0;
    for (int i = 0; i < 50; ++i) {
      loop.spawn([](Http2Pool& p, EventLoop& l, const UpstreamAddress& a, int& n) -> Task<void> {
        const Answered got = co_await ask(p, l, a, "body");
        EXPECT_EQ(got.body, "ok") << got.result.detail;
        ++n;
      }(pool, loop, address, answered));
    }
    while (answered < 50) co_await loop.sleepFor(milliseconds(1));
    EXPECT_EQ(server.connections, 1);
    EXPECT_EQ(server.bodies, std::vector<std::string>(50, "body"));
    co_await end(pool, server, loop);
  });
}

TEST(Http2ExchangeTest, LargeBodiesGoThroughTheWindows) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    const std::string large(3'000'000, 'x');
    Server server(&loop,
                  [&](Http2Codec& codec, Http2Stream& stream) { reply(codec, stream, large); });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    const Answered got = co_await ask(pool, loop, address, std::string(200'000, 'y'));
    EXPECT_TRUE(got.result.ok()) << got.result.detail;
    EXPECT_EQ(got.body.size(), large.size());
    EXPECT_EQ(server.bodies.at(0).size(), 200'000u);
    co_await end(pool, server, loop);
  });
}

// Not in a coroutine: g++ 12 cannot keep the list's array in its frame.
Trailers sumOf(const char* value) { return {{"x-sum", value}}; }

TEST(Http2ExchangeTest, TrailersGoBothWays) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Trailers seen;
    Server server(&loop, [&](Http2Codec& codec, Http2Stream& stream) {
      seen = stream.inbound_trailers;
      stream.trailers = {{"grpc-status", "0"}};
      reply(codec, stream, "m");
    });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    const Trailers sum = sumOf("1");
    const Answered got = co_await ask(pool, loop, address, "body", sum);
    EXPECT_EQ(got.body, "m");
    EXPECT_EQ(got.trailers, (Trailers{{"grpc-status", "0"}}));
    EXPECT_EQ(seen, (Trailers{{"x-sum", "1"}}));
    co_await end(pool, server, loop);
  });
}

TEST(Http2ExchangeTest, WhatWasNotLookedAtMayBeSentAgain) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Server server(&loop, [](Http2Codec& codec, Http2Stream& stream) {
      codec.reset(stream, NGHTTP2_REFUSED_STREAM);
    });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    const Answered got = co_await ask(pool, loop, address, "body");
    EXPECT_EQ(got.result.fault, UpstreamFault::Closed);
    EXPECT_TRUE(got.result.refused && got.result.retry_safe);
    co_await end(pool, server, loop);
  });
}

TEST(Http2ExchangeTest, ASilentUpstreamIsTimedOutAndTheConnectionLivesOn) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    bool silent = true;
    Server server(&loop, [&](Http2Codec& codec, Http2Stream& stream) {
      if (!silent) reply(codec, stream, "ok");
    });
    Http2Pool pool(&loop);
    const UpstreamAddress address = server.address();
    const UpstreamTimeouts short_silence{kLong, milliseconds(200), kLong};
    const Answered first = co_await ask(pool, loop, address, {}, {}, short_silence);
    EXPECT_EQ(first.result.fault, UpstreamFault::FirstByteTimeout);
    silent = false;
    const Answered second = co_await ask(pool, loop, address);
    EXPECT_EQ(second.body, "ok") << second.result.detail;
    EXPECT_EQ(server.connections, 1);
    co_await end(pool, server, loop);
  });
}

TEST(Http2ExchangeTest, NobodyThereIsAFaultOfTheConnection) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Http2Pool pool(&loop);
    const UpstreamAddress nobody = *UpstreamAddress::resolve("127.0.0.1:1");
    const Answered got = co_await ask(pool, loop, nobody);
    EXPECT_EQ(got.result.fault, UpstreamFault::Connect);
    EXPECT_NE(got.result.detail.find("127.0.0.1:1"), std::string::npos);
  });
}

}  // namespace
}  // namespace gateway
