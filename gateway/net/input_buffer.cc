#include "gateway/net/input_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace gateway {

void InputBuffer::makeRoom(size_t limit) {
  if (!buffer_) {
    buffer_ = Buffer(Buffer::kBlockBytes);
    begin_ = end_ = 0;
    return;
  }
  if (end_ < buffer_.capacity()) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
    return;
  }
  Buffer larger(std::min(std::max(limit, Buffer::kBlockBytes), buffer_.capacity() * 4));
  std::memcpy(larger.data(), buffer_.data(), end_);
  buffer_ = std::move(larger);
}

Task<IoResult> InputBuffer::fill(Stream& stream, Deadline deadline, size_t limit) {
  if (size() >= limit) co_return IoResult{IoStatus::Full};
  makeRoom(limit);
  const IoResult result =
      co_await stream.read({buffer_.data() + end_, buffer_.capacity() - end_}, deadline);
  end_ += result.bytes;
  co_return result;
}

void InputBuffer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    makeRoom(size() + bytes.size());
    const size_t take = std::min(bytes.size(), buffer_.capacity() - end_);
    std::memcpy(buffer_.data() + end_, bytes.data(), take);
    end_ += take;
    bytes.remove_prefix(take);
  }
}

void InputBuffer::consume(size_t bytes) {
  assert(bytes <= size());
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

void InputBuffer::releaseIfEmpty() {
  if (empty()) buffer_.release();
}

Buffer InputBuffer::takeHead(size_t bytes, size_t* offset) {
  assert(bytes <= size());
  *offset = begin_;
  const std::string_view rest = view().substr(bytes);
  Buffer head = std::move(buffer_);
  begin_ = end_ = 0;
  if (!rest.empty()) {
    buffer_ = Buffer(std::max(rest.size(), Buffer::kBlockBytes));
    std::memcpy(buffer_.data(), rest.data(), rest.size());
    end_ = rest.size();
  }
  return head;
}

}  // namespace gateway
