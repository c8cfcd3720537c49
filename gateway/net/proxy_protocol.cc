// Version 1: "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n", at most 107 bytes.
// Version 2: a signature of 12 bytes, version and command, family and protocol, a length of two
// bytes, the addresses, then type-length-value fields. The length counts what follows it.
#include "gateway/net/proxy_protocol.h"

#include <algorithm>
#include <array>

#include "waf/base/text.h"

namespace gateway {

namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr size_t kLongestLine = 107;
constexpr size_t kFixedBytes = 16;
constexpr uint8_t kTlvCrc32c = 0x03;

ProxyHeadStatus refuse(std::string_view reason, std::string_view* why) {
  *why = reason;
  return ProxyHeadStatus::Refused;
}

// The next word; exactly one space stands between two.
std::string_view takeWord(std::string_view* line) {
  const size_t end = std::min(line->find(' '), line->size());
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return word;
}

bool parseAddress(std::string_view text, bool ipv6, waf::IpAddress* out) {
  return (text.find(':') != std::string_view::npos) == ipv6 && waf::IpAddress::parse(text, out);
}

bool parsePort(std::string_view text, uint16_t* out) {
  uint64_t number = 0;
  const bool plain = text.size() == 1 || !text.starts_with('0');
  if (!plain || !waf::parseUint64(text, &number) || number > 65535) return false;
  *out = static_cast<uint16_t>(number);
  return true;
}

ProxyHeadStatus parseLine(std::string_view bytes, ProxyHead* head, std::string_view* why) {
  constexpr std::string_view kStart = "PROXY ";
  const std::string_view begun = bytes.substr(0, kStart.size());
  if (!kStart.starts_with(begun)) return refuse("the line does not begin with PROXY", why);
  const size_t end = bytes.substr(0, kLongestLine).find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() < kLongestLine) return ProxyHeadStatus::NeedMore;
    return refuse("the line does not end within 107 bytes", why);
  }
  std::string_view line = bytes.substr(kStart.size(), end - kStart.size());
  head->bytes = end + 2;
  const std::string_view family = takeWord(&line);
  if (family == "UNKNOWN") return ProxyHeadStatus::Complete;
  if (family != "TCP4" && family != "TCP6") return refuse("the family is not known", why);
  const bool ipv6 = family == "TCP6";
  if (!parseAddress(takeWord(&line), ipv6, &head->source.address) ||
      !parseAddress(takeWord(&line), ipv6, &head->destination.address)) {
    return refuse("an address is none of the family", why);
  }
  if (!parsePort(takeWord(&line), &head->source.port) || line.empty() ||
      !parsePort(line, &head->destination.port)) {
    return refuse("a port is none", why);
  }
  head->named = true;
  return ProxyHeadStatus::Complete;
}

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

size_t number(std::string_view bytes, size_t at, size_t count) {
  size_t out = 0;
  for (size_t i = 0; i < count; ++i) out = out << 8 | static_cast<uint8_t>(bytes[at + i]);
  return out;
}

// The fields from `at` on: whole, and the checksum right where there is one.
bool fieldsAreGood(std::string_view head, size_t at) {
  while (at < head.size()) {
    if (head.size() - at < 3) return false;
    const size_t length = number(head, at + 1, 2);
    if (head.size() - at - 3 < length) return false;
    if (static_cast<uint8_t>(head[at]) == kTlvCrc32c) {
      if (length != 4) return false;
      std::string blank(head);
      std::fill_n(blank.begin() + static_cast<std::ptrdiff_t>(at) + 3, 4, '\0');
      if (crc32c(blank) != number(head, at + 3, 4)) return false;
    }
    at += 3 + length;
  }
  return true;
}

waf::IpAddress addressAt(std::string_view bytes, size_t at, size_t size) {
  waf::IpAddress out;
  if (size == 4) out.bytes[10] = out.bytes[11] = 0xff;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, out.bytes.end() - size);
  return out;
}

