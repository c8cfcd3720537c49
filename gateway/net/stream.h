#pragma once

#include <Poco/Net/SocketAddress.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/loop/task.h"
#include "gateway/net/io_result.h"
#include "gateway/net/socket.h"

namespace gateway {

// What a client showed in a handshake that asked for its certificate. The texts are printable.
struct ClientCertificate {
  bool present = false;
  bool verified = false;
  std::string problem;  // why it is not verified: "certificate has expired"
  std::string subject;  // RFC 2253: "CN=alice,O=Shop"
  std::string issuer;
  std::string serial;       // hex digits
  std::string fingerprint;  // SHA-256, hex digits
  std::string asked_by;     // the identity of the ClientAuth that asked for it
};

// What a TLS handshake agreed on; views of strings that live as long as the stream.
struct TlsInfo {
  std::string server_name;  // SNI, lower case; "" when the client sent none
  std::string protocol;     // "TLSv1.3"
  std::string cipher;
  std::string alpn;  // "http/1.1", "h2", "" when none was negotiated
  bool resumed = false;
  std::shared_ptr<const ClientCertificate> client;  // null where none was asked for
};

// A byte stream over a Socket, in clear (PlainStream) or encrypted (TlsStream). Owned by the
// coroutine of its connection, used on the loop's thread, at most one reader and one writer at a
// time. Every operation tries first and suspends only when it would block; the deadline is for the
// whole operation.
class Stream {
 public:
  explicit Stream(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // At least one byte, or Eof, Timeout, Cancelled, Closed, Failed.
  Task<IoResult> read(std::span<char> into, Deadline deadline);
  // All the bytes; `bytes` tells how many went out when it is not Ok. The deadline's span is
  // renewed for as long as the peer acknowledges kLeastRate bytes a second in it: a slow client may
  // take a large body. Timeout leaves the stream stalled().
  static constexpr uint64_t kLeastRate = 1024;
  Task<IoResult> write(std::string_view bytes, Deadline deadline);
  // All of the pieces, in one system call (or TLS record) where possible: a head and the start of
  // its body, a chunk with the frame around it.
  using Pieces = std::array<std::string_view, 3>;
  Task<IoResult> write(Pieces pieces, Deadline deadline);

  // Waits until a read would not block, holding no buffer meanwhile. Ok also at the end of the
  // stream.
  Task<IoStatus> waitReadable(Deadline deadline);
  // Reads nothing: true when bytes (or the end) are known to be there.
  virtual bool hasBufferedInput() const { return false; }

  // What is written from now on is the last: it leaves in one segment with the end that
  // shutdownWrite() says, which has to come at once.
  void announceEnd() { socket_->announceEnd(); }
  // Says to the peer that nothing follows (close_notify, then FIN). Best effort.
  virtual Task<void> shutdownWrite(Deadline deadline) = 0;
  // Ends a connection whose peer may still be sending: closes our side, reads and drops until the
  // peer closes, the deadline passes or `limit` bytes came. Without this the kernel answers unread
  // bytes with RST, and the peer may lose the response that it has not read yet (RFC 9112, 9.6).
  Task<void> lingeringClose(Deadline deadline, size_t limit = 1u << 20);
  // The end of a connection in order: says so to the peer, with `drop_input` reads on as
  // lingeringClose() does, waits until all was acknowledged, at kLeastRate at least in each span,
  // and closes; a stalled stream is reset.
  Task<void> closeInOrder(bool drop_input, std::chrono::milliseconds span);
  // The peer did not take what it asked for: only a reset frees what waits for it.
  bool stalled() const { return stalled_; }
  // At once; with reset as RST.
  void close(bool reset = false) { socket_->close(reset); }
  // Resumes whoever waits on this stream now with Cancelled.
  void cancelWaits() { socket_->handle().cancelWaits(); }
  // Only whoever waits to read.
  void cancelReads() { socket_->handle().cancelReads(); }
  // False when the peer has closed or sent bytes that nobody asked for.
  virtual bool quiet() { return socket_->quiet(); }

  virtual const TlsInfo* tls() const { return nullptr; }
  // The TLS client's, as JA4 writes it: made when it is first asked for, which is for an event.
  virtual std::string fingerprint() { return {}; }
  // After Failed without an errno: what TLS says about it. Lives as long as the process.
  virtual const char* faultReason() const { return ""; }
  Socket& socket() { return *socket_; }
  // For a stream that goes on over it; this one is of no use after.
  std::unique_ptr<Socket> releaseSocket() { return std::move(socket_); }
  EventLoop& loop() { return socket_->loop(); }
  const Poco::Net::SocketAddress& peer() const { return socket_->peer(); }

 protected:
  virtual IoResult tryRead(std::span<char> into) = 0;
  virtual IoResult tryWrite(const Pieces& pieces) = 0;
  // Whether reads and writes go to the socket as they are, and with those of others.
  virtual bool batches() const { return false; }
  // Nothing is read or written any more: gives back what only that takes.
  virtual void releaseState() {}
  // Waits for what WantRead or WantWrite asked for.
  IoHandle::Wait waitFor(IoStatus want, Deadline deadline);

  std::unique_ptr<Socket> socket_;

 private:
  Task<IoStatus> waitForInput(Deadline deadline);
  Task<IoResult> readLater(std::span<char> into, Deadline deadline);
  Task<IoResult> writeAll(Pieces pieces, size_t sent, Deadline deadline);
  Task<void> dropInput(Deadline deadline, size_t limit);
  Task<void> waitAcknowledged(std::chrono::milliseconds span);

  bool stalled_ = false;
};

class PlainStream final : public Stream {
 public:
  using Stream::Stream;
  Task<void> shutdownWrite(Deadline deadline) override;

 private:
  IoResult tryRead(std::span<char> into) override { return socket_->tryRead(into); }
  IoResult tryWrite(const Pieces& pieces) override;
  bool batches() const override { return socket_->loop().batch() != nullptr; }
};

}  // namespace gateway
