#include "gateway/loop/task.h"

namespace gateway {

namespace internal {
constinit thread_local std::coroutine_handle<> next_to_resume;
}  // namespace internal

void resumeChain(std::coroutine_handle<> handle) {
  while (handle) {
    internal::next_to_resume = nullptr;
    handle.resume();
    handle = std::exchange(internal::next_to_resume, nullptr);
  }
}

}  // namespace gateway
