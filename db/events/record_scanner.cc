// A scanner over the line that waf::appendAuditJson writes. It takes any JSON object: members come
// in any order, unknown ones are stepped over, nesting is counted and not followed.
#include "db/events/record_scanner.h"

#include <charconv>
#include <cstring>

namespace db {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool take(char c) {
    skipSpace();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  // Behind it: the byte after the closing quote.
  bool string(std::string_view* out) {
    if (!take('"')) return false;
    const char* start = at_;
    while (true) {
      const auto* quote =
          static_cast<const char*>(std::memchr(at_, '"', static_cast<size_t>(end_ - at_)));
      if (quote == nullptr) return false;
      const char* before = quote;
      while (before > start && before[-1] == '\\') --before;
      at_ = quote + 1;
      if ((quote - before) % 2 == 0) {
        *out = std::string_view(start, static_cast<size_t>(quote - start));
        return true;
      }
    }
  }

  bool number(int64_t* out) {
    skipSpace();
    const auto [rest, error] = std::from_chars(at_, end_, *out);
    if (error != std::errc()) return false;
    at_ = rest;
    return true;
  }

  // Any value; `*out` is its text.
  bool value(std::string_view* out) {
    skipSpace();
    const char* start = at_;
    if (!skip()) return false;
    *out = std::string_view(start, static_cast<size_t>(at_ - start));
    return true;
  }

  // The members of an object: `member(name)` takes each value off the scanner.
  template <typename Member>
  bool object(Member&& member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    std::string_view name;
    do {
      if (!string(&name) || !take(':') || !member(name)) return false;
    } while (take(','));
    return take('}');
  }

  template <typename Item>
  bool list(Item&& item) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      if (!item()) return false;
    } while (take(','));
    return take(']');
  }

  bool skip() {
    std::string_view ignored;
    size_t depth = 0;
    do {
      skipSpace();
      if (at_ == end_) return false;
      switch (*at_) {
        case '"':
          if (!string(&ignored)) return false;
          break;
        case '{':
        case '[':
          ++depth;
          ++at_;
          break;
        case '}':
        case ']':
          if (depth == 0) return false;
          --depth;
          ++at_;
          break;
        case ',':
        case ':':
          if (depth == 0) return false;
          ++at_;
          break;
        default:
          if (!word()) return false;
      }
    } while (depth > 0);
    return true;
  }

  bool finished() {
    skipSpace();
    return at_ == end_;
  }

 private:
  void skipSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool word() {
    const char* start = at_;
    while (at_ != end_ &&
           std::strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *at_) != nullptr &&
           *at_ != '\0') {
      ++at_;
    }
    return at_ != start;
  }

  const char* at_;
  const char* end_;
};

bool readRule(Scanner& scanner, RecordFields::Rule* rule) {
  return scanner.object([&](std::string_view name) {
    if (name == "id") return scanner.number(&rule->id);
    if (name == "msg") return scanner.string(&rule->message);
    if (name == "data") return scanner.string(&rule->data);
    if (name == "severity") return scanner.string(&rule->severity);
    if (name == "variable") return scanner.string(&rule->variable);
    if (name == "value") return scanner.string(&rule->value);
    return scanner.skip();
  });
}

bool readClient(Scanner& scanner, RecordFields* out) {
  return scanner.object([&](std::string_view name) {
    if (name == "ip") return scanner.string(&out->client);
    if (name == "country") return scanner.string(&out->country);
    return scanner.skip();
  });
}

bool readRequest(Scanner& scanner, RecordFields* out) {
  return scanner.object([&](std::string_view name) {
    if (name == "method") return scanner.string(&out->method);
    if (name == "uri") return scanner.string(&out->uri);
    if (name == "headers") return scanner.value(&out->headers);
    if (name == "body_excerpt") return scanner.string(&out->body_excerpt);
    return scanner.skip();
  });
}

