#include <gtest/gtest.h>

#include "tests/waf/body/recording_sink.h"

namespace waf {
namespace {

using Pairs = RecordingSink::Pairs;

constexpr const char* kType = "multipart/form-data; boundary=0000";

std::string partWith(const std::string& header, const std::string& content = "1") {
  return "--0000\r\n" + header + "\r\n\r\n" + content + "\r\n--0000--\r\n";
}

struct Parsed {
  RecordingSink sink;
  BodyOutcome outcome;

  // The flags that are up, in alphabetic order and without the prefix.
  std::string flags() const {
    std::string out;
    for (const auto& [name, value] : sink.flags) {
      if (value == "0" || name == "REQBODY_PROCESSOR_ERROR") continue;
      out += (out.empty() ? "" : " ") + name.substr(10) + (value == "1" ? "" : "=" + value);
    }
    return out;
  }
};

Parsed parse(std::string_view body, std::string_view type = kType, BodyLimits limits = {}) {
  Parsed parsed;
  parsed.outcome = parseMultipart(body, type, limits, parsed.sink);
  return parsed;
}

const std::string kField = "Content-Disposition: form-data; name=\"a\"";

TEST(MultipartTest, ReadsFieldsFilesAndPartHeaders) {
  const Parsed p = parse(
      "--0000\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n"
      "--0000\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: "
      "text/plain\r\n\r\n"
      "file\n\r\n--0000--\r\n");
  EXPECT_FALSE(p.outcome.error) << p.outcome.message;
  EXPECT_EQ(p.flags(), "");
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "1\r\n2"}}));
  ASSERT_EQ(p.sink.files.size(), 1u);
  EXPECT_EQ(p.sink.files[0].field, "f");
  EXPECT_EQ(p.sink.files[0].filename, "x.txt");
  EXPECT_EQ(p.sink.files[0].content, "file\n");
  EXPECT_EQ(p.sink.part_headers.back(),
            (std::pair<std::string, std::string>("f", "Content-Type: text/plain")));
  EXPECT_EQ(p.sink.parts, (Pairs{{"a", ""}, {"f", "x.txt"}}));
}

struct Case {
  const char* input;
  const char* flags;
  bool error;
};

TEST(MultipartTest, EachOddContentTypeHasItsFlag) {
  const Case cases[] = {
      {"multipart/form-data;boundary=0000", "", false},
      {"multipart/form-data; boundary=0000; charset=UTF-8", "", false},
      {"multipart/form-data; boundary=\"0000\"", "BOUNDARY_QUOTED STRICT_ERROR", false},
      {"multipart/form-data; boundary =0000", "BOUNDARY_WHITESPACE STRICT_ERROR", false},
      {"multipart/form-data; boundary= 0000", "BOUNDARY_WHITESPACE STRICT_ERROR", false},
      {"multipart/form-data boundary=0000", "MISSING_SEMICOLON STRICT_ERROR", false},
      {"multipart/form-data, boundary=0000", "STRICT_ERROR", true},
      {"multipart/form-data; bOundary=0000", "STRICT_ERROR", true},
      {"multipart/form-data; boundary=0000; boundary=1", "STRICT_ERROR", true},
      {"multipart/form-data; boundary=\"0000", "STRICT_ERROR", true},
      {"multipart/form-data; boundary=00!00", "STRICT_ERROR", true},
      {"multipart/form-data; boundary=", "STRICT_ERROR", true},
      {"multipart/form-data", "STRICT_ERROR", true},
  };
  for (const Case& c : cases) {
    const Parsed p = parse(partWith(kField), c.input);
    EXPECT_EQ(p.flags(), c.flags) << c.input;
    EXPECT_EQ(p.outcome.error, c.error) << c.input << p.outcome.message;
    EXPECT_EQ(p.sink.flag("REQBODY_PROCESSOR_ERROR"), c.error ? "1" : "") << c.input;
  }
}

