#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/serve/handover_channel.h"
#include "waf/base/result.h"

namespace gateway {

// How this process was started: the new one is started the same way. Taken before anything else,
// since a package may replace the file meanwhile.
struct CommandLine {
  std::string binary;  // its path, not the file that runs
  std::vector<std::string> arguments;
  static CommandLine ofThisProcess();
};

// The new process of a binary upgrade, as the old one sees it (the other side is Predecessor):
//
//   start() ── "prepared" ──▶ waitPrepared()    it runs, and the configuration builds
//   the old process gives up the data directory
//   giveSockets() ── "listener KEY" + descriptors …, "go" ──▶
//   waitServing() ◀── "serving"                 it accepts on the same sockets
//
// Until waitServing() has returned well, the old process accepts, too. Destroyed before that, the
// new process is killed.
class Successor {
 public:
  static waf::Result<std::unique_ptr<Successor>> start(const CommandLine& how);
  ~Successor();
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;

  waf::Result<void> waitPrepared();
  waf::Result<void> giveSockets(const std::map<std::string, std::vector<int>>& listeners);
  waf::Result<void> waitServing();
  int pid() const { return pid_; }

 private:
  Successor(HandoverChannel channel, int pid) : channel_(std::move(channel)), pid_(pid) {}
  waf::Result<void> expect(std::string_view word, std::string_view doing);
  bool hasEnded();

  HandoverChannel channel_;
  const int pid_;
  bool serving_ = false;
  bool reaped_ = false;
};

}  // namespace gateway
