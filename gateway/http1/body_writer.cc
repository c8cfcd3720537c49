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

Task<IoResult> BodyWriter::send(std::string_view data, std::string_view end, Deadline deadline) {
  started_ = true;
  body_bytes_ += data.size();
  Task<IoResult> writing = stream_->write(Stream::Pieces{pending_, data, end}, deadline);
  if (!writing.ready()) return sent(std::move(writing));
  pending_.clear();
  return writing;
}

Task<IoResult> BodyWriter::sent(Task<IoResult> writing) {
  const IoResult result = co_await std::move(writing);
  pending_.clear();
  co_return result;
}

Task<IoResult> BodyWriter::write(std::string_view data, Deadline deadline) {
  if (data.empty()) return IoResult{};
  const bool chunked = framing_ == BodyFraming::Chunked;
  if (chunked) appendChunkSize(data.size(), &pending_);
  return send(data, chunked ? std::string_view("\r\n") : std::string_view(), deadline);
}

Task<IoResult> BodyWriter::flush(Deadline deadline) {
  if (pending_.empty()) return IoResult{};
  return send({}, {}, deadline);
}

Task<IoResult> BodyWriter::finish(Deadline deadline) {
  if (framing_ == BodyFraming::Chunked) pending_.append("0\r\n\r\n");
  return flush(deadline);
}

Task<IoResult> BodyWriter::finishWith(std::string_view data, Deadline deadline,
                                      const Trailers& trailers) {
  if (framing_ != BodyFraming::Chunked) {
    return data.empty() ? finish(deadline) : write(data, deadline);
  }
  if (!trailers.empty()) return finishWithTrailers(data, deadline, trailers);
  if (data.empty()) return finish(deadline);
  appendChunkSize(data.size(), &pending_);
  return send(data, "\r\n0\r\n\r\n", deadline);
}

Task<IoResult> BodyWriter::finishWithTrailers(std::string_view data, Deadline deadline,
                                              const Trailers& trailers) {
  std::string end = data.empty() ? "0\r\n" : "\r\n0\r\n";
  HeadWriter writer(&end);
  for (const auto& [name, value] : trailers) {
    if (mayForwardTrailer(name)) writer.field(name, value);
  }
  writer.end();
  if (!data.empty()) appendChunkSize(data.size(), &pending_);
  co_return co_await send(data, end, deadline);
}

}  // namespace gateway
