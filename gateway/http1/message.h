#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http1/header_fields.h"
#include "gateway/net/buffer.h"

namespace gateway {

// How the end of a body is found (RFC 9112, 6.3).
enum class BodyFraming : uint8_t {
  None,
  Length,
  Chunked,
  UntilClose,  // responses only
};

// The fields of a trailer section that may go on: see mayForwardTrailer().
using Trailers = std::vector<std::pair<std::string, std::string>>;
inline const Trailers kNoTrailers;

// Whether a field may stand behind a body that is passed on (RFC 9110, 6.5.1 and 6.5.2): not what
// frames, routes, authenticates or describes the message, which a recipient that merges trailers
// into the head would take for the head's. Name in any case.
bool mayForwardTrailer(std::string_view name);

// Why a message is not accepted: the status to answer with and one sentence, for the client and the
// event.
struct Refusal {
  int status = 400;
  std::string_view reason;  // static text
};

struct HeadLimits {
  size_t head_bytes = 65536;
  size_t fields = 128;
  size_t uri_bytes = 32768;
};

enum class TargetForm : uint8_t { Origin, Absolute, Asterisk };

// A request's head that passed every check. Move-only; all views point into `storage` (or are
// static).
struct RequestHead {
  Buffer storage;
  std::string_view
      bytes;  // the head as received, request line to the empty line: for inspection only

  std::string_view method;
  std::string_view target;    // as received
  std::string_view protocol;  // "HTTP/1.1"
  TargetForm form = TargetForm::Origin;
  std::string_view path;   // as received: "/a/b", "*"; "/" when an absolute-form has none
  std::string_view query;  // as received, without "?"
  bool has_query = false;

  std::string_view
      authority;      // Host as received, or the absolute-form's; "" in HTTP/1.0 without Host
  std::string host;   // its name: lower case, no port, no brackets, no final dot
  uint16_t port = 0;  // 0: none given

  int major_version = 1;  // 2: the head of an HTTP/2 stream
  int minor_version = 1;  // 1.x with x > 1 is taken as 1
  bool isHttp10() const { return major_version == 1 && minor_version == 0; }
  HeaderFields
      fields;  // includes Host, Connection, framing: see HopByHop for what may be forwarded

  BodyFraming framing = BodyFraming::None;
  uint64_t content_length = 0;
  bool keep_alive = true;        // what the client asks for
  bool expect_continue = false;  // and waits for 100; only with a body and in 1.1
  bool upgrade = false;          // a WebSocket by extended CONNECT (RFC 8441)

  bool hasBody() const { return framing == BodyFraming::Chunked || content_length > 0; }
  // Ready for the next request; keeps the field list's memory.
  void clear();
};

// A response's head that passed every check; views as above.
struct ResponseHead {
  Buffer storage;
  std::string_view bytes;

  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  HeaderFields fields;

  BodyFraming framing = BodyFraming::None;
  // Also set where no body follows (HEAD, 304), to be passed on; see has_content_length.
  uint64_t content_length = 0;
  bool has_content_length = false;
  bool keep_alive = true;  // the connection may be used again once the body is read

  void clear();
};

}  // namespace gateway
