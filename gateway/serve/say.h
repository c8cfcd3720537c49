#pragma once

#include <string>

namespace gateway {

// A line of the daemon's log, on standard error.
void say(const std::string& line);
// The last one: why a start that failed did so.
std::string lastSaid();

}  // namespace gateway
