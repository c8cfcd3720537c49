// Every transformation: the first byte chooses one. Invariants: the byte gate never hides a change,
// and only the known expanding ones make a value longer.
#include <array>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/require.h"
#include "waf/transformations/transformation.h"

namespace {

constexpr std::array<std::string_view, 36> kNames = {"base64Decode",
                                                     "base64DecodeExt",
                                                     "base64Encode",
                                                     "cmdLine",
                                                     "compressWhitespace",
                                                     "cssDecode",
                                                     "escapeSeqDecode",
                                                     "hexDecode",
                                                     "hexEncode",
                                                     "htmlEntityDecode",
                                                     "jsDecode",
                                                     "length",
                                                     "lowercase",
                                                     "md5",
                                                     "normalisePath",
                                                     "normalisePathWin",
                                                     "normalizePath",
                                                     "normalizePathWin",
                                                     "parityEven7bit",
                                                     "parityOdd7bit",
                                                     "parityZero7bit",
                                                     "phpArgsNames",
                                                     "removeComments",
                                                     "removeCommentsChar",
                                                     "removeNulls",
                                                     "removeWhitespace",
                                                     "replaceComments",
                                                     "replaceNulls",
                                                     "sha1",
                                                     "sqlHexDecode",
                                                     "trim",
                                                     "trimLeft",
                                                     "trimRight",
                                                     "urlDecode",
                                                     "urlDecodeUni",
                                                     "utf8toUnicode"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const waf::Transformation* transformation =
      waf::findTransformation(kNames[data[0] % kNames.size()]);
  require(transformation != nullptr);
  const std::string value(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string out;
  const bool changed = transformation->apply(value, out);
  if (!transformation->mayChange(value)) require(!changed);
  if (changed) require(out.size() <= value.size() * 8 + 64);
  return 0;
}
