#include "db/filter/event_filter.h"
#include "waf/base/text.h"

namespace db {

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> out;
  bool inside = false;
  for (const char raw : text) {
    const char c = waf::asciiLower(raw);
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (word && !inside) out.emplace_back();
    if (word) out.back() += c;
    inside = word;
  }
  return out;
}

bool matchesPattern(std::string_view text, std::string_view pattern) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // Each piece between two stars at its first place: a later one leaves less for the rest.
  while (true) {
    const size_t next = pattern.find('*');
    const std::string_view piece = pattern.substr(0, next);
    if (next == std::string_view::npos) return text.ends_with(piece);
    const size_t found = text.find(piece);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + piece.size());
    pattern.remove_prefix(next + 1);
  }
}

std::string quotedForFilter(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace db
