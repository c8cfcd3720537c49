// The inverse of appendAuditJson. Fields that are missing keep their defaults: records of an older
// version stay readable.
#include <nlohmann/json.hpp>

#include "waf/event/event_names.h"

namespace waf {
namespace {

using nlohmann::json;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64Decode(std::string_view text, std::string* out) {
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out->push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  return true;
}

const json& member(const json& object, const char* name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::string text(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

// The exact bytes when they are there, else the text.
std::string bytes(const json& object, const char* name) {
  const std::string encoded = text(object, (std::string(name) + "_base64").c_str());
  std::string decoded;
  if (!encoded.empty() && base64Decode(encoded, &decoded)) return decoded;
  return text(object, name);
}

int64_t number(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_number_integer() ? value.get<int64_t>() : 0;
}

void readStrings(const json& array, std::vector<std::string>* out) {
  if (!array.is_array()) return;
  for (const json& item : array) {
    if (item.is_string()) out->push_back(item.get<std::string>());
  }
}

void readHeaders(const json& message, std::vector<std::pair<std::string, std::string>>* out) {
  const json& encoded = member(message, "headers_base64");
  const json& headers = encoded.is_array() ? encoded : member(message, "headers");
  if (!headers.is_array()) return;
  for (const json& pair : headers) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      continue;
    }
    std::string name = pair[0].get<std::string>();
    std::string value = pair[1].get<std::string>();
    if (encoded.is_array()) {
      std::string exact_name;
      std::string exact_value;
      if (!base64Decode(name, &exact_name) || !base64Decode(value, &exact_value)) continue;
      name = std::move(exact_name);
      value = std::move(exact_value);
    }
    out->emplace_back(std::move(name), std::move(value));
  }
}

void readNumbers(const json& object, std::vector<std::pair<std::string, int64_t>>* out) {
  if (!object.is_object()) return;
  for (const auto& [what, value] : object.items()) {
    if (value.is_number_integer()) out->emplace_back(what, value.get<int64_t>());
  }
}

MatchedRule readRule(const json& object) {
  MatchedRule rule;
  rule.id = number(object, "id");
  rule.phase = static_cast<int>(number(object, "phase"));
  rule.message = bytes(object, "msg");
  rule.data = bytes(object, "data");
  rule.severity = text(object, "severity");
  readStrings(member(object, "tags"), &rule.tags);
  rule.variable = bytes(object, "variable");
  rule.value = bytes(object, "value");
  readStrings(member(object, "transformations"), &rule.transformations);
  const json& match = member(object, "match");
  rule.match_offset = static_cast<size_t>(number(match, "offset"));
  rule.match_length = static_cast<size_t>(number(match, "length"));
  rule.file = text(object, "file");
  rule.line = static_cast<int>(number(object, "line"));
  return rule;
}

bool readHead(const json& object, AuditEvent* out) {
  out->id = text(object, "id");
  out->site = text(object, "site");
  const json& client = member(object, "client");
  out->client_ip = text(client, "ip");
  out->client_port = static_cast<uint16_t>(number(client, "port"));
  out->country = text(client, "country");
  const json& request = member(object, "request");
  out->method = bytes(request, "method");
  out->uri = bytes(request, "uri");
  out->protocol = bytes(request, "protocol");
  readHeaders(request, &out->request_headers);
  out->body_excerpt = bytes(request, "body_excerpt");
  const json& response = member(object, "response");
  out->status = static_cast<int>(number(response, "status"));
  readHeaders(response, &out->response_headers);
  out->response_excerpt = bytes(response, "body_excerpt");
  return !out->id.empty() && parseRfc3339(text(object, "time"), &out->time) &&
         parseDecision(text(object, "decision"), &out->decision) &&
         parseReason(text(object, "reason"), &out->reason);
}

}  // namespace

bool parseAuditJson(std::string_view line, AuditEvent* out) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return false;
  AuditEvent event;
  if (!readHead(object, &event)) return false;
  event.detail = bytes(object, "detail");
  if (const json& rules = member(object, "rules"); rules.is_array()) {
    for (const json& rule : rules) event.rules.push_back(readRule(rule));
  }
  const json& scores = member(object, "scores");
  event.inbound_score = number(scores, "inbound");
  event.outbound_score = number(scores, "outbound");
  readNumbers(member(scores, "classes"), &event.class_scores);
  event.upstream = text(object, "upstream");
  event.cache_status = text(object, "cache");
  const json& tls = member(object, "tls");
  event.tls_version = text(tls, "version");
  event.tls_sni = bytes(tls, "sni");
  event.tls_ja4 = text(tls, "ja4");
  readNumbers(member(object, "durations_us"), &event.durations_us);
  event.sealed = text(object, "sealed");
  *out = std::move(event);
  return true;
}

}  // namespace waf
