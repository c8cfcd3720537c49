#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <string>
#include <vector>

#include "admin-ui/server/api/api.h"

namespace admin {

struct FrontOptions {
  bool control = false;  // the control socket: no Host check, no login
  std::vector<std::string> allowed_hosts;
};

// What stands between Poco's HTTP server and the API. Poco's parser lets through what must not be
// (a missing Host, framing conflicts, any version): each request is checked here first. Any of the
// server's threads.
Poco::Net::HTTPRequestHandlerFactory::Ptr makeFront(Api& api, FrontOptions options);

}  // namespace admin
