#include "gateway/net/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "gateway/net/listener.h"
#include "tests/gateway/support/fake_upstream.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/stream_pair.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::makeStreamPair;
using testing::receivedBy;
using testing::runToEnd;
using testing::sendFrom;
using testing::StreamPair;

TEST(StreamTest, ReadsWhatIsThereAndWaitsForMore) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    std::vector<char> block(100);
    sendFrom(pair.peer, "one");
    EXPECT_EQ((co_await pair.stream->read(block, kNoDeadline)).bytes, 3u);
    loop.spawn([](EventLoop& inner, const UniqueFd& peer) -> Task<void> {
      co_await inner.sleepFor(milliseconds(5));
      sendFrom(peer, "four");
    }(loop, pair.peer));
    EXPECT_EQ((co_await pair.stream->read(block, kNoDeadline)).bytes, 4u);
  });
}

TEST(StreamTest, AReadEndsAtItsDeadline) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    std::vector<char> block(100);
    const IoResult result = co_await pair.stream->read(block, loop.after(milliseconds(10)));
    EXPECT_EQ(result.status, IoStatus::Timeout);
    // The stream is as before.
    sendFrom(pair.peer, "x");
    EXPECT_TRUE((co_await pair.stream->read(block, kNoDeadline)).ok());
  });
}

TEST(StreamTest, ReadsTheBytesBeforeTheEndAndThenTheEnd) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    sendFrom(pair.peer, "bye");
    pair.peer.reset();
    std::vector<char> block(100);
    EXPECT_EQ((co_await pair.stream->read(block, kNoDeadline)).bytes, 3u);
    EXPECT_EQ((co_await pair.stream->read(block, kNoDeadline)).status, IoStatus::Eof);
  });
}

TEST(StreamTest, WritesMoreThanTheKernelHoldsAsThePeerReads) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const std::string first(3'000'000, 'a');
    const std::string second(3'000'000, 'b');
    std::string received;
    bool done = false;
    loop.spawn([](EventLoop& inner, StreamPair& p, std::string& out, bool& end) -> Task<void> {
      while (!end) {
        out += receivedBy(p.peer);
        co_await inner.yield();
      }
      out += receivedBy(p.peer);
    }(loop, pair, received, done));
    const IoResult result =
        co_await pair.stream->write(Stream::Pieces{first, "|", second}, kNoDeadline);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.bytes, first.size() + 1 + second.size());
    done = true;
    // The reader ends in the next turn; what it uses lives here.
    co_await loop.yield();
    while (received.size() < result.bytes) {
      received += receivedBy(pair.peer);
      co_await loop.yield();
    }
    EXPECT_EQ(received, first + "|" + second);
  });
}

TEST(StreamTest, AWriteToAPeerThatDoesNotReadEndsAtItsDeadline) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const std::string bytes(20'000'000, 'x');
    const IoResult result = co_await pair.stream->write(bytes, loop.after(milliseconds(20)));
    EXPECT_EQ(result.status, IoStatus::Timeout);
    EXPECT_LT(result.bytes, bytes.size());
  });
}

TEST(StreamTest, AWriteThatCompletesAtOnceAsksTheKernelForNoProgress) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE((co_await pair.stream->write("short", loop.after(milliseconds(500)))).ok());
    }
    EXPECT_EQ(pair.stream->socket().timesAsked(), 0u);
    const std::string bytes(20'000'000, 'x');
    static_cast<void>(co_await pair.stream->write(bytes, loop.after(milliseconds(20))));
    EXPECT_GT(pair.stream->socket().timesAsked(), 0u);
  });
}

// Reads at a fixed pace, until the end.
Task<void> readSlowly(EventLoop& loop, const UniqueFd& peer, size_t* received, bool* ended) {
  std::vector<char> block(65'536);
  for (;;) {
    const ssize_t got = ::recv(peer.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (got > 0) *received += static_cast<size_t>(got);
    if (got == 0) break;
    co_await loop.sleepFor(milliseconds(2));
  }
  *ended = true;
}

TEST(StreamTest, ALargeWriteMayTakeLongAsLongAsItMoves) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const int small = 65'536;
    ::setsockopt(pair.stream->socket().fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    const std::string bytes(24'000'000, 'x');
    size_t received = 0;
    bool ended = false;
    loop.spawn(readSlowly(loop, pair.peer, &received, &ended));
    const Deadline deadline = loop.after(milliseconds(400));
    EXPECT_TRUE((co_await pair.stream->write(bytes, deadline)).ok());
    EXPECT_GT(loop.now(), deadline);
    pair.stream->close();
    while (!ended) co_await loop.sleepFor(milliseconds(1));
    EXPECT_EQ(received, bytes.size());
  });
}

TEST(StreamTest, APeerThatDoesNotTakeWhatWaitsForItIsReset) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const std::string bytes(20'000'000, 'x');
    EXPECT_EQ((co_await pair.stream->write(bytes, loop.after(milliseconds(20)))).status,
              IoStatus::Timeout);
    EXPECT_TRUE(pair.stream->stalled());
    co_await pair.stream->closeInOrder(false, milliseconds(20));
    std::vector<char> block(1u << 20);
    ssize_t got = 1;
    while (got > 0) got = ::recv(pair.peer.get(), block.data(), block.size(), MSG_DONTWAIT);
    EXPECT_EQ(got, -1);
    EXPECT_EQ(errno, ECONNRESET);
  });
}

