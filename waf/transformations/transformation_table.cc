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

constexpr ByteMask kUpper = ByteMask::range('A', 'Z');
constexpr ByteMask kLower = ByteMask::range('a', 'z');
constexpr ByteMask kHigh = ByteMask::range(0x80, 0xff);
constexpr ByteMask kNull = ByteMask::range(0, 0);
constexpr ByteMask kSpaces = ByteMask::of(" \t\n\v\f\r");
constexpr ByteMask kRemovable = ByteMask::of(" \t\n\v\f\r\xa0");
constexpr ByteMask kCommandBytes = ByteMask::of("\\\"'^ ,;\t\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ");
constexpr ByteMask kBackslash = ByteMask::of("\\");
constexpr ByteMask kPath = ByteMask::of("/.");
constexpr ByteMask kWindowsPath = ByteMask::of("\\/.");
constexpr ByteMask kArgsName = ByteMask::of(" .[");
constexpr ByteMask kComment = ByteMask::of("/<-#");
constexpr ByteMask kCommentCharacters = ByteMask::of("/*<-#");
constexpr ByteMask kAmpersand = ByteMask::of("&");
constexpr ByteMask kUrlEncoding = ByteMask::of("%+");
constexpr ByteMask kHexMark = ByteMask::of("xX");

constexpr Transformation kTransformations[] = {
    {"base64Decode", t::base64Decode, ifNotEmpty, nullptr},
    {"base64DecodeExt", t::base64DecodeExt, ifNotEmpty, nullptr},
    {"base64Encode", t::base64Encode, ifNotEmpty, nullptr},
    {"cmdLine", t::cmdLine, t::hasCommandByte, &kCommandBytes},
    {"compressWhitespace", t::compressWhitespace, t::hasSpace, &kSpaces},
    {"cssDecode", t::cssDecode, t::hasBackslash, &kBackslash},
    {"escapeSeqDecode", t::escapeSeqDecode, t::hasBackslash, &kBackslash},
    {"hexDecode", t::hexDecode, ifNotEmpty, nullptr},
    {"hexEncode", t::hexEncode, ifNotEmpty, nullptr},
    {"htmlEntityDecode", t::htmlEntityDecode, t::hasAmpersand, &kAmpersand},
    {"jsDecode", t::jsDecode, t::hasBackslash, &kBackslash},
    {"length", t::length, always, nullptr},
    {"lowercase", t::lowercase, t::hasUpper, &kUpper},
    {"md5", t::md5, always, nullptr},
    {"normalisePath", t::normalisePath, t::hasPathSyntax, &kPath},
    {"normalisePathWin", t::normalisePathWin, t::hasWindowsPathSyntax, &kWindowsPath},
    {"normalizePath", t::normalisePath, t::hasPathSyntax, &kPath},
    {"normalizePathWin", t::normalisePathWin, t::hasWindowsPathSyntax, &kWindowsPath},
    {"parityEven7bit", t::parityEven7bit, ifNotEmpty, nullptr},
    {"parityOdd7bit", t::parityOdd7bit, ifNotEmpty, nullptr},
    {"parityZero7bit", t::parityZero7bit, t::hasHighBit, &kHigh},
    {"phpArgsNames", t::phpArgsNames, t::hasArgsNameSyntax, &kArgsName},
    {"removeComments", t::removeComments, t::hasComment, &kComment},
    {"removeCommentsChar", t::removeCommentsChar, t::hasCommentCharacter, &kCommentCharacters},
    {"removeNulls", t::removeNulls, t::hasNull, &kNull},
    {"removeWhitespace", t::removeWhitespace, t::hasRemovableSpace, &kRemovable},
    {"replaceComments", t::replaceComments, t::hasBlockComment, &kComment},
    {"replaceNulls", t::replaceNulls, t::hasNull, &kNull},
    {"sha1", t::sha1, always, nullptr},
    {"sqlHexDecode", t::sqlHexDecode, t::hasSqlHex, &kHexMark},
    {"trim", t::trim, t::hasOuterSpace, &kSpaces},
    {"trimLeft", t::trimLeft, t::hasOuterSpace, &kSpaces},
    {"trimRight", t::trimRight, t::hasOuterSpace, &kSpaces},
    {"uppercase", t::uppercase, t::hasLower, &kLower},
    {"urlDecode", t::urlDecode, t::hasUrlEncoding, &kUrlEncoding},
    {"urlDecodeUni", t::urlDecodeUni, t::hasUrlEncoding, &kUrlEncoding},
    {"urlEncode", t::urlEncode, t::needsUrlEncoding, nullptr},
    {"utf8toUnicode", t::utf8toUnicode, t::hasHighBit, &kHigh},
};

constexpr Transformation kUrlDecodeUniBestFit = {"urlDecodeUni", t::urlDecodeUniBestFit,
                                                 t::hasUrlEncoding, &kUrlEncoding};

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
