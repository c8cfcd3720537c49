// First what the client sent, each secret where it stands by its name; what is hidden there is
// remembered and then looked for in everything that rules wrote.
#include "waf/event/masking.h"

#include <algorithm>
#include <utility>

#include "waf/base/text.h"
#include "waf/event/masking_text.h"

namespace waf {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

int hexDigit(char c) {
  const char lower = asciiLower(c);
  return isDigit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string_view valueOf(const std::string& text, size_t begin) {
  return std::string_view(text).substr(std::min(begin, text.size()));
}

}  // namespace

std::string percentDecoded(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? hexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void hideSpan(std::string* text, size_t begin, size_t end, SecretMatcher* found) {
  end = std::min(end, text->size());
  if (begin >= end) return;
  const std::string_view secret = std::string_view(*text).substr(begin, end - begin);
  found->add(secret);
  if (secret.find_first_of("%+") != std::string_view::npos) {
    found->add(percentDecoded(secret, false));
    found->add(percentDecoded(secret, true));
  }
  std::fill(text->begin() + static_cast<ptrdiff_t>(begin),
            text->begin() + static_cast<ptrdiff_t>(end), '*');
}

Masking::Masking(MaskingRules rules) : rules_(std::move(rules)) {
  for (std::string& name : rules_.headers) name = toLower(name);
  for (std::string& name : rules_.parameters) name = toLower(name);
}

bool Masking::isSecretHeader(std::string_view name) const {
  return std::any_of(rules_.headers.begin(), rules_.headers.end(),
                     [name](const std::string& secret) { return equalsIgnoreCase(secret, name); });
}

bool Masking::isSecretParameter(std::string_view name) const {
  // "%70assword" is a password too.
  std::string decoded;
  if (name.find('%') != std::string_view::npos) {
    decoded = percentDecoded(name, false);
    name = decoded;
  }
  const auto isSecret = [this](std::string_view part) {
    return std::any_of(rules_.parameters.begin(), rules_.parameters.end(),
                       [part](const std::string& secret) {
                         return part.size() >= secret.size() &&
                                equalsIgnoreCase(part.substr(part.size() - secret.size()), secret);
                       });
  };
  // "user[password]" and "json.password.array_0": any part of the path.
  std::string_view rest = name;
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(".[]");
    if (isSecret(trim(rest.substr(0, end), " \t\r\n\"'"))) return true;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return isSecret(trim(name, " \t\r\n[]\"'"));
}

bool Masking::isSecretVariable(std::string_view label) const {
  const size_t colon = label.find(':');
  const std::string_view collection = label.substr(0, colon);
  if (collection.ends_with("_NAMES")) return false;
  const std::string_view name =
      colon == std::string_view::npos ? std::string_view() : label.substr(colon + 1);
  if (collection == "REQUEST_HEADERS" || collection == "RESPONSE_HEADERS") {
    return isSecretHeader(name);
  }
  if (collection == "REQUEST_COOKIES") return isSecretHeader("cookie");
  return collection.starts_with("ARGS") && isSecretParameter(name);
}

void Masking::apply(AuditEvent* event, const std::vector<std::string>& secrets) const {
  if (!rules_.enabled) return;
  SecretMatcher found;
  for (const std::string& secret : secrets) found.add(secret);
  maskHeaders(&event->request_headers, &found);
  maskHeaders(&event->response_headers, &found);
  const size_t question = event->uri.find('?');
  if (question != std::string::npos) maskPairs("&;", question + 1, &event->uri, &found);
  maskBody(&event->body_excerpt, &found);
  maskBody(&event->response_excerpt, &found);
  // All of what the rules show before any of it is looked through: the matcher is made once.
  std::vector<std::string> values;
  for (MatchedRule& rule : event->rules) {
    values.push_back(rule.value);
    maskValue(&rule, &found);
  }
  for (size_t i = 0; i < values.size(); ++i) maskRule(values[i], &event->rules[i], &found);
  found.hide(&event->detail);
  maskCards(&event->uri);
  maskCards(&event->body_excerpt);
  maskCards(&event->response_excerpt);
  maskCards(&event->detail);
}

void Masking::maskHeaders(std::vector<std::pair<std::string, std::string>>* headers,
                          SecretMatcher* found) const {
  for (auto& [name, value] : *headers) {
    if (isSecretHeader(name)) {
      maskHeaderValue(toLower(name), &value, found);
    } else if (equalsIgnoreCase(name, "referer") || equalsIgnoreCase(name, "location")) {
      const size_t question = value.find('?');
      if (question != std::string::npos) maskPairs("&;", question + 1, &value, found);
    }
    maskCards(&value);
  }
}

// A cookie keeps its name, an Authorization its scheme.
void Masking::maskHeaderValue(std::string_view name, std::string* value,
                              SecretMatcher* found) const {
  if (name == "cookie" || name == "set-cookie") {
    size_t begin = 0;
    while (begin < value->size()) {
      const size_t end = std::min(value->find(';', begin), value->size());
      const size_t equals = valueOf(*value, begin).substr(0, end - begin).find('=');
      hideSpan(value, equals != std::string_view::npos ? begin + equals + 1 : begin, end, found);
      if (name == "set-cookie") return;  // what follows are its attributes
      begin = end + 1;
    }
    return;
  }
  const size_t space = value->find(' ');
  const bool scheme = name.ends_with("authorization") && space != std::string::npos;
  hideSpan(value, scheme ? space + 1 : 0, value->size(), found);
}

void Masking::maskBody(std::string* text, SecretMatcher* found) const {
  const size_t first = text->find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const char kind = first == std::string::npos ? '\0' : (*text)[first];
  if (kind == '{' || kind == '[') {
    maskJson(text, found);
  } else if (kind == '<') {
    maskXml(text, found);
  } else if (text->starts_with("--")) {
    maskMultipart(text, found);
  } else {
    maskPairs("&;", 0, text, found);
  }
}

void Masking::maskValue(MatchedRule* rule, SecretMatcher* found) const {
  const std::string_view collection =
      std::string_view(rule->variable).substr(0, rule->variable.find(':'));
  if (isSecretVariable(rule->variable)) {
    hideSpan(&rule->value, 0, rule->value.size(), found);
  } else if (collection == "REQUEST_URI" || collection == "REQUEST_URI_RAW" ||
             collection == "REQUEST_LINE" ||
             equalsIgnoreCase(rule->variable, "REQUEST_HEADERS:Referer")) {
    const size_t question = rule->value.find('?');
    if (question != std::string::npos) maskPairs("&; ", question + 1, &rule->value, found);
  } else if (collection == "QUERY_STRING" || collection == "REQUEST_BODY") {
    maskBody(&rule->value, found);
  }
}

void Masking::maskRule(std::string_view matched, MatchedRule* rule, SecretMatcher* found) const {
  const auto isSecret = [this](const std::string& label) { return isSecretVariable(label); };
  // Where what matched lies in a secret, logdata may quote a part of it or a form of its own.
  const bool quotes =
      isSecret(rule->variable) ||
      std::any_of(rule->chain_variables.begin(), rule->chain_variables.end(), isSecret) ||
      found->touches(matched, rule->match_offset, rule->match_length);
  if (quotes) std::fill(rule->data.begin(), rule->data.end(), '*');
  for (std::string* text : {&rule->value, &rule->data, &rule->message}) {
    found->hide(text, text->size() >= kMaxLoggedValue);
    maskCards(text);
  }
  for (std::string& tag : rule->tags) found->hide(&tag);
}

}  // namespace waf
