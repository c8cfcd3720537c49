#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// What a client offers in the first message of a handshake (RFC 8446, 4.1.2), in its order. Views
// and numbers only as far as we use them.
struct ClientHello {
  uint16_t legacy_version = 0;
  std::vector<uint16_t> ciphers;
  std::vector<uint16_t> extensions;  // their types
  std::vector<uint16_t> versions;    // supported_versions
  std::vector<uint16_t> signature_algorithms;
  bool has_server_name = false;
  std::string server_name;  // lower case, without a final dot; "" when there is none
  std::string first_alpn;

  // `message` is the handshake message with its header of four bytes. False when it is not a
  // well-formed one; what is read by then stays.
  bool parse(std::string_view message);
};

// The client's fingerprint as JA4 (FoxIO, "JA4: TLS client fingerprinting") describes it, for TLS
// over TCP: "t13d1516h2_8daaf6152771_e5627efa2ab1".
std::string ja4(const ClientHello& hello);

}  // namespace gateway
