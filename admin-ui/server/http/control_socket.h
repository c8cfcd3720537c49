#pragma once

#include <Poco/Net/ServerSocket.h>

#include <string>

#include "waf/base/result.h"

namespace admin {

// <data_dir>/control.sock
std::string controlSocketPath(const std::string& data_dir);

// A path that fits into sockaddr_un's 108 bytes whatever the data directory's is: through an open
// descriptor of it.
class SocketPath {
 public:
  explicit SocketPath(const std::string& data_dir);
  ~SocketPath();
  SocketPath(const SocketPath&) = delete;
  SocketPath& operator=(const SocketPath&) = delete;
  const std::string& path() const { return path_; }

 private:
  int directory_ = -1;
  std::string path_;
};

// Bound with mode 0600 and listening. A socket left over by a process that is gone is taken away;
// Conflict when one answers.
waf::Result<Poco::Net::ServerSocket> listenOnControlSocket(const std::string& data_dir);

}  // namespace admin
