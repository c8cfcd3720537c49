#include "admin-ui/server/http/control_socket.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace admin {
namespace {

bool somebodyAnswers(const Poco::Net::SocketAddress& address) {
  try {
    Poco::Net::StreamSocket probe(address);
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

}  // namespace

std::string controlSocketPath(const std::string& data_dir) { return data_dir + "/control.sock"; }

SocketPath::SocketPath(const std::string& data_dir) : path_(controlSocketPath(data_dir)) {
  if (path_.size() < sizeof(sockaddr_un::sun_path)) return;
  directory_ = ::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory_ >= 0) path_ = "/proc/self/fd/" + std::to_string(directory_) + "/control.sock";
}

SocketPath::~SocketPath() {
  if (directory_ >= 0) ::close(directory_);
}

waf::Result<Poco::Net::ServerSocket> listenOnControlSocket(const std::string& data_dir) {
  const SocketPath path(data_dir);
  try {
    const Poco::Net::SocketAddress address(Poco::Net::SocketAddress::UNIX_LOCAL, path.path());
    if (somebodyAnswers(address)) {
      return waf::fail(
          waf::ErrorCode::Conflict, "admin",
          controlSocketPath(data_dir) + ": another portcullis serves this data directory");
    }
    ::unlink(path.path().c_str());
    Poco::Net::ServerSocket socket;
    socket.bind(address, false, false);
    // Between bind and listen nobody can connect, so the mode is right before the first one can.
    if (::chmod(path.path().c_str(), 0600) != 0) {
      return waf::fail(waf::ErrorCode::Unavailable, "admin",
                       controlSocketPath(data_dir) + ": its mode cannot be set");
    }
    socket.listen(64);
    return socket;
  } catch (const Poco::Exception& error) {
    return waf::fail(waf::ErrorCode::Unavailable, "admin",
                     controlSocketPath(data_dir) + ": " + error.displayText());
  }
}

}  // namespace admin
