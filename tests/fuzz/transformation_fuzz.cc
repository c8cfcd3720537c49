// Every transformation: the first byte chooses one. Invariants: the byte gate never hides a change,
// the result does not depend on what the scratch string held, only the known expanding ones make a
// value longer, what is a fixed form is reached in one step, and encoders are undone by decoders.
#include <algorithm>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/require.h"
#include "tests/waf/support/transformation_names.h"
#include "waf/transformations/transformation.h"

namespace {

using waf::test::kTransformationNames;

// Twice is once.
constexpr std::string_view kIdempotent[] = {
    "compressWhitespace", "lowercase",     "uppercase",      "normalisePath", "normalisePathWin",
    "parityEven7bit",     "parityOdd7bit", "parityZero7bit", "removeNulls",   "removeWhitespace",
    "replaceNulls",       "trim",          "trimLeft",       "trimRight"};

constexpr std::string_view kExpanding[] = {
    "base64Encode", "hexEncode", "length",        "md5",
    "sha1",         "urlEncode", "utf8toUnicode", "htmlEntityDecode"};

constexpr std::pair<std::string_view, std::string_view> kInverse[] = {
    {"base64Encode", "base64Decode"}, {"hexEncode", "hexDecode"}, {"urlEncode", "urlDecode"}};

template <size_t N>
bool contains(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string apply(const waf::Transformation& transformation, const std::string& value,
                  std::string scratch = {}) {
  const bool changed = transformation.apply(value, scratch);
  if (!transformation.mayChange(value)) require(!changed);
  return changed ? scratch : value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t chosen = data[0] % (kTransformationNames.size() + 1);
  const waf::Transformation* transformation =
      chosen == kTransformationNames.size() ? waf::urlDecodeUniWithBestFit()
                                            : waf::findTransformation(kTransformationNames[chosen]);
  require(transformation != nullptr);
  const std::string value(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string out = apply(*transformation, value);
  require(out == apply(*transformation, value, std::string(300, 'z')));
  const std::string_view name = transformation->name;
  if (contains(kExpanding, name)) {
    require(out.size() <= value.size() * 8 + 64);
  } else {
    require(out.size() <= value.size());
  }
  if (contains(kIdempotent, name)) require(apply(*transformation, out) == out);
  for (const auto& [encode, decode] : kInverse) {
    if (name == encode) require(apply(*waf::findTransformation(decode), out) == value);
  }
  return 0;
}
