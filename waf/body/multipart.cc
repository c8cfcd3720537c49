// multipart/form-data (RFC 7578 over RFC 2046), line by line:
//
//   preamble → "--" boundary EOL → header lines → EOL → content → EOL "--" boundary ( EOL → next
//   part | "--" → epilogue )
//
// Strict, because a body that the origin cuts differently is an attack's hiding place. What is odd
// but readable raises a flag and MULTIPART_STRICT_ERROR, what is not readable in one way is an
// error as well (ModSecurity Reference Manual v3, MULTIPART_STRICT_ERROR and
// MULTIPART_UNMATCHED_BOUNDARY). LF alone ends a line, too, and raises MULTIPART_LF_LINE when the
// line belongs to the structure.
//
// A field's charset (its own Content-Type's, else that of the "_charset_" field, RFC 7578, section
// 4.6, else the request's), its transfer encoding and encoded words are undone for a second report
// of the field, since origins differ in whether they heed them.
//
// MULTIPART_UNMATCHED_BOUNDARY: 0 when every line that starts with "--" is the boundary; 2 when
// there are others, but the first and the final boundary are in place; 1 when one of these is
// missing as well.
#include <algorithm>
#include <vector>

#include "waf/base/text.h"
#include "waf/body/body_processor.h"
#include "waf/body/charset.h"
#include "waf/body/multipart_header.h"
#include "waf/body/multipart_part.h"

