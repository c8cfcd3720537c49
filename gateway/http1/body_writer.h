#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http1/message.h"
#include "gateway/net/stream.h"
#include "waf/base/spare_strings.h"

namespace gateway {

// Sends one message: a head, then its body in the framing that the head announced. The head waits
// for the first piece of the body, so that both leave in one packet; flush() or finish() send what
// waits. Used by one coroutine.
class BodyWriter {
 public:
  BodyWriter(Stream& stream, std::string head, BodyFraming framing)
      : stream_(&stream), pending_(std::move(head)), framing_(framing) {}
  ~BodyWriter() { waf::giveSpareString(std::move(pending_)); }
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;

  // An empty piece sends nothing. Ok when the kernel has all of it.
  Task<IoResult> write(std::string_view data, Deadline deadline);
  Task<IoResult> flush(Deadline deadline);
  // The end of the body: the last chunk, if it is chunked. A body cut short must be closed instead.
  Task<IoResult> finish(Deadline deadline);
  // The last piece and the end in one packet. Trailers stand behind a chunked body only.
  Task<IoResult> finishWith(std::string_view data, Deadline deadline,
                            const Trailers& trailers = kNoTrailers);

  // Whether a byte of the message has left: no other answer can be given from then on.
  bool started() const { return started_; }
  uint64_t bodyBytes() const { return body_bytes_; }

 private:
  // Sends what is pending, and the rest of the pieces behind it.
  Task<IoResult> send(std::string_view data, std::string_view end, Deadline deadline);
  Task<IoResult> sent(Task<IoResult> writing);
  Task<IoResult> finishWithTrailers(std::string_view data, Deadline deadline,
                                    const Trailers& trailers);

  Stream* stream_;
  std::string pending_;
  BodyFraming framing_;
  bool started_ = false;
  uint64_t body_bytes_ = 0;
};

}  // namespace gateway
