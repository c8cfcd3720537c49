#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/http1/message.h"

namespace gateway {

// Strict decoder of the chunked coding (RFC 9112, 7.1): hexadecimal sizes, exact CRLF, extensions
// checked, bounded and dropped, trailer fields checked and bounded; those that may stand behind a
// body are kept (RFC 9110, 6.5.1), the others dropped. Of the data it hands out views of its
// input.
class ChunkedDecoder {
 public:
  enum class Status : uint8_t { NeedMore, Data, Done, Refused };

  // Consumes framing and at most one run of data from the start of `in`. On Data, `*data` is a part
  // of `in`; `*consumed` counts framing and data, in every case.
  Status decode(std::string_view in, size_t* consumed, std::string_view* data);
  // Data was handed out to the end of its chunk; the chunk's CRLF was not taken yet.
  bool atChunkEnd() const { return state_ == State::DataEnd; }
  const Refusal& refusal() const { return refusal_; }
  const Trailers& trailers() const { return trailers_; }

 private:
  enum class State : uint8_t { Size, Data, DataEnd, Trailer, Done };
  // The next line, without its CRLF, from `from` on; NeedMore leaves it in the input.
  Status readLine(std::string_view in, size_t from, std::string_view* line);
  Status takeSizeLine(std::string_view line);
  Status takeTrailerLine(std::string_view line);
  Status refuse(int status, std::string_view reason);

  State state_ = State::Size;
  uint64_t remaining_ = 0;
  size_t scanned_ = 0;  // of an incomplete line
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  Refusal refusal_;
  Trailers trailers_;
};

}  // namespace gateway
