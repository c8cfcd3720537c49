#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/loop/signal.h"
#include "gateway/upstream/endpoint.h"
#include "gateway/upstream/http2_connection.h"

namespace gateway {

// The HTTP/2 connections of one loop to upstreams, by endpoint: many exchanges share one. Created
// on and used by the loop's thread; must outlive the exchanges that use it.
class Http2Pool {
 public:
  struct Opened {
    std::shared_ptr<Http2Connection> connection;  // null: `status` tells why
    IoStatus status = IoStatus::Failed;
    std::string why;  // when there is none: as UpstreamOpened
    bool reused = false;
  };

  explicit Http2Pool(EventLoop* loop) : loop_(loop) {}

  // A connection that has room for a stream; with `fresh` one that is new. Who comes while another
  // one connects waits for that.
  Task<Opened> take(const UpstreamAddress& address, bool fresh, Deadline deadline);
  // Ends those that were idle for too long, as ConnectionPool::closeExpired().
  void closeExpired();
  // Every connection ends in order, once what is under way on it is done.
  void retire();
  void clear() { endpoints_.clear(); }

  size_t connections() const;

 private:
  struct Endpoint {
    explicit Endpoint(EventLoop* loop) : connected(loop) {}
    std::vector<std::shared_ptr<Http2Connection>> connections;
    size_t connecting = 0;
    Signal connected;  // or failed to
  };

  static std::shared_ptr<Http2Connection> withRoom(Endpoint& endpoint);
  Task<Opened> connect(std::shared_ptr<Endpoint> endpoint, const UpstreamAddress& address,
                       Deadline deadline);

  EventLoop* const loop_;
  std::map<std::string, std::shared_ptr<Endpoint>, std::less<>> endpoints_;
};

}  // namespace gateway
