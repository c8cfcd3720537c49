#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include <cerrno>

#include "admin-ui/server/http/control_socket.h"
#include "admin-ui/server/http/request.h"
#include "gateway/cli/api_client.h"

namespace gateway::cli {
namespace {

using Poco::Net::HTTPClientSession;

// Compiling a rule set cold takes many seconds before the answer begins.
const Poco::Timespan kTimeout(15 * 60, 0);

class DaemonClient final : public ApiClient {
 public:
  explicit DaemonClient(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  // One connection a call: the daemon closes idle ones soon, and a retry could do a thing twice.
  waf::Result<ApiAnswer> call(const ApiCall& call) override {
    try {
      const admin::SocketPath path(data_dir_);
      HTTPClientSession session{Poco::Net::StreamSocket(
          Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path.path()))};
      session.setTimeout(kTimeout);
      Poco::Net::HTTPRequest request(std::string(call.method), "/api/v1" + call.target, "HTTP/1.1");
      request.setHost("localhost");
      request.setKeepAlive(false);
      if (!call.filename.empty()) request.set("X-Filename", admin::percentEncode(call.filename));
      if (!call.body.empty()) {
        request.setContentType(call.filename.empty() ? "application/json"
                                                     : "application/octet-stream");
      }
      request.setContentLength64(static_cast<Poco::Int64>(call.body.size()));
      session.sendRequest(request).write(call.body.data(),
                                         static_cast<std::streamsize>(call.body.size()));
      Poco::Net::HTTPResponse response;
      std::istream& in = session.receiveResponse(response);
      ApiAnswer answer;
      answer.status = response.getStatus();
      if (call.output != nullptr && answer.ok()) {
        Poco::StreamCopier::copyStream(in, *call.output);
      } else {
        Poco::StreamCopier::copyToString(in, answer.body);
      }
      return answer;
    } catch (const Poco::Exception& error) {
      return waf::fail(waf::ErrorCode::Unavailable, "cli",
                       admin::controlSocketPath(data_dir_) +
                           ": the daemon does not answer: " + error.displayText());
    }
  }
  bool daemon() const override { return true; }

 private:
  const std::string data_dir_;
};

}  // namespace

waf::Result<std::unique_ptr<ApiClient>> connectToDaemon(const std::string& data_dir) {
  const std::string shown = admin::controlSocketPath(data_dir);
  try {
    const admin::SocketPath path(data_dir);
    Poco::Net::StreamSocket probe(
        Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path.path()));
  } catch (const Poco::Exception& error) {
    if (error.code() == EACCES || error.code() == EPERM) {
      return waf::fail(waf::ErrorCode::Denied, "cli",
                       shown + ": permission denied; run this as the daemon's user or as root");
    }
    return waf::fail(waf::ErrorCode::Unavailable, "cli",
                     shown + ": no daemon serves this data directory");
  }
  return std::unique_ptr<ApiClient>(std::make_unique<DaemonClient>(data_dir));
}

}  // namespace gateway::cli
