// Secrets by name in the formats of bodies. An excerpt may be cut anywhere, so nothing here relies
// on a text being whole; each walks its text once.
#include "waf/event/masking_text.h"

#include <algorithm>

#include "waf/base/text.h"
#include "waf/event/masking.h"

namespace waf {
namespace {

constexpr size_t kLeastCardDigits = 13;
constexpr size_t kMostCardDigits = 19;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameChar(char c) {
  const char lower = asciiLower(c);
  return (lower >= 'a' && lower <= 'z') || isDigit(c) || c == '_' || c == '-' || c == '.';
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

// Where the string that begins at `at` (behind its quote) ends.
size_t endOfString(const std::string& text, size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

size_t skipBlanks(const std::string& text, size_t at) {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) {
    ++at;
  }
  return at;
}

// The end of the card number that begins at `begin`, npos for none. Groups are one sign apart; a
// number ends with a group.
size_t endOfCard(std::string_view text, size_t begin) {
  std::string digits;
  size_t found = std::string_view::npos;
  for (size_t i = begin; i < text.size() && digits.size() < kMostCardDigits; ++i) {
    const char c = text[i];
    if (!isDigit(c)) {
      const bool joins = (c == ' ' || c == '-' || c == '+') && isDigit(text[i - 1]);
      if (!joins) break;
      continue;
    }
    digits += c;
    const bool group_ends = i + 1 == text.size() || !isDigit(text[i + 1]);
    if (group_ends && digits.size() >= kLeastCardDigits && hasCheckDigit(digits)) found = i + 1;
  }
  return found;
}

}  // namespace

void Masking::maskPairs(std::string_view separators, size_t begin, std::string* text,
                        SecretMatcher* found) const {
  while (begin < text->size()) {
    const size_t end = std::min(text->find_first_of(separators, begin), text->size());
    const std::string_view pair = std::string_view(*text).substr(begin, end - begin);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && isSecretParameter(pair.substr(0, equals))) {
      hideSpan(text, begin + equals + 1, end, found);
    }
    begin = end + 1;
  }
}

// What stands behind a secret name is hidden, down to the last leaf of it; names stay.
void Masking::maskJson(std::string* text, SecretMatcher* found) const {
  bool secret = false;     // the value that comes next has a secret name
  size_t secret_from = 0;  // depth of the container that is hidden whole; 0: none
  size_t depth = 0;
  for (size_t at = 0; at < text->size();) {
    const char c = (*text)[at];
    if (c == '"') {
      const size_t begin = at + 1;
      const size_t end = endOfString(*text, begin);
      const size_t next = skipBlanks(*text, end + 1);
      at = end + 1;
      if (next < text->size() && (*text)[next] == ':') {
        secret = isSecretParameter(std::string_view(*text).substr(begin, end - begin));
        at = next + 1;
      } else {
        if (secret || secret_from != 0) hideSpan(text, begin, end, found);
        secret = false;
      }
    } else if (c == '{' || c == '[') {
      ++depth;
      if (secret && secret_from == 0) secret_from = depth;
      secret = false;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth == secret_from) secret_from = 0;
      if (depth > 0) --depth;
      secret = false;
      ++at;
    } else if (c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (c == ',') secret = false;
      ++at;
    } else {
      const size_t end = std::min(text->find_first_of(",}]{[\" \t\r\n", at), text->size());
      if (secret || secret_from != 0) hideSpan(text, at, end, found);
      secret = false;
      at = end;
    }
  }
}

// The text behind a start tag of a secret name, and attributes of such a name.
void Masking::maskXml(std::string* text, SecretMatcher* found) const {
  const auto local = [](std::string_view name) { return name.substr(name.find(':') + 1); };
  for (size_t at = 0; (at = text->find('<', at)) != std::string::npos;) {
    size_t i = ++at;
    const auto nameEnd = [&] {
      return std::min(text->find_first_of(" \t\r\n/>=\"'<", i), text->size());
    };
    const size_t name_end = nameEnd();
    const bool secret = isSecretParameter(local(std::string_view(*text).substr(i, name_end - i)));
    i = name_end;
    while (i < text->size() && (*text)[i] != '>' && (*text)[i] != '<') {
      const size_t begin = i;
      i = nameEnd();
      const std::string_view name = std::string_view(*text).substr(begin, i - begin);
      const bool hides = isSecretParameter(local(name));
      i = skipBlanks(*text, i);
      if (i < text->size() && (*text)[i] == '=') i = skipBlanks(*text, i + 1);
      if (i < text->size() && ((*text)[i] == '"' || (*text)[i] == '\'')) {
        const size_t end = std::min(text->find((*text)[i], i + 1), text->size());
        if (hides) hideSpan(text, i + 1, end, found);
        i = end + 1;
      } else if (i == begin || (i < text->size() && (*text)[i] == '/')) {
        ++i;
      }
    }
    at = i;
    if (!secret || i >= text->size() || (*text)[i] != '>' || (*text)[i - 1] == '/') continue;
    ++i;
    constexpr std::string_view kData = "<![CDATA[";
    const bool data = std::string_view(*text).substr(i).starts_with(kData);
    if (data) i += kData.size();
    at = std::min(data ? text->find("]]>", i) : text->find('<', i), text->size());
    hideSpan(text, i, at, found);
  }
}

// RFC 7578: the value stands behind the blank line of a part whose disposition names it.
void Masking::maskMultipart(std::string* text, SecretMatcher* found) const {
  const std::string boundary = text->substr(0, text->find_first_of("\r\n"));
  bool secret = false;
  bool header = false;
  size_t value = 0;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view line = std::string_view(*text).substr(at, end - at);
    const std::string_view shown = trim(line, "\r");
    if (shown.starts_with(boundary)) {
      if (secret && !header) {
        const size_t before = at >= 2 && (*text)[at - 2] == '\r' ? at - 2 : at - 1;
        hideSpan(text, value, std::max(value, before), found);
      }
      secret = false;
      header = true;
    } else if (header && shown.empty()) {
      header = false;
      value = end + 1;
    } else if (header) {
      for (size_t name = 0; (name = line.find("name=", name)) != std::string_view::npos;) {
        const bool whole = name == 0 || !isNameChar(line[name - 1]);  // not "filename="
        name += 5;
        if (!whole) continue;
        const bool quoted = name < line.size() && line[name] == '"';
        const size_t begin = name + (quoted ? 1 : 0);
        const size_t stop = std::min(line.find_first_of(quoted ? "\"" : ";\r", begin), line.size());
        secret |= isSecretParameter(line.substr(begin, stop - begin));
        name = stop;
      }
    }
    at = end + 1;
  }
  if (secret && !header) hideSpan(text, value, text->size(), found);
}

void Masking::maskCards(std::string* text) const {
  if (!rules_.card_numbers) return;
  for (size_t begin = 0; begin < text->size(); ++begin) {
    if (!isDigit((*text)[begin]) ||
        (begin > 0 && isNameChar((*text)[begin - 1]) &&
         ((*text)[begin - 1] != '-' || begin < 2 || !isDigit((*text)[begin - 2])))) {
      continue;
    }
    const size_t end = endOfCard(*text, begin);
    if (end == std::string_view::npos) continue;
    for (size_t i = begin; i < end; ++i) {
      if (isDigit((*text)[i])) (*text)[i] = '*';
    }
    begin = end - 1;
  }
}

}  // namespace waf
