#pragma once

#include <string_view>

#include "gateway/loop/task.h"
#include "gateway/net/buffer.h"
#include "gateway/net/stream.h"

namespace gateway {

// Bytes that were received and not yet consumed. Holds no memory while empty and released. Owned by
// one connection; views of view() are valid until the next fill(), takeHead() or release().
class InputBuffer {
 public:
  std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Reads once, behind what is there. Full when `limit` bytes are there already; grows up to it.
  Task<IoResult> fill(Stream& stream, Deadline deadline, size_t limit = Buffer::kBlockBytes);
  // Bytes that came another way: what a replay or a test has.
  void append(std::string_view bytes);
  void consume(size_t bytes);
  // Gives the block back with what is in it.
  void release();
  // Gives the block back when nothing is in it.
  void releaseIfEmpty();

  // Detaches the memory in which the first `bytes` lie (at offset *offset), so that views into them
  // live as long as the returned buffer; what follows them stays here, in the same block.
  Buffer takeHead(size_t bytes, size_t* offset);

 private:
  Task<IoResult> filled(Task<IoResult> reading);
  void makeRoom(size_t limit);

  Buffer buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace gateway
