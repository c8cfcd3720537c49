#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gateway::testing {

// An HTTP/1.1 origin on a thread of its own per connection: reads requests with a plain parser of
// its own (framing by Content-Length or chunked), records them raw, answers as scripted. Listens on
// 127.0.0.1, port 0.
class FakeUpstream {
 public:
  struct Request {
    std::string head;    // raw, with the empty line
    std::string body;    // decoded
    int connection = 0;  // which connection it came on, from 1

    std::string method() const;
    std::string target() const;
    // First field of that name (without case), or "".
    std::string header(const std::string& name) const;
    bool has(const std::string& name) const;
  };

  // What to do with one request: raw bytes to send, in pieces; then keep the connection, close it
  // or reset it.
  struct Answer {
    std::vector<std::string> pieces;
    std::function<void()> before_last = [] {};  // called before the last piece
    enum class Then { Keep, Close, Reset } then = Then::Keep;
  };
  using Script = std::function<Answer(const Request&)>;

  // Answers 200 with "hello" to everything.
  FakeUpstream();
  explicit FakeUpstream(Script script);
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;

  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void setScript(Script script);

  // Waits until so many requests have come; false after half a minute.
  bool waitForRequests(size_t count);
  std::vector<Request> requests() const;
  int connections() const;

  static Answer ok(const std::string& body = "hello", const std::string& extra_fields = "");
  static Answer raw(std::string bytes, Answer::Then then = Answer::Then::Keep);

 private:
  void acceptLoop();
  void serve(int fd, int number);

  uint16_t port_ = 0;  // set by what makes listen_fd_, so it stands before it
  int listen_fd_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Script script_;
  std::vector<Request> requests_;
  std::vector<std::thread> threads_;
  std::vector<int> open_fds_;
  int connections_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

// A port of 127.0.0.1 on which nobody listens.
uint16_t unusedPort();

}  // namespace gateway::testing
