#include "gateway/net/listener.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "gateway/net/address.h"

namespace gateway {

namespace {

// The kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kPause{50};

class ListenSocketImpl final : public Poco::Net::ServerSocketImpl {
 public:
  explicit ListenSocketImpl(int fd) { reset(fd); }
};

waf::Unexpected refused(const Poco::Net::SocketAddress& address, int error) {
  const std::string where = "listener " + address.toString() + ": ";
  switch (error) {
    case EADDRINUSE:
      return waf::fail(waf::ErrorCode::Conflict, "net",
                       where +
                           "the address is in use by another process; stop it or choose "
                           "another port");
    case EACCES:
    case EPERM:
      return waf::fail(waf::ErrorCode::Denied, "net",
                       where + "not permitted; ports below 1024 need CAP_NET_BIND_SERVICE");
    case EADDRNOTAVAIL:
      return waf::fail(waf::ErrorCode::Invalid, "net", where + "is no address of this machine");
    default:
      return waf::fail(waf::ErrorCode::Unavailable, "net", where + std::strerror(error));
  }
}

void enable(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

// What is accepted inherits it: no call for each connection.
void prepare(int fd) {
  enable(fd, IPPROTO_TCP, TCP_NODELAY);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &ListenSocket::kUnsentBytes,
               sizeof ListenSocket::kUnsentBytes);
}

bool isAnyIpv6(const Poco::Net::SocketAddress& address) {
  return address.af() == AF_INET6 && address.host().isWildcard();
}

}  // namespace

ListenSocket::ListenSocket(int fd) : Poco::Net::ServerSocket(new ListenSocketImpl(fd), true) {}

waf::Result<ListenSocket> ListenSocket::open(const Poco::Net::SocketAddress& address, bool shared) {
  UniqueFd fd(::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return refused(address, errno);
  enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  prepare(fd.get());
  if (shared) enable(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (address.af() == AF_INET6) {
    // [::] takes IPv4 too; any other IPv6 address is only itself.
    const int only = isAnyIpv6(address) ? 0 : 1;
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  if (::bind(fd.get(), address.addr(), address.length()) != 0) return refused(address, errno);
  if (shared && ::listen(fd.get(), kBacklog) != 0) return refused(address, errno);
  return ListenSocket(fd.release());
}

waf::Result<std::vector<ListenSocket>> ListenSocket::bindGroup(const std::string& text,
                                                               size_t count) {
  auto parsed = parseSocketAddress(text);
  if (!parsed) return waf::fail(std::move(parsed).error());
  Poco::Net::SocketAddress address = *parsed;
  try {
    if (address.port() != 0) {
      // Without SO_REUSEPORT: fails if anybody has the port, also one who would share it.
      auto probe = open(address, false);
      if (!probe) return waf::fail(std::move(probe).error());
      probe->close();
    }
    std::vector<ListenSocket> group;
    for (size_t i = 0; i < count; ++i) {
      auto socket = open(address, true);
      if (!socket) return waf::fail(std::move(socket).error());
      group.push_back(*socket);
      if (address.port() == 0) address = group.front().boundAddress();
    }
    return group;
  } catch (const Poco::Exception& fault) {
    return waf::fail(waf::ErrorCode::Unavailable, "net",
                     "listener " + text + ": " + fault.displayText());
  }
}

waf::Result<ListenSocket> ListenSocket::adopt(UniqueFd descriptor) {
  int listening = 0;
  socklen_t length = sizeof listening;
  if (::getsockopt(descriptor.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 ||
      listening == 0) {
    return waf::fail(waf::ErrorCode::Invalid, "net",
                     "a descriptor that was handed over is no listening socket");
  }
  prepare(descriptor.get());
  return ListenSocket(descriptor.release());
}

waf::Result<ListenSocket> ListenSocket::duplicate() const {
  UniqueFd copy(::fcntl(descriptor(), F_DUPFD_CLOEXEC, 3));
  if (!copy) return refused(boundAddress(), errno);
  return ListenSocket(copy.release());
}

Poco::Net::SocketAddress ListenSocket::boundAddress() const {
  try {
    return address();
  } catch (const Poco::Exception&) {
    return {};
  }
}

int ListenSocket::descriptor() const { return static_cast<int>(impl()->sockfd()); }

Listener::Listener(EventLoop* loop, ListenSocket socket, std::atomic<uint64_t>* all_pauses)
    : loop_(loop),
      socket_(std::move(socket)),
      fd_(socket_.descriptor()),
      handle_(loop, socket_.descriptor()),
      all_pauses_(all_pauses) {}

Listener::~Listener() { close(); }

Task<AcceptResult> Listener::accept(Deadline deadline) {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = closed_ ? -1
                           : ::accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &length,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      UniqueFd owned(fd);
      const Poco::Net::SocketAddress address(reinterpret_cast<sockaddr*>(&peer), length);
      // A flood of connections must not keep the others from being served.
      if (++accepted_ % 64 == 0) co_await loop_->yield();
      if (auto socket = Socket::adopt(loop_, owned.release(), address)) {
        co_return AcceptResult{IoStatus::Ok, std::move(socket)};
      }
      continue;
    }
    if (closed_) co_return AcceptResult{IoStatus::Closed, nullptr};
    if (errno == EAGAIN) {
      handle_.clearReadable();
      if (stopped_) co_return AcceptResult{IoStatus::Cancelled, nullptr};
      const WaitResult waited = co_await handle_.waitReadable(deadline);
      if (waited == WaitResult::Cancelled && stopped_) continue;
      if (waited != WaitResult::Ready) co_return AcceptResult{toIoStatus(waited), nullptr};
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      ++pauses_;
      if (all_pauses_ != nullptr) all_pauses_->fetch_add(1, std::memory_order_relaxed);
      if (deadline <= loop_->now()) co_return AcceptResult{IoStatus::Timeout, nullptr};
      if (co_await loop_->sleepFor(kPause) == WaitResult::Cancelled) {
        co_return AcceptResult{IoStatus::Cancelled, nullptr};
      }
    }
    // Anything else concerns the one connection, which is gone already (accept(2)).
  }
}

void Listener::stopAccepting() {
  stopped_ = true;
  handle_.cancelWaits();
}

void Listener::close() {
  if (closed_) return;
  closed_ = true;
  handle_.close();
  try {
    socket_.close();
  } catch (const Poco::Exception&) {
    // The descriptor is closed all the same.
  }
}

}  // namespace gateway
