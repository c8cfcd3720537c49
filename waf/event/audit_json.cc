// One line of JSON per transaction, written by hand: it is made for every refusal while the client
// waits.
#include <charconv>

#include "waf/base/text.h"
#include "waf/event/event.h"

namespace waf {
namespace {

// Writes members of one object after another, with the commas between them.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string* out) : out_(*out) { out_.push_back('{'); }
  void close() { out_.push_back('}'); }

  void key(std::string_view name, std::string_view suffix = {}) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.push_back('"');
    appendJsonEscaped(name, &out_);
    out_.append(suffix);
    out_.append("\":");
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    appendQuoted(value, &out_);
  }
  // For bytes of a client: the exact ones go beside those that can be shown.
  void bytes(std::string_view name, std::string_view value) {
    text(name, value);
    if (isValidUtf8(value)) return;
    key(name, "_base64");
    appendQuoted(base64Encode(value), &out_);
  }
  void number(std::string_view name, int64_t value) {
    key(name);
    appendNumber(value, &out_);
  }

  static void appendQuoted(std::string_view value, std::string* out) {
    out->push_back('"');
    appendJsonEscaped(value, out);
    out->push_back('"');
  }
  static void appendNumber(int64_t value, std::string* out) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out->append(digits, static_cast<size_t>(end - digits));
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void appendStrings(const std::vector<std::string>& texts, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out->push_back(',');
    ObjectWriter::appendQuoted(texts[i], out);
  }
  out->push_back(']');
}

using Headers = std::vector<std::pair<std::string, std::string>>;

void appendHeaders(const Headers& headers, bool base64, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < headers.size(); ++i) {
    const auto& [name, value] = headers[i];
    out->append(i > 0 ? ",[" : "[");
    ObjectWriter::appendQuoted(base64 ? base64Encode(name) : name, out);
    out->push_back(',');
    ObjectWriter::appendQuoted(base64 ? base64Encode(value) : value, out);
    out->push_back(']');
  }
  out->push_back(']');
}

bool allUtf8(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!isValidUtf8(name) || !isValidUtf8(value)) return false;
  }
  return true;
}

void appendHeaderMembers(const Headers& headers, ObjectWriter* object, std::string* out) {
  object->key("headers");
  appendHeaders(headers, false, out);
  if (allUtf8(headers)) return;
  object->key("headers_base64");
  appendHeaders(headers, true, out);
}

void appendRequest(const AuditEvent& event, std::string* out) {
  ObjectWriter request(out);
  request.bytes("method", event.method);
  request.bytes("uri", event.uri);
  request.bytes("protocol", event.protocol);
  appendHeaderMembers(event.request_headers, &request, out);
  request.bytes("body_excerpt", event.body_excerpt);
  request.close();
}

void appendResponse(const AuditEvent& event, std::string* out) {
  ObjectWriter response(out);
  response.number("status", event.status);
  if (!event.response_headers.empty()) appendHeaderMembers(event.response_headers, &response, out);
  if (!event.response_excerpt.empty()) response.bytes("body_excerpt", event.response_excerpt);
  response.close();
}

void appendNumbers(const std::vector<std::pair<std::string, int64_t>>& numbers, std::string* out) {
  ObjectWriter object(out);
  for (const auto& [what, number] : numbers) object.number(what, number);
  object.close();
}

void appendRule(const MatchedRule& rule, std::string* out) {
  ObjectWriter object(out);
  object.number("id", rule.id);
  object.number("phase", rule.phase);
  object.bytes("msg", rule.message);
  object.bytes("data", rule.data);
  object.text("severity", rule.severity);
  object.key("tags");
  appendStrings(rule.tags, out);
  object.bytes("variable", rule.variable);
  object.bytes("value", rule.value);
  object.key("transformations");
  appendStrings(rule.transformations, out);
  object.key("match");
  ObjectWriter match(out);
  match.number("offset", static_cast<int64_t>(rule.match_offset));
  match.number("length", static_cast<int64_t>(rule.match_length));
  match.close();
  object.text("file", rule.file);
  object.number("line", rule.line);
  object.close();
}

}  // namespace

void appendAuditJson(const AuditEvent& event, std::string* out) {
  ObjectWriter object(out);
  object.text("id", event.id);
  object.text("time", formatRfc3339(event.time));
  object.text("site", event.site);
  object.key("client");
  ObjectWriter client(out);
  client.text("ip", event.client_ip);
  client.number("port", event.client_port);
  if (!event.country.empty()) client.text("country", event.country);
  client.close();
  object.key("request");
  appendRequest(event, out);
  object.key("response");
  appendResponse(event, out);
  object.text("decision", name(event.decision));
  object.text("reason", name(event.reason));
  object.bytes("detail", event.detail);
  object.key("rules");
  out->push_back('[');
  for (size_t i = 0; i < event.rules.size(); ++i) {
    if (i > 0) out->push_back(',');
    appendRule(event.rules[i], out);
  }
  out->push_back(']');
  object.key("scores");
  ObjectWriter scores(out);
  scores.number("inbound", event.inbound_score);
  scores.number("outbound", event.outbound_score);
  if (!event.class_scores.empty()) {
    scores.key("classes");
    appendNumbers(event.class_scores, out);
  }
  scores.close();
  object.text("upstream", event.upstream);
  object.text("cache", event.cache_status);
  object.key("tls");
  ObjectWriter tls(out);
  tls.text("version", event.tls_version);
  tls.bytes("sni", event.tls_sni);
  tls.text("ja4", event.tls_ja4);
  tls.close();
  object.key("durations_us");
  appendNumbers(event.durations_us, out);
  if (!event.sealed.empty()) object.text("sealed", event.sealed);
  object.close();
}

std::string toAuditJson(const AuditEvent& event) {
  std::string out;
  appendAuditJson(event, &out);
  return out;
}

}  // namespace waf
