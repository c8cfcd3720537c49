#include "gateway/outputs/dial.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace gateway {
namespace {

constexpr int kTimeoutMs = 5000;

struct AddressDeleter {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

waf::Unexpected outputError(const std::string& address, const std::string& why) {
  return waf::fail(waf::ErrorCode::Unavailable, "output", address + ": " + why);
}

std::string hostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

bool waitFor(int fd, short events) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, kTimeoutMs) == 1;
}

Result<db::FileDescriptor> dial(const std::string& address, int type) {
  const std::string host = hostOf(address);
  addrinfo hints{};
  hints.ai_socktype = type;
  addrinfo* raw = nullptr;
  const int code =
      ::getaddrinfo(host.c_str(), address.substr(address.rfind(':') + 1).c_str(), &hints, &raw);
  if (code != 0) return outputError(address, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, AddressDeleter> list(raw);
  int error = ECONNREFUSED;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    db::FileDescriptor fd(::socket(entry->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) continue;
    if (::connect(fd.get(), entry->ai_addr, entry->ai_addrlen) == 0) return fd;
    error = errno;
    if (error != EINPROGRESS) continue;
    error = ETIMEDOUT;
    socklen_t size = sizeof error;
    if (waitFor(fd.get(), POLLOUT)) ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return fd;
  }
  return db::systemError(address, error);
}

}  // namespace gateway
