#pragma once

#include <string>

#include "gateway/loop/task.h"
#include "gateway/net/proxy_protocol.h"
#include "gateway/net/socket.h"

namespace gateway {

struct ProxyHeadRead {
  IoStatus status = IoStatus::Ok;  // Failed also when what came is no head: `why` says so
  std::string why;
  ProxyHead head;
};

// Takes a PROXY protocol head, and not one byte more, from the front of a connection. `socket` must
// live as long; on its loop's thread.
Task<ProxyHeadRead> readProxyHead(Socket* socket, Deadline deadline);

}  // namespace gateway
