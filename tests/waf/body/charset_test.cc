#include "waf/body/charset.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/waf/body/recording_sink.h"
#include "waf/body/charset_body.h"

namespace waf {
namespace {

using namespace std::literals;
using Pairs = RecordingSink::Pairs;

std::string units(std::string_view ascii, size_t width, bool big_endian) {
  std::string out;
  for (const char c : ascii) {
    std::string unit(width, '\0');
    unit[big_endian ? width - 1 : 0] = c;
    out += unit;
  }
  return out;
}

std::string decoded(std::string_view name, std::string_view bytes) {
  std::string out;
  EXPECT_TRUE(decodeCharset(findCharset(name), bytes, &out)) << name;
  return out;
}

bool isValid(std::string_view name, std::string_view bytes) {
  std::string out;
  return decodeCharset(findCharset(name), bytes, &out);
}

TEST(CharsetTest, KnowsTheNamesAndTheirAliases) {
  for (const char* name :
       {"", "utf-8", "UTF8", "us-ascii", "ISO-8859-1", "iso-8859-15", "Windows-1252", "Shift_JIS",
        "EUC-JP", "GB18030", "Big5", "koi8-r", "latin1"}) {
    EXPECT_EQ(findCharset(name), Charset::AsIs) << name;
  }
  EXPECT_EQ(findCharset("UTF-7"), Charset::Utf7);
  EXPECT_EQ(findCharset("utf16LE"), Charset::Utf16Le);
  EXPECT_EQ(findCharset("ISO-10646-UCS-2"), Charset::Utf16);
  EXPECT_EQ(findCharset("utf-32be"), Charset::Utf32Be);
  EXPECT_EQ(findCharset("IBM037"), Charset::Ibm037);
  EXPECT_EQ(findCharset("cp500"), Charset::Ibm500);
  for (const char* name : {"iso-2022-jp", "ISO-2022-KR", "hz-gb-2312", "utf-ebcdic", "scsu",
                           "bocu-1", "utf-7-imap", "x-unheard-of", "rot13", "\xff"}) {
    EXPECT_EQ(findCharset(name), Charset::Unknown) << name;
  }
}

TEST(CharsetTest, FindsTheParameter) {
  const struct {
    const char* type;
    const char* charset;
    bool ambiguous;
  } cases[] = {{"text/plain", "", false},
               {"text/plain;charset=utf-16", "utf-16", false},
               {"text/plain; a=b ; CharSet = \"UTF-7\" ; c", "UTF-7", false},
               {"text/plain; charset='ibm037'", "ibm037", false},
               {"text/plain; charset=utf-8; charset=UTF-8", "utf-8", false},
               {"text/plain; charset=utf-8; charset=utf-7", "utf-8", true},
               {"text/plain; xcharset=a", "", false},
               {"text/plain; charset=utf-8, text/html", "utf-8", false},
               {"charset=utf-8", "", false}};
  for (const auto& c : cases) {
    bool ambiguous = false;
    EXPECT_EQ(charsetParameter(c.type, &ambiguous), c.charset) << c.type;
    EXPECT_EQ(ambiguous, c.ambiguous) << c.type;
  }
}

TEST(CharsetTest, DecodesUtf16AndUtf32WithAndWithoutTheirMark) {
  EXPECT_EQ(decoded("utf-16le", units("<a>", 2, false)), "<a>");
  EXPECT_EQ(decoded("utf-16be", units("<a>", 2, true)), "<a>");
  EXPECT_EQ(decoded("utf-16", units("<a>", 2, false)), "<a>");
  EXPECT_EQ(decoded("utf-16", units("<a>", 2, true)), "<a>");
  EXPECT_EQ(decoded("utf-16", "\xff\xfe"s + units("<a>", 2, false)), "<a>");
  EXPECT_EQ(decoded("utf-16", "\xfe\xff"s + units("<a>", 2, true)), "<a>");
  EXPECT_EQ(decoded("utf-32", units("<a>", 4, true)), "<a>");
  EXPECT_EQ(decoded("utf-32", "\xff\xfe\0\0"s + units("<a>", 4, false)), "<a>");
  EXPECT_EQ(decoded("utf-32le", units("<a>", 4, false)), "<a>");
  EXPECT_EQ(decoded("utf-16be", "\xd8\x3d\xde\x00"s), "\xf0\x9f\x98\x80");
}

TEST(CharsetTest, SaysWhatIsNotValid) {
  EXPECT_FALSE(isValid("utf-16le", "a\0b"s));
  EXPECT_FALSE(isValid("utf-16be", "\xd8\x3d\0a"s));
  EXPECT_FALSE(isValid("utf-16be", "\xde\x00"s));
  EXPECT_FALSE(isValid("utf-32be", "\0\x11\0\0"s));
  EXPECT_FALSE(isValid("utf-32be", "\0\0\xd8\0"s));
  EXPECT_FALSE(isValid("utf-7", "a\xff"));
  EXPECT_FALSE(isValid("utf-7", "a + b"));
  EXPECT_FALSE(isValid("iso-2022-jp", "a"));
}

TEST(CharsetTest, DecodesUtf7) {
  EXPECT_EQ(decoded("utf-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
            "<script>alert(1)</script>");
  EXPECT_EQ(decoded("utf-7", "+ADwAcwBj-ript+AD4"), "<script>");
  EXPECT_EQ(decoded("utf-7", "1 +- 1 +2D3eAA-"), "1 + 1 \xf0\x9f\x98\x80");
}

TEST(CharsetTest, DecodesEbcdic) {
  EXPECT_EQ(decoded("ibm037", "\x4c\xa2\x83\x99\x89\x97\xa3\x6e"), "<script>");
  EXPECT_EQ(decoded("ibm500", "\x4a\x5a\x4f"), "[]!");
  EXPECT_EQ(decoded("ibm1140", "\x9f"), "\xe2\x82\xac");
}

TEST(CharsetTest, JsonShowsItsCharset) {
  EXPECT_EQ(detectUnicode("{\"a\":1}"), Charset::AsIs);
  EXPECT_EQ(detectUnicode(units("{}", 2, false)), Charset::Utf16Le);
  EXPECT_EQ(detectUnicode(units("{}", 2, true)), Charset::Utf16Be);
  EXPECT_EQ(detectUnicode(units("{}", 4, false)), Charset::Utf32Le);
  EXPECT_EQ(detectUnicode(units("{}", 4, true)), Charset::Utf32Be);
  EXPECT_EQ(detectUnicode("\xff\xfe{\0"s), Charset::Utf16Le);
  EXPECT_EQ(detectUnicode(""), Charset::AsIs);
  EXPECT_EQ(detectUnicode("1"), Charset::AsIs);
}

BodyOutcome parse(Charset charset, std::string_view body, RecordingSink* sink, bool json = false) {
  return parseInCharset(
      charset, body,
      [json](std::string_view part, BodySink& out) {
        return json ? parseJson(part, {}, out) : parseUrlEncoded(part, {}, out);
      },
      *sink);
}

bool has(const RecordingSink& sink, const char* name, const char* value) {
  return std::find(sink.arguments.begin(), sink.arguments.end(),
                   std::pair<std::string, std::string>(name, value)) != sink.arguments.end();
}

TEST(CharsetBodyTest, AFormIsReadInEveryWayThatAnOriginMight) {
  RecordingSink whole;
  EXPECT_FALSE(parse(Charset::Utf16Le, units("a=<script>&b=1", 2, false), &whole).error);
  EXPECT_TRUE(has(whole, "a", "<script>") && has(whole, "b", "1"));
  RecordingSink each;
  EXPECT_FALSE(parse(Charset::Ibm037, "%81=%4C%A2%83%99%89%97%A3%6E&b=plain", &each).error);
  EXPECT_TRUE(has(each, "a", "<script>") && has(each, "b", "plain"));
  RecordingSink seven;
  EXPECT_FALSE(parse(Charset::Utf7, "a=+ADw-script+AD4-&b=%2BADw-img", &seven).error);
  EXPECT_TRUE(has(seven, "a", "<script>") && has(seven, "b", "<img"));
}

TEST(CharsetBodyTest, WhatIsReadTheSameEachWayIsReportedOnce) {
  RecordingSink sink;
  EXPECT_FALSE(parse(Charset::Utf7, "a=1&b=2", &sink).error);
  EXPECT_EQ(sink.arguments, (Pairs{{"a", "1"}, {"b", "2"}}));
}

TEST(CharsetBodyTest, JsonIsReadInItsCharset) {
  RecordingSink sink;
  EXPECT_FALSE(parse(Charset::Utf16Be, units(R"({"a":"<script>"})", 2, true), &sink, true).error);
  EXPECT_TRUE(has(sink, "json.a", "<script>"));
  RecordingSink seven;
  EXPECT_FALSE(parse(Charset::Utf7, R"({"a":"+ADw-script+AD4-"})", &seven, true).error);
  EXPECT_TRUE(has(seven, "json.a", "<script>") && has(seven, "json.a", "+ADw-script+AD4-"));
}

TEST(CharsetBodyTest, WhatNobodyCanReadIsAnError) {
  RecordingSink sink;
  EXPECT_TRUE(parse(Charset::Utf16Le, "a=1", &sink).error);
  EXPECT_TRUE(parse(Charset::Utf16Le, "{\0\"\0", &sink, true).error);
  sink.limit = 1;
  EXPECT_TRUE(parse(Charset::Utf7, "a=1&b=2", &sink).error);
  EXPECT_EQ(sink.refused, 1u) << "a full sink is asked no more";
}

TEST(CharsetBodyTest, UndoesTransferEncodings) {
  std::string out;
  EXPECT_TRUE(decodeTransferEncoding("Quoted-Printable", "=3Cscript=\r\n=3e=zz", &out));
  EXPECT_EQ(out, "<script>=zz");
  EXPECT_TRUE(decodeTransferEncoding("base64", "PHNj\r\ncmlwdD4=", &out));
  EXPECT_EQ(out, "<script>");
  EXPECT_FALSE(decodeTransferEncoding("quoted-printable", "plain", &out));
  EXPECT_FALSE(decodeTransferEncoding("binary", "a", &out));
}

}  // namespace
}  // namespace waf
