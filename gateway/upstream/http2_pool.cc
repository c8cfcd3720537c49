#include "gateway/upstream/http2_pool.h"

#include "gateway/upstream/connect.h"

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kIdle{30000};

}  // namespace

std::shared_ptr<Http2Connection> Http2Pool::withRoom(Endpoint& endpoint) {
  std::erase_if(endpoint.connections, [](const auto& connection) { return connection->isOver(); });
  for (const auto& connection : endpoint.connections) {
    if (connection->hasRoom()) return connection;
  }
  return nullptr;
}

Task<Http2Pool::Opened> Http2Pool::take(const UpstreamAddress& address, bool fresh,
                                        Deadline deadline) {
  std::shared_ptr<Endpoint>& slot = endpoints_[address.poolKey()];
  if (!slot) slot = std::make_shared<Endpoint>(loop_);
  const std::shared_ptr<Endpoint> endpoint = slot;
  while (!fresh) {
    Opened out;
    out.connection = withRoom(*endpoint);
    out.reused = out.connection != nullptr && out.connection->opened() > 0;
    if (out.connection) co_return out;
    if (endpoint->connecting == 0) break;
    const WaitResult woken = co_await endpoint->connected.wait(deadline);
    if (woken == WaitResult::Timeout || woken == WaitResult::Cancelled) {
      out.status = toIoStatus(woken);
      co_return out;
    }
  }
  co_return co_await connect(endpoint, address, deadline);
}

Task<Http2Pool::Opened> Http2Pool::connect(std::shared_ptr<Endpoint> endpoint,
                                           const UpstreamAddress& address, Deadline deadline) {
  ++endpoint->connecting;
  Opened out;
  UpstreamOpened opened = co_await openUpstream(loop_, address, deadline, {}, true);
  out.status = opened.status;
  out.why = std::move(opened.why);
  if (opened.stream) {
    out.connection = Http2Connection::start(std::move(opened.stream));
    if (!out.connection) out.why = "out of memory";
  }
  --endpoint->connecting;
  if (out.connection) endpoint->connections.push_back(out.connection);
  endpoint->connected.notifyAll();
  co_return out;
}

void Http2Pool::closeExpired() {
  for (auto at = endpoints_.begin(); at != endpoints_.end();) {
    Endpoint& endpoint = *at->second;
    for (const auto& connection : endpoint.connections) {
      const bool idle = connection->streams() == 0;
      if (idle && connection->idleSince() + kIdle <= loop_->now()) connection->retire();
    }
    std::erase_if(endpoint.connections,
                  [](const auto& connection) { return connection->isOver(); });
    const bool unused = endpoint.connections.empty() && endpoint.connecting == 0;
    at = unused ? endpoints_.erase(at) : std::next(at);
  }
}

void Http2Pool::retire() {
  for (const auto& [name, endpoint] : endpoints_) {
    for (const auto& connection : endpoint->connections) connection->retire();
  }
}

size_t Http2Pool::connections() const {
  size_t sum = 0;
  for (const auto& [name, endpoint] : endpoints_) sum += endpoint->connections.size();
  return sum;
}

}  // namespace gateway
