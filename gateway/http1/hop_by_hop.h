#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/http1/header_fields.h"

namespace gateway {

// Which fields of a message end at this hop: Connection, what it names, and the fields that are
// connection-specific by definition (RFC 9110, 7.6.1). Content-Length, Transfer-Encoding and
// Trailer too: framing is written anew. A view on `fields`; lives shorter.
class HopByHop {
 public:
  explicit HopByHop(const HeaderFields& fields);

  // Must not be forwarded. Host never ends here by being named in Connection (RFC 9110, 7.6.1 would
  // let a client drop it).
  bool drops(std::string_view name) const;
  bool drops(const HeaderField& field) const {
    return (field.name_bit & candidates_) != 0 && mustDrop(field);
  }
  // Connection options, without case.
  bool has(std::string_view option) const;

 private:
  bool mustDrop(const HeaderField& field) const;
  bool named(std::string_view name) const;

  uint64_t candidates_;  // the bits of all names that may be dropped

  std::vector<std::string_view, FrameAllocator<std::string_view>> options_;
};

// TE says so (RFC 9110, 10.1.4).
bool takesTrailers(const HeaderFields& fields);

// Calls f(token) for each element of a comma separated list, without white space; empty elements
// are left out.
template <typename F>
void forEachToken(std::string_view list, F&& f) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view token = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (!token.empty() && (token.front() == ' ' || token.front() == '\t'))
      token.remove_prefix(1);
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t')) token.remove_suffix(1);
    if (!token.empty()) f(token);
  }
}

}  // namespace gateway
