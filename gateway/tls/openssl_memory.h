#pragma once

namespace gateway {

// OpenSSL has what it allocates from the frame pool, without a lock: a handshake takes a thousand
// pieces and gives them back. Before anything of OpenSSL was used, or it changes nothing; false
// then, and under a sanitizer, which should see each piece.
bool poolOpenSslMemory();

}  // namespace gateway
