#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/net/stream.h"

namespace gateway::testing {

// A connected pair: `stream` on the loop, `peer` a blocking descriptor for the test.
struct StreamPair {
  std::unique_ptr<Stream> stream;
  UniqueFd peer;
};

StreamPair makeStreamPair(EventLoop& loop);

// Sends all of it from the test's side; the kernel's buffer must have room.
void sendFrom(const UniqueFd& peer, std::string_view bytes);
// What has arrived at the test's side by now.
std::string receivedBy(const UniqueFd& peer);

}  // namespace gateway::testing
