#include "gateway/http2/codec.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

#include "gateway/http2/codec_callbacks.h"
#include "gateway/http2/response_fields.h"
#include "gateway/http2/session_memory.h"

namespace gateway {
namespace {

constexpr size_t kMostContinuations = 32;
constexpr size_t kMostSkipped = 16;
// Frames that wait to be sent because the peer asked for each of them.
constexpr size_t kCongestion = 512;

struct OptionDelete {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

bool endsStream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

void Http2Codec::SessionDelete::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Http2Codec::Http2Codec(EventLoop* loop, const Http2Limits& limits, Http2Events* events)
    : loop_(loop), limits_(limits), events_(events) {}

Http2Codec::~Http2Codec() { closeStreams(); }

std::unique_ptr<Http2Codec> Http2Codec::create(EventLoop* loop, const Http2Limits& limits,
                                               Http2Events* events) {
  std::unique_ptr<Http2Codec> codec(new Http2Codec(loop, limits, events));
  if (!codec->open()) return nullptr;
  return codec;
}

bool Http2Codec::open() {
  nghttp2_option* raw = nullptr;
  if (Callbacks::table() == nullptr || nghttp2_option_new(&raw) != 0) return false;
  const std::unique_ptr<nghttp2_option, OptionDelete> option(raw);
  nghttp2_option_set_no_auto_window_update(raw, 1);
  nghttp2_option_set_no_http_messaging(raw, 1);
  // Behind our own, which are told as floods.
  nghttp2_option_set_stream_reset_rate_limit(raw, 2000, 500);
  // It counts the reads that a frame's header takes, not the frames: onContinuation() does.
  nghttp2_option_set_max_continuations(raw, 16 * kMostContinuations);
  nghttp2_session* session = nullptr;
  if (nghttp2_session_server_new3(&session, Callbacks::table(), this, raw, sessionMemory()) != 0)
    return false;
  session_.reset(session);
  std::array<nghttp2_settings_entry, 4> settings{{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(limits_.head.head_bytes)},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
  }};
  const size_t count = limits_.extended_connect ? 4 : 3;
  return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), count) == 0 &&
         nghttp2_session_set_local_window_size(
             session, NGHTTP2_FLAG_NONE, 0, static_cast<int32_t>(limits_.connection_window)) == 0;
}

Http2Stream* Http2Codec::find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Codec::fault(bool flood, std::string detail) {
  if (std::exchange(told_, true)) return;
  events_->onFault(flood, detail);
}

void Http2Codec::flooded(const char* what) {
  if (broken_) return;
  broken_ = true;
  fault(true, std::string("flood of ") + what);
  terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

// RFC 9113, 5.1.1: a stream may not be opened behind one with a greater number. nghttp2 takes such
// HEADERS for those of a stream that was closed, and ignores them.
void Http2Codec::onHeadersStart(int32_t id) {
  block_ = {};
  if (id > newest_) {
    if (newest_ > 0 && id > newest_ + 2) skipped_.push_back({newest_ + 2, id - 2});
    if (newest_ == 0 && id > 1) skipped_.push_back({1, id - 2});
    if (skipped_.size() > kMostSkipped) skipped_.erase(skipped_.begin());
    newest_ = id;
    return;
  }
  for (const auto& [first, last] : skipped_) {
    if (broken_ || id < first || id > last) continue;
    broken_ = true;
    fault(false, "a stream was opened behind one with a greater number");
    terminate(NGHTTP2_PROTOCOL_ERROR);
  }
}

void Http2Codec::onContinuation(size_t bytes) {
  block_.bytes += bytes;
  if (++block_.frames > kMostContinuations || block_.bytes > 2 * limits_.head.head_bytes) {
    flooded("CONTINUATION frames");
  }
}

bool Http2Codec::receive(std::string_view bytes) {
  if (broken_) return false;
  const ssize_t taken = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0 && !broken_) {
    broken_ = true;
    const int error = static_cast<int>(taken);
    const bool flood = error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
    fault(flood, complaint_.empty() ? nghttp2_strerror(error) : complaint_);
    terminate(flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
  }
  return !broken_ && nghttp2_session_want_read(session_.get()) != 0;
}

bool Http2Codec::collect(std::string* out, size_t limit) {
  collected_ = out;
  collect_limit_ = limit;
  while (out->size() < limit) {
    const uint8_t* bytes = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session_.get(), &bytes);
    if (length < 0) {
      broken_ = true;
      fault(length == NGHTTP2_ERR_FLOODED, nghttp2_strerror(static_cast<int>(length)));
      return false;
    }
    if (length == 0) break;
    out->append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
  }
  return true;
}

bool Http2Codec::done() const {
  return nghttp2_session_want_read(session_.get()) == 0 &&
         nghttp2_session_want_write(session_.get()) == 0;
}

bool Http2Codec::congested() const {
  return nghttp2_session_get_outbound_queue_size(session_.get()) > kCongestion;
}

void Http2Codec::onFrame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_SETTINGS) settled_ = true;
  if (frame.hd.type == NGHTTP2_HEADERS) within_head_ = false;
  if (frame.hd.type == NGHTTP2_GOAWAY) {
    leaving_ = true;
    endIfLeft();
  }
  Http2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    frames_.earn(4);
    onHeadersEnd(*stream, frame.headers.cat == NGHTTP2_HCAT_REQUEST, endsStream(frame));
  } else if (frame.hd.type == NGHTTP2_DATA && endsStream(frame)) {
    endOfBody(*stream);
  }
}

