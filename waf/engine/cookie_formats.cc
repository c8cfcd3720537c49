// cookies = pair *( (";" | ",") pair );  pair = name ["=" value];  value = quoted-string | text
#include "waf/engine/cookie_formats.h"

#include <algorithm>
#include <string>

#include "waf/base/text.h"

namespace waf {
namespace {

bool addPair(std::string_view pair, BodySink& sink) {
  pair = trim(pair);
  const size_t equals = pair.find('=');
  const std::string_view name = trim(pair.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  return (name.empty() && value.empty()) || sink.addArgument(name, value);
}

// Reads a value at `*at` and moves to the separator behind it.
std::string readValue(std::string_view header, size_t* at) {
  std::string value;
  size_t i = std::min(header.find_first_not_of(" \t", *at), header.size());
  if (i < header.size() && header[i] == '"') {
    for (++i; i < header.size() && header[i] != '"'; ++i) {
      if (header[i] == '\\' && i + 1 < header.size()) ++i;
      value.push_back(header[i]);
    }
    *at = std::min(header.find_first_of(";,", i), header.size());
    return value;
  }
  *at = std::min(header.find_first_of(";,", i), header.size());
  return std::string(trim(header.substr(i, *at - i)));
}

}  // namespace

void parseCookiesFormat0(std::string_view header, char separator, BodySink& sink) {
  if (separator == ';') return parseCookies(header, sink);
  for (size_t start = 0; start < header.size();) {
    const size_t end = std::min(header.find(separator, start), header.size());
    if (!addPair(header.substr(start, end - start), sink)) return;
    start = end + 1;
  }
}

void parseCookiesFormat1(std::string_view header, BodySink& sink) {
  for (size_t at = 0; at < header.size(); ++at) {
    const size_t end = std::min(header.find_first_of("=;,", at), header.size());
    const std::string_view name = trim(header.substr(at, end - at));
    at = end;
    std::string value;
    const bool has_value = at < header.size() && header[at] == '=';
    if (has_value) {
      ++at;
      value = readValue(header, &at);
    }
    if (name.starts_with('$') || (name.empty() && value.empty())) continue;
    if (!sink.addArgument(name, value)) return;
  }
}

}  // namespace waf
