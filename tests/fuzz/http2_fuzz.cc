// The frames of an HTTP/2 connection, behind its preface. Invariants: what came does not depend on
// how the bytes are cut into segments; a head that was taken reads the same after it was written as
// an HTTP/1 request; what was sent back is bounded and the connection can always be ended.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http1/head_writer.h"
#include "gateway/http1/hop_by_hop.h"
#include "gateway/http1/request_parser.h"
#include "gateway/http2/codec.h"
#include "tests/fuzz/require.h"

namespace {

using gateway::Http2Codec;
using gateway::Http2Stream;

constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

gateway::EventLoop* loop() {
  static const std::unique_ptr<gateway::EventLoop> made = std::move(*gateway::EventLoop::create());
  return made.get();
}

// The head as the upstream gets it must be the head that the rules saw.
void checkForwarded(const gateway::RequestHead& head) {
  std::string out;
  gateway::HeadWriter writer(&out);
  writer.requestLine(head.method, head.path, head.query, head.has_query);
  writer.field("Host", head.authority);
  const gateway::HopByHop hop(head.fields);
  size_t fields = 1;
  for (const auto& field : head.fields) {
    if (hop.drops(field.name) || field.name == "host") continue;
    writer.field(field.name, field.value);
    ++fields;
  }
  writer.end();
  gateway::InputBuffer input;
  input.append(out);
  gateway::RequestHead again;
  gateway::RequestParser parser({65536, 256, 65536});
  require(parser.parse(input, &again) == gateway::ParseStatus::Complete && input.empty());
  require(again.method == head.method && again.host == head.host && again.port == head.port);
  require(again.fields.size() == fields && again.has_query == head.has_query);
}

class Server final : public gateway::Http2Events {
 public:
  std::string run(std::string_view bytes, size_t step) {
    gateway::Http2Limits limits;
    limits.head = {4096, 32, 2048};
    limits.extended_connect = true;
    codec_ = Http2Codec::create(loop(), limits, this);
    require(codec_ != nullptr);
    bool more = codec_->receive(kPreface);
    while (more && !bytes.empty()) {
      more = codec_->receive(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
    for (const auto& stream : streams_) finish(*stream);
    codec_->terminate(0);
    std::string out;
    codec_->collect(&out, 1u << 20);
    require(out.size() < (1u << 20) && codec_->done());
    return log_;
  }

 private:
  void onRequest(const std::shared_ptr<Http2Stream>& stream) override {
    streams_.push_back(stream);
    log_.append(stream->head.bytes).append(stream->refusal ? " refused\n" : " taken\n");
    if (!stream->refusal) checkForwarded(stream->head);
  }
  void onFault(bool flood, const std::string&) override { log_ += flood ? "flood\n" : "fault\n"; }

  void finish(Http2Stream& stream) {
    log_.append(stream.inbound).append(stream.body_refusal ? " refused" : "");
    log_.append(stream.inbound_end ? " end\n" : " open\n");
    require(!stream.announced || stream.body_refusal || stream.received <= *stream.announced);
    const size_t taken = stream.inbound.size();
    stream.inbound.clear();
    codec_->consume(stream, taken);
    stream.outbound = "answer";
    stream.outbound_end = true;
    codec_->respond(stream, "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", 0, true);
    std::string out;
    codec_->collect(&out, 1u << 20);
  }

  std::unique_ptr<Http2Codec> codec_;
  std::vector<std::shared_ptr<Http2Stream>> streams_;
  std::string log_;
};

std::string read(std::string_view bytes, size_t step) { return Server().run(bytes, step); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 8192) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(bytes, size + 1);
  require(read(bytes, 1) == whole);
  require(read(bytes, 7) == whole);
  return 0;
}