// RFC 9113, 6.8: a client's GOAWAY ends none of the streams that it opened. Behind the last of them
// ours says which were served, and nghttp2 takes nothing more from here on: otherwise a request
// behind the GOAWAY would be served or not as the bytes happen to be cut.
void Http2Codec::endIfLeft() {
  if (leaving_ && streams_.empty() && !broken_) terminate(NGHTTP2_NO_ERROR);
}

void Http2Codec::onHeadersEnd(Http2Stream& stream, bool request, bool end_stream) {
  if (!request) {  // RFC 9113, 8.1: a trailer section ends the stream
    if (!end_stream) refuseBody(stream, {400, "A trailer section does not end the stream."});
    if (end_stream) endOfBody(stream);
    return;
  }
  stream.refusal = stream.builder->finish(end_stream, &stream.head);
  stream.builder.reset();
  if (stream.head.framing == BodyFraming::Length) stream.announced = stream.head.content_length;
  if (end_stream) stream.inbound_end = true;
  events_->onRequest(streams_[stream.id]);
}

void Http2Codec::endOfBody(Http2Stream& stream) {
  stream.inbound_end = true;
  if (stream.announced && stream.received != *stream.announced) {
    refuseBody(stream, {400, "The request's body is shorter than its Content-Length."});
  }
  stream.changed.notifyAll();
}

void Http2Codec::onData(Http2Stream& stream, std::string_view data) {
  stream.received += data.size();
  if (stream.announced && stream.received > *stream.announced) {
    refuseBody(stream, {400, "The request's body is longer than its Content-Length."});
  }
  if (stream.body_refusal || stream.refusal) {
    nghttp2_session_consume(session_.get(), stream.id, data.size());
    return;
  }
  stream.inbound.append(data);
  stream.changed.notifyAll();
}

void Http2Codec::refuseBody(Http2Stream& stream, Refusal refusal) {
  if (!stream.body_refusal) stream.body_refusal = refusal;
  consume(stream, stream.inbound.size());
  stream.inbound.clear();
  stream.changed.notifyAll();
}

void Http2Codec::onSent(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY && frame.goaway.error_code != NGHTTP2_NO_ERROR) {
    fault(frame.goaway.error_code == NGHTTP2_ENHANCE_YOUR_CALM,
          complaint_.empty() ? nghttp2_http2_strerror(frame.goaway.error_code) : complaint_);
    return;
  }
  if (frame.hd.type == NGHTTP2_RST_STREAM) {
    const uint32_t code = frame.rst_stream.error_code;
    const bool theirs = code != NGHTTP2_NO_ERROR && code != NGHTTP2_CANCEL &&
                        code != NGHTTP2_INTERNAL_ERROR && code != NGHTTP2_REFUSED_STREAM;
    if (theirs && !resets_.spend(loop_->now())) flooded("streams that had to be reset");
    return;
  }
  if (frame.hd.type == NGHTTP2_DATA && frame.hd.length >= 256) {
    frames_.earn(1 + static_cast<double>(frame.hd.length) / 512);
  }
  if (!endsStream(frame) || (frame.hd.type != NGHTTP2_DATA && frame.hd.type != NGHTTP2_HEADERS)) {
    return;
  }
  Http2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  stream->ended = true;
  // RFC 9113, 8.1 and 8.1.1: after a whole response, what is left of the request is not wanted, and
  // a malformed one is an error of the stream all the same.
  if (stream->refusal || stream->body_refusal) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream->id,
                              NGHTTP2_PROTOCOL_ERROR);
  } else if (!stream->inbound_end) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
  }
}

void Http2Codec::onClose(int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::shared_ptr<Http2Stream> stream = found->second;
  streams_.erase(found);
  if (!stream->inbound.empty()) {
    nghttp2_session_consume_connection(session_.get(), stream->inbound.size());
  }
  stream->inbound.clear();
  stream->outbound = {};
  stream->closed = true;
  stream->changed.notifyAll();
  stream->moved.notifyAll();
  if (stream->on_closed) stream->on_closed();
  endIfLeft();
}

void Http2Codec::closeStreams() {
  while (!streams_.empty()) onClose(streams_.begin()->first);
}

void Http2Codec::respond(Http2Stream& stream, std::string head, int status, bool body) {
  if (stream.closed) return;
  const Http2ResponseFields fields(std::move(head), status);
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = Callbacks::readData;
  stream.begun = true;
  nghttp2_submit_response(session_.get(), stream.id, fields.list().data(), fields.list().size(),
                          body ? &provider : nullptr);
}

void Http2Codec::respondInterim(Http2Stream& stream, std::string head) {
  if (stream.closed) return;
  const Http2ResponseFields fields(std::move(head));
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr,
                         fields.list().data(), fields.list().size(), nullptr);
}

void Http2Codec::resume(Http2Stream& stream) {
  if (stream.closed || !stream.deferred) return;
  stream.deferred = false;
  nghttp2_session_resume_data(session_.get(), stream.id);
}

void Http2Codec::consume(Http2Stream& stream, size_t bytes) {
  if (bytes == 0) return;
  if (stream.closed) {
    nghttp2_session_consume_connection(session_.get(), bytes);
  } else {
    nghttp2_session_consume(session_.get(), stream.id, bytes);
  }
}

void Http2Codec::reset(Http2Stream& stream, uint32_t code) {
  stream.outbound = {};
  if (stream.closed) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, code);
}

void Http2Codec::announceShutdown() { nghttp2_submit_shutdown_notice(session_.get()); }

void Http2Codec::shutdown() {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

void Http2Codec::terminate(uint32_t code) {
  nghttp2_session_terminate_session(session_.get(), code);
}

}  // namespace gateway
