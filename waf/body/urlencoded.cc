// application/x-www-form-urlencoded as the URL standard's parser reads it, and query strings alike:
//
//   pairs = pair *( separator pair )      pair = name [ "=" value ]
//
// Two separators in a row have a pair without a name and a value between them, as in ModSecurity;
// one at the very end has none behind it.
//
// Each side is decoded once: "+" is a space, "%" HEXDIG HEXDIG is a byte, and any other "%" stays
// as it is (an origin would see it so, too) and raises URLENCODED_ERROR.
#include <algorithm>

#include "waf/body/body_processor.h"

namespace waf {
namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes into `buffer` only when there is something to decode. False when an escape is broken.
bool decode(std::string_view text, std::string* buffer, std::string_view* out) {
  *out = text;
  size_t at = text.find_first_of("%+");
  if (at == std::string_view::npos) return true;
  bool valid = true;
  buffer->assign(text.substr(0, at));
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '+') {
      buffer->push_back(' ');
    } else if (c != '%') {
      buffer->push_back(c);
    } else {
      const int high = at + 1 < text.size() ? hexValue(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hexValue(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        valid = false;
        buffer->push_back(c);
      } else {
        buffer->push_back(static_cast<char>(high * 16 + low));
        at += 2;
      }
    }
  }
  *out = *buffer;
  return valid;
}

}  // namespace

BodyOutcome parseUrlEncoded(std::string_view body, const BodyLimits& limits, BodySink& sink) {
  std::string name_buffer;
  std::string value_buffer;
  bool valid = true;
  uint32_t count = 0;
  for (size_t start = 0; start < body.size();) {
    const size_t end = std::min(body.find(limits.argument_separator, start), body.size());
    const std::string_view pair = body.substr(start, end - start);
    start = end + 1;
    const size_t equals = pair.find('=');
    std::string_view name;
    std::string_view value;
    valid &= decode(pair.substr(0, equals), &name_buffer, &name);
    if (equals != std::string_view::npos) {
      valid &= decode(pair.substr(equals + 1), &value_buffer, &value);
    }
    if (++count > limits.arguments || !sink.addArgument(name, value)) {
      if (!valid) sink.setFlag("URLENCODED_ERROR", "1");
      return {true, "urlencoded: more arguments than the limit"};
    }
  }
  if (!valid) sink.setFlag("URLENCODED_ERROR", "1");
  return {};
}

}  // namespace waf
