#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

namespace gateway {

// A block of memory from a free list of the thread. The usual size is kBlockBytes; other sizes come
// from the heap. Move-only; views into it stay valid when it moves. Used, shared ones too, on the
// thread that made it.
class Buffer {
 public:
  static constexpr size_t kBlockBytes = 16384;

  Buffer() = default;
  explicit Buffer(size_t bytes);
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    if (this != &other) {
      release();
      data_ = std::exchange(other.data_, nullptr);
      capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
  }
  ~Buffer() { release(); }

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t capacity() const { return capacity_; }
  explicit operator bool() const { return data_ != nullptr; }
  void release() noexcept;
  // Another hold on the same block, which lives as long as any.
  Buffer share() const;
  bool shared() const;

 private:
  char* data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace gateway
