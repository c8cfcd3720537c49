#pragma once

#include "gateway/http1/read_head.h"
#include "gateway/net/input_buffer.h"
#include "gateway/proxy/client_connection.h"
#include "gateway/proxy/http1_downstream.h"
#include "gateway/proxy/request.h"

namespace gateway {

// An HTTP/1 connection: requests one after the other. See ClientConnection.
class Http1Session final : public ClientConnection {
 public:
  // `input` is what was read of the connection already.
  Http1Session(Worker* worker, std::string listener_key, std::unique_ptr<Stream> stream,
               InputBuffer input)
      : ClientConnection(worker, std::move(listener_key), std::move(stream)),
        input_(std::move(input)) {}

  Task<void> run() override;
  // A client may be sending its next request: it gets the answer, with Connection: close.
  void retire() override {}
  void drain() override;

 private:
  Task<void> serveRequests(std::chrono::milliseconds* write_timeout);
  Task<void> refuseHead(Request& request, HeadStatus status, const RequestParser& parser);
  bool isBrokenPreface(const Request& request, HeadStatus status, std::string_view head) const;

  InputBuffer input_;
  Http1Downstream* downstream_ = nullptr;  // of the request under way
  size_t begun_ = 0;                       // requests
  bool idle_ = true;
  bool linger_ = false;
};

}  // namespace gateway
