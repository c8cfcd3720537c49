#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gateway {

// Puts one response's body into a content coding, piece by piece. Owned by the response's
// coroutine. Holds at most a window of 256 KB and its tables; on failure (no memory) the body
// cannot be completed.
class ContentEncoder {
 public:
  virtual ~ContentEncoder() = default;

  // Appends what is ready; what is not waits for more, flush() or finish().
  virtual bool encode(std::string_view data, std::string* out) = 0;
  // All that was given so far can be decoded from what is in *out then.
  virtual bool flush(std::string* out) = 0;
  virtual bool finish(std::string* out) = 0;

  // "gzip", "br" or "zstd"; null for another one and when there is no memory. `level`: 1 the
  // fastest to 9.
  static std::unique_ptr<ContentEncoder> create(std::string_view coding, int level);
};

}  // namespace gateway
