#include "waf/body/multipart_part.h"

#include <algorithm>

#include "waf/base/text.h"
#include "waf/body/charset.h"
#include "waf/body/charset_body.h"

namespace waf {
namespace {

// One encoded word at the start of `text`: "=?" charset [ "*" language ] "?" ( "B" / "Q" ) "?" text
// "?=". Gives its length, or 0.
size_t decodeWord(std::string_view text, std::string* out) {
  if (!text.starts_with("=?")) return 0;
  const size_t coding = text.find('?', 2);
  if (coding == std::string_view::npos || text.size() - coding < 3 || text[coding + 2] != '?') {
    return 0;
  }
  const size_t start = coding + 3;
  const size_t end = text.find("?=", start);
  if (end == std::string_view::npos) return 0;
  const char kind = asciiLower(text[coding + 1]);
  if (kind != 'b' && kind != 'q') return 0;
  std::string content(text.substr(start, end - start));
  if (kind == 'q') std::replace(content.begin(), content.end(), '_', ' ');
  std::string bytes;
  if (!decodeTransferEncoding(kind == 'q' ? "quoted-printable" : "base64", content, &bytes)) {
    bytes = kind == 'q' ? content : std::string();
  }
  std::string_view charset = text.substr(2, coding - 2);
  charset = charset.substr(0, charset.find('*'));
  std::string decoded;
  const Charset known = findCharset(charset);
  const bool as_is = known == Charset::AsIs || known == Charset::Unknown;
  if (!as_is) decodeCharset(known, bytes, &decoded);
  out->append(as_is ? bytes : decoded);
  return end + 2;
}

// Undone by nobody, and needing no undoing.
bool isPlainEncoding(std::string_view encoding) {
  return encoding.empty() || equalsIgnoreCase(encoding, "7bit") ||
         equalsIgnoreCase(encoding, "8bit") || equalsIgnoreCase(encoding, "binary");
}

bool isKnownEncoding(std::string_view encoding) {
  return isPlainEncoding(encoding) || equalsIgnoreCase(encoding, "base64") ||
         equalsIgnoreCase(encoding, "quoted-printable");
}

}  // namespace

bool decodeEncodedWords(std::string_view text, std::string* out) {
  out->clear();
  bool changed = false;
  for (size_t at = 0; at < text.size();) {
    const size_t length = decodeWord(text.substr(at), out);
    changed |= length > 0;
    if (length == 0) out->push_back(text[at]);
    at += std::max<size_t>(length, 1);
  }
  return changed;
}

void PartDecoder::fail(std::string message) {
  if (error_.empty()) error_ = std::move(message);
}

std::string PartDecoder::nameOf(std::string_view text) const {
  std::string words;
  if (decodeEncodedWords(text, &words)) return words;
  const Charset charset = findCharset(form_charset_);
  if (charset == Charset::AsIs || charset == Charset::Unknown) return std::string(text);
  decodeCharset(charset, text, &words);
  return words;
}

void PartDecoder::reportFile(const MultipartPart& part) {
  const std::string filename = nameOf(part.filename);
  const std::string name = nameOf(part.name);
  if (filename != part.filename || name != part.name) {
    sink_.addPart(name, filename);
    sink_.addFile(name, filename, {});
  }
  std::string content;
  if (decodeTransferEncoding(part.encoding, part.content, &content)) {
    sink_.addFile(part.name, part.filename, content);
  }
}

PartDecoder::Pairs PartDecoder::readings(const MultipartPart& part) {
  Pairs out;
  if (!isKnownEncoding(part.encoding)) {
    fail("transfer encoding \"" + toPrintableUtf8(part.encoding.substr(0, 64)) + "\" is not known");
  }
  if (!part.filename.empty()) {
    reportFile(part);
    return out;
  }
  std::string_view content = part.content;
  const std::string name = nameOf(part.name);
  if (name != part.name) out.emplace_back(name, content);
  std::string bytes;
  if (decodeTransferEncoding(part.encoding, content, &bytes)) {
    out.emplace_back(part.name, bytes);
    content = bytes;
  }
  bool differ = false;
  std::string_view charset = charsetParameter(part.type, &differ);
  if (charset.empty()) charset = form_charset_;
  const Charset known = findCharset(charset);
  if (known == Charset::Unknown || differ) {
    fail("charset \"" + toPrintableUtf8(charset.substr(0, 64)) + "\" cannot be decoded");
    return out;
  }
  if (known == Charset::AsIs) return out;
  std::string text;
  if (!decodeCharset(known, content, &text)) fail("field is not valid in its charset");
  if (text != content) out.emplace_back(name, std::move(text));
  return out;
}

}  // namespace waf
