#pragma once

#include <string_view>

#include "gateway/http1/head_scanner.h"
#include "gateway/http1/message.h"
#include "gateway/net/input_buffer.h"

namespace gateway {

enum class ParseStatus : uint8_t { NeedMore, Complete, Refused };

// Incremental and strict parser of a request's head (RFC 9112, 2 to 6): what two parsers could read
// in two ways is refused. One per connection, used on its loop's thread.
class RequestParser {
 public:
  explicit RequestParser(const HeadLimits& limits) : limits_(limits) {}
  void setLimits(const HeadLimits& limits) { limits_ = limits; }
  const HeadLimits& limits() const { return limits_; }

  // Looks at the bytes that came since the last call. On Complete the head is moved out of `input`
  // into `head`, and what follows it stays there. On Refused the connection must be closed after
  // the answer; the limits and the refusals of a partial head are told as early as they are
  // certain. Starts anew after Complete.
  ParseStatus parse(InputBuffer& input, RequestHead* head);
  const Refusal& refusal() const { return refusal_; }
  // What is known of a refused head, for its event: views into the input, valid until it changes.
  std::string_view partialHead() const { return partial_; }
  void reset();

 private:
  ParseStatus refuse(int status, std::string_view reason);
  ParseStatus refuse(const Refusal& refusal) { return refuse(refusal.status, refusal.reason); }
  bool skipEmptyLines(InputBuffer& input);
  ParseStatus checkPartial(std::string_view bytes, RequestHead* head);

  HeadLimits limits_;
  HeadScanner scanner_;
  size_t empty_lines_ = 0;
  bool line_checked_ = false;
  Refusal refusal_;
  std::string_view partial_;
};

}  // namespace gateway
