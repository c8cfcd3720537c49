#include "gateway/tls/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "gateway/tls/socket_bio.h"
#include "waf/base/text.h"

// clearErrors stands before each call into the state machine: the error queue is the thread's,
// and SSL_get_error would take what another connection left there for this one's.
namespace gateway {

namespace {

constexpr size_t kRecordBytes = 16384;  // RFC 8446, 5.1

std::string reasonOf(unsigned long error) {
  const char* reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "";
}

// Most often the queue is empty, and to see that costs less than to clear it.
void clearErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

void SslDelete::operator()(SSL* ssl) const { SSL_free(ssl); }

TlsStream::TlsStream(std::unique_ptr<Socket> socket, std::shared_ptr<const TlsContext> context,
                     SSL* ssl)
    : Stream(std::move(socket)), context_(std::move(context)), ssl_(ssl) {}

Task<TlsStream::Accepted> TlsStream::accept(std::unique_ptr<Socket> socket,
                                            std::shared_ptr<const TlsContext> context,
                                            Deadline deadline) {
  Accepted out;
  out.status = IoStatus::Failed;
  if (!context) {
    out.error = "no certificate is configured for this listener";
    co_return out;
  }
  clearErrors();
  SSL* ssl = SSL_new(context->contextFor({}));
  BIO* bio = ssl != nullptr ? makeSocketBio(socket.get()) : nullptr;
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket), std::move(context), ssl));
  if (bio == nullptr) {
    out.error = "out of memory";
    co_return out;
  }
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  for (;;) {
    clearErrors();
    const int result = SSL_do_handshake(ssl);
    if (result == 1) break;
    const IoResult fault = stream->fault(result);
    if (fault.status == IoStatus::WantRead || fault.status == IoStatus::WantWrite) {
      const WaitResult waited = co_await stream->waitFor(fault.status, deadline);
      if (waited == WaitResult::Ready) continue;
      out.status = toIoStatus(waited);
      out.error = "handshake: " + std::string(describe({out.status}));
      co_return out;
    }
    out.status = fault.status;
    const std::string reason = reasonOf(ERR_peek_error());
    out.error = "handshake: " + (reason.empty() ? std::string(describe(fault)) : reason);
    // What waits to be sent is the alert; the socket then closes with the stream.
    clearErrors();
    co_return out;
  }
  stream->learnInfo();
  out.status = IoStatus::Ok;
  out.stream = std::move(stream);
  co_return out;
}

void TlsStream::learnInfo() {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) info_.server_name = waf::toLower(name);
  info_.protocol = SSL_get_version(ssl_.get());
  info_.cipher = SSL_get_cipher_name(ssl_.get());
  info_.resumed = SSL_session_reused(ssl_.get()) == 1;
  const unsigned char* alpn = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &length);
  info_.alpn.assign(reinterpret_cast<const char*>(alpn), length);
}

IoResult TlsStream::fault(int result) {
  const int saved = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {IoStatus::WantRead};
    case SSL_ERROR_WANT_WRITE:
      return {IoStatus::WantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::Eof};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      if (!socket_->open()) return {IoStatus::Closed};
      return saved != 0 ? IoResult{IoStatus::Failed, 0, saved} : IoResult{IoStatus::Eof};
    default:
      broken_ = true;
      return {IoStatus::Failed};
  }
}

IoResult TlsStream::tryRead(std::span<char> into) {
  if (!socket_->open()) return {IoStatus::Closed};
  clearErrors();
  size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  if (result == 1) return {IoStatus::Ok, bytes};
  return fault(result);
}

IoResult TlsStream::tryWrite(const Pieces& pieces) {
  if (!socket_->open()) return {IoStatus::Closed};
  if (broken_) return {IoStatus::Failed};
  // Small pieces are joined, so that a head and a short body are one record; what exceeds a record
  // goes as it is.
  std::array<char, kRecordBytes> joined;
  std::string_view bytes;
  size_t filled = 0;
  for (const std::string_view piece : pieces) {
    if (filled == 0 && bytes.empty()) {
      bytes = piece;
      continue;
    }
    if (piece.empty()) continue;
    if (bytes.size() >= kRecordBytes) break;
    if (filled == 0) {
      std::memcpy(joined.data(), bytes.data(), bytes.size());
      filled = bytes.size();
    }
    const size_t take = std::min(piece.size(), kRecordBytes - filled);
    std::memcpy(joined.data() + filled, piece.data(), take);
    filled += take;
    bytes = {joined.data(), filled};
    if (take < piece.size()) break;
  }
  clearErrors();
  size_t written = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
  if (result == 1) return {IoStatus::Ok, written};
  return fault(result);
}

bool TlsStream::hasBufferedInput() const { return SSL_has_pending(ssl_.get()) == 1; }

bool TlsStream::quiet() { return !broken_ && !hasBufferedInput() && Stream::quiet(); }

Task<void> TlsStream::shutdownWrite(Deadline deadline) {
  while (!broken_ && socket_->open()) {
    clearErrors();
    const int result = SSL_shutdown(ssl_.get());
    if (result >= 0) break;
    const IoResult wanted = fault(result);
    if (wanted.status != IoStatus::WantWrite) break;
    if (co_await waitFor(wanted.status, deadline) != WaitResult::Ready) break;
  }
  socket_->shutdownWrite();
}

}  // namespace gateway
