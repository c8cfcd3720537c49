#include "waf/body/charset_body.h"

#include <set>
#include <string>
#include <utility>

#include "waf/base/ascii.h"
#include "waf/base/text.h"

namespace waf {
namespace {

// Passes on what has not been reported yet; while `charset` is set, each argument decoded as well.
class CharsetSink final : public BodySink {
 public:
  CharsetSink(Charset charset, BodySink& sink) : charset_(charset), sink_(sink) {}

  bool addArgument(std::string_view name, std::string_view value) override {
    if (!addOnce(name, value)) return false;
    if (charset_ == Charset::AsIs) return true;
    const bool name_valid = decodeCharset(charset_, name, &name_);
    all_valid_ &= decodeCharset(charset_, value, &value_) && name_valid;
    return addOnce(name_, value_);
  }
  void addFile(std::string_view field, std::string_view filename,
               std::string_view content) override {
    sink_.addFile(field, filename, content);
  }
  void addPartHeader(std::string_view field, std::string_view line) override {
    sink_.addPartHeader(field, line);
  }
  void addPart(std::string_view field, std::string_view filename) override {
    sink_.addPart(field, filename);
  }
  void setFlag(std::string_view variable, std::string_view value) override {
    sink_.setFlag(variable, value);
  }

  void stopDecoding() { charset_ = Charset::AsIs; }
  bool allValid() const { return all_valid_; }
  bool full() const { return full_; }

 private:
  bool addOnce(std::string_view name, std::string_view value) {
    if (full_) return false;  // also for the other reading
    if (!seen_.emplace(name, value).second) return true;
    full_ |= !sink_.addArgument(name, value);
    return !full_;
  }

  Charset charset_;
  BodySink& sink_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::string name_;
  std::string value_;
  bool all_valid_ = true;
  bool full_ = false;
};

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Passes arguments on to another sink; the rest of a form there is none.
class ArgumentSink : public BodySink {
 public:
  explicit ArgumentSink(BodySink& sink) : sink_(&sink) {}

  bool addArgument(std::string_view name, std::string_view value) override {
    return sink_->addArgument(name, value);
  }
  void addFile(std::string_view, std::string_view, std::string_view) override {}
  void addPartHeader(std::string_view, std::string_view) override {}
  void addPart(std::string_view, std::string_view) override {}
  void setFlag(std::string_view variable, std::string_view value) override {
    sink_->setFlag(variable, value);
  }

 private:
  BodySink* sink_;
};

// Remembers the first "_charset_".
class FormSink final : public ArgumentSink {
 public:
  using ArgumentSink::ArgumentSink;
  bool addArgument(std::string_view name, std::string_view value) override {
    if (charset_.empty() && name == "_charset_") charset_ = trim(value);
    return ArgumentSink::addArgument(name, value);
  }
  const std::string& charset() const { return charset_; }

 private:
  std::string charset_;
};

// Passes on what reads differently in a charset; what is not valid in it stays as it was sent.
class DecodingSink final : public ArgumentSink {
 public:
  DecodingSink(Charset charset, BodySink& sink) : ArgumentSink(sink), charset_(charset) {}
  bool addArgument(std::string_view name, std::string_view value) override {
    decodeCharset(charset_, name, &name_);
    decodeCharset(charset_, value, &value_);
    return (name == name_ && value == value_) || ArgumentSink::addArgument(name_, value_);
  }

 private:
  Charset charset_;
  std::string name_;
  std::string value_;
};

bool decodeQuotedPrintable(std::string_view content, std::string* out) {
  const auto digit = [&](size_t at) {
    const char c = at < content.size() ? asciiLower(content[at]) : '\0';
    return isDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (size_t at = 0; at < content.size(); ++at) {
    if (content[at] != '=') {
      out->push_back(content[at]);
    } else if (digit(at + 1) >= 0 && digit(at + 2) >= 0) {
      out->push_back(static_cast<char>(digit(at + 1) * 16 + digit(at + 2)));
      at += 2;
    } else if (content.substr(at + 1, 2) == "\r\n") {
      at += 2;
    } else if (content.substr(at + 1, 1) == "\n") {
      at += 1;
    } else {
      out->push_back('=');
    }
  }
  return *out != content;
}

bool decodeBase64(std::string_view content, std::string* out) {
  uint32_t bits = 0;
  int count = 0;
  for (const char c : content) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (isDigit(c)) value = c - '0' + 52;
    if (c == '+' || c == '/') value = c == '+' ? 62 : 63;
    if (c == '=') break;
    if (value < 0) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out->push_back(static_cast<char>(bits >> count & 0xff));
  }
  return !out->empty();
}

}  // namespace

BodyOutcome parseInCharset(Charset charset, std::string_view body, const BodyParser& parse,
                           BodySink& sink) {
  CharsetSink both(charset, sink);
  const BodyOutcome as_sent = parse(body, both);
  const bool each_valid = both.allValid();
  both.stopDecoding();
  std::string text;
  const bool valid = decodeCharset(charset, body, &text);
  const BodyOutcome decoded = parse(text, both);
  if (!as_sent.error && !each_valid && !valid) {
    return {true, "the body is not valid in the charset that it names"};
  }
  if (both.full()) return as_sent.error ? as_sent : decoded;
  // One reading is enough: an origin that reads it the other way fails.
  if (!as_sent.error || (valid && !decoded.error)) return {};
  return valid ? decoded : as_sent;
}

BodyOutcome parseForm(std::string_view body, const BodyLimits& limits, BodySink& sink) {
  FormSink first(sink);
  BodyOutcome outcome = parseUrlEncoded(body, limits, first);
  if (outcome.error) return outcome;
  if (body.starts_with(kByteOrderMark)) {
    const std::string_view rest = body.substr(kByteOrderMark.size());
    FormSink without(sink);
    outcome =
        parseUrlEncoded(rest.substr(0, rest.find(limits.argument_separator)), limits, without);
    if (first.charset().empty()) first = without;
  }
  const Charset charset = findCharset(first.charset());
  if (charset == Charset::AsIs || outcome.error) return outcome;
  if (charset == Charset::Unknown) {
    return {true, "charset \"" + toPrintableUtf8(std::string_view(first.charset()).substr(0, 64)) +
                      "\" of the form cannot be decoded"};
  }
  DecodingSink decoding(charset, sink);
  return parseUrlEncoded(body, limits, decoding);
}

bool decodeTransferEncoding(std::string_view encoding, std::string_view content, std::string* out) {
  out->clear();
  if (equalsIgnoreCase(encoding, "quoted-printable")) return decodeQuotedPrintable(content, out);
  return equalsIgnoreCase(encoding, "base64") && decodeBase64(content, out);
}

}  // namespace waf
