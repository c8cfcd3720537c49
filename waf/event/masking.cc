#include "waf/event/masking.h"

#include <algorithm>
#include <utility>

#include "waf/base/text.h"

namespace waf {
namespace {

constexpr size_t kLeastCardDigits = 13;
constexpr size_t kMostCardDigits = 19;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameChar(char c) {
  const char lower = asciiLower(c);
  return (lower >= 'a' && lower <= 'z') || isDigit(c) || c == '_' || c == '-' || c == '.';
}

void fill(std::string* text, size_t begin, size_t end) {
  end = std::min(end, text->size());
  if (begin < end)
    std::fill(text->begin() + static_cast<ptrdiff_t>(begin),
              text->begin() + static_cast<ptrdiff_t>(end), '*');
}

// ISO/IEC 7812-1, annex B.
bool hasCheckDigit(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

// A cookie keeps its name, an Authorization its scheme.
void maskHeaderValue(std::string_view name, std::string* value) {
  if (name == "cookie" || name == "set-cookie") {
    size_t begin = 0;
    while (begin < value->size()) {
      const size_t end = std::min(value->find(';', begin), value->size());
      const size_t equals = value->find('=', begin);
      const bool first =
          begin == 0 || name == "cookie";  // what follows are a Set-Cookie's attributes
      if (first) fill(value, equals < end ? equals + 1 : begin, end);
      begin = end + 1;
    }
    return;
  }
  const size_t space = value->find(' ');
  fill(value, name.ends_with("authorization") && space != std::string::npos ? space + 1 : 0,
       value->size());
}

// "%70assword" is a password too.
std::string decodedName(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto hex = [](char c) {
      const char lower = asciiLower(c);
      return isDigit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    };
    if (name[i] == '%' && i + 2 < name.size() && hex(name[i + 1]) >= 0 && hex(name[i + 2]) >= 0) {
      out += static_cast<char>(hex(name[i + 1]) * 16 + hex(name[i + 2]));
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

Masking::Masking(MaskingRules rules) : rules_(std::move(rules)) {
  for (std::string& name : rules_.headers) name = toLower(name);
  for (std::string& name : rules_.parameters) name = toLower(name);
}

bool Masking::isSecretHeader(std::string_view name) const {
  return std::any_of(rules_.headers.begin(), rules_.headers.end(),
                     [name](const std::string& secret) { return equalsIgnoreCase(secret, name); });
}

bool Masking::isSecretParameter(std::string_view name) const {
  // "user[password]" and "json.user.password" end in a bracket or behind a point.
  const std::string lower = toLower(trim(decodedName(name), " \t\r\n[]\"'"));
  return std::any_of(rules_.parameters.begin(), rules_.parameters.end(),
                     [&lower](const std::string& secret) { return lower.ends_with(secret); });
}

void Masking::apply(AuditEvent* event) const {
  if (!rules_.enabled) return;
  maskHeaders(&event->request_headers);
  maskHeaders(&event->response_headers);
  const size_t question = event->uri.find('?');
  if (question != std::string::npos) maskPairs("&;", question + 1, &event->uri);
  maskBody(&event->body_excerpt);
  maskBody(&event->response_excerpt);
  for (MatchedRule& rule : event->rules) maskRule(&rule);
  maskCards(&event->uri);
}

void Masking::maskBody(std::string* text) const {
  const size_t first = text->find_first_not_of(" \t\r\n");
  if (first != std::string::npos && ((*text)[first] == '{' || (*text)[first] == '[')) {
    maskJson(text);
  } else if (text->starts_with("--")) {
    maskMultipart(text);
  } else {
    maskPairs("&;", 0, text);
  }
  maskCards(text);
}

void Masking::maskHeaders(std::vector<std::pair<std::string, std::string>>* headers) const {
  for (auto& [name, value] : *headers) {
    if (isSecretHeader(name)) {
      maskHeaderValue(toLower(name), &value);
    } else if (equalsIgnoreCase(name, "referer") || equalsIgnoreCase(name, "location")) {
      const size_t question = value.find('?');
      if (question != std::string::npos) maskPairs("&;", question + 1, &value);
    }
    maskCards(&value);
  }
}

void Masking::maskPairs(std::string_view separators, size_t begin, std::string* text) const {
  while (begin < text->size()) {
    const size_t end = std::min(text->find_first_of(separators, begin), text->size());
    const size_t equals = text->find('=', begin);
    if (equals < end && isSecretParameter(std::string_view(*text).substr(begin, equals - begin))) {
      fill(text, equals + 1, end);
    }
    begin = end + 1;
  }
}

// Strings and plain values behind a secret name; what is nested below one is masked name by name.
// The excerpt may be cut anywhere.
void Masking::maskJson(std::string* text) const {
  const auto endOfString = [text](size_t at) {
    while (at < text->size() && (*text)[at] != '"') at += (*text)[at] == '\\' ? 2 : 1;
    return std::min(at, text->size());
  };
  size_t at = 0;
  while ((at = text->find('"', at)) != std::string::npos) {
    const size_t name_end = endOfString(at + 1);
    const std::string_view name = std::string_view(*text).substr(at + 1, name_end - at - 1);
    size_t value = text->find_first_not_of(" \t\r\n", name_end + 1);
    at = name_end + 1;
    if (value == std::string::npos || (*text)[value] != ':') continue;
    value = text->find_first_not_of(" \t\r\n", value + 1);
    if (value == std::string::npos || !isSecretParameter(name)) continue;
    if ((*text)[value] == '"') {
      at = endOfString(value + 1);
      fill(text, value + 1, at);
      ++at;
    } else {
      at = std::min(text->find_first_of(",}]{[ \t\r\n", value), text->size());
      fill(text, value, at);
    }
  }
}

// RFC 7578: the value stands behind the blank line of a part whose disposition names it.
void Masking::maskMultipart(std::string* text) const {
  const std::string boundary = text->substr(0, text->find_first_of("\r\n"));
  size_t at = 0;
  while ((at = text->find("name=\"", at)) != std::string::npos) {
    const size_t begin = at + 6;
    const size_t end = std::min(text->find('"', begin), text->size());
    const size_t blank = text->find("\r\n\r\n", end);
    at = end;
    if (blank == std::string::npos) return;
    if (!isSecretParameter(std::string_view(*text).substr(begin, end - begin))) continue;
    const size_t next = std::min(text->find("\r\n" + boundary, blank + 2), text->size());
    fill(text, blank + 4, next);
    at = next;
  }
}

void Masking::maskRule(MatchedRule* rule) const {
  const size_t colon = rule->variable.find(':');
  const std::string_view collection = std::string_view(rule->variable).substr(0, colon);
  const std::string_view name = colon == std::string::npos
                                    ? std::string_view()
                                    : std::string_view(rule->variable).substr(colon + 1);
  const bool names = collection.ends_with("_NAMES");
  const bool header = collection == "REQUEST_HEADERS" && isSecretHeader(name);
  const bool cookie = collection == "REQUEST_COOKIES" && isSecretHeader("cookie");
  const bool argument = collection.starts_with("ARGS") && isSecretParameter(name);
  if (!names && (header || cookie || argument)) {
    // logdata quotes the value in a form of its own.
    fill(&rule->value, 0, rule->value.size());
    fill(&rule->data, 0, rule->data.size());
    return;
  }
  if (collection == "REQUEST_URI" || collection == "REQUEST_URI_RAW" ||
      collection == "REQUEST_LINE") {
    const size_t question = rule->value.find('?');
    if (question != std::string::npos) maskPairs("&; ", question + 1, &rule->value);
  } else if (collection == "QUERY_STRING" || collection == "REQUEST_BODY") {
    maskPairs("&;", 0, &rule->value);
  }
  maskCards(&rule->value);
  maskCards(&rule->data);
}

void Masking::maskCards(std::string* text) const {
  if (!rules_.card_numbers) return;
  for (size_t begin = 0; begin < text->size(); ++begin) {
    if (!isDigit((*text)[begin]) || (begin > 0 && isNameChar((*text)[begin - 1]))) continue;
    std::string digits;
    size_t end = begin;
    for (size_t i = begin; i < text->size() && digits.size() <= kMostCardDigits; ++i) {
      const char c = (*text)[i];
      if (isDigit(c)) {
        digits += c;
        end = i + 1;
      } else if ((c != ' ' && c != '-' && c != '+') || i != end) {
        break;  // groups are one sign apart
      }
    }
    if (digits.size() >= kLeastCardDigits && digits.size() <= kMostCardDigits &&
        hasCheckDigit(digits)) {
      for (size_t i = begin; i < end; ++i) {
        if (isDigit((*text)[i])) (*text)[i] = '*';
      }
    }
    begin = std::max(begin, end - 1);
  }
}

}  // namespace waf
