#include "tests/gateway/support/raw_client.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "tests/support/wait_until.h"

namespace gateway::testing {

namespace {

std::string fieldOf(std::string_view head, std::string_view name) {
  size_t at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const size_t end = head.find("\r\n", at + 2);
    const std::string line(head.substr(at + 2, end - at - 2));
    const size_t colon = line.find(':');
    if (colon == name.size() && strncasecmp(line.c_str(), name.data(), colon) == 0) {
      const size_t value = line.find_first_not_of(" \t", colon + 1);
      return value == std::string::npos ? "" : line.substr(value);
    }
    at = end;
  }
  return "";
}

SSL_CTX* clientContext() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    return made;
  }();
  return context;
}

}  // namespace

RawClient::RawClient(uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{tests::kPatience.count(), 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawClient::RawClient(uint16_t port, const std::string& server_name) : RawClient(port) {
  if (!connected_) return;
  ssl_ = SSL_new(clientContext());
  SSL_set_fd(ssl_, fd_);
  if (!server_name.empty()) SSL_set_tlsext_host_name(ssl_, server_name.c_str());
  constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(ssl_, kHttp11.data(), kHttp11.size());
  connected_ = SSL_connect(ssl_) == 1;
  ERR_clear_error();
}

RawClient::~RawClient() {
  if (ssl_ != nullptr) SSL_free(ssl_);
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = 0;
    if (ssl_ != nullptr) {
      sent = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    } else {
      sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::more() {
  if (eof_) return false;
  std::array<char, 16384> block;
  ssize_t got = 0;
  if (ssl_ != nullptr) {
    got = SSL_read(ssl_, block.data(), block.size());
  } else {
    got = ::recv(fd_, block.data(), block.size(), 0);
  }
  if (got <= 0) {
    eof_ = got == 0 || errno != EAGAIN;
    return false;
  }
  buffer_.append(block.data(), static_cast<size_t>(got));
  return true;
}

std::string RawClient::readUntil(std::string_view mark) {
  size_t end;
  while ((end = buffer_.find(mark)) == std::string::npos) {
    if (!more()) return std::exchange(buffer_, "");
  }
  std::string out = buffer_.substr(0, end + mark.size());
  buffer_.erase(0, out.size());
  return out;
}

std::string RawClient::readResponse(bool head_request) {
  std::string out = readUntil("\r\n\r\n");
  const int status = statusOf(out);
  if (head_request || status / 100 == 1 || status == 204 || status == 304) return out;
  if (strcasecmp(fieldOf(out, "transfer-encoding").c_str(), "chunked") == 0) {
    for (;;) {
      const std::string line = readUntil("\r\n");
      out += line;
      const size_t size = std::strtoul(line.c_str(), nullptr, 16);
      if (line.empty() || size == 0) break;
      while (buffer_.size() < size + 2) {
        if (!more()) break;
      }
      out += buffer_.substr(0, size + 2);
      buffer_.erase(0, size + 2);
    }
    return out + readUntil("\r\n");
  }
  const std::string length = fieldOf(out, "content-length");
  if (length.empty()) return out + readUntilClosed();
  const size_t wanted = std::strtoul(length.c_str(), nullptr, 10);
  while (buffer_.size() < wanted) {
    if (!more()) break;
  }
  out += buffer_.substr(0, wanted);
  buffer_.erase(0, wanted);
  return out;
}

std::string RawClient::readUntilClosed() {
  while (more()) {
  }
  return std::exchange(buffer_, "");
}

bool RawClient::closedByPeer() {
  if (!buffer_.empty()) return false;
  return !more() && eof_;
}

void RawClient::shutdownWrite() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_);
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

uint32_t RawClient::segmentsReceived() const {
  tcp_info info{};
  socklen_t length = sizeof info;
  ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &length);
  return info.tcpi_data_segs_in;
}

std::string RawClient::tlsProtocol() const { return SSL_get_version(ssl_); }

std::string RawClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_, &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

std::string RawClient::certificateSubject() const {
  X509* certificate = SSL_get1_peer_certificate(ssl_);
  if (certificate == nullptr) return "";
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            name.size());
  X509_free(certificate);
  return name.data();
}

int statusOf(std::string_view response) {
  if (!response.starts_with("HTTP/1.") || response.size() < 12) return 0;
  return std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string bodyOf(std::string_view response) {
  const size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
}

}  // namespace gateway::testing
