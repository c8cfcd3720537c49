#include "gateway/loop/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gateway/loop/signal.h"
#include "tests/gateway/support/loop_thread.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::LoopThread;
using testing::runToEnd;

TEST(EventLoopTest, SleepsUntilTheDeadline) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    const auto before = loop.now();  // what a sleep is counted from
    EXPECT_EQ(co_await loop.sleepFor(milliseconds(20)), WaitResult::Timeout);
    EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(20));
  });
}

TEST(EventLoopTest, StopCancelsEveryWaitAndRunReturnsAfterTheLastTask) {
  std::atomic<int> cancelled{0};
  {
    LoopThread thread;
    thread.call([&] {
      for (int i = 0; i < 100; ++i) {
        thread.loop().spawn([](EventLoop& loop, std::atomic<int>& count) -> Task<void> {
          if (co_await loop.sleepFor(std::chrono::hours(1)) == WaitResult::Cancelled) ++count;
          // A wait that begins after the stop is cancelled too.
          if (co_await loop.sleepFor(std::chrono::hours(1)) == WaitResult::Cancelled) ++count;
        }(thread.loop(), cancelled));
      }
    });
  }
  EXPECT_EQ(cancelled, 200);
}

TEST(EventLoopTest, RunsPostedFunctionsOfManyThreadsEachOnceAndInOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  std::vector<std::vector<int>> seen(kThreads);
  {
    LoopThread thread;
    std::vector<std::thread> posters;
    for (int t = 0; t < kThreads; ++t) {
      posters.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          thread.loop().post([&seen, t, i] { seen[static_cast<size_t>(t)].push_back(i); });
        }
      });
    }
    for (std::thread& poster : posters) poster.join();
    thread.call([] {});
  }
  for (const auto& order : seen) {
    ASSERT_EQ(order.size(), static_cast<size_t>(kEach));
    for (int i = 0; i < kEach; ++i) ASSERT_EQ(order[static_cast<size_t>(i)], i);
  }
}

TEST(EventLoopTest, AnEscapedExceptionEndsOnlyItsTask) {
  LoopThread thread;
  thread.call([&] {
    thread.loop().spawn([]() -> Task<void> {
      throw std::runtime_error("x");
      co_return;
    }());
  });
  // Two calls: the task runs between them at the latest.
  thread.call([] {});
  thread.call([] {});
  EXPECT_EQ(thread.loop().faults(), 1u);
}

TEST(EventLoopTest, DropsTasksThatNeverRan) {
  auto owned = std::make_shared<int>(1);
  {
    auto loop = EventLoop::create();
    ASSERT_TRUE(loop);
    (*loop)->spawn([](std::shared_ptr<int>) -> Task<void> { co_return; }(owned));
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(EventLoopTest, YieldLetsOthersRun) {
  std::vector<int> order;
  runToEnd([&order](EventLoop& loop) -> Task<void> {
    for (int id = 0; id < 2; ++id) {
      loop.spawn([](EventLoop& inner, std::vector<int>& out, int me) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
          out.push_back(me);
          co_await inner.yield();
        }
      }(loop, order, id));
    }
    for (int i = 0; i < 5; ++i) co_await loop.yield();
  });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 0, 1, 0, 1}));
}

// now() is the same for a whole turn.
TEST(EventLoopTest, WhatATaskStartsOrWakesGoesOnInTheSameTurn) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Signal signal(&loop);
    std::vector<waf::MonotonicTime> seen;
    const auto note = [](EventLoop& on, auto& out, Signal* first) -> Task<void> {
      if (first != nullptr) static_cast<void>(co_await first->wait(kNoDeadline));
      out.push_back(on.now());
    };
    loop.spawn(note(loop, seen, &signal));
    co_await loop.yield();
    const auto now = loop.now();
    std::this_thread::sleep_for(milliseconds(2));
    loop.spawn(note(loop, seen, nullptr));
    signal.notifyAll();
    co_await loop.yield();
    EXPECT_EQ(seen, std::vector(2, now));
    EXPECT_GT(loop.now(), now);
  });
}

TEST(EventLoopTest, WhoWakeOneAnotherOnAndOnLetTheOthersRun) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    Signal ping(&loop);
    Signal pong(&loop);
    bool done = false;
    const auto play = [](Signal& mine, Signal& other, bool& end) -> Task<void> {
      while (!end) {
        other.notifyAll();
        static_cast<void>(co_await mine.wait(kNoDeadline));
      }
      other.notifyAll();
    };
    loop.spawn(play(ping, pong, done));
    loop.spawn(play(pong, ping, done));
    EXPECT_EQ(co_await loop.sleepFor(milliseconds(5)), WaitResult::Timeout);
    done = true;
    while (loop.liveTasks() > 1) {
      ping.notifyAll();
      pong.notifyAll();
      co_await loop.yield();
    }
  });
}

TEST(EventLoopTest, ATurnsWorkGoesInStages) {
  std::string order;
  runToEnd([&order](EventLoop& loop) -> Task<void> {
    for (int id = 0; id < 3; ++id) {
      loop.spawn([](EventLoop& inner, std::string& out) -> Task<void> {
        for (int i = 0; i < 2; ++i) {
          out += 'r';
          co_await inner.stage(EventLoop::Stage::Work);
          out += 'w';
          co_await inner.stage(EventLoop::Stage::Write);
          out += 's';
          co_await inner.yield();
        }
      }(loop, order));
    }
    co_return;
  });
  EXPECT_EQ(order, "rrrwwwsssrrrwwwsss");
}

TEST(EventLoopTest, WhoIsAloneInATurnWaitsForNoStage) {
  std::string order;
  runToEnd([&order](EventLoop& loop) -> Task<void> {
    loop.post([&order] { order += "posted "; });
    co_await loop.stage(EventLoop::Stage::Work);
    order += "worked ";
    co_await loop.stage(EventLoop::Stage::Write);
    order += "written ";
    co_await loop.yield();
  });
  EXPECT_EQ(order, "worked written posted ");
}

TEST(SignalTest, WakesWaitersInOrderAndReportsTimeouts) {
  std::vector<int> woken;
  runToEnd([&woken](EventLoop& loop) -> Task<void> {
    Signal signal(&loop);
    for (int id = 0; id < 3; ++id) {
      loop.spawn([](Signal& on, std::vector<int>& out, int me) -> Task<void> {
        EXPECT_EQ(co_await on.wait(kNoDeadline), WaitResult::Ready);
        out.push_back(me);
      }(signal, woken, id));
    }
    co_await loop.yield();
    signal.notifyOne();
    co_await loop.yield();
    EXPECT_EQ(woken, std::vector<int>{0});
    signal.notifyAll();
    co_await loop.yield();
    EXPECT_EQ(co_await signal.wait(loop.after(milliseconds(5))), WaitResult::Timeout);
    EXPECT_FALSE(signal.hasWaiters());
  });
  EXPECT_EQ(woken, (std::vector<int>{0, 1, 2}));
}

TEST(SignalTest, DestroyingItResumesWaitersWithClosed) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    auto signal = std::make_unique<Signal>(&loop);
    WaitResult result = WaitResult::Ready;
    loop.spawn([](Signal& on, WaitResult& out) -> Task<void> {
      out = co_await on.wait(kNoDeadline);
    }(*signal, result));
    co_await loop.yield();
    signal.reset();
    co_await loop.yield();
    EXPECT_EQ(result, WaitResult::Closed);
  });
}

}  // namespace
}  // namespace gateway
