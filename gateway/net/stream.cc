#include "gateway/net/stream.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "gateway/net/buffer.h"

namespace gateway {

namespace {

bool wants(IoStatus status) {
  return status == IoStatus::WantRead || status == IoStatus::WantWrite;
}

}  // namespace

IoHandle::Wait Stream::waitFor(IoStatus want, Deadline deadline) {
  IoHandle& handle = socket_->handle();
  return want == IoStatus::WantRead ? handle.waitReadable(deadline) : handle.waitWritable(deadline);
}

Task<IoResult> Stream::read(std::span<char> into, Deadline deadline) {
  for (;;) {
    const IoResult result = tryRead(into);
    if (!wants(result.status)) co_return result;
    const WaitResult waited = co_await waitFor(result.status, deadline);
    if (waited != WaitResult::Ready) co_return IoResult{toIoStatus(waited)};
  }
}

Task<IoResult> Stream::write(std::string_view bytes, Deadline deadline) {
  return write(Pieces{bytes}, deadline);
}

Task<IoResult> Stream::write(Pieces pieces, Deadline deadline) {
  const auto span = deadline - loop().now();
  size_t left = pieces[0].size() + pieces[1].size() + pieces[2].size();
  size_t sent = 0;
  size_t of_slice = 0;
  while (left > 0) {
    const IoResult result = tryWrite(pieces);
    if (result.ok()) {
      sent += result.bytes;
      left -= result.bytes;
      of_slice += result.bytes;
      if (of_slice >= kWriteSlice && deadline != kNoDeadline) {
        of_slice = 0;
        deadline = loop().now() + span;
      }
      size_t gone = result.bytes;
      for (std::string_view& piece : pieces) {
        const size_t of_piece = std::min(piece.size(), gone);
        piece.remove_prefix(of_piece);
        gone -= of_piece;
      }
      continue;
    }
    if (!wants(result.status)) co_return IoResult{result.status, sent, result.error};
    const WaitResult waited = co_await waitFor(result.status, deadline);
    if (waited != WaitResult::Ready) co_return IoResult{toIoStatus(waited), sent};
  }
  co_return IoResult{IoStatus::Ok, sent};
}

Task<IoStatus> Stream::waitReadable(Deadline deadline) {
  if (hasBufferedInput()) co_return IoStatus::Ok;
  co_return toIoStatus(co_await socket_->handle().waitReadable(deadline));
}

Task<void> Stream::lingeringClose(Deadline deadline, size_t limit) {
  co_await shutdownWrite(deadline);
  size_t dropped = 0;
  if (socket_->open()) {
    Buffer buffer(Buffer::kBlockBytes);
    while (dropped < limit) {
      // Below TLS: what the peer still sends is of no interest.
      const IoResult result = socket_->tryRead({buffer.data(), buffer.capacity()});
      if (result.ok()) {
        dropped += result.bytes;
        continue;
      }
      if (result.status != IoStatus::WantRead) break;
      if (co_await socket_->handle().waitReadable(deadline) != WaitResult::Ready) break;
    }
  }
  socket_->close();
}

Task<void> PlainStream::shutdownWrite(Deadline /*deadline*/) {
  socket_->shutdownWrite();
  co_return;
}

IoResult PlainStream::tryWrite(const Pieces& pieces) {
  std::array<iovec, 3> parts{};
  size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    parts[count].iov_base = const_cast<char*>(piece.data());
    parts[count].iov_len = piece.size();
    ++count;
  }
  return socket_->tryWritev({parts.data(), count});
}

}  // namespace gateway
