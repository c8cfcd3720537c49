#pragma once

#include <string>

namespace gateway {

// Tells the service manager about our state ("READY=1", "STOPPING=1"); nothing when NOTIFY_SOCKET
// is not set. The protocol of sd_notify(3), without its library.
void notifyServiceManager(const std::string& state);

}  // namespace gateway
