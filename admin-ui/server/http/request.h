#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace admin {

// Who asks. The control socket and the command line are administrators without a login.
struct Principal {
  std::string user;
  bool admin = false;
  bool auditor = false;
  bool control = false;
  bool must_change_password = false;
  std::string csrf_token;
};

// One call of the API as plain data, whatever it came through. Lives on the stack of the thread
// that serves it.
struct Request {
  std::string id;
  std::string method;
  std::vector<std::string> path;  // decoded segments
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string peer;               // address of the client, "" on the control socket
  bool control = false;           // came through the control socket or from inside the process
  bool secure = false;            // came over TLS
  std::istream* input = nullptr;  // the body; null when there is none
  std::optional<uint64_t> content_length;

  std::string body;                   // read before the handler runs, unless its route is streamed
  std::vector<std::string> captures;  // what {…} of the pattern stood for, in order
  Principal principal;

  std::string_view header(std::string_view name) const;  // "" when absent
  // The first parameter of that name; nothing when absent, "" when it has no value.
  std::optional<std::string> parameter(std::string_view name) const;
};

// Percent-decoding of one path segment or form value; false for a broken escape or a NUL.
bool percentDecode(std::string_view text, bool plus_is_space, std::string* out);
std::string percentEncode(std::string_view text);

// Fills path and query from a request target in origin form; false when it is not one.
bool parseTarget(std::string_view target, Request* request);

}  // namespace admin