namespace waf {
namespace {

constexpr size_t kMaxHeaderLine = 4096;
constexpr size_t kMaxHeaderLines = 64;
constexpr std::string_view kTransferEncoding = "content-transfer-encoding";

struct Flags {
  bool boundary_quoted = false;
  bool boundary_whitespace = false;
  bool data_before = false;
  bool data_after = false;
  bool header_folding = false;
  bool lf_line = false;
  bool crlf_line = false;
  bool missing_semicolon = false;
  bool invalid_quoting = false;
  bool invalid_part = false;
  bool invalid_header_folding = false;
  bool file_limit_exceeded = false;
};

bool isControl(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

enum class LineKind { Text, Open, Close, Odd };

struct Line {
  std::string_view text;  // without the line's end
  size_t start = 0;
  bool crlf = false;
  bool lf = false;
};

class MultipartParser {
 public:
  MultipartParser(std::string_view body, const BodyLimits& limits, BodySink& sink)
      : body_(body), limits_(limits), sink_(sink) {}

  BodyOutcome run(std::string_view content_type) {
    const MultipartBoundary boundary = parseMultipartBoundary(content_type);
    flags_.boundary_quoted = boundary.quoted;
    flags_.boundary_whitespace = boundary.whitespace;
    flags_.missing_semicolon = boundary.missing_semicolon;
    if (boundary.error.empty()) {
      boundary_ = "--" + boundary.boundary;
      if (preamble()) parts();
      if (complete_) epilogue();
      decodeParts(content_type);
    } else {
      fail(boundary.error);
    }
    publish();
    return {!message_.empty(), message_.empty() ? std::string() : "multipart: " + message_};
  }

 private:
  bool fail(std::string_view message) {
    if (message_.empty()) message_ = message;
    return false;
  }

  bool next(Line* line) {
    if (at_ >= body_.size()) return false;
    line->start = at_;
    const size_t end = body_.find('\n', at_);
    line->lf = end != std::string_view::npos;
    line->text = body_.substr(at_, line->lf ? end - at_ : std::string_view::npos);
    line->crlf = line->lf && !line->text.empty() && line->text.back() == '\r';
    if (line->crlf) line->text.remove_suffix(1);
    at_ = line->lf ? end + 1 : body_.size();
    return true;
  }

  // The line is part of the structure, so how it ends matters.
  void noteEnd(const Line& line) {
    flags_.crlf_line |= line.crlf;
    flags_.lf_line |= line.lf && !line.crlf;
  }

  LineKind classify(const Line& line) {
    if (line.text.substr(0, 2) != "--") return LineKind::Text;
    if (line.text.substr(0, boundary_.size()) == boundary_) {
      const std::string_view rest = line.text.substr(boundary_.size());
      if (rest.empty() && line.lf) return LineKind::Open;
      if (rest == "--") return LineKind::Close;
      // PHP cuts at the bare prefix, others do not.
      flags_.invalid_part = true;
    } else {
      const std::string_view after = trim(line.text.substr(2), " \t\"'");
      if (after.size() + 2 < line.text.size() &&
          after.substr(0, boundary_.size() - 2) == std::string_view(boundary_).substr(2)) {
        fail("boundary with white space or quotes before it");
      }
    }
    odd_line_ = true;
    return LineKind::Odd;
  }

  bool preamble() {
    Line line;
    while (next(&line)) {
      switch (classify(line)) {
        case LineKind::Open:
          noteEnd(line);
          return opened_ = true;
        case LineKind::Close:
          noteEnd(line);
          complete_ = true;
          if (flags_.data_before) return fail("final boundary without a part");
          opened_ = true;  // a form without fields, as browsers send it
          return false;
        case LineKind::Odd:
        case LineKind::Text:
          flags_.data_before = true;
      }
    }
    return fail("no boundary in the body");
  }

  void parts() {
    while (!complete_) {
      std::vector<std::string> headers;
      if (!headerLines(&headers) || !part(headers)) return;
    }
  }

  bool headerLines(std::vector<std::string>* headers) {
    Line line;
    while (next(&line)) {
      noteEnd(line);
      if (line.text.empty()) return true;
      if (classify(line) != LineKind::Text) {
        flags_.invalid_part = true;
        return fail("boundary within a part's header");
      }
      if (line.text.size() > kMaxHeaderLine || headers->size() >= kMaxHeaderLines) {
        flags_.invalid_part = true;
        return fail("part header too long");
      }
      const char first = line.text.front();
      const bool folded =
          first == ' ' || first == '\t' || first == '\v' || first == '\f' || first == '\r';
      // Some origins end a line at a carriage return alone, or a value at NUL. The rules see it.
      if (std::any_of(line.text.begin() + (folded ? 1 : 0), line.text.end(), isControl)) {
        flags_.invalid_part = true;
        fail("control byte in a part's header");
      }
      if (folded) {
        if (!fold(line.text, headers)) return false;
        continue;
      }
      const size_t colon = line.text.find(':');
      if (colon == std::string_view::npos || colon == 0) {
        flags_.invalid_part = true;
        return fail("part header line without a name");
      }
      headers->emplace_back(line.text);
    }
    return fail("body ends within a part's header");
  }

  bool fold(std::string_view text, std::vector<std::string>* headers) {
    flags_.header_folding = true;
    flags_.invalid_header_folding |= text.front() != ' ' && text.front() != '\t';
    if (headers->empty() || headers->back().size() + text.size() > kMaxHeaderLine) {
      flags_.invalid_part = true;
      return fail("folded part header without a beginning");
    }
    headers->back() += ' ';
    headers->back() += trim(text, " \t\v\f\r");
    return true;
  }

  bool part(const std::vector<std::string>& headers) {
    const ContentDisposition disposition = findDisposition(headers);
    const std::string_view type = headerValue(headers, "content-type");
    const std::string_view encoding = headerValue(headers, kTransferEncoding);
    flags_.invalid_quoting |= disposition.invalid_quoting;
    sink_.addPart(disposition.name, disposition.filename);
    for (const std::string& header : headers) sink_.addPartHeader(disposition.name, header);
    std::string_view content;
    const bool closed = readContent(&content);
    if (equalsIgnoreCase(type.substr(0, 10), "multipart/")) {
      // RFC 7578, section 4.3: no longer to be sent. Some origins read its parts as fields and
      // files of this body, others as one text.
      flags_.invalid_part = true;
      fail("multipart within multipart");
    }
    if (isGivenTwice(headers, "content-type") || isGivenTwice(headers, kTransferEncoding)) {
      flags_.invalid_part = true;
      fail("two types or transfer encodings of one part");
    }
    if (!disposition.error.empty()) {
      flags_.invalid_part = true;
      fail("Content-Disposition: " + disposition.error);
    }
    // A broken or unfinished part is reported as well: what was sent is inspected, whatever becomes
    // of it.
    return deliver(disposition, content, type, encoding) && closed;
  }

  bool deliver(const ContentDisposition& disposition, std::string_view content,
               std::string_view type, std::string_view encoding) {
    if (!disposition.has_filename) {
      if (!argument(disposition.name, content)) return false;
      if (disposition.name == "_charset_") {
        if (form_charset_.empty()) form_charset_ = trim(content);
      } else {
        parts_.push_back({disposition.name, {}, content, std::string(type), std::string(encoding)});
      }
      return true;
    }
    // Files past the limit are listed all the same, so that rules see their names.
    flags_.file_limit_exceeded |= ++files_ > limits_.upload_files;
    if (files_ > limits_.upload_files + limits_.further_files) {
      return fail("many more files than the limit");
    }
    sink_.addFile(disposition.name, disposition.filename, content);
    parts_.push_back({disposition.name, disposition.filename, content, {}, std::string(encoding)});
    // Some origins take this name instead (RFC 6266, section 4.3).
    const std::string& extended = disposition.extended_filename;
    if (!extended.empty() && extended != disposition.filename) {
      sink_.addPart(disposition.name, extended);
      sink_.addFile(disposition.name, extended, {});
    }
    return true;
  }

  bool argument(std::string_view name, std::string_view content) {
    if (++arguments_ > limits_.arguments || !sink_.addArgument(name, content)) {
      return fail("more arguments than the limit");
    }
    return true;
  }

  void decodeParts(std::string_view content_type) {
    bool ambiguous = false;
    PartDecoder decoder(form_charset_, charsetParameter(content_type, &ambiguous), sink_);
    decoder.run(parts_, [this](std::string_view name, std::string_view text) {
      return argument(name, text);
    });
    if (!decoder.error().empty()) fail(decoder.error());
    if (ambiguous) fail("more than one charset in the content type");
  }

  static bool isNamed(std::string_view header, std::string_view name) {
    return equalsIgnoreCase(trim(header.substr(0, header.find(':')), " \t"), name);
  }

  static std::string_view headerValue(const std::vector<std::string>& headers,
                                      std::string_view name) {
    for (const std::string_view header : headers) {
      if (isNamed(header, name)) return trim(header.substr(header.find(':') + 1), " \t");
    }
    return {};
  }

  static bool isGivenTwice(const std::vector<std::string>& headers, std::string_view name) {
    return std::count_if(headers.begin(), headers.end(),
                         [name](std::string_view header) { return isNamed(header, name); }) > 1;
  }

  ContentDisposition findDisposition(const std::vector<std::string>& headers) {
    ContentDisposition found;
    found.error = "missing";
    bool seen = false;
    for (const std::string& header : headers) {
      const size_t colon = header.find(':');
      if (!equalsIgnoreCase(trim(std::string_view(header).substr(0, colon), " \t"),
                            "content-disposition")) {
        continue;
      }
      if (seen) {
        found.error = "given twice";
        break;
      }
      seen = true;
      found = parseContentDisposition(std::string_view(header).substr(colon + 1));
    }
    return found;
  }

  // Up to the next boundary; the line end before a boundary belongs to the boundary (RFC 2046,
  // section 5.1.1).
  bool readContent(std::string_view* content) {
    const size_t start = at_;
    Line line;
    Line previous;
    while (next(&line)) {
      const LineKind kind = classify(line);
      if (kind == LineKind::Open || kind == LineKind::Close) {
        if (line.start == start) {
          // The blank line before doubles as the boundary's own: some origins see a header, some an
          // empty part.
          flags_.invalid_part = true;
          *content = {};
        } else {
          noteEnd(previous);
          const size_t end = line.start - (previous.crlf ? 2 : 1);
          *content = body_.substr(start, end - start);
        }
        noteEnd(line);
        complete_ = kind == LineKind::Close;
        return true;
      }
      previous = line;
    }
    *content = body_.substr(std::min(start, body_.size()));
    return fail("final boundary missing");
  }

  // One line end after the final boundary belongs to it.
  void epilogue() { flags_.data_after = at_ < body_.size(); }

  void publish() {
    const bool error = !message_.empty();
    const bool strict = error || flags_.boundary_quoted || flags_.boundary_whitespace ||
                        flags_.data_before || flags_.data_after || flags_.header_folding ||
                        flags_.lf_line || flags_.missing_semicolon || flags_.invalid_quoting ||
                        flags_.invalid_part || flags_.invalid_header_folding ||
                        flags_.file_limit_exceeded;
    const auto set = [this](std::string_view name, bool value) {
      sink_.setFlag(name, value ? "1" : "0");
    };
    set("MULTIPART_STRICT_ERROR", strict);
    set("MULTIPART_BOUNDARY_QUOTED", flags_.boundary_quoted);
    set("MULTIPART_BOUNDARY_WHITESPACE", flags_.boundary_whitespace);
    set("MULTIPART_DATA_BEFORE", flags_.data_before);
    set("MULTIPART_DATA_AFTER", flags_.data_after);
    set("MULTIPART_HEADER_FOLDING", flags_.header_folding);
    set("MULTIPART_LF_LINE", flags_.lf_line);
    set("MULTIPART_CRLF_LF_LINES", flags_.lf_line && flags_.crlf_line);
    set("MULTIPART_MISSING_SEMICOLON", flags_.missing_semicolon);
    set("MULTIPART_INVALID_QUOTING", flags_.invalid_quoting);
    set("MULTIPART_INVALID_PART", flags_.invalid_part);
    set("MULTIPART_INVALID_HEADER_FOLDING", flags_.invalid_header_folding);
    set("MULTIPART_FILE_LIMIT_EXCEEDED", flags_.file_limit_exceeded);
    const bool in_place = opened_ && complete_;
    sink_.setFlag("MULTIPART_UNMATCHED_BOUNDARY", !odd_line_ ? "0" : in_place ? "2" : "1");
    if (error) sink_.setFlag("REQBODY_PROCESSOR_ERROR", "1");
  }

  std::string_view body_;
  const BodyLimits& limits_;
  BodySink& sink_;
  std::string boundary_;  // with the leading "--"
  size_t at_ = 0;
  Flags flags_;
  bool opened_ = false;
  bool complete_ = false;
  bool odd_line_ = false;
  uint32_t arguments_ = 0;
  uint32_t files_ = 0;
  std::vector<MultipartPart> parts_;
  std::string form_charset_;
  std::string message_;
};

}  // namespace

BodyOutcome parseMultipart(std::string_view body, std::string_view content_type,
                           const BodyLimits& limits, BodySink& sink) {
  if (body.empty()) return {};
  return MultipartParser(body, limits, sink).run(content_type);
}

}  // namespace waf
