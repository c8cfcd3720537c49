#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/net/stream.h"
#include "gateway/proxy/worker.h"
#include "waf/base/ip_network.h"

namespace gateway {

class Listener;

// One connection of a client, whatever version of HTTP it speaks, from the end of its handshake to
// its close. Lives in the coroutine that acceptConnections() starts, on the loop of its worker.
class ClientConnection {
 public:
  ClientConnection(Worker* worker, std::string listener_key, std::unique_ptr<Stream> stream);
  virtual ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // Requests until the end; the stream is closed when it returns.
  virtual Task<void> run() = 0;
  // Another process accepts now: tells the client, where it can, that new requests belong on a new
  // connection. What is under way goes on, tunnels as long as they like.
  virtual void retire() = 0;
  // The worker drains: ends at once when nothing is under way, else after what is.
  virtual void drain() = 0;

  Worker& worker() const { return *worker_; }
  const std::string& listenerKey() const { return listener_key_; }
  Stream& stream() const { return *stream_; }
  const TlsInfo* tls() const { return stream_->tls(); }
  const waf::IpAddress& peer() const { return peer_; }
  const std::string& peerIp() const { return peer_ip_; }
  uint16_t peerPort() const { return peer_port_; }
  // The address that the client connected to: the kernel is asked for it when somebody wants it.
  const std::string& localIp() const {
    learnLocal();
    return local_ip_;
  }
  uint16_t localPort() const {
    learnLocal();
    return local_port_;
  }

 private:
  void learnLocal() const;

  Worker* const worker_;
  const std::string listener_key_;
  std::unique_ptr<Stream> stream_;
  waf::IpAddress peer_;
  std::string peer_ip_;
  uint16_t peer_port_ = 0;
  mutable std::string local_ip_;  // "" as long as nobody asked
  mutable uint16_t local_port_ = 0;
};

// Accepts on one listener of one loop until it is told to stop.
Task<void> acceptConnections(Worker* worker, std::shared_ptr<Listener> listener,
                             std::string listener_key);

}  // namespace gateway
