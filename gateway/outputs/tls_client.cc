#include "gateway/outputs/tls_client.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include "gateway/outputs/dial.h"
#include "waf/base/ip_network.h"

namespace gateway {

Result<std::unique_ptr<TlsClient>> TlsClient::connect(const std::string& address,
                                                      const std::string& ca_file) {
  std::unique_ptr<TlsClient> client(new TlsClient(address));
  client->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = client->context_.get();
  if (context == nullptr) return client->failure("TLS is not available");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const int trusted = ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context)
                          : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
  if (trusted != 1) {
    return client->failure((ca_file.empty() ? std::string("the system's authorities") : ca_file) +
                           " cannot be read as PEM certificates");
  }
  Result<db::FileDescriptor> dialled = dial(address, SOCK_STREAM);
  if (!dialled) return waf::fail(dialled.error());
  client->socket_ = std::move(*dialled);
  const Result<void> shaken = client->handshake();
  if (!shaken) return waf::fail(shaken.error());
  return client;
}

Result<void> TlsClient::handshake() {
  session_.reset(SSL_new(context_.get()));
  SSL* const session = session_.get();
  if (session == nullptr || SSL_set_fd(session, socket_.get()) != 1) {
    return failure("TLS is not available");
  }
  const std::string host = hostOf(address_);
  waf::IpAddress ignored;
  if (waf::IpAddress::parse(host, &ignored)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
  } else {
    SSL_set_tlsext_host_name(session, host.c_str());
    SSL_set1_host(session, host.c_str());
  }
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(session);
    if (result == 1) return {};
    if (wait(result)) continue;
    const long verdict = SSL_get_verify_result(session);
    if (verdict != X509_V_OK) {
      return failure(std::string("the certificate is refused: ") +
                     X509_verify_cert_error_string(verdict) +
                     "; name its authority in ca_file, or the host as its certificate does");
    }
    return failure("the TLS handshake failed");
  }
}

Result<void> TlsClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    size_t count = 0;
    const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
    if (result == 1) {
      bytes.remove_prefix(count);
    } else if (!wait(result)) {
      return failure("the connection broke");
    }
  }
  return {};
}

Result<std::string> TlsClient::read() {
  char buffer[16384];
  while (true) {
    ERR_clear_error();
    size_t count = 0;
    const int result = SSL_read_ex(session_.get(), buffer, sizeof buffer, &count);
    if (result == 1) return std::string(buffer, count);
    if (SSL_get_error(session_.get(), result) == SSL_ERROR_ZERO_RETURN) return std::string();
    if (!wait(result)) return failure("the connection broke");
  }
}

bool TlsClient::isClosed() {
  ERR_clear_error();
  char byte = 0;
  size_t count = 0;
  const int result = SSL_peek_ex(session_.get(), &byte, 1, &count);
  if (result == 1) return false;
  return SSL_get_error(session_.get(), result) != SSL_ERROR_WANT_READ;
}

bool TlsClient::wait(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return waitFor(socket_.get(), POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return waitFor(socket_.get(), POLLOUT);
    default:
      return false;
  }
}

waf::Unexpected TlsClient::failure(const std::string& what) {
  const unsigned long code = ERR_get_error();
  const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return outputError(address_, reason != nullptr ? what + " (" + reason + ")" : what);
}

}  // namespace gateway