bool readMember(Scanner& scanner, std::string_view name, RecordFields* out) {
  if (name == "id") return scanner.string(&out->id);
  if (name == "time") return scanner.string(&out->time);
  if (name == "site") return scanner.string(&out->site);
  if (name == "client") return readClient(scanner, out);
  if (name == "request") return readRequest(scanner, out);
  if (name == "decision") return scanner.string(&out->decision);
  if (name == "reason") return scanner.string(&out->reason);
  if (name == "detail") return scanner.string(&out->detail);
  if (name == "response") {
    return scanner.object([&](std::string_view member) {
      return member == "status" ? scanner.number(&out->status) : scanner.skip();
    });
  }
  if (name == "scores") {
    return scanner.object([&](std::string_view member) {
      if (member == "inbound") return scanner.number(&out->inbound_score);
      if (member == "outbound") return scanner.number(&out->outbound_score);
      return scanner.skip();
    });
  }
  if (name == "rules") {
    return scanner.list([&] { return readRule(scanner, &out->rules.emplace_back()); });
  }
  return scanner.skip();
}

// Four hexadecimal digits; false when they are none.
bool hexDigits(std::string_view text, uint32_t* out) {
  if (text.size() < 4) return false;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + 4, *out, 16);
  return error == std::errc() && rest == text.data() + 4;
}

void appendUtf8(uint32_t point, std::string* out) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// The code point of the \u escape at the front of `text` (after "\u"), with its second half.
uint32_t takePoint(std::string_view* text) {
  uint32_t point = 0;
  if (!hexDigits(*text, &point)) return 0xfffd;
  text->remove_prefix(4);
  if (point < 0xd800 || point > 0xdfff) return point;
  uint32_t low = 0;
  if (point > 0xdbff || text->substr(0, 2) != "\\u" || !hexDigits(text->substr(2), &low) ||
      low < 0xdc00 || low > 0xdfff) {
    return 0xfffd;
  }
  text->remove_prefix(6);
  return 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
}

// At most `size` bytes, and no part of a character at the end.
void cutToCharacter(size_t size, std::string* out) {
  if (out->size() > size) out->resize(size);
  size_t start = out->size();
  while (start > 0 && (static_cast<unsigned char>((*out)[start - 1]) & 0xc0) == 0x80) --start;
  if (start == 0) return;
  const auto lead = static_cast<unsigned char>((*out)[start - 1]);
  const size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (out->size() - (start - 1) < need) out->resize(start - 1);
}

}  // namespace

bool scanRecord(std::string_view line, RecordFields* out) {
  std::vector<RecordFields::Rule> rules = std::move(out->rules);
  rules.clear();
  *out = RecordFields();
  out->rules = std::move(rules);
  Scanner scanner(line);
  return scanner.object([&](std::string_view name) { return readMember(scanner, name, out); }) &&
         scanner.finished();
}

bool isOrdinary(std::string_view line) {
  // Quotes within values are escaped in JSON, so these texts can only be the fields themselves.
  return line.find("\"decision\":\"passed\"") != std::string_view::npos &&
         line.find("\"rules\":[]") != std::string_view::npos;
}

void appendPrintable(std::string_view escaped, size_t limit, std::string* out) {
  const size_t most = out->size() + limit;
  while (!escaped.empty() && out->size() < most) {
    const char c = escaped.front();
    escaped.remove_prefix(1);
    if (c != '\\' || escaped.empty()) {
      out->push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
      continue;
    }
    const char kind = escaped.front();
    escaped.remove_prefix(1);
    if (kind == '"' || kind == '\\' || kind == '/') {
      out->push_back(kind);
    } else if (kind == 'u') {
      const uint32_t point = takePoint(&escaped);
      appendUtf8(point < 0x20 || point == 0x7f ? ' ' : point, out);
    } else {
      out->push_back(' ');
    }
  }
  if (out->size() >= most) cutToCharacter(most, out);
}

void appendStrings(std::string_view list, size_t limit, std::string* out) {
  const size_t most = out->size() + limit;
  Scanner scanner(list);
  std::string_view text;
  while (out->size() < most) {
    if (scanner.string(&text)) {
      appendPrintable(text, most - out->size(), out);
      out->push_back('\n');
    } else if (!scanner.take('[') && !scanner.take(',') && !scanner.take(']')) {
      return;
    }
  }
}

}  // namespace db
