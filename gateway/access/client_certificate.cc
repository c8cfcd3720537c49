#include "gateway/access/client_certificate.h"

namespace gateway {

CertificateVerdict judgeClientCertificate(const ClientAuth* wanted, const TlsInfo* tls) {
  if (wanted == nullptr) return {};
  const bool required = wanted->mode() == ClientAuth::Mode::Require;
  if (tls == nullptr) {
    if (!required) return {};
    return {403, "the site takes client certificates only, and the request came without TLS"};
  }
  if (!tls->client || tls->client->asked_by != wanted->identity()) {
    return {421,
            "the connection's handshake did not ask for this site's client certificate: it was for "
            "another host, or before a change of the configuration"};
  }
  if (!tls->client->present) {
    if (!required) return {};
    return {403, "the client showed no certificate, and the site requires one"};
  }
  if (tls->client->verified) return {};
  return {403, "the client's certificate (" + tls->client->subject +
                   ") is not accepted: " + tls->client->problem};
}

}  // namespace gateway
