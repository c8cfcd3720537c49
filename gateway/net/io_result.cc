#include "gateway/net/io_result.h"

#include <cerrno>

namespace gateway {

namespace {

const char* describeErrno(int error) {
  switch (error) {
    case 0:
      return "TLS fault";
    case ECONNRESET:
      return "connection reset by peer";
    case EPIPE:
      return "the peer has closed the connection";
    case ECONNREFUSED:
      return "connection refused";
    case EHOSTUNREACH:
      return "no route to host";
    case ENETUNREACH:
      return "network unreachable";
    case ETIMEDOUT:
      return "connection timed out";
    case EADDRNOTAVAIL:
      return "no local port is free";
    case ENOENT:
      return "there is no socket of this path";
    case EACCES:
      return "not permitted to use the socket";
    case EAGAIN:
      return "its queue of connections is full";
    case EMFILE:
    case ENFILE:
      return "out of file descriptors";
    default:
      return "network error";
  }
}

}  // namespace

const char* describe(const IoResult& result) {
  switch (result.status) {
    case IoStatus::Ok:
      return "ok";
    case IoStatus::Eof:
      return "closed by peer";
    case IoStatus::Timeout:
      return "timed out";
    case IoStatus::Cancelled:
      return "cancelled";
    case IoStatus::Closed:
      return "closed";
    case IoStatus::WantRead:
    case IoStatus::WantWrite:
      return "would block";
    case IoStatus::Full:
      return "buffer full";
    case IoStatus::Failed:
      break;
  }
  return describeErrno(result.error);
}

}  // namespace gateway
