#pragma once

#include <string>
#include <string_view>

// The transformations' functions, by the names of transformation_table.cc; see Transformation for
// their contract.
namespace waf::transform {

using Apply = bool(std::string_view value, std::string& out);
using MayChange = bool(std::string_view value);

Apply base64Decode, base64DecodeExt, base64Encode;
Apply cmdLine;
Apply compressWhitespace, removeWhitespace, trim, trimLeft, trimRight;
Apply cssDecode, escapeSeqDecode, jsDecode;
Apply hexDecode, hexEncode, sqlHexDecode;
Apply htmlEntityDecode;
Apply length;
Apply lowercase, uppercase;
Apply md5, sha1;
Apply normalisePath, normalisePathWin;
Apply parityEven7bit, parityOdd7bit, parityZero7bit;
Apply phpArgsNames;
Apply removeComments, removeCommentsChar, replaceComments;
Apply removeNulls, replaceNulls;
Apply urlDecode, urlDecodeUni, urlDecodeUniBestFit, urlEncode;
Apply utf8toUnicode;

MayChange hasSpace, hasOuterSpace, hasRemovableSpace;
MayChange hasBackslash;
MayChange hasCommandByte;
MayChange hasUpper, hasLower;
MayChange hasPathSyntax, hasWindowsPathSyntax;
MayChange hasHighBit;
MayChange hasArgsNameSyntax;
MayChange hasComment, hasCommentCharacter, hasBlockComment;
MayChange hasNull;
MayChange hasAmpersand;
MayChange hasUrlEncoding, needsUrlEncoding;
MayChange hasSqlHex;

}  // namespace waf::transform
