#pragma once

#include <array>
#include <string_view>

namespace waf::test {

// Every transformation by name, both spellings of those that have two. The order is that of the
// fuzz target's first byte: new ones go to the end.
inline constexpr std::array<std::string_view, 38> kTransformationNames = {"base64Decode",
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
                                                                          "utf8toUnicode",
                                                                          "uppercase",
                                                                          "urlEncode"};

}  // namespace waf::test
