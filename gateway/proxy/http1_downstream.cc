#include "gateway/proxy/http1_downstream.h"

#include "gateway/http1/head_writer.h"
#include "gateway/http1/hop_by_hop.h"

namespace gateway {

Task<IoResult> Http1Downstream::sendContinue(Deadline deadline) {
  if (!input_.empty()) return IoResult{};
  return stream_.write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
}

void Http1Downstream::begin(Request& request, std::string head, BodyFraming framing) {
  // What is left of a request's body would be read as the next request.
  if (!request.body_complete) linger_ = true;
  if (!request.body_complete || draining_ || framing == BodyFraming::UntilClose) {
    request.keep_alive = false;
  }
  takes_trailers_ = takesTrailers(request.head.fields);
  HeadWriter writer(&head);
  if (framing == BodyFraming::Chunked) writer.framing(BodyFraming::Chunked, 0);
  closes_ = !request.keep_alive;
  if (closes_) {
    writer.field("Connection", "close");
  } else if (request.head.isHttp10()) {
    writer.field("Connection", "keep-alive");
  }
  writer.end();
  writer_.emplace(stream_, std::move(head), framing);
}

void Http1Downstream::beginTunnel(Request& request, std::string head) {
  request.keep_alive = false;
  tunnelling_ = true;
  reader_ = BodyReader(BodyFraming::UntilClose, 0);
  HeadWriter writer(&head);
  writer.field("Connection", "Upgrade");
  writer.field("Upgrade", "websocket");
  writer.end();
  writer_.emplace(stream_, std::move(head), BodyFraming::UntilClose);
}

}  // namespace gateway
