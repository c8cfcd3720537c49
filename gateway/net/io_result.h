#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/loop/waiter.h"

namespace gateway {

enum class IoStatus : uint8_t {
  Ok,
  Eof,        // the peer ended its side in order
  Timeout,    // the deadline passed
  Cancelled,  // drain, or the loop stops
  Closed,     // we closed it meanwhile
  Failed,     // reset, broken pipe, TLS fault: `error` is the errno, or 0 for a TLS fault
  WantRead,   // only between Stream and its implementations: would block until readable
  WantWrite,
  Full,  // InputBuffer: its limit is reached
};

struct IoResult {
  IoStatus status = IoStatus::Ok;
  size_t bytes = 0;
  int error = 0;

  bool ok() const { return status == IoStatus::Ok; }
};

inline IoStatus toIoStatus(WaitResult result) {
  switch (result) {
    case WaitResult::Ready:
      return IoStatus::Ok;
    case WaitResult::Timeout:
      return IoStatus::Timeout;
    case WaitResult::Cancelled:
      return IoStatus::Cancelled;
    case WaitResult::Closed:
      break;
  }
  return IoStatus::Closed;
}

// "timed out", "connection reset by peer", …: for events and logs.
const char* describe(const IoResult& result);

}  // namespace gateway
