// JSON (RFC 8259), strict: one value, UTF-8, no comments, no trailing comma, no NaN. Leaves become
// arguments named as ModSecurity 3 names them:
//
//   {"a":{"b":1}} → json.a.b      {"a":[1,{"b":2}]} → json.a.array_0, json.a.array_1.b
//   [[1]] → json.array_0.array_0  "x" → json             {"":1} → json.empty-key
//
// true, false and numbers are reported as written, null as the empty value. A byte order mark is
// skipped, as section 8.1 allows and most readers do. An empty container has no leaf: it is
// reported as an empty value when its name is more than a word, since the name is the client's text
// as well. One loop with an explicit stack, so a deep body cannot exhaust ours.
#include <algorithm>
#include <vector>

#include "waf/base/ascii.h"
#include "waf/body/body_processor.h"
#include "waf/body/json_scanner.h"

namespace waf {
namespace {

// Name × leaves is the only product in here. A name longer than this is no application's, nor are
// names that take more than this together, or more than twice the body where that is larger.
constexpr size_t kMaxName = 65536;
constexpr size_t kMaxNames = 1u << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool isWord(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '.';
  });
}

class JsonWalker {
 public:
  JsonWalker(std::string_view body, const BodyLimits& limits, BodySink& sink)
      : scanner_(body.substr(body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0)),
        limits_(limits),
        sink_(sink),
        most_names_(std::max(kMaxNames, 2 * body.size())) {}

  BodyOutcome run() {
    if (scanner_.atEnd()) return {};
    path_ = "json";
    bool more = value();
    while (more && !stack_.empty()) more = stack_.back().array ? element() : member();
    if (more && !scanner_.atEnd()) more = fail("text after the value");
    if (more) return {};
    return {true, "JSON: " + message_ + " at byte " + std::to_string(scanner_.position())};
  }

 private:
  struct Frame {
    bool array;
    bool first = true;
    size_t path_size;  // of the container's own name
    size_t index = 0;
  };

  bool fail(const char* message) {
    message_ = message;
    return false;
  }

  // A value whose name is path_. Containers are entered, leaves reported.
  bool value() {
    switch (scanner_.peek()) {
      case '{':
      case '[':
        if (stack_.size() >= limits_.json_depth) return fail("nested deeper than the limit");
        stack_.push_back({scanner_.peek() == '[', true, path_.size(), 0});
        scanner_.skip();
        return true;
      case '"':
        if (!scanner_.string(&text_)) return fail("broken string");
        return report(text_);
      default: {
        std::string_view literal;
        if (!scanner_.literal(&literal)) return fail("unexpected byte");
        return report(literal == "null" ? std::string_view("") : literal);
      }
    }
  }

  bool report(std::string_view text) {
    name_bytes_ += path_.size();
    if (name_bytes_ > most_names_) return fail("member names too long");
    if (++count_ > limits_.arguments || !sink_.addArgument(path_, text)) {
      return fail("more arguments than the limit");
    }
    return true;
  }

  bool element() {
    Frame& frame = stack_.back();
    if (scanner_.peek() == ']' && frame.first) return leave();
    if (!frame.first) {
      if (scanner_.peek() == ']') return leave();
      if (!scanner_.accept(',')) return fail("expected , or ]");
    }
    frame.first = false;
    path_.resize(frame.path_size);
    path_ += ".array_" + std::to_string(frame.index++);
    return value();
  }

  bool member() {
    Frame& frame = stack_.back();
    if (scanner_.peek() == '}' && frame.first) return leave();
    if (!frame.first) {
      if (scanner_.peek() == '}') return leave();
      if (!scanner_.accept(',')) return fail("expected , or }");
    }
    frame.first = false;
    if (scanner_.peek() != '"' || !scanner_.string(&text_)) return fail("expected a member name");
    if (!scanner_.accept(':')) return fail("expected :");
    path_.resize(frame.path_size);
    path_ += '.';
    path_ += text_.empty() ? "empty-key" : text_;
    if (path_.size() > kMaxName) return fail("member name too long");
    return value();
  }

  bool leave() {
    scanner_.skip();
    const Frame& frame = stack_.back();
    path_.resize(frame.path_size);
    if (frame.first && !isWord(path_) && !report({})) return false;
    stack_.pop_back();
    return true;
  }

  JsonScanner scanner_;
  const BodyLimits& limits_;
  BodySink& sink_;
  std::vector<Frame> stack_;
  std::string path_;
  std::string text_;
  std::string message_;
  uint32_t count_ = 0;
  size_t most_names_;
  size_t name_bytes_ = 0;
};

}  // namespace

BodyOutcome parseJson(std::string_view body, const BodyLimits& limits, BodySink& sink) {
  return JsonWalker(body, limits, sink).run();
}

}  // namespace waf
