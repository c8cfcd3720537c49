#pragma once

#include <Poco/Net/Context.h>

#include <string>
#include <vector>

#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace admin {

// The admin listener's certificate: <data_dir>/admin/certificate.pem and key.pem (0600). Made,
// self-signed for this machine's names, at the first start and again when it has expired or cannot
// be read; a pair put there by the administrator is used as it is.
struct OwnCertificate {
  Poco::Net::Context::Ptr context;  // TLS 1.2 and later, no client certificates asked for
  std::string sha256;
  std::vector<std::string> hosts;  // the names it is made for
};
waf::Result<OwnCertificate> loadOwnCertificate(const std::string& data_dir,
                                               const waf::Clock& clock);

}  // namespace admin
