#include "tests/gateway/support/fake_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "tests/support/wait_until.h"

namespace gateway::testing {

namespace {

int listenOnLoopback(uint16_t* port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd, 128) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::abort();
  }
  *port = ntohs(address.sin_port);
  return fd;
}

bool receive(int fd, std::string* buffer) {
  char block[16384];
  const ssize_t got = ::recv(fd, block, sizeof block, 0);
  if (got <= 0) return false;
  buffer->append(block, static_cast<size_t>(got));
  return true;
}

bool sendAll(int fd, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

bool readUntil(int fd, const std::string& mark, std::string* buffer, std::string* out) {
  size_t end;
  while ((end = buffer->find(mark)) == std::string::npos) {
    if (!receive(fd, buffer)) return false;
  }
  end += mark.size();
  *out = buffer->substr(0, end);
  buffer->erase(0, end);
  return true;
}

bool readBytes(int fd, size_t count, std::string* buffer, std::string* out) {
  while (buffer->size() < count) {
    if (!receive(fd, buffer)) return false;
  }
  out->append(*buffer, 0, count);
  buffer->erase(0, count);
  return true;
}

bool readChunked(int fd, std::string* buffer, std::string* body) {
  std::string line;
  for (;;) {
    if (!readUntil(fd, "\r\n", buffer, &line)) return false;
    const size_t size = std::strtoul(line.c_str(), nullptr, 16);
    if (size == 0) break;
    if (!readBytes(fd, size, buffer, body)) return false;
    if (!readUntil(fd, "\r\n", buffer, &line)) return false;
  }
  do {
    if (!readUntil(fd, "\r\n", buffer, &line)) return false;
  } while (line != "\r\n");
  return true;
}

bool readRequest(int fd, std::string* buffer, FakeUpstream::Request* request) {
  if (!readUntil(fd, "\r\n\r\n", buffer, &request->head)) return false;
  if (strcasecmp(request->header("transfer-encoding").c_str(), "chunked") == 0) {
    return readChunked(fd, buffer, &request->body);
  }
  const size_t length = std::strtoul(request->header("content-length").c_str(), nullptr, 10);
  return readBytes(fd, length, buffer, &request->body);
}

}  // namespace

std::string FakeUpstream::Request::method() const { return head.substr(0, head.find(' ')); }

std::string FakeUpstream::Request::target() const {
  const size_t start = head.find(' ') + 1;
  return head.substr(start, head.find(' ', start) - start);
}

std::string FakeUpstream::Request::header(const std::string& name) const {
  size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const size_t end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end - at - 2);
    const size_t colon = line.find(':');
    if (colon == name.size() && strncasecmp(line.c_str(), name.c_str(), colon) == 0) {
      const size_t value = line.find_first_not_of(" \t", colon + 1);
      return value == std::string::npos ? "" : line.substr(value);
    }
    at = end;
  }
  return "";
}

bool FakeUpstream::Request::has(const std::string& name) const {
  std::string lower = head;
  std::string wanted = "\r\n" + name + ":";
  const auto toLower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
  std::transform(lower.begin(), lower.end(), lower.begin(), toLower);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), toLower);
  return lower.find(wanted) != std::string::npos;
}

FakeUpstream::FakeUpstream() : FakeUpstream([](const Request&) { return ok(); }) {}

FakeUpstream::FakeUpstream(Script script)
    : listen_fd_(listenOnLoopback(&port_)), script_(std::move(script)) {
  acceptor_ = std::thread([this] { acceptLoop(); });
}

FakeUpstream::~FakeUpstream() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_fds_) ::shutdown(fd, SHUT_RDWR);
    ::shutdown(listen_fd_, SHUT_RDWR);
  }
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listen_fd_);
}

void FakeUpstream::acceptLoop() {
  for (;;) {
    const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (fd < 0 || stopping_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_fds_.push_back(fd);
    const int number = ++connections_;
    threads_.emplace_back([this, fd, number] { serve(fd, number); });
  }
}

void FakeUpstream::serve(int fd, int number) {
  std::string buffer;
  for (;;) {
    Request request;
    request.connection = number;
    if (!readRequest(fd, &buffer, &request)) break;
    Script script;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      script = script_;
    }
    changed_.notify_all();
    const Answer answer = script(request);
    bool alive = true;
    for (size_t i = 0; alive && i < answer.pieces.size(); ++i) {
      if (i + 1 == answer.pieces.size()) answer.before_last();
      alive = sendAll(fd, answer.pieces[i]);
    }
    if (answer.then == Answer::Then::Reset) {
      const linger now{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    if (!alive || answer.then != Answer::Then::Keep) break;
  }
  const std::lock_guard lock(mutex_);
  open_fds_.erase(std::find(open_fds_.begin(), open_fds_.end(), fd));
  ::close(fd);
}

void FakeUpstream::setScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

bool FakeUpstream::waitForRequests(size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, tests::kPatience, [&] { return requests_.size() >= count; });
}

std::vector<FakeUpstream::Request> FakeUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int FakeUpstream::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

FakeUpstream::Answer FakeUpstream::ok(const std::string& body, const std::string& extra_fields) {
  return raw("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
             extra_fields + "\r\n" + body);
}

FakeUpstream::Answer FakeUpstream::raw(std::string bytes, Answer::Then then) {
  Answer answer;
  answer.pieces.push_back(std::move(bytes));
  answer.then = then;
  return answer;
}

uint16_t unusedPort() {
  uint16_t port = 0;
  ::close(listenOnLoopback(&port));
  return port;
}

}  // namespace gateway::testing
