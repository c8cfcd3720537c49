// A connection's bytes: request heads and bodies, as often as they follow each other. Invariants:
// the result does not depend on how the bytes are cut into segments, and a request that was taken
// reads the same after it was written anew.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http1/body_reader.h"
#include "gateway/http1/head_writer.h"
#include "gateway/http1/hop_by_hop.h"
#include "gateway/http1/request_parser.h"
#include "tests/fuzz/require.h"

namespace {

using gateway::BodyPart;
using gateway::InputBuffer;
using gateway::ParseStatus;
using gateway::RequestHead;

constexpr gateway::HeadLimits kLimits{4096, 32, 2048};

std::string writeAnew(const RequestHead& head) {
  std::string out;
  gateway::HeadWriter writer(&out);
  writer.requestLine(head.method, head.path, head.query, head.has_query);
  writer.field("Host", head.authority);
  const gateway::HopByHop hop(head.fields);
  for (const auto& field : head.fields) {
    if (hop.drops(field.name) || field.name.size() == 4) continue;
    writer.field(field.name, field.value);
  }
  writer.framing(head.framing, head.content_length);
  writer.end();
  return out;
}

void checkWrittenAnew(const RequestHead& head) {
  if (head.authority.empty()) return;
  InputBuffer input;
  input.append(writeAnew(head));
  RequestHead again;
  gateway::RequestParser parser({65536, 128, 65536});
  const ParseStatus status = parser.parse(input, &again);
  require(status == ParseStatus::Complete && input.empty());
  require(again.method == head.method && again.host == head.host && again.port == head.port);
  require(again.framing == head.framing && again.content_length == head.content_length);
  require(again.has_query == head.has_query);
  static_cast<void>(status);
}

// What a connection makes of the bytes when they come in pieces of `step`.
std::string read(std::string_view bytes, size_t step) {
  std::string log;
  InputBuffer input;
  gateway::RequestParser parser(kLimits);
  RequestHead head;
  for (;;) {
    ParseStatus status;
    while ((status = parser.parse(input, &head)) == ParseStatus::NeedMore) {
      if (bytes.empty()) return log;
      input.append(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
    if (status == ParseStatus::Refused) return log + "refused";
    log.append(head.bytes);
    checkWrittenAnew(head);
    gateway::BodyReader body(head.framing, head.content_length);
    for (;;) {
      const BodyPart part = body.poll(input);
      if (part.status == BodyPart::Status::Refused) return log + "refused";
      if (part.status == BodyPart::Status::End) break;
      log.append(part.data);
      if (!part.data.empty()) continue;
      if (bytes.empty()) return log;
      input.append(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Longer ones meet the limits, and those at another byte where the segments are others.
  if (size > 2000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(bytes, size + 1);
  require(read(bytes, 1) == whole);
  require(read(bytes, 7) == whole);
  return 0;
}
