#include "gateway/proxy/http2_session.h"

#include <nghttp2/nghttp2.h>

#include "gateway/proxy/exchange.h"
#include "gateway/proxy/http2_downstream.h"

namespace gateway {
namespace {

// Between "no new streams, please" and "no new streams": what is on its way arrives meanwhile.
constexpr std::chrono::milliseconds kDrainNotice{200};
constexpr size_t kWriteBytes = 32768;
// Streams that the client reset end only when the upstream lets go of them.
constexpr size_t kMostServed = 200;

}  // namespace

Http2Session::Http2Session(Worker* worker, std::string listener_key, std::unique_ptr<Stream> stream,
                           InputBuffer input)
    : ClientConnection(worker, std::move(listener_key), std::move(stream)),
      input_(std::move(input)),
      output_(worker->loop),
      changed_(worker->loop),
      opened_(worker->loop->now()),
      idle_since_(opened_),
      head_since_(opened_) {}

// The newest snapshot that has this listener; false when it is gone from the newest one.
bool Http2Session::pinSnapshot() {
  const auto& newest = worker().snapshots.current();
  if (newest == snapshot_) return listener_ != nullptr;
  const ListenerTable* const found = newest->listener(listenerKey());
  if (found != nullptr || snapshot_ == nullptr) {
    snapshot_ = newest;
    listener_ = found;
  }
  return found != nullptr;
}

Task<void> Http2Session::run() {
  EventLoop* const loop = worker().loop;
  localIp();  // while it is certain that the socket is open: a stream may ask after its end
  pinSnapshot();
  if (listener_ != nullptr) {
    Http2Limits limits;
    limits.head = listener_->limits;
    limits.extended_connect = true;
    codec_ = Http2Codec::create(loop, limits, this);
  }
  if (!codec_) {
    stream().close();
    co_return;
  }
  if (worker().ending) {
    drain();
  } else if (worker().draining) {
    retire();
  }
  writing_ = true;
  loop->spawn(writeFrames());
  co_await readFrames();
  reading_ = false;
  if (writing_) stream().close();  // the client is gone
  codec_->closeStreams();
  output_.notifyAll();
  while (writing_ || serving_ > 0) {
    const WaitResult woken = co_await changed_.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) co_await loop->yield();
  }
  co_await stream().closeInOrder(true, listener_->write_timeout);
}

Task<void> Http2Session::readFrames() {
  if (!input_.empty()) take();
  for (size_t turn = 1; writing_; ++turn) {
    if (!pinSnapshot()) retire();
    codec_->setHeadLimits(listener_->limits);
    const Deadline deadline = readDeadline();
    if (!mayRead()) {
      const WaitResult woken = co_await changed_.wait(deadline);
      if (woken == WaitResult::Timeout) onReadTimeout();
      if (worker().loop->stopping()) co_return;
      continue;
    }
    const IoStatus ready = co_await stream().waitReadable(deadline);
    IoResult got{ready};
    if (ready == IoStatus::Ok) got = co_await input_.fill(stream(), deadline);
    if (got.status == IoStatus::Timeout) {
      onReadTimeout();
    } else if (got.status == IoStatus::Cancelled) {
      if (worker().loop->stopping()) co_return;
    } else if (!got.ok()) {
      co_return;
    } else {
      take();
    }
    input_.releaseIfEmpty();
    if (turn % 16 == 0) co_await worker().loop->yield();
  }
}

void Http2Session::take() {
  const bool within = codec_->withinHead();
  codec_->receive(input_.view());
  input_.consume(input_.size());
  if (!within) head_since_ = worker().loop->now();
  output_.notifyAll();
}

// A client that does not read what it asked for is not read from.
bool Http2Session::mayRead() const { return serving_ < kMostServed && !codec_->congested(); }

Deadline Http2Session::readDeadline() const {
  Deadline deadline = kNoDeadline;
  if (codec_->withinHead()) deadline = head_since_ + listener_->head_timeout;
  if (!codec_->settled()) deadline = std::min(deadline, opened_ + listener_->head_timeout);
  if (serving_ == 0) deadline = std::min(deadline, idle_since_ + listener_->idle_timeout);
  return deadline;
}

