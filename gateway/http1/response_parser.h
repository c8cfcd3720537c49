#pragma once

#include "gateway/http1/head_scanner.h"
#include "gateway/http1/message.h"
#include "gateway/http1/request_parser.h"

namespace gateway {

// Incremental and strict parser of an upstream's response head, with the framing rules of RFC
// 9112, 6.3. Interim responses (1xx) come out like others: the caller skips them. One per exchange.
class ResponseParser {
 public:
  // `request_method` decides whether a body follows.
  ParseStatus parse(InputBuffer& input, std::string_view request_method, const HeadLimits& limits,
                    ResponseHead* head);
  // Status 502; the reason says what the upstream did wrong.
  const Refusal& refusal() const { return refusal_; }

 private:
  HeadScanner scanner_;
  Refusal refusal_;
};

}  // namespace gateway