TEST(MultipartTest, EachOddDispositionHasItsFlag) {
  const Case cases[] = {
      {"form-data; name=a", "", false},
      {"form-data; name=\"a;'b\"", "", false},
      {"form-data; name=\"a\"; filename=\"b\"; filename*=utf-8''%61%62.txt", "", false},
      {"form-data; name='a'", "INVALID_QUOTING STRICT_ERROR", false},
      {"form-data; name=a'b", "INVALID_QUOTING STRICT_ERROR", false},
      {"form-data; name=\"a", "INVALID_QUOTING STRICT_ERROR", false},
      {"form-data; name=\"a\" filename=\"b\"", "INVALID_PART STRICT_ERROR", true},
      {"form-data; name=\"a\"; name=\"b\"", "INVALID_PART STRICT_ERROR", true},
      {"form-data; name=\"a\"; filename*=utf-8''a", "INVALID_PART STRICT_ERROR", true},
      {"form-data; name=\"a\"; filename=b; filename*=utf-7''a", "INVALID_PART STRICT_ERROR", true},
      {"form-data; name=\"\"", "INVALID_PART STRICT_ERROR", true},
      {"form-data", "INVALID_PART STRICT_ERROR", true},
      {"attachment; name=\"a\"", "INVALID_PART STRICT_ERROR", true},
      {"form-data;\r\n name=\"a\"", "HEADER_FOLDING STRICT_ERROR", false},
      {"form-data;\r\n\vname=\"a\"", "HEADER_FOLDING INVALID_HEADER_FOLDING STRICT_ERROR", false},
  };
  for (const Case& c : cases) {
    const Parsed p = parse(partWith(std::string("Content-Disposition: ") + c.input));
    EXPECT_EQ(p.flags(), c.flags) << c.input;
    EXPECT_EQ(p.outcome.error, c.error) << c.input << p.outcome.message;
  }
}

TEST(MultipartTest, EachOddBodyHasItsFlag) {
  const std::string head = "--0000\r\n" + kField + "\r\n\r\n";
  const struct {
    std::string body;
    const char* flags;
    bool error;
  } cases[] = {
      {head + "1\r\n--0000--", "", false},
      {"x\r\n" + partWith(kField), "DATA_BEFORE STRICT_ERROR", false},
      {partWith(kField) + "x", "DATA_AFTER STRICT_ERROR", false},
      {"--0000\n" + kField + "\n\n1\n--0000--\n", "LF_LINE STRICT_ERROR", false},
      {head + "1\n--0000--\r\n", "CRLF_LF_LINES LF_LINE STRICT_ERROR", false},
      {head + "1\n2\r\n--0000--\r\n", "", false},
      {head + "1\r\n--1111\r\n--0000--\r\n", "UNMATCHED_BOUNDARY=2", false},
      {head + "1\r\n--0000x\r\n--0000--\r\n", "INVALID_PART STRICT_ERROR UNMATCHED_BOUNDARY=2",
       false},
      {head + "1\r\n--1111--\r\n", "STRICT_ERROR UNMATCHED_BOUNDARY", true},
      {"--1111\r\n" + kField + "\r\n\r\n1\r\n--0000--\r\n",
       "DATA_BEFORE STRICT_ERROR UNMATCHED_BOUNDARY", true},
      {head + "1\r\n", "STRICT_ERROR", true},
      {head + "--0000--\r\n", "INVALID_PART STRICT_ERROR", false},
      {"--0000\r\n" + kField + "\r\n--0000--\r\n", "INVALID_PART STRICT_ERROR", true},
      {"--0000\r\nno colon\r\n\r\n1\r\n--0000--\r\n", "INVALID_PART STRICT_ERROR", true},
      {"abc", "DATA_BEFORE STRICT_ERROR", true},
  };
  for (const auto& c : cases) {
    const Parsed p = parse(c.body);
    EXPECT_EQ(p.flags(), c.flags) << c.body;
    EXPECT_EQ(p.outcome.error, c.error) << c.body << p.outcome.message;
  }
}

TEST(MultipartTest, TheWordBoundaryWithinABoundaryIsNoSecondOne) {
  const std::string boundary = "----WebKitFormBoundaryYXfTuDnyCxbDc0rA";
  const Parsed p =
      parse("--" + boundary + "\r\n" + kField + "\r\n\r\n1\r\n--" + boundary + "--\r\n",
            "multipart/form-data; boundary=" + boundary);
  EXPECT_FALSE(p.outcome.error) << p.outcome.message;
  EXPECT_EQ(p.flags(), "");
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "1"}}));
}

