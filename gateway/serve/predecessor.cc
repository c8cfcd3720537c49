#include "gateway/serve/predecessor.h"

#include <fcntl.h>

#include <cstdlib>

#include "waf/base/text.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kRelease{60};

}  // namespace

std::unique_ptr<Predecessor> Predecessor::find() {
  const char* const text = std::getenv(kVariable);
  uint64_t descriptor = 0;
  if (text == nullptr || !waf::parseUint64(text, &descriptor) || descriptor > 1024) return nullptr;
  const int fd = static_cast<int>(descriptor);
  ::unsetenv(kVariable);  // not for what this process starts
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return nullptr;
  return std::unique_ptr<Predecessor>(new Predecessor(HandoverChannel(UniqueFd(fd))));
}

waf::Result<Predecessor::Sockets> Predecessor::takeOver() {
  constexpr std::string_view kListener = "listener ";
  Sockets out;
  bool going_on = channel_.send("prepared");
  while (going_on) {
    auto message = channel_.receive(kRelease);
    if (!message) break;
    if (message->text == "go") return out;
    if (!message->text.starts_with(kListener)) break;
    for (UniqueFd& descriptor : message->descriptors) {
      auto socket = ListenSocket::adopt(std::move(descriptor));
      if (!socket) return waf::fail(socket.error());
      out[message->text.substr(kListener.size())].push_back(std::move(*socket));
    }
  }
  return waf::fail(waf::ErrorCode::Unavailable, "serve",
                   "the process that serves did not hand over; it serves on");
}

}  // namespace gateway
