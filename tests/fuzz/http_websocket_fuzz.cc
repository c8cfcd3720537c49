// What a client sends on a WebSocket. Invariants: messages and verdict do not depend on how the
// bytes are cut; where nothing is refused, what goes on are the client's bytes, no more and no
// fewer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/websocket/message_reader.h"
#include "tests/fuzz/require.h"

namespace {

using gateway::MessageReader;

struct Result {
  std::vector<std::string> texts;
  std::string forwarded;
  std::string refused;

  bool operator==(const Result&) const = default;
};

Result read(std::string_view bytes, size_t step) {
  Result out;
  MessageReader reader(1000);
  while (!bytes.empty()) {
    std::string_view in = bytes.substr(0, step);
    bytes.remove_prefix(in.size());
    for (;;) {
      const MessageReader::Status status = reader.next(&in, &out.forwarded);
      if (status == MessageReader::Status::NeedMore) break;
      if (status == MessageReader::Status::Refused) {
        out.refused = reader.reason();
        return out;
      }
      out.texts.push_back(reader.text());
      require(out.texts.back().size() <= 1000);
      reader.release(&out.forwarded);
    }
    require(in.empty());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Result whole = read(bytes, size + 1);
  require(read(bytes, 1) == whole);
  require(read(bytes, 7) == whole);
  require(whole.forwarded.size() <= size);
  return 0;
}
