#include "admin-ui/server/admin_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/ThreadPool.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "admin-ui/server/api/api.h"
#include "admin-ui/server/auth/random.h"
#include "admin-ui/server/http/control_socket.h"
#include "admin-ui/server/http/poco_front.h"
#include "admin-ui/server/tls/own_certificate.h"

namespace admin {
namespace {

using Poco::Net::HTTPServer;
using Poco::Net::HTTPServerParams;
using Poco::Net::ServerSocket;

// A listener with threads of its own, so that browsers can not keep the command line out.
class Listener {
 public:
  Listener(const Poco::Net::HTTPRequestHandlerFactory::Ptr& front, const ServerSocket& socket,
           int threads)
      : pool_(2, threads, 30), server_(front, pool_, socket, params(threads)) {
    server_.start();
  }
  ~Listener() {
    server_.stopAll(true);
    pool_.joinAll();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  static HTTPServerParams::Ptr params(int threads) {
    HTTPServerParams::Ptr params = new HTTPServerParams;
    params->setMaxThreads(threads);
    params->setMaxQueued(64);
    params->setTimeout(Poco::Timespan(15, 0));
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(5, 0));  // each idle connection holds a thread
    params->setMaxKeepAliveRequests(1000);
    // A thread that begins to wait for a connection right after the stop is told of it by nothing
    // else.
    params->setThreadIdleTime(Poco::Timespan(1, 0));
    return params;
  }

  Poco::ThreadPool pool_;
  HTTPServer server_;
};

waf::Result<ServerSocket> listenSecurely(const std::string& address,
                                         const Poco::Net::Context::Ptr& context) {
  try {
    Poco::Net::SecureServerSocket socket(context);
    const Poco::Net::SocketAddress where(address);
    if (where.family() == Poco::Net::AddressFamily::IPv6) {
      socket.bind6(where, true, false, false);
    } else {
      socket.bind(where, true, false);
    }
    socket.listen(64);
    return ServerSocket(socket);
  } catch (const Poco::Exception& error) {
    const bool taken = error.code() == EADDRINUSE;
    return waf::fail(taken ? waf::ErrorCode::Conflict : waf::ErrorCode::Unavailable, "admin",
                     "admin address " + address + ": " +
                         (taken ? "is in use by another process; stop it or choose another address"
                                : error.displayText()));
  }
}

// At the very first start there is nobody: one administrator with a password that must be changed.
waf::Result<std::string> createFirstUser(db::Store* store) {
  if (store == nullptr) return std::string();
  const auto users = store->users().list();
  if (!users) return waf::fail(users.error());
  if (!users->empty()) return std::string();
  const std::string password = randomPassword();
  const auto added = store->users().add("admin", "admin", password, true);
  if (!added) return waf::fail(added.error());
  return password;
}

class Server final : public AdminServer {
 public:
  Server(const AdminOptions& options, db::Store* store, db::EventLog* log, GatewayPort& gateway,
         const waf::Clock& clock)
      : options_(options), api_(store, log, gateway, clock, options.data_dir) {}

  ~Server() override {
    api_.stop();
    https_.reset();
    control_.reset();
    if (options_.control_socket) ::unlink(controlSocketPath(options_.data_dir).c_str());
  }

  waf::Result<void> open(db::Store* store, const waf::Clock& clock) {
    // Before anybody can ask: who is told that we are ready finds the user.
    auto password = createFirstUser(store);
    if (!password) return waf::fail(std::move(password).error());
    first_password_ = std::move(*password);
    std::error_code code;
    std::filesystem::remove_all(options_.data_dir + "/tmp",
                                code);  // uploads of a process that is gone
    try {
      if (!options_.address.empty()) {
        if (auto ok = openHttps(clock); !ok) return ok;
      }
      if (options_.control_socket) {
        auto socket = listenOnControlSocket(options_.data_dir);
        if (!socket) return waf::fail(std::move(socket).error());
        control_ = std::make_unique<Listener>(makeFront(api_, {true, {}}), *socket, 16);
      }
    } catch (const Poco::Exception& error) {
      return waf::fail(waf::ErrorCode::Unavailable, "admin",
                       "admin server: " + error.displayText());
    }
    return {};
  }

  std::string boundAddress() const override { return bound_address_; }
  std::string certificateSha256() const override { return sha256_; }
  std::string firstPassword() const override { return first_password_; }

 private:
  waf::Result<void> openHttps(const waf::Clock& clock) {
    Poco::Net::initializeSSL();
    auto certificate = loadOwnCertificate(options_.data_dir, clock);
    if (!certificate) return waf::fail(std::move(certificate).error());
    auto socket = listenSecurely(options_.address, certificate->context);
    if (!socket) return waf::fail(std::move(socket).error());
    bound_address_ = socket->address().toString();
    sha256_ = certificate->sha256;
    https_ =
        std::make_unique<Listener>(makeFront(api_, {false, options_.allowed_hosts}), *socket, 64);
    return {};
  }

  const AdminOptions options_;
  Api api_;
  std::unique_ptr<Listener> https_;
  std::unique_ptr<Listener> control_;
  std::string bound_address_;
  std::string sha256_;
  std::string first_password_;
};

}  // namespace

waf::Result<std::unique_ptr<AdminServer>> AdminServer::start(const AdminOptions& options,
                                                             db::Store* store, db::EventLog* log,
                                                             GatewayPort& gateway,
                                                             const waf::Clock& clock) {
  auto server = std::make_unique<Server>(options, store, log, gateway, clock);
  if (auto ok = server->open(store, clock); !ok) return waf::fail(std::move(ok).error());
  return std::unique_ptr<AdminServer>(std::move(server));
}

}  // namespace admin
