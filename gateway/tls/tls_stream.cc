#include "gateway/tls/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "gateway/tls/client_certificate.h"
#include "gateway/tls/socket_bio.h"

// clearErrors stands before each call into the state machine: the error queue is the thread's,
// and SSL_get_error would take what another connection left there for this one's.
namespace gateway {

namespace {

constexpr size_t kRecordBytes = 16384;  // RFC 8446, 5.1

// A string of OpenSSL's tables, which live as long as the process.
const char* reasonOf(unsigned long error) {
  const char* reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "";
}

// Most often the queue is empty, and to see that costs less than to clear it.
void clearErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

void SslDelete::operator()(SSL* ssl) const {
  // Freed as one that broke off, OpenSSL would spoil the session for the next connection.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

bool TlsStream::start(SSL* ssl) {
  ssl_.reset(ssl);
  BIO* bio = ssl != nullptr ? makeSocketBio(socket_.get()) : nullptr;
  if (bio == nullptr) return false;
  SSL_set_bio(ssl, bio, bio);
  return true;
}

Task<IoResult> TlsStream::shakeHands(Deadline deadline) {
  for (;;) {
    clearErrors();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) co_return IoResult{};
    const IoResult wanted = fault(result);
    // What waits to be sent is the alert; the socket then closes with the stream.
    clearErrors();
    if (wanted.status != IoStatus::WantRead && wanted.status != IoStatus::WantWrite) {
      co_return wanted;
    }
    const WaitResult waited = co_await waitFor(wanted.status, deadline);
    if (waited != WaitResult::Ready) co_return IoResult{toIoStatus(waited)};
  }
}

Task<TlsStream::Opened> TlsStream::accept(std::unique_ptr<Socket> socket,
                                          std::shared_ptr<const TlsContext> context,
                                          Deadline deadline) {
  Opened out;
  if (!context) {
    out.error = "no certificate is configured for this listener";
    co_return out;
  }
  clearErrors();
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket)));
  stream->context_ = std::move(context);
  if (!stream->start(stream->context_->newServer(&stream->hello_))) {
    out.error = "out of memory";
    co_return out;
  }
  const IoResult shaken = co_await stream->shakeHands(deadline);
  out.status = shaken.status;
  if (!shaken.ok()) {
    out.hello = std::move(stream->hello_);
    out.error = "handshake: " + (!out.hello.refusal.empty() ? out.hello.refusal
                                 : *stream->reason_ != 0    ? std::string(stream->reason_)
                                                            : std::string(describe(shaken)));
    co_return out;
  }
  stream->learnInfo();
  out.stream = std::move(stream);
  co_return out;
}

Task<TlsStream::Opened> TlsStream::connect(std::unique_ptr<Socket> socket,
                                           std::shared_ptr<const UpstreamTls> settings,
                                           std::string endpoint, std::string host, bool http2,
                                           Deadline deadline) {
  Opened out;
  clearErrors();
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket)));
  stream->settings_ = std::move(settings);
  if (!stream->start(stream->settings_->newClient(endpoint, host, http2, &stream->notes_))) {
    out.error = "out of memory";
    co_return out;
  }
  const IoResult shaken = co_await stream->shakeHands(deadline);
  out.status = shaken.status;
  if (shaken.ok()) {
    stream->learnInfo();
    out.stream = std::move(stream);
    co_return out;
  }
  out.error = UpstreamTls::explainVerification(stream->ssl_.get(), stream->notes_);
  if (out.error.empty()) {
    const std::string_view reason = stream->reason_;
    out.error = "the handshake failed: ";
    out.error += reason.empty() ? std::string_view(describe(shaken)) : reason;
    if (reason == "wrong version number" || reason == "packet length too long") {
      out.error += "; it does not speak TLS there: give its HTTPS port, or turn tls off";
    } else if (reason.find("alert") != std::string_view::npos) {
      out.error += "; it refused us: see its log, and whether it wants tls.client_certificate";
    }
  }
  co_return out;
}

void TlsStream::learnInfo() {
  info_.server_name = std::move(hello_.server_name);
  info_.protocol = SSL_get_version(ssl_.get());
  info_.cipher = SSL_get_cipher_name(ssl_.get());
  info_.resumed = SSL_session_reused(ssl_.get()) == 1;
  const unsigned char* alpn = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &length);
  info_.alpn.assign(reinterpret_cast<const char*>(alpn), length);
  if (hello_.client_auth) info_.client = readClientCertificate(ssl_.get(), *hello_.client_auth);
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
      reason_ = reasonOf(ERR_peek_error());
      return {IoStatus::Failed};
  }
}

// Who goes away may have said why: over TLS 1.3 the alert that refuses a client's certificate comes
// behind the handshake, when we write already.
IoResult TlsStream::writeFault(int result) {
  const IoResult found = fault(result);
  if (found.status != IoStatus::Failed || found.error == 0) return found;
  clearErrors();
  char ignored = 0;
  size_t bytes = 0;
  const int peeked = SSL_peek_ex(ssl_.get(), &ignored, 1, &bytes);
  if (peeked == 1 || SSL_get_error(ssl_.get(), peeked) != SSL_ERROR_SSL) return found;
  reason_ = reasonOf(ERR_peek_error());
  return {IoStatus::Failed};
}

IoResult TlsStream::tryRead(std::span<char> into) {
  if (!socket_->open() || !ssl_) return {IoStatus::Closed};
  clearErrors();
  size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  if (result == 1) return {IoStatus::Ok, bytes};
  return fault(result);
}

IoResult TlsStream::tryWrite(const Pieces& pieces) {
  if (!socket_->open() || !ssl_) return {IoStatus::Closed};
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
  return writeFault(result);
}

bool TlsStream::hasBufferedInput() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

bool TlsStream::quiet() { return !broken_ && !hasBufferedInput() && Stream::quiet(); }

Task<void> TlsStream::shutdownWrite(Deadline deadline) {
  announceEnd();
  while (!broken_ && ssl_ && socket_->open()) {
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
