#include "waf/detect/html_scanner.h"

#include <algorithm>

#include "waf/base/ascii.h"
#include "waf/base/text.h"

namespace waf {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, HtmlVisitor& visitor) : text_(text), visitor_(visitor) {}

  bool run(HtmlContext context) {
    switch (context) {
      case HtmlContext::Text:
        break;
      case HtmlContext::AttributeName:
        if (attributes()) return true;
        break;
      case HtmlContext::SingleQuoted:
      case HtmlContext::DoubleQuoted:
      case HtmlContext::BackQuoted:
        at_ = std::min(text_.find(quoteOf(context)), text_.size());
        if (at_ == text_.size()) return false;
        ++at_;
        if (attributes()) return true;
        break;
    }
    return data();
  }

 private:
  static char quoteOf(HtmlContext context) {
    if (context == HtmlContext::SingleQuoted) return '\'';
    return context == HtmlContext::DoubleQuoted ? '"' : '`';
  }

  char at(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

  bool data() {
    while (at_ < text_.size()) {
      at_ = text_.find('<', at_);
      if (at_ == std::string_view::npos) return false;
      ++at_;
      const char c = at(at_);
      if (c == '!') {
        if (declaration()) return true;
      } else if (c == '?' || c == '%') {
        if (untilOrEnd(at_ + 1, c == '%' ? "%>" : ">")) return true;
      } else if (c == '/') {
        if (isLetter(at(at_ + 1))) {
          ++at_;
          tagName();
          if (attributes()) return true;
        } else if (untilOrEnd(at_ + 1, ">")) {
          return true;
        }
      } else if (isLetter(c) || (c == '\0' && at_ < text_.size())) {
        if (visitor_.openTag(tagName()) || attributes()) return true;
      }
    }
    return false;
  }

  bool declaration() {
    const std::string_view rest = text_.substr(at_ + 1);
    if (equalsIgnoreCase(rest.substr(0, 7), "doctype")) return visitor_.doctype();
    if (rest.starts_with("--")) return untilOrEnd(at_ + 3, "-->");
    if (rest.starts_with("[CDATA[")) {
      const size_t end = text_.find("]]>", at_);
      at_ = end == std::string_view::npos ? text_.size() : end + 3;
      return false;
    }
    return untilOrEnd(at_ + 1, ">");
  }

  bool untilOrEnd(size_t start, std::string_view end) {
    start = std::min(start, text_.size());
    const size_t found = std::min(text_.find(end, start), text_.size());
    at_ = std::min(found + end.size(), text_.size());
    return visitor_.comment(text_.substr(start, found - start));
  }

  std::string_view tagName() {
    const size_t start = at_;
    while (at_ < text_.size() && !isSpace(text_[at_]) && text_[at_] != '/' && text_[at_] != '>')
      ++at_;
    return text_.substr(start, at_ - start);
  }

  void skipSpace() {
    while (at_ < text_.size() && (isSpace(text_[at_]) || text_[at_] == '\0')) ++at_;
  }

  // Up to and past ">", or to the end.
  bool attributes() {
    while (true) {
      while (at_ < text_.size() && (isSpace(text_[at_]) || text_[at_] == '/' || text_[at_] == '\0'))
        ++at_;
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '>') {
        ++at_;
        return false;
      }
      const size_t start = at_;
      ++at_;  // "=" as a name's first byte belongs to the name
      while (at_ < text_.size() && !isSpace(text_[at_]) && text_[at_] != '/' && text_[at_] != '>' &&
             text_[at_] != '=') {
        ++at_;
      }
      const std::string_view name = text_.substr(start, at_ - start);
      skipSpace();
      if (at(at_) != '=') continue;
      ++at_;
      skipSpace();
      if (at_ >= text_.size()) return false;
      if (visitor_.attribute(name, attributeValue())) return true;
    }
  }

  std::string_view attributeValue() {
    const char quote = at(at_);
    if (quote == '"' || quote == '\'' || quote == '`') {
      const size_t start = at_ + 1;
      const size_t end = std::min(text_.find(quote, start), text_.size());
      at_ = std::min(end + 1, text_.size());
      return text_.substr(start, end - start);
    }
    const size_t start = at_;
    while (at_ < text_.size() && !isSpace(text_[at_]) && text_[at_] != '>') ++at_;
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  HtmlVisitor& visitor_;
  size_t at_ = 0;
};

}  // namespace

bool scanHtml(std::string_view text, HtmlContext context, HtmlVisitor& visitor) {
  return Scanner(text, visitor).run(context);
}

}  // namespace waf
