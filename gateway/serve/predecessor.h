#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/net/listener.h"
#include "gateway/serve/handover_channel.h"
#include "waf/base/result.h"

namespace gateway {

// The process that serves while this one starts to take over from it; see Successor for what they
// say to each other.
class Predecessor {
 public:
  static constexpr const char* kVariable = "PORTCULLIS_HANDOVER";

  // Null when this is an ordinary start.
  static std::unique_ptr<Predecessor> find();

  using Sockets = std::map<std::string, std::vector<ListenSocket>>;  // by listener key
  // Says that this process can serve; returns when the data directory is free.
  waf::Result<Sockets> takeOver();
  void serving() { channel_.send("serving"); }
  void failed(const std::string& why) { channel_.send(why); }

 private:
  explicit Predecessor(HandoverChannel channel) : channel_(std::move(channel)) {}

  HandoverChannel channel_;
};

}  // namespace gateway
