#pragma once

#include "gateway/http1/request_parser.h"
#include "gateway/loop/task.h"
#include "gateway/net/input_buffer.h"
#include "gateway/net/stream.h"

namespace gateway {

struct HeadTimeouts {
  std::chrono::milliseconds idle{60000};  // until the first byte
  std::chrono::milliseconds head{10000};  // from the first byte to the last
  // Once it is true a head that is not complete is not waited for; null: for as long as it takes.
  const bool* ending = nullptr;
};

enum class HeadStatus : uint8_t {
  Complete,
  Refused,      // answer parser.refusal(), then lingeringClose
  IdleClosed,   // the peer closed, or was silent for the idle time: nothing to answer
  HeadTimeout,  // answer 408
  Cancelled,    // drain while idle, or the loop stops
  Failed,       // closed or broken within a head
};

// Reads the next request of a connection. Holds no buffer while the connection is idle.
Task<HeadStatus> readRequestHead(Stream& stream, InputBuffer& input, RequestParser& parser,
                                 HeadTimeouts timeouts, RequestHead* head);

}  // namespace gateway
