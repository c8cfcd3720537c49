#pragma once

#include <cstdint>
#include <string>

namespace gateway {

// What is needed before the database opens: the bootstrap file and the command line of `portcullis
// serve`.
struct ServeOptions {
  std::string data_dir = "/var/lib/portcullis";
  std::string database;  // "" for SQLite in the data directory, or postgresql://…
  std::string admin_address = "127.0.0.1:9443";
  std::string pid_file;            // "" for none
  std::string log_level = "info";  // error, warning, info, debug
};

// Exit codes of `portcullis serve` (contract of the command line).
inline constexpr int kExitClean = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitNoConfiguration = 3;  // database unreadable and no last good snapshot
inline constexpr int kExitPortInUse = 4;

// The daemon: opens the store and the event log, puts the newest configuration (or the last good
// one) in force, starts the admin server, tells systemd, and runs until SIGTERM or SIGINT; then
// drains and returns the exit code. SIGUSR2 starts the binary anew, which takes over (Upgrade).
// Called once, from main, before any other thread exists: it blocks the signals for all of them.
int serve(const ServeOptions& options);

}  // namespace gateway