TEST(MultipartTest, AFormWithoutFieldsIsItsFinalBoundary) {
  const Parsed p = parse("--0000--\r\n");
  EXPECT_FALSE(p.outcome.error) << p.outcome.message;
  EXPECT_EQ(p.flags(), "");
  EXPECT_EQ(parse("--0000--\r\n" + partWith(kField)).flags(), "DATA_AFTER STRICT_ERROR");
  EXPECT_TRUE(parse("x\r\n--0000--\r\n").outcome.error);
}

TEST(MultipartTest, AnEmptyFilenameIsAField) {
  const Parsed p = parse(partWith(kField + "; filename=\"\""));
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "1"}}));
  EXPECT_TRUE(p.sink.files.empty());
}

TEST(MultipartTest, AnUnfinishedPartIsStillReported) {
  const Parsed p = parse("--0000\r\n" + kField + "\r\n\r\n<script>");
  EXPECT_TRUE(p.outcome.error);
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "<script>"}}));
}

TEST(MultipartTest, BothNamesOfAFileAreReported) {
  const Parsed p =
      parse(partWith(kField + "; filename=\"a.txt\"; filename*=UTF-8'en'sh%65ll.%70hp"));
  EXPECT_FALSE(p.outcome.error) << p.outcome.message;
  ASSERT_EQ(p.sink.files.size(), 2u);
  EXPECT_EQ(p.sink.files[0].filename, "a.txt");
  EXPECT_EQ(p.sink.files[1].filename, "shell.php");
  EXPECT_EQ(p.sink.parts, (Pairs{{"a", "a.txt"}, {"a", "shell.php"}}));
  const Parsed latin = parse(partWith(kField + "; filename=\"a\"; filename*=iso-8859-1''%e9"));
  EXPECT_EQ(latin.sink.files.at(1).filename, "\xc3\xa9");
}

TEST(MultipartTest, QuotedPairsAreUndone) {
  const Parsed p =
      parse(partWith("Content-Disposition: form-data; name=\"a\\\"b\"; filename=\"c\\\\d.txt\""));
  ASSERT_EQ(p.sink.files.size(), 1u);
  EXPECT_EQ(p.sink.files[0].field, "a\"b");
  EXPECT_EQ(p.sink.files[0].filename, "c\\d.txt");
}

TEST(MultipartTest, FieldsOfOneNameAreAllReported) {
  const std::string part = "--0000\r\n" + kField + "\r\n\r\n";
  const Parsed p = parse(part + "1\r\n" + part + "2\r\n--0000--\r\n");
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "1"}, {"a", "2"}}));
  EXPECT_EQ(p.flags(), "");
}

TEST(MultipartTest, ABoundaryMayHoldEveryByteOfItsGrammar) {
  const std::string boundary = "aZ09'()+_,-./:=?";
  const Parsed p =
      parse("--" + boundary + "\r\n" + kField + "\r\n\r\n1\r\n--" + boundary + "--\r\n",
            "multipart/form-data; boundary=\"" + boundary + "\"");
  EXPECT_FALSE(p.outcome.error) << p.outcome.message;
  EXPECT_EQ(p.sink.arguments, (Pairs{{"a", "1"}}));
  EXPECT_TRUE(parse("", "multipart/form-data; boundary=" + std::string(71, 'x')).flags().empty());
  EXPECT_TRUE(parse("x", "multipart/form-data; boundary=" + std::string(71, 'x')).outcome.error);
}

TEST(MultipartTest, MultipartWithinMultipartIsRefused) {
  const Parsed p = parse(partWith(kField + "\r\nContent-Type: Multipart/Mixed; boundary=1",
                                  "--1\r\nContent-Disposition: file; filename=\"x.php\"\r\n\r\n"
                                  "<?php\r\n--1--"));
  EXPECT_TRUE(p.outcome.error);
  EXPECT_EQ(p.flags(), "INVALID_PART STRICT_ERROR UNMATCHED_BOUNDARY=2");
  // What it holds is inspected all the same.
  ASSERT_EQ(p.sink.arguments.size(), 1u);
  EXPECT_NE(p.sink.arguments[0].second.find("<?php"), std::string::npos);
}

