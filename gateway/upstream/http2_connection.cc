#include "gateway/upstream/http2_connection.h"

#include <algorithm>
#include <array>

#include "gateway/http2/callback_parts.h"
#include "gateway/http2/session_memory.h"

namespace gateway {
namespace {

constexpr size_t kMostStreams = 100;
constexpr uint32_t kStreamWindow = 256u << 10;
constexpr int32_t kConnectionWindow = 4 << 20;
constexpr uint32_t kMostHeadBytes = 65536;
constexpr size_t kWriteBytes = 32768;
// The upstream takes nothing of what waits for it.
constexpr std::chrono::milliseconds kWriteTimeout{60000};

}  // namespace

// What nghttp2 calls, with the connection as its user data.
struct Http2Connection::Callbacks {
  static Http2Connection& self(void* user) { return *static_cast<Http2Connection*>(user); }

  static int onHeader(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                      nghttp2_rcbuf* value, uint8_t, void* user) {
    Http2ClientStream* const stream = self(user).find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    const std::string_view field = viewOf(name);
    const std::string_view text = viewOf(value);
    if (!stream->head.empty()) {  // RFC 9113, 8.1: a trailer section
      stream->trailer_bytes += field.size() + text.size();
      if (stream->trailer_bytes > kMostTrailerBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
      if (mayForwardTrailer(field)) stream->inbound_trailers.emplace_back(field, text);
      return 0;
    }
    if (field == ":status") {
      stream->incoming.assign("HTTP/1.1 ").append(text).append(" \r\n");
      return 0;
    }
    if (stream->incoming.size() + field.size() + text.size() > kMostHeadBytes) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    stream->incoming.append(field).append(": ").append(text).append("\r\n");
    return 0;
  }

  static int onFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Connection& connection = self(user);
    Http2ClientStream* const stream = connection.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_HEADERS) connection.onHead(*stream, end);
    if (end && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) {
      stream->inbound_end = true;
    }
    stream->changed.notifyAll();
    return 0;
  }

  static int onData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data,
                    size_t length, void* user) {
    Http2ClientStream* const stream = self(user).find(id);
    if (stream == nullptr) {
      nghttp2_session_consume_connection(session, length);
      return 0;
    }
    stream->inbound.append(reinterpret_cast<const char*>(data), length);
    stream->changed.notifyAll();
    return 0;
  }

  static int onClose(nghttp2_session*, int32_t id, uint32_t code, void* user) {
    self(user).close(id, code);
    return 0;
  }

  // Told to go away before the head left.
  static int onNotSent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) {
      self(user).close(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    }
    return 0;
  }

  static int onError(nghttp2_session*, int, const char* message, size_t length, void* user) {
    self(user).complaint_.assign(message, std::min<size_t>(length, 200));
    return 0;
  }

  static ssize_t readData(nghttp2_session* session, int32_t id, uint8_t*, size_t length,
                          uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& stream = *static_cast<Http2ClientStream*>(source->ptr);
    return announce(session, id,
                    {stream.outbound, stream.outbound_end, stream.trailers, &stream.deferred},
                    length, flags);
  }

  static int sendData(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t length,
                      nghttp2_data_source* source, void* user) {
    std::string& out = *self(user).collected_;
    auto& stream = *static_cast<Http2ClientStream*>(source->ptr);
    if (stream.outbound.size() < length) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (out.size() >= kWriteBytes) return NGHTTP2_ERR_WOULDBLOCK;
    out.append(reinterpret_cast<const char*>(head), kFrameHead);
    out.append(stream.outbound.data(), length);
    stream.outbound.remove_prefix(length);
    stream.moved.notifyAll();
    return 0;
  }

  // For every session of the process; null when there was no memory.
  static nghttp2_session_callbacks* table() {
    static const std::unique_ptr<nghttp2_session_callbacks, CallbacksDelete> made = [] {
      nghttp2_session_callbacks* raw = nullptr;
      nghttp2_session_callbacks_new(&raw);
      std::unique_ptr<nghttp2_session_callbacks, CallbacksDelete> callbacks(raw);
      if (raw == nullptr) return callbacks;
      nghttp2_session_callbacks_set_on_header_callback2(raw, onHeader);
      nghttp2_session_callbacks_set_on_frame_recv_callback(raw, onFrame);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, onData);
      nghttp2_session_callbacks_set_on_stream_close_callback(raw, onClose);
      nghttp2_session_callbacks_set_on_frame_not_send_callback(raw, onNotSent);
      nghttp2_session_callbacks_set_error_callback2(raw, onError);
      nghttp2_session_callbacks_set_send_data_callback(raw, sendData);
      return callbacks;
    }();
    return made.get();
  }
};

Http2Connection::Http2Connection(std::unique_ptr<Stream> stream)
    : stream_(std::move(stream)),
      loop_(&stream_->loop()),
      output_(loop_),
      idle_since_(loop_->now()) {}

Http2Connection::~Http2Connection() { end("the connection ended"); }

std::shared_ptr<Http2Connection> Http2Connection::start(std::unique_ptr<Stream> stream) {
  std::shared_ptr<Http2Connection> connection(new Http2Connection(std::move(stream)));
  if (!connection->begin()) return nullptr;
  connection->loop_->spawn(connection->writeFrames(connection));
  connection->loop_->spawn(connection->readFrames(connection));
  return connection;
}

bool Http2Connection::begin() {
  nghttp2_option* option = nullptr;
  if (Callbacks::table() == nullptr || nghttp2_option_new(&option) != 0) return false;
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session* session = nullptr;
  const int made =
      nghttp2_session_client_new3(&session, Callbacks::table(), this, option, sessionMemory());
  nghttp2_option_del(option);
  if (made != 0) return false;
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMostHeadBytes},
  }};
  return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) ==
             0 &&
         nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) ==
             0;
}

