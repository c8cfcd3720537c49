#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "waf/base/clock.h"
#include "waf/base/result.h"

namespace gateway {

// The newest OCSP response for one certificate (RFC 6960), which handshakes staple (RFC 6066, 8).
// Loops read it, one thread refreshes it: long before it ends, and again soon after a failure; what
// is still valid stays in use. Outlives snapshots, by the certificate's fingerprint.
class OcspStaple {
 public:
  // `chain_pem`: leaf first, its issuer behind it. Errors say why nothing can be stapled: no issuer
  // in the chain, no responder named in the certificate.
  static waf::Result<std::shared_ptr<OcspStaple>> create(const std::string& chain_pem,
                                                         const waf::Clock& clock);
  ~OcspStaple();

  // DER; null when there is none, or none that is valid now. Any thread.
  std::shared_ptr<const std::string> response() const;
  const std::string& responder() const;  // its URL

  // When refresh() is wanted next.
  waf::MonotonicTime due() const;
  // Asks the responder and keeps its answer if it is for this certificate, signed by who may, valid
  // now and good. Blocks for seconds: never on a loop, and by one thread at a time.
  waf::Result<void> refresh();
  // Why the last refresh() failed; "" when it did not.
  std::string problem() const;

 private:
  struct State;
  OcspStaple();
  waf::Result<void> ask();

  std::unique_ptr<State> state_;
};

// Whether the certificate says that clients must not go on without a staple (RFC 7633).
bool mustStaple(const std::string& chain_pem);

}  // namespace gateway