void Http2Session::onReadTimeout() {
  const waf::MonotonicTime now = worker().loop->now();
  if (codec_->withinHead() && now >= head_since_ + listener_->head_timeout) {
    codec_->tell(true, "the request's head did not arrive in time");
    codec_->terminate(NGHTTP2_ENHANCE_YOUR_CALM);
  } else if (!codec_->settled() && now >= opened_ + listener_->head_timeout) {
    codec_->tell(true, "the connection's preface did not arrive in time");
    codec_->terminate(NGHTTP2_SETTINGS_TIMEOUT);
  } else if (serving_ == 0 && now >= idle_since_ + listener_->idle_timeout) {
    codec_->terminate(NGHTTP2_NO_ERROR);
  }
  output_.notifyAll();
}

// Until the codec has said all, or the client takes nothing any more.
Task<void> Http2Session::writeFrames() {
  std::string out;
  const auto& loop = worker().loop;
  while (reading_) {
    out.clear();
    const bool more = codec_->collect(&out, kWriteBytes);
    if (!out.empty()) {
      const IoResult sent = co_await stream().write(out, loop->after(listener_->write_timeout));
      if (!sent.ok()) {
        if (sent.status == IoStatus::Timeout && codec_->congested()) {
          codec_->tell(true, "flood of frames whose answers the client does not take");
        }
        stream().close(sent.status == IoStatus::Timeout);
        break;
      }
      changed_.notifyAll();
    }
    if (!more || codec_->done()) break;
    if (!out.empty()) continue;
    if (out.capacity() > kWriteBytes) std::string().swap(out);
    const WaitResult woken = co_await output_.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) break;
  }
  writing_ = false;
  stream().cancelReads();
  changed_.notifyAll();
}

void Http2Session::retire() {
  if (!codec_ || std::exchange(retiring_, true)) return;
  codec_->announceShutdown();
  output_.notifyAll();
  ++serving_;  // it uses this object
  worker().loop->spawn(finishRetiring());
}

void Http2Session::drain() {
  retire();
  if (refusing_) closeTunnels();
}

// Tunnels have no end of their own.
void Http2Session::closeTunnels() {
  for (Http2Downstream* const downstream : downstreams_) {
    if (downstream->tunnelling()) downstream->closeTunnel();
  }
}

Task<void> Http2Session::finishRetiring() {
  static_cast<void>(co_await worker().loop->sleepFor(kDrainNotice));
  codec_->shutdown();
  refusing_ = true;
  if (worker().ending) closeTunnels();
  output_.notifyAll();
  --serving_;
  changed_.notifyAll();
}

void Http2Session::onRequest(const std::shared_ptr<Http2Stream>& stream) {
  ++serving_;
  worker().loop->spawn(serveStream(stream));
}

Task<void> Http2Session::serveStream(std::shared_ptr<Http2Stream> stream) {
  // A request that was taken back before anybody looked at it never was.
  if (!stream->closed) {
    pinSnapshot();
    Request request;
    request.snapshot = snapshot_;
    request.listener = listener_;
    request.head = std::move(stream->head);
    Exchange::begin(*this, request);
    Http2Downstream downstream(worker().loop, *codec_, stream, output_);
    downstreams_.insert(&downstream);
    Exchange exchange(*this, downstream);
    stream->on_closed = [&exchange] { exchange.cancel(); };
    if (stream->refusal) {
      const int status = stream->refusal->status;
      const bool limit = status == 414 || status == 431;
      co_await exchange.refuseHead(request, *stream->refusal,
                                   limit ? waf::Reason::Limit : waf::Reason::Protocol);
    } else {
      co_await exchange.run(request);
    }
    stream->on_closed = nullptr;
    downstreams_.erase(&downstream);
  }
  --serving_;
  idle_since_ = worker().loop->now();
  changed_.notifyAll();
}

void Http2Session::onFault(bool flood, const std::string& detail) {
  Request request;
  Exchange::begin(*this, request);
  request.snapshot = snapshot_;
  request.head.protocol = "HTTP/2.0";
  request.reason = flood ? waf::Reason::Limit : waf::Reason::Protocol;
  request.detail = "HTTP/2 connection: " + detail;
  Exchange::recordRefusal(*this, request);
}

}  // namespace gateway