TEST(MultipartTest, HeadersOfAPartAreBounded) {
  std::string many = kField;
  for (int i = 0; i < 64; ++i) many += "\r\nX: y";
  EXPECT_TRUE(parse(partWith(many)).outcome.error);
  EXPECT_TRUE(parse(partWith(kField + "\r\nX: " + std::string(5000, 'y'))).outcome.error);
  EXPECT_FALSE(parse(partWith(kField + "\r\nX: " + std::string(3000, 'y'))).outcome.error);
}

TEST(MultipartTest, HoldsTheArgumentLimit) {
  BodyLimits limits;
  limits.arguments = 2;
  std::string body;
  for (int i = 0; i < 3; ++i) body += "--0000\r\n" + kField + "\r\n\r\nx\r\n";
  const Parsed p = parse(body + "--0000--\r\n", kType, limits);
  EXPECT_TRUE(p.outcome.error);
  EXPECT_EQ(p.sink.arguments.size(), 2u);
}

TEST(MultipartTest, ListsFilesPastTheirLimitAndFlagsThem) {
  BodyLimits limits;
  limits.upload_files = 1;
  limits.further_files = 2;
  const auto files = [&](int count) {
    std::string body;
    for (int i = 0; i < count; ++i) {
      body += "--0000\r\n" + kField + "; filename=\"f" + std::to_string(i) + "\"\r\n\r\nx\r\n";
    }
    return parse(body + "--0000--\r\n", kType, limits);
  };
  EXPECT_EQ(files(1).flags(), "");
  const Parsed p = files(3);
  EXPECT_EQ(p.flags(), "FILE_LIMIT_EXCEEDED STRICT_ERROR");
  EXPECT_FALSE(p.outcome.error);
  ASSERT_EQ(p.sink.files.size(), 3u);
  EXPECT_EQ(p.sink.files[2].filename, "f2");
  EXPECT_TRUE(files(4).outcome.error);
}

TEST(MultipartTest, NamesAreReportedAsOriginsDecodeThem) {
  const struct {
    const char* disposition;
    const char* name;
    const char* filename;
  } files[] = {
      {"name=\"a\"; filename=\"=?utf-8?B?c2hlbGwucGhw?=\"", "a", "shell.php"},
      {"name=\"a\"; filename=\"=?utf-8?Q?she=6Cl.php?=\"", "a", "shell.php"},
      {"name=\"a\"; filename=\"x=?us-ascii?q?shell.p?=hp\"", "a", "xshell.php"},
      {"name=\"=?utf-8?q?a_b?=\"; filename=\"c\"", "a b", "c"},
      {"name=\"a\"; filename=\"=?utf-7?Q?+ADw-.php?=\"", "a", "<.php"},
  };
  for (const auto& c : files) {
    const Parsed p =
        parse(partWith(std::string("Content-Disposition: form-data; ") + c.disposition));
    ASSERT_EQ(p.sink.files.size(), 2u) << c.disposition;
    EXPECT_EQ(p.sink.files[1].field, c.name) << c.disposition;
    EXPECT_EQ(p.sink.files[1].filename, c.filename) << c.disposition;
  }
  const Parsed field =
      parse(partWith("Content-Disposition: form-data; name=\"=?utf-8?b?PHNjcmlwdD4=?=\""));
  EXPECT_EQ(field.sink.arguments.back().first, "<script>");
  for (const char* plain :
       {"=?utf-8?x?a?=", "=?utf-8?b", "=?", "=??", "=?a?", "=?a?b", "=?a?b?c", "?="}) {
    EXPECT_EQ(parse(partWith("Content-Disposition: form-data; name=\"a\"; filename=\"" +
                             std::string(plain) + "\""))
                  .sink.files.size(),
              1u)
        << plain;
  }
}

