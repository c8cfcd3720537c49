// Each value is walked in the contexts that it can be put into. It is hostile when it opens an
// element or gives an attribute that runs script or loads code, or when it holds markup that
// changes how the rest is parsed.
#include "waf/detect/detect_xss.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "waf/base/text.h"
#include "waf/detect/html_scanner.h"

namespace waf {
namespace {

// Elements that run or load code, or change what the rest of the page means. Sorted.
constexpr std::string_view kElements[] = {"applet",   "base",     "comment",  "embed",    "frame",
                                          "frameset", "handler",  "iframe",   "import",   "isindex",
                                          "link",     "listener", "meta",     "noscript", "object",
                                          "script",   "style",    "vmlframe", "xml",      "xss"};

// Attributes that hold code or style, whatever their value. Sorted.
constexpr std::string_view kCodeAttributes[] = {"dataformatas", "filter", "style"};

// Attributes whose value is an address that the browser may run. Sorted. (<object data> is found as
// an element.)
constexpr std::string_view kAddressAttributes[] = {
    "action",  "background", "by",     "datasrc", "dynsrc", "folder", "formaction", "from",
    "handler", "href",       "lowsrc", "poster",  "src",    "to",     "values"};

template <size_t N>
bool contains(const std::string_view (&table)[N], std::string_view word) {
  return std::binary_search(std::begin(table), std::end(table), word);
}

// Lower case, without the NUL bytes that browsers skip.
std::string canonical(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 64)) {
    if (c != '\0') out.push_back(asciiLower(c));
  }
  return out;
}

bool isEventHandler(std::string_view name) { return name.size() >= 5 && name.starts_with("on"); }

bool isCodeAttribute(std::string_view name) {
  // An own namespace makes script elements of any name; xlink:href runs javascript: in SVG.
  return isEventHandler(name) || name.starts_with("xmlns") || name.starts_with("xlink") ||
         contains(kCodeAttributes, name);
}

// Reads the characters of an attribute's value: numeric references, and the three named ones that
// hide a scheme.
class CharacterReader {
 public:
  explicit CharacterReader(std::string_view text) : text_(text) {}

  // False at the end.
  bool next(unsigned* code) {
    if (text_.empty()) return false;
    if (text_.front() == '&' && reference(code)) return true;
    *code = static_cast<unsigned char>(text_.front());
    text_.remove_prefix(1);
    return true;
  }

 private:
  bool reference(unsigned* code) {
    if (text_.size() > 2 && text_[1] == '#') return number(code);
    constexpr std::pair<std::string_view, unsigned> kNamed[] = {
        {"&colon;", ':'}, {"&tab;", '\t'}, {"&newline;", '\n'}};
    for (const auto& [name, value] : kNamed) {
      if (equalsIgnoreCase(text_.substr(0, name.size()), name)) {
        *code = value;
        text_.remove_prefix(name.size());
        return true;
      }
    }
    return false;
  }

  bool number(unsigned* code) {
    const bool hex = asciiLower(text_[2]) == 'x';
    size_t at = hex ? 3 : 2;
    const size_t start = at;
    unsigned value = 0;
    for (; at < text_.size(); ++at) {
      const char c = asciiLower(text_[at]);
      unsigned digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<unsigned>(c - '0');
      } else if (hex && c >= 'a' && c <= 'f') {
        digit = static_cast<unsigned>(c - 'a') + 10;
      } else {
        break;
      }
      value = std::min(value * (hex ? 16 : 10) + digit, 0x110000u);
    }
    if (at == start) return false;
    if (at < text_.size() && text_[at] == ';') ++at;
    text_.remove_prefix(at);
    *code = value;
    return true;
  }

  std::string_view text_;
};

// Browsers drop white space and control bytes before a scheme, and tabs and line ends within it
// (URL standard, 4.1). What only begins as "javascript:" does and calls something is a filter's
// leftover: "java<x>script:alert(1)".
bool hasScriptScheme(std::string_view value) {
  constexpr std::string_view kSchemes[] = {"data:", "javascript:", "vbscript:", "view-source:"};
  constexpr size_t kLongest = 12;
  std::string scheme;
  CharacterReader reader(value);
  unsigned code = 0;
  while (scheme.size() < kLongest && reader.next(&code)) {
    if (code <= 32 || code == 127) continue;
    if (scheme.empty() && code > 127) continue;
    scheme.push_back(code < 128 ? asciiLower(static_cast<char>(code)) : '?');
    if (scheme.back() == ':') break;
  }
  if (std::find(std::begin(kSchemes), std::end(kSchemes), scheme) != std::end(kSchemes)) {
    return true;
  }
  return scheme.starts_with("java") && value.find_first_of("(:`") != std::string_view::npos;
}

class ScriptFinder final : public HtmlVisitor {
 public:
  bool openTag(std::string_view name) override {
    const std::string tag = canonical(name);
    return contains(kElements, tag) || tag.starts_with("svg") || tag.starts_with("xsl");
  }

  bool attribute(std::string_view name, std::string_view value) override {
    const std::string attribute = canonical(name);
    if (isCodeAttribute(attribute)) return true;
    // <set attributeName=onload to=…> gives its parent the attribute.
    if (attribute == "attributename") {
      const std::string target = canonical(trim(value));
      return isCodeAttribute(target) || contains(kAddressAttributes, target);
    }
    return contains(kAddressAttributes, attribute) && hasScriptScheme(value);
  }

  bool comment(std::string_view text) override {
    // Old browsers end a comment at ` and run conditional ones; the others are declarations that
    // load code.
    if (text.find('`') != std::string_view::npos) return true;
    const std::string start = canonical(text.substr(0, 7));
    if (start.starts_with("[if")) return true;
    if (text.size() > 3 && start.starts_with("xml")) return true;
    return text.size() > 5 && (start.starts_with("import") || start.starts_with("entity"));
  }

  bool doctype() override { return true; }
};

}  // namespace

bool detectXss(std::string_view value) {
  // Every hostile form needs a tag or an attribute with a value.
  if (value.find_first_of("<=") == std::string_view::npos) return false;
  ScriptFinder finder;
  return scanHtml(value, HtmlContext::Text, finder) ||
         scanHtml(value, HtmlContext::AttributeName, finder) ||
         scanHtml(value, HtmlContext::SingleQuoted, finder) ||
         scanHtml(value, HtmlContext::DoubleQuoted, finder) ||
         scanHtml(value, HtmlContext::BackQuoted, finder);
}

}  // namespace waf
