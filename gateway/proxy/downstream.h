#pragma once

#include <string>
#include <string_view>

#include "gateway/http1/body_reader.h"
#include "gateway/net/io_result.h"
#include "gateway/proxy/request.h"

namespace gateway {

// The client's side of one exchange: what the steps of an Exchange need of it, whatever version of
// HTTP it speaks. Used by the one coroutine of the exchange; every call is awaited before the next.
class Downstream {
 public:
  virtual ~Downstream() = default;

  // The next part of the request's body; its bytes are valid until the next call, and only then
  // count as moved on (the window of a stream, the read of a connection).
  virtual Task<BodyPart> readBody(Deadline deadline) = 0;
  // Of the request, once the body's End came: those that may go on.
  virtual const Trailers& trailers() const = 0;
  // Whoever waits in readBody() is woken with Cancelled; nothing more is read.
  virtual void cancelBody() = 0;
  // The body is known to be complete.
  virtual bool bodyDone() const = 0;
  // 100 Continue, unless the body is there already.
  virtual Task<IoResult> sendContinue(Deadline deadline) = 0;

  // Begins the answer. `head` is a status line and fields as HeadWriter writes them, without those
  // of the connection (Connection, Transfer-Encoding) and the empty line. Nothing is sent before
  // the body's first piece, a flush or the end.
  virtual void begin(Request& request, std::string head, BodyFraming framing) = 0;
  // As begin(), and bytes in both directions follow: a tunnel. `head` has the upstream's 101.
  virtual void beginTunnel(Request& request, std::string head) = 0;
  // Ok when the bytes are with the kernel, or within the client's window.
  virtual Task<IoResult> write(std::string_view data, Deadline deadline) = 0;
  virtual Task<IoResult> flush(Deadline deadline) = 0;
  // The last piece, if any, and the end. `trailers`, which must live until it returns, go out where
  // the client takes them.
  virtual Task<IoResult> finish(std::string_view data, Deadline deadline,
                                const Trailers& trailers) = 0;
  // A byte of the answer has left: no other one can be given.
  virtual bool started() const = 0;

  // Ends the exchange so that the client cannot take a part for the whole (RST, RST_STREAM).
  virtual void cut() = 0;
  // Ends a tunnel: whoever waits in readBody() or write() is woken.
  virtual void closeTunnel() = 0;
  // As closeTunnel(), and what was written reaches the client.
  virtual void endTunnel() = 0;
};

}  // namespace gateway
