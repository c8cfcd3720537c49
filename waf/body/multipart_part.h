#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "waf/body/body_processor.h"

namespace waf {

// A part of a multipart body as it was sent. `content` is a view into the body.
struct MultipartPart {
  std::string name;
  std::string filename;  // "" of a field
  std::string_view content;
  std::string type;      // its Content-Type
  std::string encoding;  // its Content-Transfer-Encoding
};

// Undoes the encoded words in a name ("=?utf-8?B?…?=", RFC 2047), of which RFC 7578, section 5.1.1
// says that they must not be used and which some origins decode. False when nothing changes.
bool decodeEncodedWords(std::string_view text, std::string* out);

// Reports what origins read in the parts that heed the charset of a field (its own, else
// `form_charset`, else `request_charset`), its transfer encoding, or encoded words in its names.
// Only what differs from what was sent. Lives for one body.
class PartDecoder {
 public:
  PartDecoder(std::string_view form_charset, std::string_view request_charset, BodySink& sink)
      : form_charset_(form_charset.empty() ? request_charset : form_charset), sink_(sink) {}

  // `add` reports an argument, false when there are too many: then so is the answer.
  template <typename Add>
  bool run(const std::vector<MultipartPart>& parts, Add&& add) {
    for (const MultipartPart& part : parts) {
      for (const auto& [name, text] : readings(part)) {
        if (!add(name, text)) return false;
      }
    }
    return true;
  }
  // "" when every part could be decoded.
  const std::string& error() const { return error_; }

 private:
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  // Of a field; the other readings of a file are reported at once.
  Pairs readings(const MultipartPart& part);
  void reportFile(const MultipartPart& part);
  std::string nameOf(std::string_view text) const;
  void fail(std::string message);

  std::string_view form_charset_;
  BodySink& sink_;
  std::string error_;
};

}  // namespace waf
