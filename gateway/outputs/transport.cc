#include "gateway/outputs/transport.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "db/store/file.h"
#include "gateway/outputs/dial.h"
#include "gateway/outputs/tls_client.h"
#include "gateway/outputs/webhook.h"

namespace gateway {
namespace {

using waf::ErrorCode;

// RFC 5426, 3.2: what every receiver of the time takes is less; this fits one Ethernet frame's
// reassembly everywhere.
constexpr size_t kMaxDatagram = 8192;

class UdpTransport final : public Transport {
 public:
  explicit UdpTransport(std::string address) : address_(std::move(address)) {}

  Result<void> send(std::string_view message) override {
    if (!socket_.valid()) {
      Result<db::FileDescriptor> dialled = dial(address_, SOCK_DGRAM);
      if (!dialled) return waf::fail(dialled.error());
      socket_ = std::move(*dialled);
    }
    message = message.substr(0, kMaxDatagram);
    if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0) return {};
    const int error = errno;
    socket_ = db::FileDescriptor();
    return db::systemError(address_, error);
  }

 private:
  const std::string address_;
  db::FileDescriptor socket_;
};

// RFC 6587, 3.4.1: the length in octets before each message.
class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(std::string address) : address_(std::move(address)) {}

  Result<void> send(std::string_view message) override {
    if (socket_.valid() && isClosed()) socket_ = db::FileDescriptor();
    if (!socket_.valid()) {
      Result<db::FileDescriptor> dialled = dial(address_, SOCK_STREAM);
      if (!dialled) return waf::fail(dialled.error());
      socket_ = std::move(*dialled);
    }
    const std::string frame = std::to_string(message.size()) + " " + std::string(message);
    std::string_view rest = frame;
    while (!rest.empty()) {
      const ssize_t count = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count > 0) {
        rest.remove_prefix(static_cast<size_t>(count));
      } else if (errno == EAGAIN && waitFor(socket_.get(), POLLOUT)) {
        continue;
      } else if (errno != EINTR) {
        const int error = errno;
        socket_ = db::FileDescriptor();  // half a frame: the next begins on a new connection
        return db::systemError(address_, error);
      }
    }
    return {};
  }

 private:
  // A receiver sends nothing: what can be read is the end.
  bool isClosed() const {
    char byte = 0;
    const ssize_t count = ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return count == 0 || (count < 0 && errno != EAGAIN);
  }

  const std::string address_;
  db::FileDescriptor socket_;
};

// RFC 5425: the same frames over TLS, whose peer is verified.
class TlsTransport final : public Transport {
 public:
  explicit TlsTransport(const db::OutputConfig& config) : config_(config) {}

  Result<void> send(std::string_view message) override {
    if (client_ && client_->isClosed()) client_.reset();
    if (!client_) {
      Result<std::unique_ptr<TlsClient>> connected =
          TlsClient::connect(config_.address, config_.ca_file);
      if (!connected) return waf::fail(connected.error());
      client_ = std::move(*connected);
    }
    const Result<void> sent =
        client_->write(std::to_string(message.size()) + " " + std::string(message));
    if (!sent) client_.reset();  // half a frame: the next begins on a new connection
    return sent;
  }

 private:
  const db::OutputConfig config_;
  std::unique_ptr<TlsClient> client_;
};

// Lines in a file; at rotate_bytes it becomes file.1, and so on up to keep_files.
class FileTransport final : public Transport {
 public:
  explicit FileTransport(const db::OutputConfig& config) : config_(config) {}

  Result<void> send(std::string_view message) override {
    struct stat status {};
    if (file_.valid() && (::stat(config_.file.c_str(), &status) != 0 || status.st_ino != inode_)) {
      file_ = db::FileDescriptor();  // somebody moved it
    }
    if (file_.valid() && static_cast<uint64_t>(status.st_size) >= config_.rotate_bytes) rotate();
    if (!file_.valid()) {
      file_ = db::FileDescriptor(
          ::open(config_.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
      if (!file_.valid() || ::fstat(file_.get(), &status) != 0) {
        return db::systemError(config_.file, errno);
      }
      inode_ = status.st_ino;
    }
    const std::string line = std::string(message) + "\n";
    const ssize_t count = ::write(file_.get(), line.data(), line.size());
    if (count == static_cast<ssize_t>(line.size())) return {};
    const int error = count < 0 ? errno : ENOSPC;
    // Half a line must not become the beginning of the next try.
    if (count > 0 && ::fstat(file_.get(), &status) == 0) {
      static_cast<void>(::ftruncate(file_.get(), status.st_size - count) == 0);
    }
    return db::systemError(config_.file, error);
  }

 private:
  std::string numbered(uint32_t number) const {
    return config_.file + "." + std::to_string(number);
  }

  void rotate() {
    file_ = db::FileDescriptor();
    ::unlink(numbered(config_.keep_files).c_str());
    for (uint32_t n = config_.keep_files; n > 1; --n) {
      ::rename(numbered(n - 1).c_str(), numbered(n).c_str());
    }
    if (config_.keep_files == 0) {
      ::unlink(config_.file.c_str());
    } else {
      ::rename(config_.file.c_str(), numbered(1).c_str());
    }
  }

  const db::OutputConfig config_;
  db::FileDescriptor file_;
  ino_t inode_ = 0;
};

}  // namespace

Result<void> Transport::sendAll(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) {
    const Result<void> sent = send(message);
    if (!sent) return sent;
  }
  return {};
}

std::unique_ptr<Transport> Transport::make(const db::OutputConfig& config) {
  if (config.kind == "syslog_udp") return std::make_unique<UdpTransport>(config.address);
  if (config.kind == "syslog_tcp") return std::make_unique<TcpTransport>(config.address);
  if (config.kind == "syslog_tls") return std::make_unique<TlsTransport>(config);
  if (config.kind == "webhook") return std::make_unique<WebhookTransport>(config);
  return std::make_unique<FileTransport>(config);
}

}  // namespace gateway
