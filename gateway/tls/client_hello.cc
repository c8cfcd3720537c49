// JA4: PVSSCCEEAA_CIPHERS_EXTENSIONS. P is t for TCP; VV the highest version; S d where there is a
// server name, else i; CC and EE how many ciphers and extensions; AA the ends of the first ALPN
// name. Then twelve digits of the SHA-256 of the ciphers, sorted, and of the extensions, sorted,
// without those for server name and ALPN, with the signature algorithms, as sent, behind them. What
// GREASE (RFC 8701) put in is left out everywhere.
#include "gateway/tls/client_hello.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "waf/base/text.h"

namespace gateway {

namespace {

constexpr uint16_t kServerName = 0x0000;
constexpr uint16_t kSignatureAlgorithms = 0x000d;
constexpr uint16_t kAlpn = 0x0010;
constexpr uint16_t kSupportedVersions = 0x002b;
constexpr std::string_view kDigits = "0123456789abcdef";

// Reads numbers and counted pieces from the front; false from the first one that is cut off.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool number(size_t bytes, size_t* out) {
    if (rest_.size() < bytes) return false;
    *out = 0;
    for (size_t i = 0; i < bytes; ++i) *out = *out << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(bytes);
    return true;
  }
  bool piece(size_t length, std::string_view* out) {
    if (rest_.size() < length) return false;
    *out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }
  bool counted(size_t length_bytes, std::string_view* out) {
    size_t length = 0;
    return number(length_bytes, &length) && piece(length, out);
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::vector<uint16_t> numbers(std::string_view bytes) {
  std::vector<uint16_t> out;
  out.reserve(bytes.size() / 2);
  Reader reader(bytes);
  for (size_t value = 0; reader.number(2, &value);) out.push_back(static_cast<uint16_t>(value));
  return out;
}

void readServerName(std::string_view content, ClientHello* hello) {
  hello->has_server_name = true;
  std::string_view list;
  Reader outer(content);
  if (!outer.counted(2, &list)) return;
  Reader names(list);
  size_t type = 0;
  std::string_view name;
  // RFC 6066, 3: one name of type host_name.
  if (!names.number(1, &type) || type != 0 || !names.counted(2, &name)) return;
  if (name.ends_with('.')) name.remove_suffix(1);
  hello->server_name = waf::toLower(name);
}

void readExtension(uint16_t type, std::string_view content, ClientHello* hello) {
  Reader reader(content);
  std::string_view list;
  switch (type) {
    case kServerName:
      readServerName(content, hello);
      break;
    case kSignatureAlgorithms:
      if (reader.counted(2, &list)) hello->signature_algorithms = numbers(list);
      break;
    case kSupportedVersions:
      if (reader.counted(1, &list)) hello->versions = numbers(list);
      break;
    case kAlpn: {
      std::string_view first;
      if (reader.counted(2, &list) && Reader(list).counted(1, &first)) hello->first_alpn = first;
      break;
    }
    default:
      break;
  }
}

// RFC 8701: 0x0a0a, 0x1a1a, … 0xfafa.
bool isGrease(uint16_t value) { return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff); }

std::vector<uint16_t> withoutGrease(std::vector<uint16_t> values) {
  std::erase_if(values, isGrease);
  return values;
}

std::string twoDigits(size_t count) {
  count = std::min<size_t>(count, 99);
  return {static_cast<char>('0' + count / 10), static_cast<char>('0' + count % 10)};
}

std::string versionOf(const ClientHello& hello) {
  const std::vector<uint16_t> offered = withoutGrease(hello.versions);
  const uint16_t version =
      offered.empty() ? hello.legacy_version : *std::max_element(offered.begin(), offered.end());
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    default:
      return "00";
  }
}

std::string alpnOf(const std::string& name) {
  if (name.empty()) return "00";
  const auto plain = [](char c) {
    const char lower = waf::asciiLower(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
  };
  const char first = name.front();
  const char last = name.back();
  if (plain(first) && plain(last)) return {first, last};
  return {kDigits[static_cast<uint8_t>(first) >> 4], kDigits[static_cast<uint8_t>(last) & 15]};
}

std::string listed(const std::vector<uint16_t>& values) {
  std::string out;
  for (const uint16_t value : values) {
    if (!out.empty()) out += ',';
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
  }
  return out;
}

// Fetched once: OpenSSL's own look-up of it costs more than the digest.
const EVP_MD* sha256() {
  struct Free {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  };
  static const std::unique_ptr<EVP_MD, Free> digest(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return digest ? digest.get() : EVP_sha256();
}

std::string shortHash(const std::string& text) {
  if (text.empty()) return "000000000000";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha256(), nullptr);
  std::string out;
  for (size_t i = 0; i < 6; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

}  // namespace

bool ClientHello::parse(std::string_view message) {
  Reader header(message);
  size_t type = 0;
  std::string_view body;
  if (!header.number(1, &type) || type != 1 || !header.counted(3, &body)) return false;
  Reader reader(body);
  size_t version = 0;
  std::string_view random;
  std::string_view session;
  std::string_view suites;
  std::string_view compressions;
  if (!reader.number(2, &version) || !reader.piece(32, &random) || !reader.counted(1, &session) ||
      !reader.counted(2, &suites) || !reader.counted(1, &compressions)) {
    return false;
  }
  legacy_version = static_cast<uint16_t>(version);
  ciphers = numbers(suites);
  if (reader.empty()) return true;  // extensions may be absent before TLS 1.3
  std::string_view all;
  if (!reader.counted(2, &all)) return false;
  Reader rest(all);
  while (!rest.empty()) {
    size_t extension = 0;
    std::string_view content;
    if (!rest.number(2, &extension) || !rest.counted(2, &content)) return false;
    extensions.push_back(static_cast<uint16_t>(extension));
    readExtension(static_cast<uint16_t>(extension), content, this);
  }
  return true;
}

std::string ja4(const ClientHello& hello) {
  std::vector<uint16_t> ciphers = withoutGrease(hello.ciphers);
  std::vector<uint16_t> extensions = withoutGrease(hello.extensions);
  std::string out = "t" + versionOf(hello) + (hello.has_server_name ? "d" : "i") +
                    twoDigits(ciphers.size()) + twoDigits(extensions.size()) +
                    alpnOf(hello.first_alpn);
  std::sort(ciphers.begin(), ciphers.end());
  std::erase_if(extensions, [](uint16_t type) { return type == kServerName || type == kAlpn; });
  std::sort(extensions.begin(), extensions.end());
  std::string last = listed(extensions);
  const std::string algorithms = listed(withoutGrease(hello.signature_algorithms));
  if (!last.empty() && !algorithms.empty()) last += "_" + algorithms;
  return out + "_" + shortHash(listed(ciphers)) + "_" + shortHash(last);
}

}  // namespace gateway
