#include "gateway/upstream/connection_pool.h"

#include <algorithm>

namespace gateway {

ConnectionPool::ConnectionPool(EventLoop* loop, Limits limits) : loop_(loop), limits_(limits) {}

ConnectionPool::~ConnectionPool() = default;

// The oldest lie at the bottom.
void ConnectionPool::expire(Stack* stack) {
  const auto limit = loop_->now() - limits_.idle_timeout;
  const auto fresh = std::find_if(stack->begin(), stack->end(), [&](const auto& connection) {
    return connection->idle_since > limit;
  });
  idle_ -= static_cast<size_t>(fresh - stack->begin());
  stack->erase(stack->begin(), fresh);
}

std::unique_ptr<UpstreamConnection> ConnectionPool::take(std::string_view endpoint) {
  const auto found = stacks_.find(endpoint);
  if (found == stacks_.end()) return nullptr;
  Stack& stack = found->second;
  while (!stack.empty()) {
    std::unique_ptr<UpstreamConnection> connection = std::move(stack.back());
    stack.pop_back();
    --idle_;
    if (connection->idle_since + limits_.idle_timeout <= loop_->now()) {
      // All below it are older.
      idle_ -= stack.size();
      stack.clear();
      break;
    }
    // Bytes that no request asked for would be taken as the next response (response splitting).
    if (connection->input.empty() && connection->stream->quiet()) return connection;
  }
  return nullptr;
}

void ConnectionPool::put(std::string_view endpoint,
                         std::unique_ptr<UpstreamConnection> connection) {
  if (loop_->stopping() || !connection->input.empty() || idle_ >= limits_.idle_total) return;
  auto found = stacks_.find(endpoint);
  if (found == stacks_.end()) found = stacks_.emplace(std::string(endpoint), Stack()).first;
  Stack& stack = found->second;
  expire(&stack);
  if (stack.size() >= limits_.idle_per_endpoint) return;
  connection->input.releaseIfEmpty();
  connection->idle_since = loop_->now();
  stack.push_back(std::move(connection));
  ++idle_;
}

void ConnectionPool::drop(std::string_view endpoint) {
  const auto found = stacks_.find(endpoint);
  if (found == stacks_.end()) return;
  idle_ -= found->second.size();
  stacks_.erase(found);
}

void ConnectionPool::clear() {
  stacks_.clear();
  idle_ = 0;
}

void ConnectionPool::closeExpired() {
  for (auto at = stacks_.begin(); at != stacks_.end();) {
    expire(&at->second);
    at = at->second.empty() ? stacks_.erase(at) : std::next(at);
  }
}

}  // namespace gateway
