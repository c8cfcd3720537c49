#include "gateway/loop/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "gateway/loop/event_loop.h"
#include "tests/gateway/support/loop_thread.h"

namespace gateway {
namespace {

using testing::runToEnd;

Task<int> completed(int value) { co_return value; }

Task<int> afterYield(EventLoop& loop, int value) {
  co_await loop.yield();
  co_return value;
}

Task<int> nested(EventLoop& loop, int depth) {
  if (depth == 0) co_return co_await afterYield(loop, 1);
  co_return co_await nested(loop, depth - 1) + 1;
}

TEST(TaskTest, AwaitsOneMillionCompletedTasksWithoutGrowingTheStack) {
  int64_t sum = 0;
  runToEnd([&sum](EventLoop&) -> Task<void> {
    for (int i = 0; i < 1'000'000; ++i) sum += co_await completed(1);
  });
  EXPECT_EQ(sum, 1'000'000);
}

TEST(TaskTest, AwaitsManySuspendingTasksWithoutGrowingTheStack) {
  int64_t sum = 0;
  runToEnd([&sum](EventLoop& loop) -> Task<void> {
    for (int i = 0; i < 100'000; ++i) sum += co_await afterYield(loop, 1);
  });
  EXPECT_EQ(sum, 100'000);
}

TEST(TaskTest, ResumesParentsOfAChildThatSuspended) {
  int result = 0;
  runToEnd([&result](EventLoop& loop) -> Task<void> { result = co_await nested(loop, 500); });
  EXPECT_EQ(result, 501);
}

TEST(TaskTest, HandsOverMoveOnlyResults) {
  runToEnd([](EventLoop&) -> Task<void> {
    auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const std::unique_ptr<int> value = co_await make();
    EXPECT_EQ(*value, 7);
  });
}

TEST(TaskTest, MayHaveItsResultFromTheStart) {
  runToEnd([](EventLoop& loop) -> Task<void> {
    const auto give = [&loop](bool wait) -> Task<int> {
      if (wait) return afterYield(loop, 8);
      return 7;
    };
    EXPECT_FALSE(give(true).ready());
    Task<int> at_once = give(false);
    EXPECT_TRUE(at_once.ready());
    EXPECT_EQ(at_once.take(), 7);
    EXPECT_EQ(co_await give(false), 7);
    EXPECT_EQ(co_await give(true), 8);
    const std::unique_ptr<int> owned =
        co_await Task<std::unique_ptr<int>>(std::make_unique<int>(9));
    EXPECT_EQ(*owned, 9);
    EXPECT_TRUE(Task<void>().ready());
    co_await Task<void>();
  });
}

TEST(TaskTest, CarriesAnExceptionToTheAwaiter) {
  bool caught = false;
  runToEnd([&caught](EventLoop& loop) -> Task<void> {
    auto failing = [](EventLoop& inner) -> Task<void> {
      co_await inner.yield();
      throw std::runtime_error("x");
    };
    try {
      co_await failing(loop);
    } catch (const std::runtime_error&) {
      caught = true;
    }
  });
  EXPECT_TRUE(caught);
}

TEST(TaskTest, DestroysATaskThatWasNeverAwaited) {
  auto owned = std::make_shared<int>(1);
  {
    auto task = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; }(owned);
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace gateway
