#pragma once

#include <string>
#include <string_view>

namespace gateway {

// Sec-WebSocket-Key of a handshake that the gateway makes itself (RFC 6455, 4.1): random; "" when
// there is no randomness.
std::string newWebSocketKey();
// The Sec-WebSocket-Accept that answers it (RFC 6455, 4.2.2).
std::string webSocketAccept(std::string_view key);

}  // namespace gateway
