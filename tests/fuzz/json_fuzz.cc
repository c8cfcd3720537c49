// JSON, with nlohmann's parser as the other opinion. Invariants: both take the same texts, every
// leaf of the one is a leaf of the other, names and values are bounded by the text.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/fuzz/counting_sink.h"
#include "waf/base/text.h"

namespace {

constexpr uint32_t kArguments = 200;
constexpr uint32_t kDepth = 32;

struct LeafSink final : waf::CountingSink {
  LeafSink() : CountingSink(kArguments) {}
  bool addArgument(std::string_view name, std::string_view value) override {
    require(name.substr(0, 4) == "json");
    require(waf::isValidUtf8(name) && waf::isValidUtf8(value));
    // An empty container with a name of note is no leaf to the other opinion.
    if (value.data() != nullptr) values.emplace_back(value);
    return CountingSink::addArgument(name, value);
  }
  std::vector<std::string> values;
};

// Hears nlohmann's parser: the string leaves, and whether it got to the end.
struct OtherOpinion : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return leaf(""); }
  bool boolean(bool value) override { return leaf(value ? "true" : "false"); }
  bool number_integer(number_integer_t) override { return leaf(); }
  bool number_unsigned(number_unsigned_t) override { return leaf(); }
  bool number_float(number_float_t, const string_t&) override { return leaf(); }
  bool string(string_t& value) override { return leaf(value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& e) override {
    out_of_range =
        e.id == 406;  // a number that no double holds: a matter of the reader's, not JSON's
    return false;
  }
  bool leaf() {
    values.emplace_back();
    numbers.push_back(true);
    return true;
  }
  bool leaf(std::string value) {
    values.push_back(std::move(value));
    numbers.push_back(false);
    return true;
  }
  std::vector<std::string> values;
  std::vector<bool> numbers;
  bool out_of_range = false;
};

bool hasSurrogateEscape(std::string_view text) {
  for (size_t at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 2)) {
    if (at + 2 < text.size() && waf::asciiLower(text[at + 2]) == 'd') return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = waf::viewOf(data, size);
  waf::BodyLimits limits;
  limits.arguments = kArguments;
  limits.json_depth = kDepth;
  LeafSink sink;
  const waf::BodyOutcome outcome = waf::parseJson(body, limits, sink);
  require(outcome.error == !outcome.message.empty());
  if (outcome.message.find("limit") != std::string::npos ||
      outcome.message.find("too long") != std::string::npos) {
    return 0;
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::string_view text = body.substr(body.starts_with(kByteOrderMark) ? 3 : 0);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    require(!outcome.error && sink.arguments == 0);
    return 0;
  }
  // A lone surrogate is U+FFFD to us and to browsers, an error to the other, for which NUL is the
  // end.
  if (hasSurrogateEscape(body) || body.find('\0') != std::string_view::npos) {
    return 0;
  }
  OtherOpinion other;
  const bool accepted = nlohmann::json::sax_parse(body.begin(), body.end(), &other);
  if (other.out_of_range) return 0;
  require(accepted == !outcome.error);
  if (!accepted) return 0;
  require(sink.values.size() == other.values.size());
  for (size_t i = 0; i < sink.values.size(); ++i) {
    require(other.numbers[i] || sink.values[i] == other.values[i]);
  }
  return 0;
}
