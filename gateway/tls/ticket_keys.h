#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

namespace gateway {

// Makes every TLS context of the process seal its session tickets with the same keys, which are
// random, exist only in memory and change every few hours (tickets of the key before are still
// taken, and renewed): a change of configuration ends no session, and a stolen memory image opens
// only recent ones. Callable from any thread.
void shareTicketKeys(SSL_CTX* context);

}  // namespace gateway
