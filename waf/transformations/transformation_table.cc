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

constexpr ByteMask kSpace = ByteMask::of(" ");
constexpr ByteMask kShellVanishing = ByteMask::of("\\\"'^");
constexpr ByteMask kShellSeparators = ByteMask::of(",;\t\r\n");

using After = ByteMask (*)(const ByteMask& bytes);
constexpr After kSame = [](const ByteMask& bytes) { return bytes; };
constexpr After kAndSpace = [](const ByteMask& bytes) { return bytes.with(kSpace); };
constexpr After kAndPath = [](const ByteMask& bytes) { return bytes.with(kPath); };
constexpr After kLowerCase = [](const ByteMask& bytes) { return bytes.lowerCase(); };
constexpr After kNoNull = [](const ByteMask& bytes) { return bytes.without(kNull); };
constexpr After kSpaceForNull = [](const ByteMask& bytes) {
  return bytes.without(kNull).with(kSpace);
};
constexpr After kNoSpaces = [](const ByteMask& bytes) { return bytes.without(kRemovable); };
constexpr After kOneSpace = [](const ByteMask& bytes) {
  return bytes.without(kSpaces).with(kSpace);
};
constexpr After kCommandLine = [](const ByteMask& bytes) {
  return bytes.without(kShellVanishing).without(kShellSeparators).with(kSpace).lowerCase();
};

constexpr Transformation kTransformations[] = {
    {"base64Decode", t::base64Decode, ifNotEmpty, nullptr},
    {"base64DecodeExt", t::base64DecodeExt, ifNotEmpty, nullptr},
    {"base64Encode", t::base64Encode, ifNotEmpty, nullptr},
    {"cmdLine", t::cmdLine, t::hasCommandByte, &kCommandBytes, kCommandLine},
    {"compressWhitespace", t::compressWhitespace, t::hasSpace, &kSpaces, kOneSpace},
    {"cssDecode", t::cssDecode, t::hasBackslash, &kBackslash},
    {"escapeSeqDecode", t::escapeSeqDecode, t::hasBackslash, &kBackslash},
    {"hexDecode", t::hexDecode, ifNotEmpty, nullptr},
    {"hexEncode", t::hexEncode, ifNotEmpty, nullptr},
    {"htmlEntityDecode", t::htmlEntityDecode, t::hasAmpersand, &kAmpersand},
    {"jsDecode", t::jsDecode, t::hasBackslash, &kBackslash},
    {"length", t::length, always, nullptr},
    {"lowercase", t::lowercase, t::hasUpper, &kUpper, kLowerCase},
    {"md5", t::md5, always, nullptr},
    {"normalisePath", t::normalisePath, t::hasPathSyntax, &kPath, kAndPath},
    {"normalisePathWin", t::normalisePathWin, t::hasWindowsPathSyntax, &kWindowsPath, kAndPath},
    {"normalizePath", t::normalisePath, t::hasPathSyntax, &kPath, kAndPath},
    {"normalizePathWin", t::normalisePathWin, t::hasWindowsPathSyntax, &kWindowsPath, kAndPath},
    {"parityEven7bit", t::parityEven7bit, ifNotEmpty, nullptr},
    {"parityOdd7bit", t::parityOdd7bit, ifNotEmpty, nullptr},
    {"parityZero7bit", t::parityZero7bit, t::hasHighBit, &kHigh},
    {"phpArgsNames", t::phpArgsNames, t::hasArgsNameSyntax, &kArgsName},
    {"removeComments", t::removeComments, t::hasComment, &kComment, kAndSpace},
    {"removeCommentsChar", t::removeCommentsChar, t::hasCommentCharacter, &kCommentCharacters,
     kSame},
    {"removeNulls", t::removeNulls, t::hasNull, &kNull, kNoNull},
    {"removeWhitespace", t::removeWhitespace, t::hasRemovableSpace, &kRemovable, kNoSpaces},
    {"replaceComments", t::replaceComments, t::hasBlockComment, &kComment, kAndSpace},
    {"replaceNulls", t::replaceNulls, t::hasNull, &kNull, kSpaceForNull},
    {"sha1", t::sha1, always, nullptr},
    {"sqlHexDecode", t::sqlHexDecode, t::hasSqlHex, &kHexMark},
    {"trim", t::trim, t::hasOuterSpace, &kSpaces, kSame},
    {"trimLeft", t::trimLeft, t::hasOuterSpace, &kSpaces, kSame},
    {"trimRight", t::trimRight, t::hasOuterSpace, &kSpaces, kSame},
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
