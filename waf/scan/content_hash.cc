#include "waf/scan/content_hash.h"

#include <hs.h>
#include <openssl/evp.h>

namespace waf {
namespace {

constexpr std::string_view kFormat = "portcullis scan 1";

void appendField(std::string_view field, std::string* out) {
  out->append(std::to_string(field.size()));
  out->push_back(':');
  out->append(field);
}

std::string platform() {
  hs_platform_info_t info{};
  if (hs_populate_platform(&info) != HS_SUCCESS) return "unknown";
  return std::to_string(info.tune) + "/" + std::to_string(info.cpu_features);
}

}  // namespace

std::string sha256Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  std::string hex;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) return hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  }
  return hex;
}

std::string contentHash(const std::vector<DatabasePattern>& patterns) {
  static const std::string environment = [] {
    std::string text;
    appendField(kFormat, &text);
    appendField(hs_version(), &text);
    appendField(platform(), &text);
    return text;
  }();
  std::string text = environment;
  for (const DatabasePattern& pattern : patterns) {
    appendField(std::to_string(pattern.flags), &text);
    appendField(pattern.expression, &text);
  }
  return sha256Hex(text);
}

}  // namespace waf
