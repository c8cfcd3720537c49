#include "gateway/serve/handover_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kLook{100};

}  // namespace

waf::Result<std::pair<HandoverChannel, HandoverChannel>> HandoverChannel::makePair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return waf::fail(waf::ErrorCode::Exhausted, "serve",
                     std::string("no socket pair: ") + std::strerror(errno));
  }
  return std::pair(HandoverChannel(UniqueFd(ends[0])), HandoverChannel(UniqueFd(ends[1])));
}

bool HandoverChannel::send(std::string_view text, std::span<const int> descriptors) {
  text = text.substr(0, kMostText);
  descriptors = descriptors.first(std::min(descriptors.size(), kMostDescriptors));
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(end_.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(text.size());
}

std::optional<HandoverChannel::Message> HandoverChannel::receive(
    std::chrono::milliseconds timeout, const std::function<bool()>& given_up) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd entry{end_.get(), POLLIN, 0};
  while (::poll(&entry, 1, static_cast<int>(kLook.count())) <= 0) {
    if (std::chrono::steady_clock::now() >= deadline || (given_up && given_up())) {
      return std::nullopt;
    }
  }
  Message out;
  out.text.resize(kMostText);
  iovec part{out.text.data(), out.text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(end_.get(), &message, MSG_CMSG_CLOEXEC);
  if (got <= 0) return std::nullopt;
  out.text.resize(static_cast<size_t>(got));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::array<int, kMostDescriptors> descriptors{};
    std::memcpy(descriptors.data(), CMSG_DATA(header),
                std::min(count, kMostDescriptors) * sizeof(int));
    for (size_t i = 0; i < std::min(count, kMostDescriptors); ++i) {
      out.descriptors.emplace_back(descriptors[i]);
    }
  }
  return out;
}

}  // namespace gateway
