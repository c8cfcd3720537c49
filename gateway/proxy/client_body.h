#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/coding/content_encoder.h"
#include "gateway/proxy/downstream.h"

namespace gateway {

// A response's body on its way to the client, through a content coding where there is one. Lives in
// the coroutine that relays the response.
class ClientBody {
 public:
  // Without `encoder` the bytes go as they are. `*sent` counts those that go to the client.
  ClientBody(Downstream& downstream, std::unique_ptr<ContentEncoder> encoder, uint64_t* sent)
      : downstream_(downstream), encoder_(std::move(encoder)), sent_(sent) {}

  // As those of Downstream.
  Task<IoResult> write(std::string_view data, Deadline deadline);
  Task<IoResult> flush(Deadline deadline);
  Task<IoResult> finish(std::string_view data, Deadline deadline, const Trailers& trailers);

 private:
  Task<IoResult> encode(std::string_view data, Deadline deadline);
  Task<IoResult> finishEncoded(std::string_view data, Deadline deadline, const Trailers& trailers);
  Task<IoResult> push(bool coded, Deadline deadline);

  Downstream& downstream_;
  const std::unique_ptr<ContentEncoder> encoder_;
  uint64_t* const sent_;
  std::string ready_;
  bool fed_ = false;  // something was encoded since the last flush
};

}  // namespace gateway
