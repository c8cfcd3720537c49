#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gateway/loop/event_loop.h"
#include "gateway/loop/io_handle.h"
#include "gateway/net/socket.h"
#include "waf/base/result.h"

namespace gateway {

// A bound and listening socket that belongs to no loop yet; made on any thread when a snapshot is
// prepared.
class ListenSocket final : public Poco::Net::ServerSocket {
 public:
  // What waits in the kernel of an accepted connection beyond what the peer's window takes, so that
  // a peer that does not read stops our writes.
  static constexpr int kUnsentBytes = 128 << 10;

  // `count` sockets on one address, between which the kernel spreads the connections
  // (SO_REUSEPORT), one for each loop. Port 0 picks one port for all. An address that another
  // process uses is refused (Conflict), although SO_REUSEPORT alone would share it with a process
  // of the same user. Denied: the port needs privileges; Invalid: not an address, or not one of
  // this machine.
  static waf::Result<std::vector<ListenSocket>> bindGroup(const std::string& address, size_t count);

  // A listening descriptor that another process handed over.
  static waf::Result<ListenSocket> adopt(UniqueFd descriptor);
  // Another descriptor of the same socket, for a further loop. Exhausted: out of descriptors.
  waf::Result<ListenSocket> duplicate() const;

  Poco::Net::SocketAddress boundAddress() const;
  int descriptor() const;

 private:
  explicit ListenSocket(int fd);
  static waf::Result<ListenSocket> open(const Poco::Net::SocketAddress& address, bool shared);
};

struct AcceptResult {
  IoStatus status = IoStatus::Ok;
  std::unique_ptr<Socket> socket;  // set when status is Ok
};

// Accepts on one loop. Out of descriptors it waits a little and tries again, leaving the
// connections in the kernel's queue. After stopAccepting() accept still hands out what has arrived,
// then answers Cancelled: so a loop over accept() ends without dropping a connection.
class Listener {
 public:
  // `all_pauses`, if any, counts them for every listener of the loop; it must live as long.
  Listener(EventLoop* loop, ListenSocket socket, std::atomic<uint64_t>* all_pauses = nullptr);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Task<AcceptResult> accept(Deadline deadline = kNoDeadline);
  void stopAccepting();
  void close();

  Poco::Net::SocketAddress address() const { return socket_.boundAddress(); }
  // How often accepting had to pause for want of descriptors or memory.
  uint64_t pauses() const { return pauses_; }

 private:
  EventLoop* loop_;
  ListenSocket socket_;
  int fd_;
  IoHandle handle_;
  bool closed_ = false;
  bool stopped_ = false;
  uint64_t accepted_ = 0;
  uint64_t pauses_ = 0;
  std::atomic<uint64_t>* const all_pauses_;
};

}  // namespace gateway
