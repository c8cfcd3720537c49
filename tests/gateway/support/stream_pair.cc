#include "tests/gateway/support/stream_pair.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>

namespace gateway::testing {

StreamPair makeStreamPair(EventLoop& loop) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  StreamPair pair;
  pair.peer = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(listener.get(), raw, length) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), raw, &length) != 0 ||
      ::connect(pair.peer.get(), raw, length) != 0) {
    std::abort();
  }
  const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  pair.stream = std::make_unique<PlainStream>(
      Socket::adopt(&loop, fd, Poco::Net::SocketAddress(raw, length)));
  return pair;
}

void sendFrom(const UniqueFd& peer, std::string_view bytes) {
  if (::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
}

std::string receivedBy(const UniqueFd& peer) {
  std::string out;
  std::array<char, 16384> block;
  ssize_t got;
  while ((got = ::recv(peer.get(), block.data(), block.size(), MSG_DONTWAIT)) > 0) {
    out.append(block.data(), static_cast<size_t>(got));
  }
  return out;
}

}  // namespace gateway::testing
