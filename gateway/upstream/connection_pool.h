#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/loop/event_loop.h"
#include "gateway/net/input_buffer.h"
#include "gateway/net/stream.h"

namespace gateway {

// A connection to an upstream, in use by one exchange or idle in the pool.
struct UpstreamConnection {
  std::unique_ptr<Stream> stream;
  InputBuffer input;
  uint64_t exchanges = 0;  // completed on it
  waf::MonotonicTime idle_since;
};

// The idle connections of one loop, by endpoint, last used first. Created on and used by the loop's
// thread, and must outlive the exchanges that use it. Nothing runs by itself: the owner calls
// closeExpired() every few seconds, so that the connections of an endpoint that gets no more
// requests are closed too.
class ConnectionPool {
 public:
  struct Limits {
    size_t idle_per_endpoint = 512;  // all were in use at once within the idle_timeout
    size_t idle_total = 2048;
    std::chrono::milliseconds idle_timeout{30000};
  };

  explicit ConnectionPool(EventLoop* loop) : ConnectionPool(loop, Limits{}) {}
  ConnectionPool(EventLoop* loop, Limits limits);
  ~ConnectionPool();

  // The most recently used connection that is still open and has no stray byte on it; null when
  // there is none.
  std::unique_ptr<UpstreamConnection> take(std::string_view endpoint);
  // Keeps it if the limits allow, else closes it.
  void put(std::string_view endpoint, std::unique_ptr<UpstreamConnection> connection);
  // Closes the idle ones of an endpoint that is gone or unhealthy.
  void drop(std::string_view endpoint);
  void clear();
  // Closes those that are idle for too long. take() and put() do it for their endpoint.
  void closeExpired();

  size_t idle() const { return idle_; }
  EventLoop& loop() const { return *loop_; }

 private:
  using Stack = std::vector<std::unique_ptr<UpstreamConnection>>;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void expire(Stack* stack);

  EventLoop* loop_;
  Limits limits_;
  std::unordered_map<std::string, Stack, Hash, std::equal_to<>> stacks_;
  size_t idle_ = 0;
};

}  // namespace gateway
