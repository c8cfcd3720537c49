// The two header fields that decide how an origin cuts a multipart body. Origins disagree about
// every form that is not the plain one, so each such form is either a flag (readable, but odd) or
// an error (not readable in one way).
#include "waf/body/multipart_header.h"

#include <algorithm>

#include "waf/base/ascii.h"
#include "waf/base/text.h"
#include "waf/body/utf8.h"

namespace waf {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kBoundary = "boundary";
constexpr size_t kMaxBoundary = 70;  // RFC 2046, section 5.1.1
constexpr size_t kMaxContentType = 1024;

bool isAlnum(char c) {
  return (c >= '0' && c <= '9') || (asciiLower(c) >= 'a' && asciiLower(c) <= 'z');
}

bool isBoundaryByte(char c) {
  return isAlnum(c) || std::string_view("'()+_,-./:=?").find(c) != std::string_view::npos;
}

bool isTokenByte(char c) {
  return isAlnum(c) ||
         (c != '\0' && std::string_view("!#$&+-.^_`|~*%").find(c) != std::string_view::npos);
}

// How many parameters are named "boundary". The word within a value ("----WebKitFormBoundary…") is
// none.
size_t countBoundaries(std::string_view lower) {
  size_t count = 0;
  for (size_t at = lower.find(kBoundary); at != std::string_view::npos;
       at = lower.find(kBoundary, at + kBoundary.size())) {
    const size_t after = lower.find_first_not_of(kBlank, at + kBoundary.size());
    const bool named = after != std::string_view::npos && lower[after] == '=';
    const bool begins = at == 0 || !isTokenByte(lower[at - 1]);
    count += named && begins;
  }
  return count;
}

// What stands between the media type and "boundary": ";" with blanks, and whole parameters before
// that.
bool checkSeparator(std::string_view between, MultipartBoundary* out) {
  const std::string_view text = trim(between, kBlank);
  if (text.empty() && !between.empty()) {
    out->missing_semicolon = true;
    return true;
  }
  return !text.empty() && text.front() == ';' && text.back() == ';' &&
         text.find_first_of(",\"") == std::string_view::npos;
}

std::string_view unquoteBoundary(std::string_view value, MultipartBoundary* out) {
  if (value.empty() || value.front() != '"') {
    const std::string_view plain = value.substr(0, value.find(';'));
    const std::string_view trimmed = trim(plain, kBlank);
    out->whitespace |= trimmed.size() != plain.size();
    if (trimmed.find('"') != std::string_view::npos) out->error = "stray quote in the boundary";
    // RFC 2045, section 5.1 wants quotes around these; PHP ends the boundary at a comma, others at
    // a comment.
    if (trimmed.find_first_of(",()") != std::string_view::npos) {
      out->error = "comma or parenthesis in a boundary without quotes";
    }
    return trimmed;
  }
  const size_t close = value.find('"', 1);
  if (close == std::string_view::npos) {
    out->error = "unbalanced quote in the boundary";
    return {};
  }
  const std::string_view rest = trim(value.substr(close + 1), kBlank);
  if (!rest.empty() && rest.front() != ';') out->error = "text after the quoted boundary";
  out->quoted = true;
  const std::string_view quoted = value.substr(1, close - 1);
  const std::string_view trimmed = trim(quoted, kBlank);
  out->whitespace |= trimmed.size() != quoted.size();
  return trimmed;
}

unsigned hexDigitValue(char c) {
  return static_cast<unsigned>(isDigit(c) ? c - '0' : asciiLower(c) - 'a' + 10);
}

// RFC 8187, section 3.2.1: charset "'" [ language ] "'" *( %xx / attr-char ), with one of the two
// charsets that RFC 5987 requires.
bool isExtendedValue(std::string_view value) {
  const size_t first = value.find('\'');
  if (first == std::string_view::npos) return false;
  const size_t second = value.find('\'', first + 1);
  if (second == std::string_view::npos) return false;
  const std::string_view charset = value.substr(0, first);
  if (!equalsIgnoreCase(charset, "utf-8") && !equalsIgnoreCase(charset, "iso-8859-1")) return false;
  const std::string_view text = value.substr(second + 1);
  const auto hex = [&](size_t at) {
    return at < text.size() && std::string_view("0123456789abcdef").find(asciiLower(text[at])) !=
                                   std::string_view::npos;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (!hex(i + 1) || !hex(i + 2)) return false;
      i += 2;
    } else if (!isTokenByte(text[i]) || text[i] == '*') {
      return false;
    }
  }
  return !text.empty();
}

// Of an extended value, as UTF-8.
std::string decodeExtendedValue(std::string_view value) {
  const bool latin1 = asciiLower(value.front()) == 'i';
  const std::string_view text = value.substr(value.find('\'', value.find('\'') + 1) + 1);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      byte = hexDigitValue(text[i + 1]) * 16 + hexDigitValue(text[i + 2]);
      i += 2;
    }
    if (latin1) {
      appendUtf8(byte, &out);
    } else {
      out.push_back(static_cast<char>(byte));
    }
  }
  return out;
}

