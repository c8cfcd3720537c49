#include "gateway/net/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "gateway/net/stream.h"
#include "tests/gateway/support/loop_thread.h"
#include "tests/gateway/support/raw_client.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::LoopThread;
using testing::RawClient;
using testing::runToEnd;

ListenSocket bindOne(const std::string& address = "127.0.0.1:0") {
  auto group = ListenSocket::bindGroup(address, 1);
  EXPECT_TRUE(group);
  return group->front();
}

TEST(ListenSocketTest, AGroupSharesOnePort) {
  auto group = ListenSocket::bindGroup("127.0.0.1:0", 3);
  ASSERT_TRUE(group);
  ASSERT_EQ(group->size(), 3u);
  EXPECT_NE((*group)[0].boundAddress().port(), 0);
  EXPECT_EQ((*group)[0].boundAddress(), (*group)[2].boundAddress());
}

TEST(ListenSocketTest, RefusesAPortInUseAlthoughItCouldBeShared) {
  auto first = ListenSocket::bindGroup("127.0.0.1:0", 2);
  ASSERT_TRUE(first);
  const auto second = ListenSocket::bindGroup(first->front().boundAddress().toString(), 2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, waf::ErrorCode::Conflict);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST(ListenSocketTest, RefusesAddressesThatAreNotThisMachines) {
  EXPECT_EQ(ListenSocket::bindGroup("192.0.2.1:0", 1).error().code, waf::ErrorCode::Invalid);
  EXPECT_EQ(ListenSocket::bindGroup("nonsense", 1).error().code, waf::ErrorCode::Invalid);
}

TEST(ListenSocketTest, TheIpv6AnyAddressTakesIpv4Too) {
  const auto group = ListenSocket::bindGroup("[::]:0", 1);
  if (!group) {
    std::cout << "no IPv6 on this machine: the test did not run\n";
    return;
  }
  const RawClient client(group->front().boundAddress().port());
  EXPECT_TRUE(client.connected());
}

int optionOf(const Socket& socket, int option) {
  int value = 0;
  socklen_t length = sizeof value;
  ::getsockopt(socket.fd(), IPPROTO_TCP, option, &value, &length);
  return value;
}

TEST(ListenerTest, WhatIsAcceptedSendsAtOnceAndHoldsLittleUnsent) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    // One of our own, and one as another process would hand it over.
    const UniqueFd bare(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::listen(bare.get(), 1), 0);
    auto adopted = ListenSocket::adopt(UniqueFd(::dup(bare.get())));
    for (const ListenSocket& socket : {bindOne(), *adopted}) {
      Listener listener(&loop, socket);
      const RawClient client(listener.address().port());
      const AcceptResult accepted = co_await listener.accept();
      EXPECT_EQ(optionOf(*accepted.socket, TCP_NODELAY), 1);
      EXPECT_EQ(optionOf(*accepted.socket, TCP_NOTSENT_LOWAT), ListenSocket::kUnsentBytes);
    }
  });
}

TEST(ListenerTest, AcceptsAndKnowsThePeer) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Listener listener(&loop, bindOne());
    const RawClient client(listener.address().port());
    AcceptResult accepted = co_await listener.accept();
    EXPECT_EQ(accepted.status, IoStatus::Ok);
    EXPECT_EQ(accepted.socket->peer().host().toString(), "127.0.0.1");
    EXPECT_EQ(accepted.socket->local(), listener.address());
  });
}

TEST(ListenerTest, StopAcceptingStillHandsOutWhatHasArrived) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Listener listener(&loop, bindOne());
    const RawClient one(listener.address().port());
    const RawClient two(listener.address().port());
    listener.stopAccepting();
    EXPECT_EQ((co_await listener.accept()).status, IoStatus::Ok);
    EXPECT_EQ((co_await listener.accept()).status, IoStatus::Ok);
    EXPECT_EQ((co_await listener.accept()).status, IoStatus::Cancelled);
  });
}

TEST(ListenerTest, StopAcceptingWakesTheAcceptThatWaits) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Listener listener(&loop, bindOne());
    loop.spawn([](Listener& stopped) -> Task<void> {
      stopped.stopAccepting();
      co_return;
    }(listener));
    EXPECT_EQ((co_await listener.accept()).status, IoStatus::Cancelled);
  });
}

TEST(ListenerTest, OutOfDescriptorsItPausesAndGoesOn) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  runToEnd([&before](EventLoop& loop) -> Task<void> {
    Listener listener(&loop, bindOne());
    // UBSan needs a descriptor for its first look at an object's type, so it must have seen these.
    co_await loop.sleepFor(milliseconds(1));
    EXPECT_EQ((co_await listener.accept(loop.after(milliseconds(5)))).status, IoStatus::Timeout);
    const RawClient client(listener.address().port());
    // The next descriptor would be the limit itself.
    const UniqueFd probe(::dup(0));
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(probe.get());
    ::setrlimit(RLIMIT_NOFILE, &none);
    loop.spawn([](EventLoop& inner, Listener& paused, rlimit limit) -> Task<void> {
      while (paused.pauses() < 2) co_await inner.sleepFor(milliseconds(1));
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }(loop, listener, before));
    EXPECT_EQ((co_await listener.accept()).status, IoStatus::Ok);
    EXPECT_GE(listener.pauses(), 2u);
  });
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace gateway