TEST(MultipartTest, SingleQuotesAreQuotesAndOdd) {
  const Parsed p =
      parse(partWith("Content-Disposition: form-data; name='a;b'; filename='x\\'.php'"));
  EXPECT_EQ(p.flags(), "INVALID_QUOTING STRICT_ERROR");
  ASSERT_EQ(p.sink.files.size(), 1u);
  EXPECT_EQ(p.sink.files[0].field, "a;b");
  EXPECT_EQ(p.sink.files[0].filename, "x'.php");
}

TEST(MultipartTest, TwoCharsetsOfTheBodyAreRefused) {
  EXPECT_TRUE(
      parse(partWith(kField), std::string(kType) + "; charset=utf-8; charset=utf-7").outcome.error);
}

TEST(MultipartTest, ContentsAreReportedWithoutTheirTransferEncoding) {
  const Parsed file =
      parse(partWith(kField + "; filename=\"f\"\r\nContent-Transfer-Encoding: base64", "PD9waHA="));
  ASSERT_EQ(file.sink.files.size(), 2u);
  EXPECT_EQ(file.sink.files[1].content, "<?php");
  const Parsed unknown = parse(partWith(kField + "\r\nContent-Transfer-Encoding: x-uuencode"));
  EXPECT_TRUE(unknown.outcome.error);
  for (const char* plain : {"7bit", "8BIT", "binary"}) {
    const Parsed p = parse(partWith(kField + "\r\nContent-Transfer-Encoding: " + plain));
    EXPECT_FALSE(p.outcome.error) << p.outcome.message;
    EXPECT_EQ(p.sink.arguments.size(), 1u);
  }
}

TEST(MultipartTest, AHeaderWithAControlByteIsAnErrorAndIsReported) {
  const Parsed p =
      parse("--0000\r\n" + kField + "\r\nX-One: a\x0e" + "b\r\n\r\nx\r\n--0000--\r\n", kType);
  EXPECT_TRUE(p.outcome.error);
  EXPECT_EQ(p.sink.part_headers.back().second,
            "X-One: a\x0e"
            "b");
  EXPECT_EQ(p.sink.arguments.size(), 1u);
}

TEST(MultipartTest, WhatOriginsWouldCutDifferentlyIsRefused) {
  const std::string type = "\r\nContent-Type: ";
  for (const std::string& header :
       {kField + "\r\nX: y\rContent-Disposition: form-data; name=\"b\"", kField + "\r\nX: \x01",
        kField + "\r\n\x01X: y", kField + type + "text/plain" + type + "text/html",
        kField + "\r\nContent-Transfer-Encoding: 7bit\r\ncontent-transfer-encoding : base64",
        kField + "; filename*0=\"a.p\"; filename*1=\"hp\"", kField + "; Filename=\"a\""}) {
    const Parsed p = parse(partWith(header));
    EXPECT_TRUE(p.outcome.error) << header;
    EXPECT_EQ(p.sink.flag("MULTIPART_INVALID_PART"), "1") << header;
  }
  for (const char* boundary : {"a,b", "a(b)", "(a)"}) {
    EXPECT_TRUE(parse("x", "multipart/form-data; boundary=" + std::string(boundary)).outcome.error)
        << boundary;
  }
}

TEST(MultipartTest, SurvivesEveryTruncationAndEveryByteFlipped) {
  const std::string body =
      "x\r\n" +
      partWith(kField + "; filename=\"q\"; filename*=utf-8''%41\r\nX: y\r\n z", "a\r\n--b");
  for (size_t size = 0; size <= body.size(); ++size) parse(std::string_view(body).substr(0, size));
  for (size_t at = 0; at < body.size(); ++at) {
    for (const char byte : {'\0', '\r', '\n', '"', '-', ';', '\xff'}) {
      std::string broken = body;
      broken[at] = byte;
      parse(broken);
    }
  }
}

TEST(MultipartTest, TenMegabytesOfDashesAreRead) {
  std::string body = "--0000\r\n" + kField + "\r\n\r\n";
  while (body.size() < (10u << 20)) body += "--\n";
  EXPECT_TRUE(parse(body).outcome.error);
}

}  // namespace
}  // namespace waf
