#pragma once

#include <string>

#include "db/store/file.h"
#include "waf/base/result.h"

namespace gateway {

using waf::Result;

// A connected socket that does not block, to "host:port" or "[::1]:514"; `type` is SOCK_STREAM or
// SOCK_DGRAM. Takes a few seconds at most for each address of the host. For threads that may wait:
// names are resolved.
Result<db::FileDescriptor> dial(const std::string& address, int type);

// Of "host:port", without brackets.
std::string hostOf(const std::string& address);

// Until the events of poll(2) come, for a few seconds at most.
bool waitFor(int fd, short events);

waf::Unexpected outputError(const std::string& address, const std::string& why);

}  // namespace gateway
