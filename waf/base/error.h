#pragma once

#include <string>
#include <utility>

namespace waf {

// What kind of failure it is; decides HTTP status codes in the API and exit codes in the CLI.
enum class ErrorCode {
  Invalid,      // the input is wrong; the message says what to change
  NotFound,     // the named thing does not exist
  Conflict,     // the named thing exists already, or somebody else changed it
  Denied,       // the caller may not do this
  Exhausted,    // a limit was reached (size, count, time, disk)
  Unavailable,  // the system or a peer does not answer; a retry may help
  Corrupt,      // stored data cannot be read
  Internal,     // a fault of ours
};

// Messages are lower-case and subject first: "rules/942-sqli.conf:31: @rx: missing close
// parenthesis".
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string source;   // the part that failed: "seclang", "db", "tls", …
  std::string message;  // names the thing, the reason and the mend
};

}  // namespace waf