// One pass over the parameters of a Content-Disposition.
class DispositionParser {
 public:
  DispositionParser(std::string_view text, ContentDisposition* out) : text_(text), out_(out) {}

  bool run() {
    for (skipBlank(); at_ < text_.size(); skipBlank()) {
      if (text_[at_] != ';') return fail("expected ; between parameters");
      ++at_;
      skipBlank();
      if (at_ == text_.size()) break;
      if (!parameter()) return false;
    }
    if (!has_name_) return fail("no name");
    if (out_->name.empty()) return fail("empty name");
    // RFC 7578, section 4.2 forbids filename* here: alone it would make a file of what looks like a
    // field.
    if (has_extended_ && !has_filename_) return fail("filename* without filename");
    return true;
  }

 private:
  bool fail(const char* message) {
    out_->error = message;
    return false;
  }

  void skipBlank() { at_ = std::min(text_.find_first_not_of(kBlank, at_), text_.size()); }

  bool parameter() {
    const size_t start = at_;
    while (at_ < text_.size() && isTokenByte(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    skipBlank();
    if (at_ == text_.size() || text_[at_] != '=') return fail("parameter without a value");
    ++at_;
    skipBlank();
    std::string value;
    if (!this->value(name == "filename*", &value)) return fail("broken parameter value");
    if (name == "name") {
      if (has_name_) return fail("two names");
      has_name_ = true;
      out_->name = std::move(value);
    } else if (name == "filename") {
      if (has_filename_) return fail("two filenames");
      has_filename_ = true;
      out_->has_filename = !value.empty();
      out_->filename = std::move(value);
    } else if (name == "filename*") {
      if (has_extended_ || !isExtendedValue(value)) return fail("broken filename*");
      has_extended_ = true;
      out_->extended_filename = decodeExtendedValue(value);
    } else {
      return fail("unknown parameter");
    }
    return true;
  }

  bool value(bool extended, std::string* out) {
    if (at_ < text_.size() && text_[at_] == '"') return !extended && quoted('"', out);
    // Quotes to PHP and ModSecurity, part of the value to others.
    if (at_ < text_.size() && text_[at_] == '\'' && !extended) {
      out_->invalid_quoting = true;
      return quoted('\'', out);
    }
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ';' && text_[at_] != ' ' && text_[at_] != '\t')
      ++at_;
    out->assign(text_.substr(start, at_ - start));
    if (!extended && out->find_first_of("'\"") != std::string::npos) out_->invalid_quoting = true;
    return !out->empty();
  }

  bool quoted(char quote, std::string* out) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
          (text_[at_ + 1] == quote || text_[at_ + 1] == '\\')) {
        ++at_;
      }
      out->push_back(text_[at_]);
    }
    out_->invalid_quoting = true;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  ContentDisposition* out_;
  bool has_name_ = false;
  bool has_filename_ = false;
  bool has_extended_ = false;
};

}  // namespace

MultipartBoundary parseMultipartBoundary(std::string_view content_type) {
  MultipartBoundary out;
  const auto bad = [&out](const char* message) {
    if (out.error.empty()) out.error = message;
    return out;
  };
  if (content_type.size() > kMaxContentType) return bad("content type too long");
  const std::string lower = toLower(content_type);
  const size_t at = lower.find(kBoundary);
  if (at == std::string::npos) return bad("no boundary in the content type");
  if (countBoundaries(lower) > 1) return bad("more than one boundary in the content type");
  // A parameter's name has no case in MIME, but origins that look for "boundary" byte by byte
  // exist.
  if (content_type.substr(at, kBoundary.size()) != kBoundary)
    return bad("\"boundary\" not in lower case");
  const size_t type_end = std::min(lower.find_first_of("; \t,"), at);
  if (!checkSeparator(content_type.substr(type_end, at - type_end), &out)) {
    return bad("malformed text before the boundary");
  }
  std::string_view rest = content_type.substr(at + kBoundary.size());
  const size_t equals = std::min(rest.find_first_not_of(kBlank), rest.size());
  if (equals == rest.size() || rest[equals] != '=') return bad("no = after \"boundary\"");
  out.whitespace = equals > 0;
  rest.remove_prefix(equals + 1);
  const size_t value = std::min(rest.find_first_not_of(kBlank), rest.size());
  out.whitespace |= value > 0;
  out.boundary = unquoteBoundary(rest.substr(value), &out);
  if (out.boundary.empty()) return bad("empty boundary");
  if (out.boundary.size() > kMaxBoundary) return bad("boundary longer than 70 bytes");
  if (!std::all_of(out.boundary.begin(), out.boundary.end(), isBoundaryByte)) {
    return bad("illegal byte in the boundary");
  }
  return out;
}

ContentDisposition parseContentDisposition(std::string_view value) {
  ContentDisposition out;
  constexpr std::string_view kFormData = "form-data";
  const std::string_view text = trim(value, kBlank);
  if (text.substr(0, kFormData.size()) != kFormData) {
    out.error = "disposition is not form-data";
  } else if (text.find('\0') != std::string_view::npos) {
    out.error = "NUL byte";
  } else {
    DispositionParser(text.substr(kFormData.size()), &out).run();
  }
  return out;
}

}  // namespace waf
