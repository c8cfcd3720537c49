// Where a request goes. The input is a line for the request target and a line for the Host field.
// Invariants: what is taken reads as a second, plainer reading of RFC 9112, 3.2 and RFC 3986 has
// it; the target as the upstream gets it has no byte outside of the grammar, means the same and is
// not changed by being written again; and the name leads to the site that a search of all patterns
// finds, before and after.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http1/head_writer.h"
#include "gateway/http1/request_parser.h"
#include "gateway/routing/host_table.h"
#include "tests/fuzz/require.h"
#include "waf/base/text.h"

namespace {

using gateway::HostTable;
using gateway::InputBuffer;
using gateway::ParseStatus;
using gateway::RequestHead;

const std::vector<std::string> kPatterns = {"shop.example",
                                            "*.shop.example",
                                            "*.a.shop.example",
                                            "*.example",
                                            "1.2.3.4",
                                            "[::1]",
                                            "a.b",
                                            "*"};

const HostTable& table() {
  static const HostTable made = [] {
    HostTable out;
    for (size_t i = 0; i < kPatterns.size(); ++i) out.add(kPatterns[i], i);
    return out;
  }();
  return made;
}

// The longest pattern that covers the name; an exact one before any other.
size_t siteOf(const std::string& host) {
  size_t best = kPatterns.size() - 1;
  size_t length = 0;
  for (size_t i = 0; i + 1 < kPatterns.size(); ++i) {
    const std::string& pattern = kPatterns[i];
    const bool wildcard = pattern.starts_with("*.");
    std::string name = wildcard ? pattern.substr(1) : pattern;
    if (name.front() == '[') name = name.substr(1, name.size() - 2);
    if (!wildcard && host == name) return i;
    if (wildcard && host.size() > name.size() && host.ends_with(name) && name.size() > length) {
      best = i;
      length = name.size();
    }
  }
  return best;
}

std::string decoded(std::string_view text) {
  const std::string_view digits = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t high = text[i] == '%' && i + 2 < text.size()
                            ? digits.find(waf::asciiLower(text[i + 1]))
                            : std::string_view::npos;
    const size_t low =
        high < 16 ? digits.find(waf::asciiLower(text[i + 2])) : std::string_view::npos;
    if (low < 16) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

struct Name {
  std::string host;
  unsigned port = 0;
};

// host[:port] of an authority that was taken, so only its parts are looked for.
Name nameOf(std::string_view authority) {
  Name out;
  const size_t bracket = authority.rfind(']');
  const size_t from = bracket == std::string_view::npos ? 0 : bracket;
  const size_t colon = authority.find(':', from);
  out.host = waf::toLower(authority.substr(0, colon));
  if (bracket != std::string_view::npos) out.host = out.host.substr(1, bracket - 1);
  if (bracket == std::string_view::npos && out.host.ends_with('.')) out.host.pop_back();
  if (colon != std::string_view::npos) {
    for (const char digit : authority.substr(colon + 1)) {
      out.port = out.port * 10 + static_cast<unsigned>(digit - '0');
    }
  }
  return out;
}

struct Target {
  std::string authority;  // "" where the Host field has it
  std::string path;
  std::optional<std::string> query;
};

Target readPlainly(std::string_view text) {
  Target out;
  if (const size_t scheme = text.find("://"); !text.starts_with('/') && text != "*") {
    text.remove_prefix(scheme + 3);
    const size_t end = std::min(text.find_first_of("/?"), text.size());
    out.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  const size_t mark = text.find('?');
  out.path = text.substr(0, mark);
  if (out.path.empty()) out.path = "/";
  if (mark != std::string_view::npos) out.query = text.substr(mark + 1);
  return out;
}

void checkReading(const RequestHead& head, std::string_view target, std::string_view host) {
  const Target plain = readPlainly(target);
  require(head.path == plain.path && head.has_query == plain.query.has_value());
  require(head.query == plain.query.value_or(""));
  const std::string authority =
      plain.authority.empty() ? std::string(waf::trim(host, " \t")) : plain.authority;
  require(head.authority == authority);
  const Name name = nameOf(authority);
  require(head.host == name.host && head.port == name.port);
  require(gateway::normalizeHost(authority) == head.host);
  for (const char byte : head.host) require(waf::asciiLower(byte) == byte && byte > ' ');
}

void checkWritten(const RequestHead& head) {
  std::string written;
  gateway::HeadWriter writer(&written);
  writer.requestLine(head.method, head.path, head.query, head.has_query);
  const std::string_view sent = std::string_view(written).substr(
      4, written.size() - 4 - std::string_view(" HTTP/1.1\r\n").size());
  for (const char byte : sent) {
    require(byte > ' ' && byte < 0x7f &&
            std::string_view("\"#<>[\\]^`{|}").find(byte) == std::string_view::npos);
  }
  std::string again;
  const size_t mark = sent.find('?');
  gateway::appendTarget(sent.substr(0, mark), &again);
  require(again == sent.substr(0, mark) && decoded(again) == decoded(head.path));
  require((mark != std::string_view::npos) == head.has_query);
  if (head.has_query) {
    again.clear();
    gateway::appendTarget(sent.substr(mark + 1), &again);
    require(again == sent.substr(mark + 1) && decoded(again) == decoded(head.query));
  }
  writer.field("Host", head.authority);
  writer.end();
  InputBuffer input;
  input.append(written);
  RequestHead reread;
  gateway::RequestParser parser({1 << 20, 10, 1 << 20});
  require(parser.parse(input, &reread) == ParseStatus::Complete && input.empty());
  require(reread.host == head.host && reread.port == head.port);
  require(table().find(reread.host) == siteOf(head.host));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  const std::string_view target = text.substr(0, end);
  const std::string_view host = end == std::string_view::npos ? "t.example" : text.substr(end + 1);
  // They would be other lines, not other values.
  if (host.find_first_of("\r\n") != std::string_view::npos) return 0;
  if (target.find_first_of(" \r") != std::string_view::npos) return 0;
  InputBuffer input;
  input.append("GET ");
  input.append(target);
  input.append(" HTTP/1.1\r\nHost: ");
  input.append(host);
  input.append("\r\n\r\n");
  RequestHead head;
  gateway::RequestParser parser({65536, 10, 32768});
  if (parser.parse(input, &head) != ParseStatus::Complete) return 0;
  require(input.empty());
  checkReading(head, target, host);
  require(table().find(head.host) == siteOf(head.host));
  checkWritten(head);
  return 0;
}
