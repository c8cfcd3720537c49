#include "admin-ui/server/http/request.h"

#include "waf/base/hex.h"
#include "waf/base/text.h"

namespace admin {
namespace {

constexpr size_t kMaxSegments = 16;
constexpr size_t kMaxParameters = 64;

bool parseQuery(std::string_view query, Request* request) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (request->query.size() >= kMaxParameters) return false;
    const size_t equals = pair.find('=');
    std::string name;
    std::string value;
    if (!percentDecode(pair.substr(0, equals), true, &name)) return false;
    if (equals != std::string_view::npos && !percentDecode(pair.substr(equals + 1), true, &value)) {
      return false;
    }
    request->query.emplace_back(std::move(name), std::move(value));
  }
  return true;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (waf::equalsIgnoreCase(key, name)) return value;
  }
  return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool percentDecode(std::string_view text, bool plus_is_space, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = waf::hexDigit(text[i + 1]);
      const int low = waf::hexDigit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return false;
    *out += c;
  }
  return true;
}

std::string percentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<uint8_t>(c) >> 4];
      out += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  return out;
}

bool parseTarget(std::string_view target, Request* request) {
  if (target.empty() || target[0] != '/') return false;
  const size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    std::string decoded;
    if (request->path.size() >= kMaxSegments || !percentDecode(segment, false, &decoded))
      return false;
    request->path.push_back(std::move(decoded));
  }
  return question == std::string_view::npos || parseQuery(target.substr(question + 1), request);
}

}  // namespace admin
