#include "gateway/net/socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

namespace gateway {

namespace {

// A StreamSocket on a descriptor that exists already (Poco's own way of accepting).
Poco::Net::StreamSocket wrap(int fd) {
  class Adopted final : public Poco::Net::StreamSocket {
   public:
    explicit Adopted(int descriptor)
        : Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(descriptor)) {}
  };
  return Adopted(fd);
}

}  // namespace

std::unique_ptr<Socket> Socket::adopt(EventLoop* loop, int fd,
                                      const Poco::Net::SocketAddress& peer) {
  std::unique_ptr<Socket> socket(new Socket(loop, fd, peer));
  if (!socket->handle_.attached()) return nullptr;
  return socket;
}

Socket::Socket(EventLoop* loop, int fd, const Poco::Net::SocketAddress& peer)
    : socket_(wrap(fd)), peer_(peer), fd_(fd), handle_(loop, fd) {}

Socket::~Socket() { close(); }

IoResult Socket::tryPeek(std::span<char> into) {
  for (;;) {
    if (!open_) return {IoStatus::Closed};
    if (!handle_.readable()) return {IoStatus::WantRead};
    const ssize_t got = ::recv(fd_, into.data(), into.size(), MSG_PEEK);
    if (got > 0) return {IoStatus::Ok, static_cast<size_t>(got)};
    if (got == 0) return {IoStatus::Eof};
    if (errno == EAGAIN) {
      handle_.clearReadable();
    } else if (errno != EINTR) {
      return {IoStatus::Failed, 0, errno};
    }
  }
}

void Socket::announce(const Poco::Net::SocketAddress& peer, const Poco::Net::SocketAddress& local) {
  peer_ = peer;
  announced_local_ = local;
}

IoResult Socket::readResult(ssize_t got, size_t wanted) {
  if (got > 0) {
    const auto bytes = static_cast<size_t>(got);
    if (bytes < wanted) handle_.drainedByShortRead();
    return {IoStatus::Ok, bytes};
  }
  if (got == 0) return {IoStatus::Eof};
  if (got == -EAGAIN) handle_.clearReadable();
  // After EINTR it is readable still, so that nobody waits.
  if (got == -EAGAIN || got == -EINTR) return {IoStatus::WantRead};
  return {IoStatus::Failed, 0, static_cast<int>(-got)};
}

IoResult Socket::writeResult(ssize_t sent) {
  if (sent >= 0) {
    written_ += static_cast<uint64_t>(sent);
    return {IoStatus::Ok, static_cast<size_t>(sent)};
  }
  if (sent == -EAGAIN) handle_.clearWritable();
  if (sent == -EAGAIN || sent == -EINTR) return {IoStatus::WantWrite};
  handle_.foundBroken();
  return {IoStatus::Failed, 0, static_cast<int>(-sent)};
}

IoResult Socket::tryRead(std::span<char> into) {
  for (;;) {
    if (!open_) return {IoStatus::Closed};
    if (!handle_.readable()) return {IoStatus::WantRead};
    const ssize_t got = ::recv(fd_, into.data(), into.size(), 0);
    const IoResult result = readResult(got < 0 ? -errno : got, into.size());
    if (result.status != IoStatus::WantRead) return result;
  }
}

template <typename Send>
IoResult Socket::tryWriteBy(Send&& send) {
  for (;;) {
    if (!open_) return {IoStatus::Closed};
    if (!handle_.writable()) return {IoStatus::WantWrite};
    const ssize_t sent = send();
    const IoResult result = writeResult(sent < 0 ? -errno : sent);
    if (result.status != IoStatus::WantWrite) return result;
  }
}

void Socket::Together::takeParts() {
  operation_.kind = IoBatch::Operation::Kind::Send;
  operation_.flags = socket_->sendFlags();
  operation_.buffer = parts_->parts[0].iov_base;
  operation_.size = parts_->size;
  if (parts_->count < 2) return;
  char* const copy = parts_->isCopied() ? socket_->loop().batch()->room(parts_->size) : nullptr;
  if (copy != nullptr) {
    parts_->copyTo(copy);
    operation_.buffer = copy;
    return;
  }
  message_ = {};
  message_.msg_iov = parts_->parts.data();
  message_.msg_iovlen = parts_->count;
  operation_.kind = IoBatch::Operation::Kind::SendMessage;
  operation_.message = &message_;
}

