#include "gateway/http1/read_head.h"

namespace gateway {

namespace {

HeadStatus ended(IoStatus status, bool started) {
  switch (status) {
    case IoStatus::Cancelled:
      return HeadStatus::Cancelled;
    case IoStatus::Timeout:
      return started ? HeadStatus::HeadTimeout : HeadStatus::IdleClosed;
    default:
      return started ? HeadStatus::Failed : HeadStatus::IdleClosed;
  }
}

}  // namespace

Task<HeadStatus> readRequestHead(Stream& stream, InputBuffer& input, RequestParser& parser,
                                 HeadTimeouts timeouts, RequestHead* head) {
  head->clear();
  parser.reset();
  EventLoop& loop = stream.loop();
  if (input.empty()) {
    input.releaseIfEmpty();
    const IoStatus waited = co_await stream.waitReadable(loop.after(timeouts.idle));
    if (waited != IoStatus::Ok) co_return ended(waited, false);
  }
  const Deadline deadline = loop.after(timeouts.head);
  for (;;) {
    switch (parser.parse(input, head)) {
      case ParseStatus::Complete:
        co_return HeadStatus::Complete;
      case ParseStatus::Refused:
        co_return HeadStatus::Refused;
      case ParseStatus::NeedMore:
        break;
    }
    const bool started = !input.empty();
    // Whoever drained the connection between two waits had nobody to wake.
    if (timeouts.ending != nullptr && *timeouts.ending) co_return HeadStatus::Cancelled;
    input.releaseIfEmpty();
    const IoResult result = co_await input.fill(stream, deadline, parser.limits().head_bytes);
    if (!result.ok()) co_return ended(result.status, started);
    co_await loop.stage(EventLoop::Stage::Work);
  }
}

}  // namespace gateway
