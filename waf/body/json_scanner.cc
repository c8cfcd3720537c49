#include "waf/body/json_scanner.h"

#include <algorithm>

#include "waf/base/ascii.h"
#include "waf/base/text.h"
#include "waf/body/utf8.h"

namespace waf {

bool JsonScanner::atEnd() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  return at_ == text_.size();
}

char JsonScanner::peek() { return atEnd() ? '\0' : text_[at_]; }

bool JsonScanner::accept(char c) {
  if (peek() != c) return false;
  ++at_;
  return true;
}

bool JsonScanner::string(std::string* out) {
  out->clear();
  ++at_;
  while (at_ < text_.size()) {
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    const std::string_view run = text_.substr(start, at_ - start);
    if (!isValidUtf8(run)) return false;
    out->append(run);
    if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) return false;
    if (text_[at_++] == '"') return true;
    if (!escape(out)) return false;
  }
  return false;
}

bool JsonScanner::escape(std::string* out) {
  if (at_ == text_.size()) return false;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
  const char c = text_[at_++];
  const size_t known = kNames.find(c);
  if (known != std::string_view::npos) {
    out->push_back(kBytes[known]);
    return true;
  }
  unsigned code = 0;
  if (c != 'u' || !hex4(&code)) return false;
  if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
    const size_t second = at_;
    unsigned low = 0;
    at_ += 2;
    if (!hex4(&low)) return false;
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else {
      at_ = second;
    }
  }
  if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
  appendUtf8(code, out);
  return true;
}

bool JsonScanner::hex4(unsigned* out) {
  if (text_.size() - at_ < 4) return false;
  *out = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = asciiLower(text_[at_++]);
    if (!isDigit(c) && (c < 'a' || c > 'f')) return false;
    *out = *out * 16 + static_cast<unsigned>(isDigit(c) ? c - '0' : c - 'a' + 10);
  }
  return true;
}

bool JsonScanner::literal(std::string_view* out) {
  const char first = peek();
  const size_t start = at_;
  if (first == '-' || isDigit(first)) {
    if (!number()) return false;
    *out = text_.substr(start, at_ - start);
    return true;
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(start, word.size()) == word) {
      at_ += word.size();
      *out = word;
      return true;
    }
  }
  return false;
}

// RFC 8259, section 6.
bool JsonScanner::number() {
  const auto digits = [this] {
    const size_t start = at_;
    while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
    return at_ > start;
  };
  const auto is = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (is('-')) ++at_;
  if (is('0')) {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (is('.')) {
    ++at_;
    if (!digits()) return false;
  }
  if (is('e') || is('E')) {
    ++at_;
    if (is('+') || is('-')) ++at_;
    return digits();
  }
  return true;
}

}  // namespace waf