bool Http2Connection::hasRoom() const {
  if (over_ || retiring_ || nghttp2_session_check_request_allowed(session_.get()) == 0) {
    return false;
  }
  const uint32_t theirs =
      nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return streams_.size() < std::min<size_t>(theirs, kMostStreams);
}

Http2ClientStream* Http2Connection::find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

std::shared_ptr<Http2ClientStream> Http2Connection::open(const Http2RequestFields& fields,
                                                         bool body) {
  if (over_) return nullptr;
  auto stream = std::make_shared<Http2ClientStream>(loop_);
  nghttp2_data_provider provider{};
  provider.source.ptr = stream.get();
  provider.read_callback = Callbacks::readData;
  const int32_t id =
      nghttp2_submit_request(session_.get(), nullptr, fields.list().data(), fields.list().size(),
                             body ? &provider : nullptr, nullptr);
  if (id < 0) return nullptr;
  stream->id = id;
  streams_.emplace(id, stream);
  ++opened_;
  output_.notifyAll();
  return stream;
}

// The head of a final response is kept; interim ones are passed over.
void Http2Connection::onHead(Http2ClientStream& stream, bool end) {
  if (!stream.head.empty()) return;
  const bool interim = stream.incoming.size() > 9 && stream.incoming[9] == '1';
  if (!interim || end) {
    stream.incoming.append("\r\n");
    stream.head = std::move(stream.incoming);
  }
  stream.incoming.clear();
}

void Http2Connection::close(int32_t id, uint32_t code) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::shared_ptr<Http2ClientStream> stream = found->second;
  streams_.erase(found);
  stream->closed = true;
  stream->outbound = {};
  stream->refused = code == NGHTTP2_REFUSED_STREAM;
  if (!stream->inbound_end && stream->fault.empty()) {
    stream->fault = std::string("the stream was reset (") + nghttp2_http2_strerror(code) + ")";
  }
  if (streams_.empty()) idle_since_ = loop_->now();
  stream->changed.notifyAll();
  stream->moved.notifyAll();
}

void Http2Connection::end(const std::string& why) {
  if (std::exchange(over_, true)) return;
  while (!streams_.empty()) {
    const auto first = streams_.begin();
    if (first->second->fault.empty()) first->second->fault = why;
    close(first->first, NGHTTP2_INTERNAL_ERROR);
  }
  stream_->close();
  output_.notifyAll();
}

void Http2Connection::resume(Http2ClientStream& stream) {
  if (!stream.closed && std::exchange(stream.deferred, false)) {
    nghttp2_session_resume_data(session_.get(), stream.id);
  }
  output_.notifyAll();
}

void Http2Connection::consume(Http2ClientStream& stream, size_t bytes) {
  if (bytes == 0 || over_) return;
  if (stream.closed) {
    nghttp2_session_consume_connection(session_.get(), bytes);
  } else {
    nghttp2_session_consume(session_.get(), stream.id, bytes);
  }
  output_.notifyAll();
}

void Http2Connection::cancel(Http2ClientStream& stream) {
  stream.outbound = {};
  consume(stream, stream.inbound.size());
  stream.inbound.clear();
  if (stream.closed || over_) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
  output_.notifyAll();
}

void Http2Connection::retire() {
  if (over_ || std::exchange(retiring_, true)) return;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
  output_.notifyAll();
}

Task<void> Http2Connection::readFrames(std::shared_ptr<Http2Connection> self) {
  static_cast<void>(self);
  std::string why = "the upstream closed the connection";
  for (size_t turn = 1; !over_; ++turn) {
    const IoStatus ready = co_await stream_->waitReadable(kNoDeadline);
    IoResult got{ready};
    if (ready == IoStatus::Ok) got = co_await input_.fill(*stream_, kNoDeadline);
    if (!got.ok()) {
      if (got.status == IoStatus::Failed) why = describe(got);
      break;
    }
    const std::string_view bytes = input_.view();
    const ssize_t taken = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    input_.consume(input_.size());
    input_.releaseIfEmpty();
    output_.notifyAll();
    if (taken < 0) {
      why = complaint_.empty() ? nghttp2_strerror(static_cast<int>(taken)) : complaint_;
      break;
    }
    if (nghttp2_session_want_read(session_.get()) == 0 &&
        nghttp2_session_want_write(session_.get()) == 0) {
      break;
    }
    if (turn % 16 == 0) co_await loop_->yield();
  }
  end(why);
}

Task<void> Http2Connection::writeFrames(std::shared_ptr<Http2Connection> self) {
  static_cast<void>(self);
  std::string out;
  while (!over_) {
    out.clear();
    collected_ = &out;
    ssize_t length = 0;
    while (out.size() < kWriteBytes) {
      const uint8_t* bytes = nullptr;
      length = nghttp2_session_mem_send(session_.get(), &bytes);
      if (length <= 0) break;
      out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
    }
    collected_ = nullptr;
    if (!out.empty()) {
      const IoResult sent = co_await stream_->write(out, loop_->after(kWriteTimeout));
      if (!sent.ok()) {
        end(std::string("send: ") + describe(sent));
        co_return;
      }
      continue;
    }
    if (length < 0 || (nghttp2_session_want_read(session_.get()) == 0 &&
                       nghttp2_session_want_write(session_.get()) == 0)) {
      break;
    }
    if (out.capacity() > kWriteBytes) std::string().swap(out);
    const WaitResult woken = co_await output_.wait(kNoDeadline);
    if (woken == WaitResult::Cancelled) break;
  }
  end("the connection is at its end");
}

}  // namespace gateway
