#include "gateway/proxy/http2_downstream.h"

#include <nghttp2/nghttp2.h>

namespace gateway {
namespace {

// So much must move within a deadline, on a stream that shares its connection with a hundred.
constexpr size_t kSlice = 16384;

}  // namespace

Http2Downstream::~Http2Downstream() {
  giveBack();
  if (!stream_->ended && (!stream_->outbound_end || !stream_->begun)) {
    codec_.reset(*stream_, NGHTTP2_INTERNAL_ERROR);
  }
  output_.notifyAll();
}

void Http2Downstream::giveBack() {
  if (part_.empty()) return;
  codec_.consume(*stream_, part_.size());
  part_.clear();
  output_.notifyAll();
}

bool Http2Downstream::bodyDone() const {
  return stream_->inbound_end && stream_->inbound.empty() && !stream_->body_refusal &&
         part_.empty();
}

Task<BodyPart> Http2Downstream::readBody(Deadline deadline) {
  giveBack();
  BodyPart part;
  for (;;) {
    if (ended_tunnel_ || (stream_->closed && !stream_->inbound_end)) {
      part.status = BodyPart::Status::Failed;
      break;
    }
    if (stream_->body_refusal) {
      part.status = BodyPart::Status::Refused;
      part.refusal = *stream_->body_refusal;
      break;
    }
    if (!stream_->inbound.empty()) {
      part_.swap(stream_->inbound);
      part.status = BodyPart::Status::Data;
      part.data = part_;
      break;
    }
    if (stream_->inbound_end) break;
    if (body_cancelled_) {
      part.status = BodyPart::Status::Cancelled;
      break;
    }
    const WaitResult waited = co_await stream_->changed.wait(deadline);
    if (waited == WaitResult::Timeout || waited == WaitResult::Cancelled) {
      part.status =
          waited == WaitResult::Timeout ? BodyPart::Status::Timeout : BodyPart::Status::Cancelled;
      break;
    }
  }
  co_return part;
}

Task<IoResult> Http2Downstream::sendContinue(Deadline /*deadline*/) {
  if (stream_->inbound.empty() && !stream_->inbound_end) {
    codec_.respondInterim(*stream_, "HTTP/1.1 100 Continue\r\n\r\n");
    output_.notifyAll();
  }
  co_return IoResult{};
}

void Http2Downstream::begin(Request& /*request*/, std::string head, BodyFraming /*framing*/) {
  head_ = std::move(head);
}

void Http2Downstream::beginTunnel(Request& /*request*/, std::string head) {
  head_ = std::move(head);
  tunnelling_ = true;
  status_ = 200;  // RFC 8441, 5
}

// False when there is no stream any more.
bool Http2Downstream::sendHead(bool body) {
  if (stream_->closed) return false;
  if (!stream_->begun) codec_.respond(*stream_, std::move(head_), status_, body);
  return true;
}

Task<IoResult> Http2Downstream::send(std::string_view data, bool last, Deadline deadline) {
  const auto span = deadline - loop_->now();
  const bool only_head = last && data.empty() && !stream_->begun && stream_->trailers.empty();
  if (only_head) stream_->outbound_end = true;
  if (!sendHead(!only_head)) co_return IoResult{IoStatus::Closed};
  output_.notifyAll();
  if (only_head || (data.empty() && !last)) co_return IoResult{};
  stream_->outbound = data;
  stream_->outbound_end = last;
  codec_.resume(*stream_);
  size_t slice_start = data.size();
  while (!stream_->outbound.empty()) {
    const WaitResult waited = co_await stream_->moved.wait(deadline);
    if (stream_->closed && !stream_->ended) co_return IoResult{IoStatus::Closed};
    if (waited != WaitResult::Ready) {
      stream_->outbound_end = false;
      codec_.reset(*stream_, NGHTTP2_CANCEL);
      output_.notifyAll();
      co_return IoResult{toIoStatus(waited)};
    }
    if (slice_start - stream_->outbound.size() >= kSlice && deadline != kNoDeadline) {
      slice_start = stream_->outbound.size();
      deadline = loop_->now() + span;
    }
  }
  co_return IoResult{IoStatus::Ok, data.size()};
}

Task<IoResult> Http2Downstream::write(std::string_view data, Deadline deadline) {
  return send(data, false, deadline);
}

Task<IoResult> Http2Downstream::flush(Deadline deadline) { return send({}, false, deadline); }

Task<IoResult> Http2Downstream::finish(std::string_view data, Deadline deadline,
                                       const Trailers& trailers) {
  for (const auto& field : trailers) {
    if (mayForwardTrailer(field.first)) stream_->trailers.push_back(field);
  }
  return send(data, true, deadline);
}

void Http2Downstream::cancelBody() {
  body_cancelled_ = true;
  stream_->changed.notifyAll();
}

void Http2Downstream::cut() {
  stream_->outbound_end = false;
  codec_.reset(*stream_, NGHTTP2_INTERNAL_ERROR);
  output_.notifyAll();
}

void Http2Downstream::closeTunnel() {
  if (ended_tunnel_ || !tunnelling_) return;
  ended_tunnel_ = true;
  stream_->outbound = {};
  stream_->outbound_end = true;
  codec_.resume(*stream_);
  output_.notifyAll();
  stream_->changed.notifyAll();
  stream_->moved.notifyAll();
}

}  // namespace gateway
