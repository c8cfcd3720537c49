#include "gateway/proxy/client_connection.h"

#include "gateway/net/address.h"

namespace gateway {

ClientConnection::ClientConnection(Worker* worker, std::string listener_key,
                                   std::unique_ptr<Stream> stream)
    : worker_(worker), listener_key_(std::move(listener_key)), stream_(std::move(stream)) {
  peer_ = toIpAddress(stream_->peer());
  peer_ip_ = peer_.toString();
  peer_port_ = stream_->peer().port();
  worker_->client_connections.insert(this);
}

void ClientConnection::learnLocal() const {
  if (!local_ip_.empty()) return;
  const Poco::Net::SocketAddress local = stream_->socket().local();
  local_ip_ = toIpAddress(local).toString();
  local_port_ = local.port();
}

ClientConnection::~ClientConnection() { worker_->client_connections.erase(this); }

}  // namespace gateway
