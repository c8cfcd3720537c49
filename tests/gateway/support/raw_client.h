#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

typedef struct ssl_st SSL;

namespace gateway::testing {

// A blocking client that sends exactly the bytes it is given, so that malformed requests can be
// sent; in clear or over TLS (no verification). Every read ends after half a minute at the latest.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  // TLS with this server name ("" sends none); connected() is false when the handshake failed.
  RawClient(uint16_t port, const std::string& server_name);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes);
  // One response: the head and as much body as Content-Length or chunked say (or until the peer
  // closes).
  std::string readResponse(bool head_request = false);
  std::string readUntil(std::string_view mark);
  std::string readUntilClosed();
  // True when the peer closes (or resets) without sending anything more.
  bool closedByPeer();
  void shutdownWrite();
  void reset();

  // Of the TLS handshake.
  std::string tlsProtocol() const;
  std::string alpn() const;
  std::string certificateSubject() const;
  int fd() const { return fd_; }
  // How many segments with data came from the peer so far.
  uint32_t segmentsReceived() const;

 private:
  bool more();

  int fd_ = -1;
  bool connected_ = false;
  SSL* ssl_ = nullptr;
  std::string buffer_;
  bool eof_ = false;
};

// "200" of "HTTP/1.1 200 OK…"; 0 when it is no response.
int statusOf(std::string_view response);
std::string bodyOf(std::string_view response);

}  // namespace gateway::testing