ProxyHeadStatus parseBinary(std::string_view bytes, ProxyHead* head, std::string_view* why) {
  if (!kSignature.starts_with(bytes.substr(0, kSignature.size()))) {
    return refuse("the signature is not that of version 2", why);
  }
  if (bytes.size() < kFixedBytes) return ProxyHeadStatus::NeedMore;
  const auto command = static_cast<uint8_t>(bytes[12]);
  const auto family = static_cast<uint8_t>(bytes[13]);
  const size_t length = number(bytes, 14, 2);
  if (command != 0x20 && command != 0x21) return refuse("version or command is not known", why);
  if (length > kMaxProxyHead - kFixedBytes) return refuse("the head is too long", why);
  if (bytes.size() < kFixedBytes + length) return ProxyHeadStatus::NeedMore;
  head->bytes = kFixedBytes + length;
  const std::string_view whole = bytes.substr(0, head->bytes);
  if (command == 0x20) return ProxyHeadStatus::Complete;
  size_t address_bytes = 0;  // of one
  size_t block = 0;
  switch (family) {
    case 0x00:
      return ProxyHeadStatus::Complete;
    case 0x11:
      address_bytes = 4;
      block = 12;
      break;
    case 0x21:
      address_bytes = 16;
      block = 36;
      break;
    case 0x31:
      block = 216;
      break;
    default:
      return refuse("the family or protocol is not one of a stream", why);
  }
  if (length < block) return refuse("the addresses are cut off", why);
  if (!fieldsAreGood(whole, kFixedBytes + block)) {
    return refuse("a field is cut off, or the checksum is wrong", why);
  }
  if (address_bytes == 0) return ProxyHeadStatus::Complete;
  head->source.address = addressAt(whole, kFixedBytes, address_bytes);
  head->destination.address = addressAt(whole, kFixedBytes + address_bytes, address_bytes);
  const size_t ports = kFixedBytes + 2 * address_bytes;
  head->source.port = static_cast<uint16_t>(number(whole, ports, 2));
  head->destination.port = static_cast<uint16_t>(number(whole, ports + 2, 2));
  head->named = true;
  return ProxyHeadStatus::Complete;
}

void append(size_t value, size_t bytes, std::string* out) {
  for (size_t i = bytes; i-- > 0;) out->push_back(static_cast<char>(value >> (8 * i)));
}

void appendAddress(const waf::IpAddress& address, bool ipv4, std::string* out) {
  const auto* raw = reinterpret_cast<const char*>(address.bytes.data());
  out->append(ipv4 ? raw + 12 : raw, ipv4 ? 4 : 16);
}

// In a line of version 1 IPv4 beside IPv6 stands in its mapped form.
std::string textOf(const waf::IpAddress& address, bool ipv4) {
  const std::string text = address.toString();
  return !ipv4 && address.isIpv4() ? "::ffff:" + text : text;
}

}  // namespace

ProxyHeadStatus parseProxyHead(std::string_view bytes, ProxyHead* head, std::string_view* why) {
  *head = {};
  if (bytes.empty()) return ProxyHeadStatus::NeedMore;
  if (bytes.front() == 'P') return parseLine(bytes, head, why);
  if (bytes.front() == '\r') return parseBinary(bytes, head, why);
  return refuse("the connection does not begin with a PROXY protocol head", why);
}

std::string writeProxyHead(ProxyVersion version, const ProxyEndpoint& source,
                           const ProxyEndpoint& destination) {
  std::string out;
  if (version == ProxyVersion::None) return out;
  const bool ipv4 = source.address.isIpv4() && destination.address.isIpv4();
  if (version == ProxyVersion::V1) {
    out = std::string("PROXY ") + (ipv4 ? "TCP4 " : "TCP6 ");
    out += textOf(source.address, ipv4) + " " + textOf(destination.address, ipv4) + " ";
    out += std::to_string(source.port) + " " + std::to_string(destination.port) + "\r\n";
    return out;
  }
  out = kSignature;
  out += '\x21';
  out += ipv4 ? '\x11' : '\x21';
  append(ipv4 ? 12 : 36, 2, &out);
  appendAddress(source.address, ipv4, &out);
  appendAddress(destination.address, ipv4, &out);
  append(source.port, 2, &out);
  append(destination.port, 2, &out);
  return out;
}

std::string writeLocalProxyHead(ProxyVersion version) {
  switch (version) {
    case ProxyVersion::V1:
      return "PROXY UNKNOWN\r\n";
    case ProxyVersion::V2:
      return std::string(kSignature) + std::string("\x20\0\0\0", 4);
    case ProxyVersion::None:
      break;
  }
  return "";
}

}  // namespace gateway
