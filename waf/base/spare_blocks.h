#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace waf {

// Memory of one size that a thread takes and gives back with every transaction: kept by the
// thread, up to a bound, since the heap would look for a place and join its neighbours each time.
// A block may be given back on another thread.
template <size_t kBytes>
class SpareBlocks {
 public:
  using Block = std::unique_ptr<std::byte[]>;

  static Block take() {
    std::vector<Block>& spare = blocks();
    if (spare.empty()) return std::make_unique_for_overwrite<std::byte[]>(kBytes);
    Block block = std::move(spare.back());
    spare.pop_back();
    return block;
  }
  static void give(Block block) {
    std::vector<Block>& spare = blocks();
    if (spare.size() < kMost) spare.push_back(std::move(block));
  }

 private:
  static constexpr size_t kMost = 32;

  static std::vector<Block>& blocks() {
    thread_local std::vector<Block> spare;
    return spare;
  }
};

}  // namespace waf
