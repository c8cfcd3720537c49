#pragma once

#include <string>

#include "gateway/net/stream.h"
#include "gateway/tls/client_auth.h"

namespace gateway {

// Whether a request may pass a site that asks for client certificates: status 0, or the one to
// refuse it with and why. `tls` is null in clear. A connection whose handshake was for another site
// (another Host on it, or a change of the settings since) was never asked for this site's
// certificate: the client is sent to a connection of its own (421, RFC 9110, 15.5.20), as there is
// no asking again within a connection over HTTP/2 (RFC 8740, 3).
struct CertificateVerdict {
  int status = 0;
  std::string detail;
};
CertificateVerdict judgeClientCertificate(const ClientAuth* wanted, const TlsInfo* tls);

}  // namespace gateway
