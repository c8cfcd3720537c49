#include "gateway/net/stream.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/net/buffer.h"

namespace gateway {

namespace {

// Whether the peer takes what waits for it: asked when a span is over.
class AckProgress {
 public:
  AckProgress(const Socket& socket, std::chrono::nanoseconds span)
      : socket_(socket),
        least_(std::max<uint64_t>(
            1, Stream::kLeastRate *
                   static_cast<uint64_t>(
                       std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) /
                   1000)),
        from_(socket.acknowledged()) {}

  bool enough() {
    const uint64_t now = socket_.acknowledged();
    const bool moved = now - from_ >= least_;
    from_ = now;
    return moved;
  }

 private:
  const Socket& socket_;
  const uint64_t least_;
  uint64_t from_;
};

constexpr std::chrono::milliseconds kLingerTimeout{2000};
constexpr size_t kLingerBytes = 1u << 20;

// An acknowledgement wakes nobody, so it is looked for.
constexpr std::chrono::milliseconds kAckPoll{100};

// When to look again: at one of a few moments that all of a loop's connections share, so that it
// wakes seldom and never for all of them.
Deadline nextPoll(Deadline now, int descriptor) {
  constexpr int kMoments = 8;
  const auto offset = kAckPoll * (descriptor % kMoments) / kMoments;
  const auto passed = (now - offset + kAckPoll / 2).time_since_epoch() / kAckPoll;
  return Deadline((passed + 1) * kAckPoll + offset);
}

bool wants(IoStatus status) {
  return status == IoStatus::WantRead || status == IoStatus::WantWrite;
}

size_t sizeOf(const Stream::Pieces& pieces) {
  return pieces[0].size() + pieces[1].size() + pieces[2].size();
}

void removePrefix(Stream::Pieces& pieces, size_t bytes) {
  for (std::string_view& piece : pieces) {
    const size_t of_piece = std::min(piece.size(), bytes);
    piece.remove_prefix(of_piece);
    bytes -= of_piece;
  }
}

}  // namespace

IoHandle::Wait Stream::waitFor(IoStatus want, Deadline deadline) {
  IoHandle& handle = socket_->handle();
  return want == IoStatus::WantRead ? handle.waitReadable(deadline) : handle.waitWritable(deadline);
}

Task<IoResult> Stream::read(std::span<char> into, Deadline deadline) {
  if (batches()) return readLater(into, deadline);
  const IoResult result = tryRead(into);
  if (!wants(result.status)) return result;
  return readLater(into, deadline);
}

Task<IoResult> Stream::readLater(std::span<char> into, Deadline deadline) {
  for (;;) {
    IoResult result;
    // No conditional expression: g++ 12 awaits both of its branches.
    if (batches()) {
      result = co_await socket_->readTogether(into);
    } else {
      result = tryRead(into);
    }
    if (!wants(result.status)) co_return result;
    const WaitResult waited = co_await waitFor(result.status, deadline);
    if (waited != WaitResult::Ready) co_return IoResult{toIoStatus(waited)};
  }
}

Task<IoResult> Stream::write(std::string_view bytes, Deadline deadline) {
  return write(Pieces{bytes}, deadline);
}

Task<IoResult> Stream::write(Pieces pieces, Deadline deadline) {
  const size_t size = sizeOf(pieces);
  if (size == 0) return IoResult{};
  if (batches()) return writeAll(pieces, 0, deadline);
  const IoResult result = tryWrite(pieces);
  if (result.ok() && result.bytes < size) removePrefix(pieces, result.bytes);
  if (wants(result.status) || (result.ok() && result.bytes < size)) {
    return writeAll(pieces, result.bytes, deadline);
  }
  return result;
}

Task<IoResult> Stream::writeAll(Pieces pieces, size_t sent, Deadline deadline) {
  const auto span = deadline - loop().now();
  size_t left = sizeOf(pieces);
  // Asks the kernel, so it begins where the write has to wait: most never do.
  std::optional<AckProgress> progress;
  while (left > 0) {
    IoResult result;
    if (batches()) {
      result = co_await socket_->writeTogether(pieces);
    } else {
      result = tryWrite(pieces);
    }
    if (result.ok()) {
      sent += result.bytes;
      left -= result.bytes;
      removePrefix(pieces, result.bytes);
      continue;
    }
    if (!wants(result.status)) co_return IoResult{result.status, sent, result.error};
    if (!progress && deadline != kNoDeadline) progress.emplace(*socket_, span);
    const WaitResult waited = co_await waitFor(result.status, deadline);
    if (waited == WaitResult::Timeout) {
      if (progress && progress->enough()) {
        deadline = loop().now() + span;
        continue;
      }
      stalled_ = true;
    }
    if (waited != WaitResult::Ready) co_return IoResult{toIoStatus(waited), sent};
  }
  co_return IoResult{IoStatus::Ok, sent};
}

Task<void> Stream::waitAcknowledged(std::chrono::milliseconds span) {
  // The client's own end would wake the loop for nothing.
  socket_->leaveLoop();
  AckProgress progress(*socket_, span);
  Deadline deadline = loop().after(span);
  while (socket_->open() && socket_->unacknowledged() > 0) {
    if (loop().now() >= deadline) {
      if (!progress.enough()) {
        stalled_ = true;
        break;
      }
      deadline = loop().after(span);
    }
    if (co_await loop().sleepUntil(nextPoll(loop().now(), socket_->fd())) != WaitResult::Timeout)
      break;
  }
}

Task<IoStatus> Stream::waitReadable(Deadline deadline) {
  if (hasBufferedInput()) return IoStatus::Ok;
  return waitForInput(deadline);
}

Task<IoStatus> Stream::waitForInput(Deadline deadline) {
  co_return toIoStatus(co_await socket_->handle().waitReadable(deadline));
}

Task<void> Stream::lingeringClose(Deadline deadline, size_t limit) {
  co_await shutdownWrite(deadline);
  co_await dropInput(deadline, limit);
  socket_->close();
}

Task<void> Stream::dropInput(Deadline deadline, size_t limit) {
  if (!socket_->open()) co_return;
  size_t dropped = 0;
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

Task<void> Stream::closeInOrder(bool drop_input, std::chrono::milliseconds span) {
  if (!stalled_ && socket_->open()) {
    const Deadline deadline = loop().after(kLingerTimeout);
    co_await shutdownWrite(deadline);
    // While it is in the processor's caches.
    releaseState();
    if (drop_input) co_await dropInput(deadline, kLingerBytes);
    if (socket_->unacknowledged() > 0) co_await waitAcknowledged(span);
  }
  socket_->close(stalled_);
}

Task<void> PlainStream::shutdownWrite(Deadline /*deadline*/) {
  socket_->shutdownWrite();
  co_return;
}

IoResult PlainStream::tryWrite(const Pieces& pieces) {
  const SendParts parts(pieces);
  if (parts.count > 1 && !parts.isCopied()) {
    return socket_->tryWritev({parts.parts.data(), parts.count});
  }
  if (parts.count == 1) {
    return socket_->tryWrite({static_cast<const char*>(parts.parts[0].iov_base), parts.size});
  }
  std::array<char, SendParts::kMostCopied> whole;
  parts.copyTo(whole.data());
  return socket_->tryWrite({whole.data(), parts.size});
}

}  // namespace gateway
