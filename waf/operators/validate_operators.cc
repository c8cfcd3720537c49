// Each matches what is not valid.
//
//   @validateByteRange 10,13,32-126   a byte outside of the ranges
//   @validateUrlEncoding              a % without two hex digits
//   @validateUtf8Encoding             a sequence that is not UTF-8 (RFC 3629: shortest form, no
//                                     surrogates)
//
// SecRule ARGS "@validateByteRange 1-255" "id:1,phase:2,deny"

#include <charconv>

#include "waf/base/ascii.h"
#include "waf/base/text.h"
#include "waf/operators/operator_makers.h"
#include "waf/regex/byte_finder.h"

namespace waf {
namespace {

// ModSecurity reads what is no number as 0; a number that is no byte is an error there, too.
bool readByte(std::string_view text, unsigned* out) {
  text = trim(text);
  *out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error != std::errc::result_out_of_range && *out <= 255;
}

Result<ByteSet> parseByteRanges(std::string_view list) {
  ByteSet bytes;
  while (!trim(list).empty()) {
    const size_t end = list.find(',');
    const std::string_view item = list.substr(0, end);
    const size_t dash = item.find('-');
    unsigned first = 0;
    unsigned last = 0;
    bool good = readByte(item.substr(0, dash), &first);
    last = first;
    if (dash != std::string_view::npos) good = good && readByte(item.substr(dash + 1), &last);
    if (!good || first > last) {
      return fail(ErrorCode::Invalid, "operator",
                  "\"" + std::string(item) + "\" is not a byte or a range of bytes (0 to 255)");
    }
    for (unsigned byte = first; byte <= last; ++byte) bytes.set(byte);
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return bytes;
}

bool findOutside(const ByteFinder& outside, std::string_view value, OperatorMatch& match) {
  const size_t at = outside.find(value);
  if (at == value.size()) return false;
  match.offset = at;
  match.length = 1;
  return true;
}

class ByteRangeOperator final : public Operator {
 public:
  ByteRangeOperator(const ByteSet& allowed, bool has_macro)
      : refused_(~allowed), outside_(refused_), has_macro_(has_macro) {}

  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    if (!has_macro_) return findOutside(outside_, value, match);
    const auto allowed = parseByteRanges(argument);
    match.limit_exceeded = !allowed;
    return allowed && findOutside(ByteFinder(~*allowed), value, match);
  }

  std::vector<ScanPattern> scanPatterns() const override {
    if (has_macro_ || refused_.none()) return {};
    return {ScanPattern{.pattern = toClass(refused_)}};
  }

 private:
  ByteSet refused_;
  ByteFinder outside_;
  bool has_macro_;
};

class UrlEncodingOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    for (size_t at = value.find('%'); at != std::string_view::npos; at = value.find('%', at + 3)) {
      const std::string_view digits = value.substr(at + 1, 2);
      if (digits.size() == 2 && isHexDigit(digits[0]) && isHexDigit(digits[1])) continue;
      match.offset = at;
      match.length = digits.size() + 1;
      return true;
    }
    return false;
  }

  std::vector<ScanPattern> scanPatterns() const override {
    return {ScanPattern{.pattern = "%", .literal = true}};
  }
};

class Utf8EncodingOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    if (isValidUtf8(value)) return false;
    match.length = value.size();
    return true;
  }

  std::vector<ScanPattern> scanPatterns() const override {
    return {ScanPattern{.pattern = "[\\x80-\\xff]", .gate = true}};
  }
};

}  // namespace

OperatorResult makeValidateByteRange(const OperatorSpec& spec) {
  if (spec.has_macro) return makeOperator<ByteRangeOperator>(ByteSet(), true);
  const auto allowed = parseByteRanges(spec.argument);
  if (!allowed) return operatorError(spec, allowed.error().message);
  return makeOperator<ByteRangeOperator>(*allowed, false);
}

OperatorResult makeValidateUrlEncoding(const OperatorSpec& /*spec*/) {
  return makeOperator<UrlEncodingOperator>();
}

OperatorResult makeValidateUtf8Encoding(const OperatorSpec& /*spec*/) {
  return makeOperator<Utf8EncodingOperator>();
}

}  // namespace waf
