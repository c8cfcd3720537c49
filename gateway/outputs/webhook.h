#pragma once

#include <memory>

#include "gateway/outputs/tls_client.h"
#include "gateway/outputs/transport.h"

namespace gateway {

// POSTs batches of records as JSON over HTTPS:
//
//   {"events":[…]}
//   X-Portcullis-Delivery: an id, the same at every try of a batch
//   X-Portcullis-Signature: t=SECONDS,v1=HEX
//
// HEX is HMAC-SHA-256 under the output's secret of the decimal seconds, a dot and the body. Any
// answer of 2xx takes the batch.
class WebhookTransport final : public Transport {
 public:
  explicit WebhookTransport(const db::OutputConfig& config);

  Result<void> send(std::string_view message) override;
  Result<void> sendAll(const std::vector<std::string>& messages) override;
  size_t mostMessages() const override { return 200; }

 private:
  Result<int> post(const std::string& body);
  Result<int> readAnswer();
  waf::Unexpected failure(const std::string& why) const;

  const db::OutputConfig config_;
  std::string address_;  // host:port
  std::string target_;
  std::string host_;  // as the header names it
  std::unique_ptr<TlsClient> client_;
  std::string delivery_;
  std::string pending_;  // the body that delivery_ belongs to
};

// Hexadecimal.
std::string webhookSignature(const std::string& secret, const std::string& text);

// "https://host:8443/path?x=y" taken apart; false for anything else.
bool parseWebhookUrl(std::string_view url, std::string* address, std::string* host,
                     std::string* target);

}  // namespace gateway