bool Socket::Together::await_suspend(std::coroutine_handle<> waiter) {
  const IoHandle& handle = socket_->handle_;
  operation_.result = -EAGAIN;
  if (!socket_->open_ || !(parts_ ? handle.writable() : handle.readable())) return false;
  if (parts_) {
    takeParts();
  } else {
    operation_.buffer = into_.data();
    operation_.size = into_.size();
  }
  operation_.fd = socket_->fd_;
  operation_.waiter = waiter;
  next_ = socket_->queued_;
  socket_->queued_ = this;
  socket_->loop().batch()->add(&operation_);
  return true;
}

IoResult Socket::Together::await_resume() {
  if (socket_ == nullptr || !socket_->open_) return {IoStatus::Closed};
  for (Together** at = &socket_->queued_; *at != nullptr; at = &(*at)->next_) {
    if (*at != this) continue;
    *at = next_;
    break;
  }
  return parts_ ? socket_->writeResult(operation_.result)
                : socket_->readResult(operation_.result, into_.size());
}

IoResult Socket::tryWrite(std::span<const char> bytes) {
  return tryWriteBy([&] { return ::send(fd_, bytes.data(), bytes.size(), sendFlags()); });
}

IoResult Socket::tryWritev(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return tryWriteBy([&] { return ::sendmsg(fd_, &message, sendFlags()); });
}

Poco::Net::SocketAddress Socket::local() const {
  if (announced_local_) return *announced_local_;
  try {
    return socket_.address();
  } catch (const Poco::Exception&) {
    return {};
  }
}

bool Socket::quiet() {
  if (!open_ || handle_.peerClosed()) return false;
  // Then epoll has told of nothing: what arrives from now on could come after any check, too.
  if (!handle_.readable()) return true;
  char byte = 0;
  const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK);
  if (got >= 0) return false;
  if (errno != EAGAIN) return false;
  handle_.clearReadable();
  return true;
}

void Socket::setNoDelay() {
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

uint64_t Socket::unacknowledged() const {
  ++times_asked_;
  int waiting = 0;
  // Of a socket that is closed or broken nothing will be acknowledged any more.
  if (!open_ || ::ioctl(fd_, SIOCOUTQ, &waiting) != 0 || waiting < 0) return 0;
  if (waiting == 0) return 0;
  // What was in the queue of a connection that was reset still counts there.
  tcp_info info{};
  socklen_t length = sizeof info;
  const bool known = ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &length) == 0;
  return known && info.tcpi_state == TCP_CLOSE ? 0 : static_cast<uint64_t>(waiting);
}

void Socket::shutdownWrite() {
  if (open_) ::shutdown(fd_, SHUT_WR);
}

void Socket::close(bool reset) {
  if (!open_) return;
  open_ = false;
  // The descriptor's number may be another connection's by then.
  for (Together* each = std::exchange(queued_, nullptr); each != nullptr; each = each->next_) {
    each->operation_.fd = -1;
    each->socket_ = nullptr;
  }
  if (reset) {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  handle_.close();
  try {
    socket_.close();
  } catch (const Poco::Exception&) {
    // The descriptor is closed all the same.
  }
}

Task<ConnectResult> connectTcp(EventLoop* loop, Poco::Net::SocketAddress address,
                               Deadline deadline) {
  ConnectResult out;
  const int protocol = address.af() == AF_UNIX ? 0 : IPPROTO_TCP;
  UniqueFd fd(::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  if (!fd) {
    out.result = {IoStatus::Failed, 0, errno};
    co_return out;
  }
  const int connected = ::connect(fd.get(), address.addr(), address.length());
  if (connected != 0 && errno != EINPROGRESS) {
    out.result = {IoStatus::Failed, 0, errno};
    co_return out;
  }
  auto socket = Socket::adopt(loop, fd.release(), address);
  if (!socket) {
    out.result = {IoStatus::Failed, 0, ENOSPC};
    co_return out;
  }
  if (connected != 0) {
    socket->handle().clearWritable();
    const WaitResult waited = co_await socket->handle().waitWritable(deadline);
    if (waited != WaitResult::Ready) {
      out.result = {toIoStatus(waited)};
      co_return out;
    }
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket->fd(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
      out.result = {IoStatus::Failed, 0, error};
      co_return out;
    }
  }
  if (protocol == IPPROTO_TCP) socket->setNoDelay();
  out.socket = std::move(socket);
  co_return out;
}

}  // namespace gateway
