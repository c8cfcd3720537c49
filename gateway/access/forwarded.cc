// Forwarded = element *( "," element ); element = pair *( ";" pair ), either may be empty;
// pair = token "=" ( token / quoted-string ). RFC 7239, 4, and RFC 9110, 5.6.1.
#include "gateway/access/forwarded.h"

#include <algorithm>

#include "waf/base/text.h"

namespace gateway {
namespace {

bool isTokenByte(char c) {
  const char lower = waf::asciiLower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class ForwardedParser {
 public:
  explicit ForwardedParser(std::string_view line) : rest_(line) {}

  // False when the line breaks the grammar.
  bool run(std::vector<std::string>* nodes) {
    for (;;) {
      std::string node;
      bool any = false;
      if (!element(&node, &any)) return false;
      if (any) nodes->push_back(std::move(node));
      if (rest_.empty()) return true;
      if (!take(',')) return false;
    }
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), isTokenByte);
    const auto length = static_cast<size_t>(end - rest_.begin());
    const std::string_view out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return out;
  }

  bool element(std::string* node, bool* any) {
    bool named = false;
    for (;;) {
      skipSpace();
      const std::string_view name = token();
      if (!name.empty()) {
        std::string value;
        if (!take('=') || !readValue(&value)) return false;
        *any = true;
        if (waf::equalsIgnoreCase(name, "for")) {
          if (named) return false;  // RFC 7239, 4: each parameter once
          named = true;
          *node = std::move(value);
        }
      }
      skipSpace();
      if (!take(';')) return true;
      *any = true;
    }
  }

  bool readValue(std::string* out) {
    if (!take('"')) {
      *out = token();
      return !out->empty();
    }
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        out->push_back(c);
        continue;
      }
      if (rest_.empty()) return false;
      out->push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<std::string> forwardedNodes(const std::vector<std::string_view>& lines) {
  std::vector<std::string> out;
  for (const std::string_view line : lines) {
    std::vector<std::string> nodes;
    if (!ForwardedParser(line).run(&nodes)) nodes.assign(1, "");
    out.insert(out.end(), std::make_move_iterator(nodes.begin()),
               std::make_move_iterator(nodes.end()));
  }
  return out;
}

}  // namespace gateway
