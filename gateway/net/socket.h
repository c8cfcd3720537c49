#pragma once

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/loop/event_loop.h"
#include "gateway/loop/io_handle.h"
#include "gateway/net/io_result.h"
#include "gateway/net/send_parts.h"

namespace gateway {

// A non-blocking TCP socket on one loop: Poco's StreamSocket with the loop's readiness. The calls
// here never block and never throw; IoStatus::WantRead and WantWrite say that the readiness flag is
// cleared now. Used on the loop's thread.
class Socket {
 public:
  // Takes over a connected, non-blocking descriptor; null when epoll has no room.
  static std::unique_ptr<Socket> adopt(EventLoop* loop, int fd,
                                       const Poco::Net::SocketAddress& peer);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  IoResult tryRead(std::span<char> into);
  // The same bytes, which stay where they are.
  IoResult tryPeek(std::span<char> into);
  IoResult tryWrite(std::span<const char> bytes);
  IoResult tryWritev(std::span<const iovec> parts);

  // co_await socket.readTogether(into), writeTogether(pieces): the same together with what others
  // read or write in this stage of the turn. Only while loop().batch() is there. The memory lives
  // until then.
  class Together;
  Together readTogether(std::span<char> into);
  Together writeTogether(std::span<const std::string_view, 3> pieces);

  EventLoop& loop() const { return handle_.loop(); }
  IoHandle& handle() { return handle_; }
  bool open() const { return open_; }
  int fd() const { return fd_; }
  // How many of the bytes written so far the peer has not acknowledged.
  uint64_t unacknowledged() const;
  // How many it has.
  uint64_t acknowledged() const { return written_ - std::min(written_, unacknowledged()); }
  // How often the kernel was asked for that: it costs a system call or two.
  uint64_t timesAsked() const { return times_asked_; }

  const Poco::Net::SocketAddress& peer() const { return peer_; }
  // The address that the peer connected to.
  Poco::Net::SocketAddress local() const;
  // A proxy in front said whose connection it is: peer() and local() tell that from now on.
  void announce(const Poco::Net::SocketAddress& peer, const Poco::Net::SocketAddress& local);

  // True when nothing waits to be read and the peer has not closed: an idle connection that may be
  // used again.
  bool quiet();

  void setNoDelay();
  // From now on the kernel keeps back what fills no segment, for 200 ms at most: it leaves with the
  // end.
  void announceEnd() { end_follows_ = true; }
  void shutdownWrite();
  // The loop hears of it no more, and whoever waits gets Closed; it stays open.
  void leaveLoop() { handle_.close(); }
  // With reset, the peer sees RST at once and no TIME_WAIT is left here.
  void close(bool reset = false);

 private:
  template <typename Send>
  IoResult tryWriteBy(Send&& send);
  int sendFlags() const { return MSG_NOSIGNAL | (end_follows_ ? MSG_MORE : 0); }
  // What the kernel answered, an errno with a minus.
  IoResult readResult(ssize_t got, size_t wanted);
  IoResult writeResult(ssize_t sent);
  Socket(EventLoop* loop, int fd, const Poco::Net::SocketAddress& peer);

  Poco::Net::StreamSocket socket_;
  Poco::Net::SocketAddress peer_;
  std::optional<Poco::Net::SocketAddress> announced_local_;
  int fd_;
  bool open_ = true;
  bool end_follows_ = false;
  uint64_t written_ = 0;
  mutable uint64_t times_asked_ = 0;
  Together* queued_ = nullptr;  // those that wait for their turn
  IoHandle handle_;
};

class Socket::Together {
 public:
  Together(Socket* socket, std::span<char> into) : socket_(socket), into_(into) {}
  Together(Socket* socket, std::span<const std::string_view, 3> pieces)
      : socket_(socket), parts_(pieces) {}
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter);
  IoResult await_resume();

 private:
  friend class Socket;
  void takeParts();

  Socket* socket_;  // null when it was closed meanwhile
  std::span<char> into_;
  std::optional<SendParts> parts_;  // of a write
  IoBatch::Operation operation_;
  msghdr message_;
  Together* next_ = nullptr;  // of the same socket
};

inline Socket::Together Socket::readTogether(std::span<char> into) { return Together(this, into); }
inline Socket::Together Socket::writeTogether(std::span<const std::string_view, 3> pieces) {
  return Together(this, pieces);
}

struct ConnectResult {
  IoResult result;
  std::unique_ptr<Socket> socket;  // set when result is ok
};

// Opens a TCP connection (TCP_NODELAY is set), or one to a unix socket.
Task<ConnectResult> connectTcp(EventLoop* loop, Poco::Net::SocketAddress address,
                               Deadline deadline);

}  // namespace gateway
