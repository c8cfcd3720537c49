#include <algorithm>
#include <iterator>

#include "waf/base/text.h"
#include "waf/operators/edit_distance.h"
#include "waf/transformations/bytes.h"
#include "waf/transformations/functions.h"
#include "waf/transformations/transformation.h"

namespace waf {
namespace {

namespace t = transform;

constexpr Transformation kTransformations[] = {
    {"base64Decode", t::base64Decode, ifNotEmpty},
    {"base64DecodeExt", t::base64DecodeExt, ifNotEmpty},
    {"base64Encode", t::base64Encode, ifNotEmpty},
    {"cmdLine", t::cmdLine, t::hasCommandByte},
    {"compressWhitespace", t::compressWhitespace, t::hasSpace},
    {"cssDecode", t::cssDecode, t::hasBackslash},
    {"escapeSeqDecode", t::escapeSeqDecode, t::hasBackslash},
    {"hexDecode", t::hexDecode, ifNotEmpty},
    {"hexEncode", t::hexEncode, ifNotEmpty},
    {"htmlEntityDecode", t::htmlEntityDecode, t::hasAmpersand},
    {"jsDecode", t::jsDecode, t::hasBackslash},
    {"length", t::length, always},
    {"lowercase", t::lowercase, t::hasUpper},
    {"md5", t::md5, always},
    {"normalisePath", t::normalisePath, t::hasPathSyntax},
    {"normalisePathWin", t::normalisePathWin, t::hasWindowsPathSyntax},
    {"normalizePath", t::normalisePath, t::hasPathSyntax},
    {"normalizePathWin", t::normalisePathWin, t::hasWindowsPathSyntax},
    {"parityEven7bit", t::parityEven7bit, ifNotEmpty},
    {"parityOdd7bit", t::parityOdd7bit, ifNotEmpty},
    {"parityZero7bit", t::parityZero7bit, t::hasHighBit},
    {"phpArgsNames", t::phpArgsNames, t::hasArgsNameSyntax},
    {"removeComments", t::removeComments, t::hasComment},
    {"removeCommentsChar", t::removeCommentsChar, t::hasCommentCharacter},
    {"removeNulls", t::removeNulls, t::hasNull},
    {"removeWhitespace", t::removeWhitespace, t::hasRemovableSpace},
    {"replaceComments", t::replaceComments, t::hasBlockComment},
    {"replaceNulls", t::replaceNulls, t::hasNull},
    {"sha1", t::sha1, always},
    {"sqlHexDecode", t::sqlHexDecode, t::hasSqlHex},
    {"trim", t::trim, t::hasOuterSpace},
    {"trimLeft", t::trimLeft, t::hasOuterSpace},
    {"trimRight", t::trimRight, t::hasOuterSpace},
    {"uppercase", t::uppercase, t::hasLower},
    {"urlDecode", t::urlDecode, t::hasUrlEncoding},
    {"urlDecodeUni", t::urlDecodeUni, t::hasUrlEncoding},
    {"urlEncode", t::urlEncode, t::needsUrlEncoding},
    {"utf8toUnicode", t::utf8toUnicode, t::hasHighBit},
};

constexpr Transformation kUrlDecodeUniBestFit = {"urlDecodeUni", t::urlDecodeUniBestFit,
                                                 t::hasUrlEncoding};

}  // namespace

const Transformation* findTransformation(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTransformations), std::end(kTransformations),
                   [&](const Transformation& each) { return equalsIgnoreCase(each.name, name); });
  return found == std::end(kTransformations) ? nullptr : found;
}

const Transformation* urlDecodeUniWithBestFit() { return &kUrlDecodeUniBestFit; }

std::string_view nearestTransformation(std::string_view name) {
  return std::min_element(std::begin(kTransformations), std::end(kTransformations),
                          [&](const Transformation& a, const Transformation& b) {
                            return editDistance(a.name, name) < editDistance(b.name, name);
                          })
      ->name;
}

}  // namespace waf
