#pragma once

#include <cstddef>
#include <functional>

namespace waf {

// Runs work(0) … work(count - 1) on up to `threads` threads (0: one per core) and waits for all.
// `progress`, called on the calling thread with the number done, may return false: what has not
// begun is then left out and the result is false.
bool runParallel(size_t count, unsigned threads, const std::function<void(size_t)>& work,
                 const std::function<bool(size_t done)>& progress);

}  // namespace waf
