#include "gateway/http1/body_reader.h"

#include <algorithm>

namespace gateway {

BodyPart BodyReader::take(InputBuffer& input, bool eof) {
  input.consume(consume_next_);
  consume_next_ = 0;
  BodyPart part;
  if (done()) {
    done_ = true;
    input.releaseIfEmpty();
    return part;
  }
  part.status = BodyPart::Status::Data;
  if (framing_ == BodyFraming::Chunked) {
    size_t consumed = 0;
    const auto status = chunked_.decode(input.view(), &consumed, &part.data);
    if (status == ChunkedDecoder::Status::Data) {
      consume_next_ = consumed;
      return part;
    }
    if (status == ChunkedDecoder::Status::Refused) {
      part.status = BodyPart::Status::Refused;
      part.refusal = chunked_.refusal();
      return part;
    }
    input.consume(consumed);
    if (status == ChunkedDecoder::Status::Done) {
      done_ = true;
      part.status = BodyPart::Status::End;
      input.releaseIfEmpty();
      return part;
    }
  } else {
    part.data = input.view();
    if (framing_ == BodyFraming::Length && part.data.size() > remaining_) {
      part.data = part.data.substr(0, static_cast<size_t>(remaining_));
    }
    if (framing_ == BodyFraming::Length) remaining_ -= part.data.size();
    consume_next_ = part.data.size();
  }
  if (eof && part.data.empty()) {
    done_ = framing_ == BodyFraming::UntilClose;
    part.status = done_ ? BodyPart::Status::End : BodyPart::Status::Truncated;
  }
  return part;
}

bool BodyReader::atLastPart(const InputBuffer& input) const {
  if (consume_next_ == 0) return false;
  if (framing_ == BodyFraming::Length) return remaining_ == 0;
  return framing_ == BodyFraming::Chunked && chunked_.atChunkEnd() &&
         input.view().substr(consume_next_).starts_with("\r\n0\r\n\r\n");
}

BodyPart BodyReader::poll(InputBuffer& input) { return take(input, false); }

Task<BodyPart> BodyReader::next(Stream& stream, InputBuffer& input, Deadline deadline) {
  BodyPart part = take(input, false);
  if (part.status != BodyPart::Status::Data || !part.data.empty()) return part;
  return wait(stream, input, deadline);
}

Task<BodyPart> BodyReader::wait(Stream& stream, InputBuffer& input, Deadline deadline) {
  BodyPart part;
  part.status = BodyPart::Status::Data;
  while (part.status == BodyPart::Status::Data && part.data.empty()) {
    const IoResult result = co_await input.fill(stream, deadline);
    switch (result.status) {
      case IoStatus::Ok:
        part = take(input, false);
        break;
      case IoStatus::Eof:
        part = take(input, true);
        break;
      case IoStatus::Timeout:
        part.status = BodyPart::Status::Timeout;
        break;
      case IoStatus::Cancelled:
        part.status = BodyPart::Status::Cancelled;
        break;
      default:
        part.status = BodyPart::Status::Failed;
        break;
    }
  }
  co_return part;
}

}  // namespace gateway
