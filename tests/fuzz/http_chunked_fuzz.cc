// A chunked body. Invariants: data, trailers and verdict do not depend on how the bytes are cut;
// what was decoded, written as chunks and read again is the same; nothing is taken behind the end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http1/chunked_decoder.h"
#include "tests/fuzz/require.h"

namespace {

using gateway::ChunkedDecoder;

struct Result {
  std::string data;
  gateway::Trailers trailers;
  ChunkedDecoder::Status end = ChunkedDecoder::Status::NeedMore;
  size_t taken = 0;  // until the end

  bool operator==(const Result&) const = default;
};

Result decode(std::string_view bytes, size_t step) {
  Result out;
  ChunkedDecoder decoder;
  std::string waiting;
  size_t given = 0;
  for (;;) {
    size_t consumed = 0;
    std::string_view data;
    const ChunkedDecoder::Status status = decoder.decode(waiting, &consumed, &data);
    require(consumed <= waiting.size());
    out.data.append(data);
    if (status == ChunkedDecoder::Status::Refused) {
      // What came before it may be handed out in other pieces; how much of it is not fixed.
      out.end = status;
      return out;
    }
    waiting.erase(0, consumed);
    out.taken += consumed;
    if (status == ChunkedDecoder::Status::Done) {
      out.end = status;
      out.trailers = decoder.trailers();
      return out;
    }
    if (status == ChunkedDecoder::Status::Data) continue;
    if (given == bytes.size()) return out;
    const size_t take = std::min(step, bytes.size() - given);
    waiting.append(bytes.substr(given, take));
    given += take;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Result whole = decode(bytes, size + 1);
  for (const size_t step : {size_t{1}, size_t{5}, size_t{64}}) {
    const Result pieces = decode(bytes, step);
    require(pieces.end == whole.end && pieces.data == whole.data);
    if (whole.end == ChunkedDecoder::Status::Done) require(pieces == whole);
  }
  if (whole.end != ChunkedDecoder::Status::Done) return 0;
  std::string again;
  for (const char c : whole.data) again.append("1\r\n").append(1, c).append("\r\n");
  again.append("0\r\n");
  for (const auto& [name, value] : whole.trailers) {
    require(gateway::mayForwardTrailer(name));
    again.append(name).append(": ").append(value).append("\r\n");
  }
  again.append("\r\n");
  const Result second = decode(again, again.size());
  require(second.end == whole.end && second.data == whole.data);
  require(second.trailers == whole.trailers && second.taken == again.size());
  return 0;
}
