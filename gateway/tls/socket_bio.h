#pragma once

#include <openssl/bio.h>

namespace gateway {

class Socket;

// An OpenSSL BIO that reads and writes a Socket by its readiness flags: no system call is made for
// what is known to block. Does not own the socket, which must outlive it. Null when there is no
// memory.
BIO* makeSocketBio(Socket* socket);

}  // namespace gateway
