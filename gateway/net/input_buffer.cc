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
  if (begin_ > 0 && buffer_.shared()) {
    // What lies before belongs to a head.
    Buffer own(buffer_.capacity());
    std::memcpy(own.data(), buffer_.data() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
    buffer_ = std::move(own);
    return;
  }
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
  if (size() >= limit) return IoResult{IoStatus::Full};
  makeRoom(limit);
  auto reading = stream.read({buffer_.data() + end_, buffer_.capacity() - end_}, deadline);
  if (!reading.ready()) return filled(std::move(reading));
  const IoResult result = reading.take();
  end_ += result.bytes;
  return result;
}

Task<IoResult> InputBuffer::filled(Task<IoResult> reading) {
  const IoResult result = co_await std::move(reading);
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
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  // From its start again, where a head may lie.
  if (buffer_.shared()) buffer_.release();
}

void InputBuffer::release() {
  buffer_.release();
  begin_ = end_ = 0;
}

void InputBuffer::releaseIfEmpty() {
  if (empty()) buffer_.release();
}

Buffer InputBuffer::takeHead(size_t bytes, size_t* offset) {
  assert(bytes <= size());
  *offset = begin_;
  if (bytes < size()) {
    begin_ += bytes;
    return buffer_.share();
  }
  begin_ = end_ = 0;
  return std::move(buffer_);
}

}  // namespace gateway
