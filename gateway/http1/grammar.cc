#include "gateway/http1/grammar.h"

#include <limits>

#include "gateway/http1/hop_by_hop.h"
#include "waf/base/ip_network.h"
#include "waf/base/text.h"

namespace gateway {

namespace {

constexpr size_t kLongestName = 253;  // RFC 1035, as text

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isNameByte(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

bool parsePort(std::string_view text, uint16_t* port) {
  *port = 0;
  if (text.empty()) return true;  // "host:" is in the grammar
  uint64_t number = 0;
  if (text.size() > 5 || !waf::parseUint64(text, &number) || number == 0 || number > 65535) {
    return false;
  }
  *port = static_cast<uint16_t>(number);
  return true;
}

std::string_view trimOws(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end && (*at == ' ' || *at == '\t')) ++at;
  while (at != end && (end[-1] == ' ' || end[-1] == '\t')) --end;
  return {at, static_cast<size_t>(end - at)};
}

// A line that does not begin with a token and a colon.
Refusal refuseName(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {400, "A header line has no colon."};
  const std::string_view name = line.substr(0, colon);
  if (name.empty()) return {400, "A header field has no name."};
  if (name.back() == ' ' || name.back() == '\t') {
    return {400, "A header field has white space between its name and the colon."};
  }
  return {400, "A header field's name contains a byte that names cannot have."};
}

}  // namespace

bool parseVersion(std::string_view text, int* major, int* minor) {
  if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || !isDigit(text[5]) || text[6] != '.' ||
      !isDigit(text[7])) {
    return false;
  }
  *major = text[5] - '0';
  *minor = text[7] - '0';
  return true;
}

bool parseAuthority(std::string_view text, std::string* host, uint16_t* port) {
  std::string_view name;
  std::string_view after;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    name = text.substr(1, end - 1);
    after = text.substr(end + 1);
    waf::IpAddress address;
    if (name.find(':') == std::string_view::npos || !waf::IpAddress::parse(name, &address)) {
      return false;
    }
  } else {
    const size_t colon = text.find(':');
    name = text.substr(0, colon);
    after = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    for (const char c : name) {
      if (!isNameByte(c)) return false;
    }
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > kLongestName) return false;
  }
  if (!after.empty() && after.front() != ':') return false;
  if (!parsePort(after.empty() ? after : after.substr(1), port)) return false;
  *host = waf::toLower(name);
  return true;
}

bool parseContentLength(std::string_view text, uint64_t* out) {
  for (const char c : text) {
    if (!isDigit(c)) return false;
  }
  return waf::parseUint64(text, out) &&
         *out <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

Refusal refusalOf(HeadScanner::Status status) {
  switch (status) {
    case HeadScanner::Status::BareLineFeed:
      return {400, "A line of the head ends in a bare LF instead of CRLF."};
    case HeadScanner::Status::BareCarriageReturn:
      return {400, "The head contains a CR that is not followed by LF."};
    case HeadScanner::Status::FoldedLine:
      return {400, "A header line starts with white space (obsolete line folding)."};
    case HeadScanner::Status::ControlByte:
    case HeadScanner::Status::NeedMore:
    case HeadScanner::Status::Complete:
      break;
  }
  return {400, "The head contains a control byte."};
}

std::optional<Refusal> parseFields(std::string_view lines, size_t max_fields, HeaderFields* out) {
  while (!lines.empty()) {
    const size_t end = lines.find('\r');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    if (line.empty()) break;
    if (out->size() == max_fields) return Refusal{431, "The head has too many header fields."};
    const size_t colon = tokenPrefix(line);
    if (colon == 0 || colon == line.size() || line[colon] != ':') return refuseName(line);
    const std::string_view name = line.substr(0, colon);
    out->add(name, trimOws(line.substr(colon + 1)));
  }
  return std::nullopt;
}

bool keepsAlive(const HeaderFields& fields, int minor_version) {
  bool keep = minor_version >= 1;
  if (!fields.mayHave("connection")) return keep;
  bool close = false;
  for (const HeaderField& field : fields) {
    if (field.name.size() != 10 || !waf::equalsIgnoreCase(field.name, "connection")) continue;
    forEachToken(field.value, [&](std::string_view token) {
      if (waf::equalsIgnoreCase(token, "close")) close = true;
      if (waf::equalsIgnoreCase(token, "keep-alive")) keep = true;
    });
  }
  return keep && !close;
}

}  // namespace gateway
