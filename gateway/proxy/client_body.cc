#include "gateway/proxy/client_body.h"

#include "gateway/loop/event_loop.h"

namespace gateway {
namespace {

// What is encoded between two looks at the other connections: a millisecond or two.
constexpr size_t kStep = 65536;
constexpr size_t kPiece = 16384;

}  // namespace

Task<IoResult> ClientBody::push(bool coded, Deadline deadline) {
  if (!coded) co_return IoResult{IoStatus::Failed};
  *sent_ += ready_.size();
  IoResult result;
  if (ready_.empty()) {
    result = co_await downstream_.flush(deadline);
  } else {
    result = co_await downstream_.write(ready_, deadline);
  }
  ready_.clear();
  co_return result;
}

Task<IoResult> ClientBody::encode(std::string_view data, Deadline deadline) {
  while (!data.empty()) {
    const std::string_view step = data.substr(0, kStep);
    data.remove_prefix(step.size());
    fed_ = true;
    const bool coded = encoder_->encode(step, &ready_);
    if (!coded || ready_.size() >= kPiece) {
      const IoResult result = co_await push(coded, deadline);
      if (!result.ok()) co_return result;
    }
    if (!data.empty()) co_await EventLoop::current()->yield();
  }
  co_return IoResult{};
}

Task<IoResult> ClientBody::write(std::string_view data, Deadline deadline) {
  if (encoder_) return encode(data, deadline);
  *sent_ += data.size();
  return downstream_.write(data, deadline);
}

Task<IoResult> ClientBody::flush(Deadline deadline) {
  if (!encoder_ || !std::exchange(fed_, false)) return downstream_.flush(deadline);
  return push(encoder_->flush(&ready_), deadline);
}

Task<IoResult> ClientBody::finish(std::string_view data, Deadline deadline,
                                  const Trailers& trailers) {
  if (encoder_) return finishEncoded(data, deadline, trailers);
  *sent_ += data.size();
  return downstream_.finish(data, deadline, trailers);
}

Task<IoResult> ClientBody::finishEncoded(std::string_view data, Deadline deadline,
                                         const Trailers& trailers) {
  const IoResult result = co_await encode(data, deadline);
  if (!result.ok()) co_return result;
  if (!encoder_->finish(&ready_)) co_return IoResult{IoStatus::Failed};
  *sent_ += ready_.size();
  co_return co_await downstream_.finish(ready_, deadline, trailers);
}

}  // namespace gateway
