#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "gateway/http2/codec.h"
#include "gateway/loop/frame_pool.h"
#include "gateway/net/input_buffer.h"
#include "gateway/proxy/client_connection.h"
#include "gateway/proxy/request.h"

namespace gateway {

class Http2Downstream;

// An HTTP/2 connection: each of its streams is a coroutine that runs an Exchange, one coroutine
// writes what the codec has to send, and run() reads. See ClientConnection.
class Http2Session final : public ClientConnection, private Http2Events {
 public:
  // `input` is what was read of the connection already.
  Http2Session(Worker* worker, std::string listener_key, std::unique_ptr<Stream> stream,
               InputBuffer input);

  Task<void> run() override;
  void retire() override;
  void drain() override;

 private:
  void onRequest(const std::shared_ptr<Http2Stream>& stream) override;
  void onFault(bool flood, const std::string& detail) override;

  Task<void> serveStream(std::shared_ptr<Http2Stream> stream);
  Task<void> readFrames();
  Task<void> writeFrames();
  Task<void> finishRetiring();
  void closeTunnels();
  void take();
  bool pinSnapshot();
  bool mayRead() const;
  Deadline readDeadline() const;
  void onReadTimeout();

  InputBuffer input_;
  std::shared_ptr<const Snapshot> snapshot_;
  const ListenerTable* listener_ = nullptr;
  Signal output_;   // the codec has something to send, or the connection ends
  Signal changed_;  // a coroutine of this connection ended, or the writer went on
  std::unique_ptr<Http2Codec> codec_;
  size_t serving_ = 0;  // streams' coroutines
  std::unordered_set<Http2Downstream*, std::hash<Http2Downstream*>, std::equal_to<>,
                     FrameAllocator<Http2Downstream*>>
      downstreams_;
  bool writing_ = false;
  bool reading_ = true;
  bool retiring_ = false;
  bool refusing_ = false;  // the last GOAWAY went out
  waf::MonotonicTime opened_;
  waf::MonotonicTime idle_since_;
  waf::MonotonicTime head_since_;
};

}  // namespace gateway
