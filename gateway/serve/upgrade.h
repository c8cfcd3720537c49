#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/store/event_log.h"
#include "gateway/control/gateway.h"
#include "gateway/serve/administration.h"
#include "gateway/serve/successor.h"
#include "waf/base/result.h"

namespace gateway {

// A binary upgrade from the old process's side. Owned by serve; used by the main thread.
class Upgrade {
 public:
  Upgrade(CommandLine command_line, std::string data_dir, Gateway& gateway,
          Administration& administration, db::EventLog* log, const waf::Clock& clock)
      : command_line_(std::move(command_line)),
        data_dir_(std::move(data_dir)),
        gateway_(gateway),
        administration_(administration),
        log_(log),
        clock_(clock) {}

  // Starts the new process and gives it what this one has. True: it serves, and this one only
  // finishes what is open. False: this one serves on, all as before, with an alarm that says why.
  bool run();
  // As EventLog::flush, where an attempt left a log of its own.
  void flushEvents();

 private:
  waf::Result<void> attempt();
  // Opens again what was given up for a process that then failed.
  void takeBack();

  const CommandLine command_line_;
  const std::string data_dir_;
  Gateway& gateway_;
  Administration& administration_;
  db::EventLog* log_;
  const waf::Clock& clock_;
  // Logs that follow those which were handed over in attempts that failed.
  std::vector<std::unique_ptr<db::EventLog>> followers_;
};

// Of the new process: that the configuration last in force builds with this binary, while the old
// one still has the data directory.
waf::Result<void> rehearse(const std::string& data_dir);

}  // namespace gateway
