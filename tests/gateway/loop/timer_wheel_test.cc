#include "gateway/loop/timer_wheel.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gateway {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const waf::MonotonicTime kStart = waf::MonotonicTime{} + std::chrono::hours(1);

struct Probe final : TimerNode {
  void onExpired() override { ++fired; }
  int fired = 0;
};

TEST(TimerWheelTest, FiresAtItsDeadlineAndNotBefore) {
  TimerWheel wheel(kStart);
  Probe probe;
  wheel.arm(&probe, kStart + milliseconds(10));
  wheel.advance(kStart + microseconds(9999));
  EXPECT_EQ(probe.fired, 0);
  wheel.advance(kStart + milliseconds(10));
  EXPECT_EQ(probe.fired, 1);
  EXPECT_FALSE(probe.armed());
}

TEST(TimerWheelTest, ADisarmedTimerDoesNotFire) {
  TimerWheel wheel(kStart);
  Probe probe;
  wheel.arm(&probe, kStart + milliseconds(10));
  wheel.disarm(&probe);
  wheel.advance(kStart + milliseconds(100));
  EXPECT_EQ(probe.fired, 0);
  EXPECT_EQ(wheel.untilNext(kStart), TimerWheel::kForever);
}

TEST(TimerWheelTest, SaysHowLongTheLoopMaySleep) {
  TimerWheel wheel(kStart);
  Probe near;
  Probe far;
  wheel.arm(&far, kStart + std::chrono::hours(3));
  EXPECT_GT(wheel.untilNext(kStart), std::chrono::hours(1));
  EXPECT_LE(wheel.untilNext(kStart), std::chrono::hours(3));
  wheel.arm(&near, kStart + milliseconds(7));
  EXPECT_EQ(wheel.untilNext(kStart), milliseconds(7));
  wheel.disarm(&near);
  wheel.disarm(&far);
}

TEST(TimerWheelTest, APassedDeadlineFiresWithTheNextTick) {
  TimerWheel wheel(kStart);
  wheel.advance(kStart + milliseconds(50));
  Probe probe;
  wheel.arm(&probe, kStart);
  wheel.advance(kStart + milliseconds(51));
  EXPECT_EQ(probe.fired, 1);
}

TEST(TimerWheelTest, FiresEachOfManyRandomTimersInTheRightTick) {
  TimerWheel wheel(kStart);
  std::mt19937_64 random(7);
  struct Timed {
    Probe probe;
    int64_t due = 0;
  };
  std::deque<Timed> timers(3000);
  for (Timed& timer : timers) {
    timer.due = static_cast<int64_t>(random() % (random() % 2 == 0 ? 300 : 20'000'000)) + 1;
    wheel.arm(&timer.probe, kStart + milliseconds(timer.due));
  }
  int64_t now = 0;
  while (wheel.size() > 0) {
    const auto sleep = wheel.untilNext(kStart + milliseconds(now));
    ASSERT_GE(sleep.count(), 1);
    now += sleep.count();
    wheel.advance(kStart + milliseconds(now));
    for (const Timed& timer : timers) ASSERT_EQ(timer.probe.fired, timer.due <= now ? 1 : 0);
  }
}

TEST(TimerWheelTest, MayBeArmedAgainFromItsOwnExpiry) {
  struct Repeating final : TimerNode {
    TimerWheel* wheel = nullptr;
    int fired = 0;
    void onExpired() override {
      if (++fired < 5) wheel->arm(this, kStart + milliseconds(fired * 100));
    }
  };
  TimerWheel wheel(kStart);
  Repeating timer;
  timer.wheel = &wheel;
  wheel.arm(&timer, kStart + milliseconds(1));
  wheel.advance(kStart + milliseconds(1000));
  EXPECT_EQ(timer.fired, 5);
}

}  // namespace
}  // namespace gateway
