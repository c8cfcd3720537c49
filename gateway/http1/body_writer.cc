#include "gateway/http1/body_writer.h"

#include <array>
#include <charconv>

#include "gateway/http1/head_writer.h"

namespace gateway {

namespace {

void appendChunkSize(size_t size, std::string* out) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out->append(digits.data(), end).append("\r\n");
}

}  // namespace

Task<IoResult> BodyWriter::write(std::string_view data, Deadline deadline) {
  if (data.empty()) co_return IoResult{};
  const bool chunked = framing_ == BodyFraming::Chunked;
  if (chunked) appendChunkSize(data.size(), &pending_);
  started_ = true;
  body_bytes_ += data.size();
  const IoResult result = co_await stream_->write(
      Stream::Pieces{pending_, data, chunked ? std::string_view("\r\n") : std::string_view()},
      deadline);
  pending_.clear();
  co_return result;
}

Task<IoResult> BodyWriter::flush(Deadline deadline) {
  if (pending_.empty()) co_return IoResult{};
  started_ = true;
  const IoResult result = co_await stream_->write(pending_, deadline);
  pending_.clear();
  co_return result;
}

Task<IoResult> BodyWriter::finish(Deadline deadline) {
  if (framing_ == BodyFraming::Chunked) pending_.append("0\r\n\r\n");
  return flush(deadline);
}

Task<IoResult> BodyWriter::finishWith(std::string_view data, Deadline deadline,
                                      const Trailers& trailers) {
  if (data.empty() && trailers.empty()) co_return co_await finish(deadline);
  if (framing_ != BodyFraming::Chunked) {
    if (data.empty()) co_return co_await finish(deadline);
    co_return co_await write(data, deadline);
  }
  std::string end = data.empty() ? "0\r\n" : "\r\n0\r\n";
  HeadWriter writer(&end);
  for (const auto& [name, value] : trailers) {
    if (mayForwardTrailer(name)) writer.field(name, value);
  }
  writer.end();
  if (!data.empty()) appendChunkSize(data.size(), &pending_);
  started_ = true;
  body_bytes_ += data.size();
  const IoResult result = co_await stream_->write(Stream::Pieces{pending_, data, end}, deadline);
  pending_.clear();
  co_return result;
}

}  // namespace gateway
