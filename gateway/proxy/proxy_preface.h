#pragma once

#include <string>

#include "gateway/proxy/client_connection.h"
#include "gateway/proxy/request.h"

namespace gateway {

// The PROXY protocol head that a connection for this request begins with, where its upstream wants
// one: the client's address behind trusted proxies, the gateway's address that it came to. "" where
// not. The port of a client behind a proxy is not known: 0.
std::string clientPreface(const Request& request, const ClientConnection& client);

}  // namespace gateway
