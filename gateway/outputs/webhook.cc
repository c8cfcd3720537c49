#include "gateway/outputs/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <optional>

#include "db/config/validate.h"
#include "gateway/outputs/dial.h"
#include "waf/base/clock.h"
#include "waf/base/hex.h"
#include "waf/base/text.h"
#include "waf/base/ulid.h"

namespace gateway {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr size_t kMaxAnswer = 64u << 10;

// The length of the body that the head announces; nothing when only the end of the stream tells.
std::optional<uint64_t> contentLength(std::string_view head) {
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const size_t colon = line.find(':');
    uint64_t length = 0;
    if (colon != std::string_view::npos &&
        waf::equalsIgnoreCase(line.substr(0, colon), "Content-Length") &&
        waf::parseUint64(waf::trim(line.substr(colon + 1)), &length)) {
      return length;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string webhookSignature(const std::string& secret, const std::string& text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return waf::toHex(mac, size);
}

bool parseWebhookUrl(std::string_view url, std::string* address, std::string* host,
                     std::string* target) {
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find_first_of("/?#"), url.size());
  *host = url.substr(0, slash);
  *target = url.substr(slash);
  if (target->empty() || target->front() != '/') target->insert(0, "/");
  const bool plain = std::all_of(target->begin(), target->end(),
                                 [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  const size_t colon = host->rfind(':');
  const bool has_port = colon != std::string::npos && host->find(']', colon) == std::string::npos;
  *address = has_port ? *host : *host + ":443";
  return plain && host->find('@') == std::string::npos && db::checkAddress(*address, false).empty();
}

WebhookTransport::WebhookTransport(const db::OutputConfig& config) : config_(config) {
  if (!parseWebhookUrl(config.url, &address_, &host_, &target_)) address_.clear();
}

Result<void> WebhookTransport::send(std::string_view message) {
  return sendAll({std::string(message)});
}

Result<void> WebhookTransport::sendAll(const std::vector<std::string>& messages) {
  if (address_.empty()) return failure("is no https URL");
  std::string body = "{\"events\":[";
  for (const std::string& message : messages) {
    if (&message != &messages.front()) body += ',';
    body += message;
  }
  body += "]}";
  if (body != pending_) {
    delivery_ = waf::newUlid(waf::Clock::system().wall());
    pending_ = body;
  }
  const bool kept = client_ != nullptr;
  Result<int> status = post(body);
  // A connection that was kept may have ended in the meantime: that is no failure yet.
  if (!status && kept) status = post(body);
  if (!status) return waf::fail(status.error());
  if (*status < 200 || *status > 299) return failure("answered " + std::to_string(*status));
  pending_.clear();
  return {};
}

Result<int> WebhookTransport::post(const std::string& body) {
  if (!client_) {
    Result<std::unique_ptr<TlsClient>> connected = TlsClient::connect(address_, config_.ca_file);
    if (!connected) return waf::fail(connected.error());
    client_ = std::move(*connected);
  }
  const std::string seconds =
      std::to_string(waf::Clock::system().wall().time_since_epoch() / std::chrono::seconds(1));
  std::string head = "POST " + target_ + " HTTP/1.1\r\nHost: " + host_ +
                     "\r\nUser-Agent: Portcullis\r\nContent-Type: application/json\r\n"
                     "X-Portcullis-Delivery: " +
                     delivery_ + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  if (!config_.secret.empty()) {
    head += "X-Portcullis-Signature: t=" + seconds +
            ",v1=" + webhookSignature(config_.secret, seconds + "." + body) + "\r\n";
  }
  const Result<void> sent = client_->write(head + "\r\n" + body);
  Result<int> status = sent ? readAnswer() : waf::fail(sent.error());
  if (!status) client_.reset();
  return status;
}

// The status; a body of announced length is read over, any other ends the connection.
Result<int> WebhookTransport::readAnswer() {
  std::string answer;
  size_t end = std::string::npos;
  while (end == std::string::npos) {
    const Result<std::string> part = client_->read();
    if (!part) return waf::fail(part.error());
    answer += *part;
    if (part->empty() || answer.size() > kMaxAnswer) return failure("gave no answer of HTTP");
    end = answer.find("\r\n\r\n");
    uint64_t status = 0;
    const bool interim = end != std::string::npos && answer.size() > 12 &&
                         waf::parseUint64(std::string_view(answer).substr(9, 3), &status) &&
                         status < 200;
    if (interim) {
      answer.erase(0, end + 4);
      end = answer.find("\r\n\r\n");
    }
  }
  uint64_t status = 0;
  if (!answer.starts_with("HTTP/1.") ||
      !waf::parseUint64(std::string_view(answer).substr(9, 3), &status)) {
    return failure("gave no answer of HTTP");
  }
  const std::optional<uint64_t> length = contentLength(std::string_view(answer).substr(0, end + 2));
  const bool ends =
      waf::toLower(answer.substr(0, end)).find("connection: close") != std::string::npos;
  size_t have = answer.size() - end - 4;
  while (length && *length <= kMaxAnswer && have < *length) {
    const Result<std::string> part = client_->read();
    if (!part || part->empty()) break;
    have += part->size();
  }
  const bool whole = (length && have == *length) || status == 204;
  if (!whole || ends) client_.reset();
  return static_cast<int>(status);
}

waf::Unexpected WebhookTransport::failure(const std::string& why) const {
  return outputError(config_.url, why);
}

}  // namespace gateway
