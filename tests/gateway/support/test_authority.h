#pragma once

#include <string>
#include <vector>

#include "db/certificate/certificate.h"

namespace gateway::testing {

// A certificate authority for tests: its own certificate, and certificates that it issues.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test CA");

  const std::string& pem() const { return pem_; }
  const std::string& keyPem() const { return key_pem_; }

  struct Wish {
    bool rsa = false;
    int days = 10;  // negative: it has expired
    std::string ocsp_url = {};
    bool must_staple = false;
  };
  // For DNS names or IP addresses; the first is the common name. The chain is the leaf alone.
  db::CertificatePem issue(const std::vector<std::string>& names, Wish wish) const;
  db::CertificatePem issue(const std::vector<std::string>& names) const { return issue(names, {}); }

 private:
  std::string pem_;
  std::string key_pem_;
};

}  // namespace gateway::testing
