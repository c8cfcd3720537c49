#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/http1/chunked_decoder.h"
#include "gateway/http1/message.h"
#include "gateway/net/input_buffer.h"
#include "gateway/net/stream.h"

namespace gateway {

struct BodyPart {
  enum class Status : uint8_t {
    Data,       // `data`, valid until the next call
    End,        // the body is complete; the input stands at the next message
    Refused,    // framing is broken: `refusal`; the connection must be closed
    Truncated,  // the peer closed within the body
    Timeout,
    Cancelled,
    Failed,  // reset, TLS fault, or closed by us
  };
  Status status = Status::End;
  std::string_view data;
  Refusal refusal;

  bool ok() const { return status == Status::Data || status == Status::End; }
};

// Reads one message's body, of a request or a response, off a stream and its input buffer. Lives as
// long as the message; used by one coroutine.
class BodyReader {
 public:
  BodyReader() = default;
  BodyReader(BodyFraming framing, uint64_t content_length)
      : framing_(framing), remaining_(content_length) {}

  // The next part: what is buffered, else what one read brings. After End, End again.
  Task<BodyPart> next(Stream& stream, InputBuffer& input, Deadline deadline);
  // Without reading; NeedMore shows as Data with empty data.
  BodyPart poll(InputBuffer& input);
  // The part that was handed out last is the body's last: behind it nothing comes but the end,
  // which is there already and has no trailers. False where that is not known yet.
  bool atLastPart(const InputBuffer& input) const;
  // Behind a chunked body, once End was returned: those that may go on.
  const Trailers& trailers() const { return chunked_.trailers(); }
  // End was returned, or there is no body.
  bool done() const {
    return done_ || (consume_next_ == 0 && (framing_ == BodyFraming::None ||
                                            (framing_ == BodyFraming::Length && remaining_ == 0)));
  }

 private:
  Task<BodyPart> wait(Stream& stream, InputBuffer& input, Deadline deadline);
  BodyPart take(InputBuffer& input, bool eof);

  BodyFraming framing_ = BodyFraming::None;
  uint64_t remaining_ = 0;
  size_t consume_next_ = 0;  // handed out by the last call, still in the input
  bool done_ = false;
  ChunkedDecoder chunked_;
};

}  // namespace gateway
