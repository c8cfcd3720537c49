#pragma once

#include <string>
#include <string_view>

namespace waf {

// What the Content-Type of a multipart body says (RFC 2046, section 5.1.1), and the oddities in how
// it says it.
struct MultipartBoundary {
  std::string boundary;  // without the leading "--"
  bool quoted = false;
  bool whitespace = false;
  bool missing_semicolon = false;
  std::string error;  // not empty: there is no usable boundary
};
MultipartBoundary parseMultipartBoundary(std::string_view content_type);

// What a part's Content-Disposition says (RFC 7578, section 4.2).
struct ContentDisposition {
  std::string name;
  std::string filename;
  bool has_filename = false;
  std::string extended_filename;  // of filename*, decoded; "" when there is none
  bool invalid_quoting = false;
  std::string error;  // not empty: the part is invalid
};
// `value` is the field's value, unfolded.
ContentDisposition parseContentDisposition(std::string_view value);

}  // namespace waf