TEST(StreamTest, AClosedConnectionWaitsForTheLastBytesToBeTaken) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const int small = 4096;
    ::setsockopt(pair.peer.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    const std::string bytes(60'000, 'x');
    size_t received = 0;
    bool ended = false;
    loop.spawn(readSlowly(loop, pair.peer, &received, &ended));
    EXPECT_TRUE((co_await pair.stream->write(bytes, loop.after(milliseconds(30'000)))).ok());
    co_await pair.stream->closeInOrder(false, milliseconds(30'000));
    EXPECT_FALSE(pair.stream->stalled());
    while (!ended) co_await loop.sleepFor(milliseconds(1));
    EXPECT_EQ(received, bytes.size());
  });
}

TEST(StreamTest, TheLastBytesLeaveWithTheEnd) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    pair.stream->announceEnd();
    EXPECT_TRUE((co_await pair.stream->write("last ", kNoDeadline)).ok());
    EXPECT_TRUE((co_await pair.stream->write("words", kNoDeadline)).ok());
    EXPECT_EQ(receivedBy(pair.peer), "");
    co_await pair.stream->shutdownWrite(kNoDeadline);
    EXPECT_EQ(receivedBy(pair.peer), "last words");
    char byte = 0;
    EXPECT_EQ(::recv(pair.peer.get(), &byte, 1, MSG_DONTWAIT), 0);
  });
}

TEST(StreamTest, AWriteToAResetConnectionFails) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    const linger now{1, 0};
    ::setsockopt(pair.peer.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    pair.peer.reset();
    const std::string bytes(20'000'000, 'x');
    EXPECT_EQ((co_await pair.stream->write(bytes, kNoDeadline)).status, IoStatus::Failed);
  });
}

TEST(StreamTest, ClosingItResumesWhoWaits) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    loop.spawn([](Stream& stream) -> Task<void> {
      stream.close();
      co_return;
    }(*pair.stream));
    std::vector<char> block(100);
    EXPECT_EQ((co_await pair.stream->read(block, kNoDeadline)).status, IoStatus::Closed);
    EXPECT_EQ((co_await pair.stream->write("x", kNoDeadline)).status, IoStatus::Closed);
  });
}

TEST(StreamTest, SeveralMayWaitForTheSame) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    std::vector<char> block(10);
    pair.stream->socket().tryRead(block);  // clears the flag
    int woken = 0;
    for (int i = 0; i < 3; ++i) {
      const Deadline deadline = i == 1 ? loop.after(milliseconds(1)) : kNoDeadline;
      loop.spawn([](Stream& stream, Deadline until, int& count) -> Task<void> {
        const IoStatus status = co_await stream.waitReadable(until);
        EXPECT_EQ(status, until == kNoDeadline ? IoStatus::Ok : IoStatus::Timeout);
        ++count;
      }(*pair.stream, deadline, woken));
    }
    while (woken < 1) co_await loop.sleepFor(milliseconds(1));
    EXPECT_EQ(woken, 1);
    sendFrom(pair.peer, "x");
    while (woken < 3) co_await loop.sleepFor(milliseconds(1));
  });
}

TEST(StreamTest, QuietMeansNeitherBytesNorTheEnd) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    EXPECT_TRUE(pair.stream->quiet());
    sendFrom(pair.peer, "x");
    while (pair.stream->quiet()) co_await loop.sleepFor(milliseconds(1));
    StreamPair other = makeStreamPair(loop);
    EXPECT_TRUE(other.stream->quiet());
    other.peer.reset();
    while (other.stream->quiet()) co_await loop.sleepFor(milliseconds(1));
  });
}

TEST(StreamTest, LingeringCloseLetsAPeerThatStillSendsReadTheAnswer) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    StreamPair pair = makeStreamPair(loop);
    sendFrom(pair.peer, std::string(100'000, 'x'));
    co_await pair.stream->write("answer", kNoDeadline);
    bool closed = false;
    loop.spawn([](Stream& stream, bool& done) -> Task<void> {
      co_await stream.lingeringClose(kNoDeadline);
      done = true;
    }(*pair.stream, closed));
    for (int i = 0; i < 20; ++i) co_await loop.yield();
    EXPECT_EQ(receivedBy(pair.peer), "answer");
    pair.peer.reset();
    while (!closed) co_await loop.sleepFor(milliseconds(1));
  });
}

TEST(ConnectTest, ConnectsAndReportsRefusal) {
  const testing::FakeUpstream upstream;
  const uint16_t closed_port = testing::unusedPort();
  runToEnd([&](EventLoop& loop) -> Task<void> {
    const ConnectResult good = co_await connectTcp(
        &loop, Poco::Net::SocketAddress("127.0.0.1", upstream.port()), kNoDeadline);
    EXPECT_TRUE(good.result.ok());
    EXPECT_TRUE(good.socket);
    const ConnectResult bad =
        co_await connectTcp(&loop, Poco::Net::SocketAddress("127.0.0.1", closed_port), kNoDeadline);
    EXPECT_EQ(bad.result.status, IoStatus::Failed);
    EXPECT_STREQ(describe(bad.result), "connection refused");
  });
}

TEST(ConnectTest, GivesUpAtTheDeadline) {
  // A listener whose queue is full does not answer further SYNs.
  runToEnd([](EventLoop& loop) -> Task<void> {
    const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Poco::Net::SocketAddress address("127.0.0.1", 0);
    ::bind(listener.get(), address.addr(), address.length());
    ::listen(listener.get(), 0);
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&bound), &length);
    address = Poco::Net::SocketAddress(reinterpret_cast<sockaddr*>(&bound), length);
    std::vector<ConnectResult> kept;
    IoStatus last = IoStatus::Ok;
    for (int i = 0; i < 5 && last == IoStatus::Ok; ++i) {
      kept.push_back(co_await connectTcp(&loop, address, loop.after(milliseconds(30))));
      last = kept.back().result.status;
    }
    EXPECT_EQ(last, IoStatus::Timeout);
  });
}

}  // namespace
}  // namespace gateway
