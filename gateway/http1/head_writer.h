#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http1/message.h"

namespace gateway {

// Writes a head in canonical form: one space, CRLF, no byte that could end a line early. Never
// copies a received line.
class HeadWriter {
 public:
  // `out` is appended to.
  explicit HeadWriter(std::string* out) : out_(out) {}

  // The target is percent-encoded where it leaves the URI grammar (see appendTarget).
  void requestLine(std::string_view method, std::string_view path, std::string_view query,
                   bool has_query);
  void statusLine(int status, std::string_view reason = {});
  // Bytes that may not stand in a value become spaces.
  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, uint64_t value);
  // Content-Length, Transfer-Encoding: chunked, or nothing.
  void framing(BodyFraming framing, uint64_t content_length);
  void end() { out_->append("\r\n"); }

 private:
  std::string* out_;
};

// Appends a path or query with every byte outside the URI grammar (RFC 3986, 3.3 and 3.4)
// percent-encoded; "%" is left as it is, also where no two digits follow.
void appendTarget(std::string_view part, std::string* out);

// "Not Found"; "" for codes without a registered phrase.
std::string_view reasonPhrase(int status);

}  // namespace gateway
