// Every directive, variable, operator, transformation, action and ctl that ModSecurity's reference
// manuals (v2 and v3) document: it loads, or it is refused with its place, the reason and what to
// do instead. What each does is tested beside its part and by tests/waf/seclang/vectors.
#include <gtest/gtest.h>

#include "tests/waf/support/language_rows.h"
#include "tests/waf/support/transformation_names.h"

namespace waf {
namespace {

using Row = LanguageRow;

TEST(LanguageTest, VariablesLoadOrSayWhyNot) {
  for (const char* name : {"ARGS",
                           "ARGS_COMBINED_SIZE",
                           "ARGS_GET",
                           "ARGS_GET_NAMES",
                           "ARGS_NAMES",
                           "ARGS_POST",
                           "ARGS_POST_NAMES",
                           "AUTH_TYPE",
                           "DURATION",
                           "ENV:x",
                           "FILES",
                           "FILES_COMBINED_SIZE",
                           "FILES_NAMES",
                           "FILES_SIZES",
                           "FILES_TMPNAMES",
                           "FILES_TMP_CONTENT",
                           "FULL_REQUEST",
                           "FULL_REQUEST_LENGTH",
                           "GEO:COUNTRY_CODE",
                           "GLOBAL:x",
                           "HIGHEST_SEVERITY",
                           "INBOUND_DATA_ERROR",
                           "IP:x",
                           "MATCHED_VAR",
                           "MATCHED_VARS",
                           "MATCHED_VAR_NAME",
                           "MATCHED_VARS_NAMES",
                           "MODSEC_BUILD",
                           "MULTIPART_BOUNDARY_QUOTED",
                           "MULTIPART_BOUNDARY_WHITESPACE",
                           "MULTIPART_CRLF_LF_LINES",
                           "MULTIPART_DATA_AFTER",
                           "MULTIPART_DATA_BEFORE",
                           "MULTIPART_FILENAME",
                           "MULTIPART_FILE_LIMIT_EXCEEDED",
                           "MULTIPART_HEADER_FOLDING",
                           "MULTIPART_INVALID_HEADER_FOLDING",
                           "MULTIPART_INVALID_PART",
                           "MULTIPART_INVALID_QUOTING",
                           "MULTIPART_LF_LINE",
                           "MULTIPART_MISSING_SEMICOLON",
                           "MULTIPART_NAME",
                           "MULTIPART_PART_HEADERS",
                           "MULTIPART_STRICT_ERROR",
                           "MULTIPART_UNMATCHED_BOUNDARY",
                           "OUTBOUND_DATA_ERROR",
                           "PATH_INFO",
                           "QUERY_STRING",
                           "REMOTE_ADDR",
                           "REMOTE_HOST",
                           "REMOTE_PORT",
                           "REMOTE_USER",
                           "REQBODY_ERROR",
                           "REQBODY_ERROR_MSG",
                           "REQBODY_PROCESSOR",
                           "REQBODY_PROCESSOR_ERROR",
                           "REQBODY_PROCESSOR_ERROR_MSG",
                           "REQUEST_BASENAME",
                           "REQUEST_BODY",
                           "REQUEST_BODY_LENGTH",
                           "REQUEST_COOKIES",
                           "REQUEST_COOKIES_NAMES",
                           "REQUEST_FILENAME",
                           "REQUEST_HEADERS",
                           "REQUEST_HEADERS_NAMES",
                           "REQUEST_LINE",
                           "REQUEST_METHOD",
                           "REQUEST_PROTOCOL",
                           "REQUEST_URI",
                           "REQUEST_URI_RAW",
                           "RESOURCE:x",
                           "RESPONSE_BODY",
                           "RESPONSE_CONTENT_LENGTH",
                           "RESPONSE_CONTENT_TYPE",
                           "RESPONSE_HEADERS",
                           "RESPONSE_HEADERS_NAMES",
                           "RESPONSE_PROTOCOL",
                           "RESPONSE_STATUS",
                           "RULE:id",
                           "SERVER_ADDR",
                           "SERVER_NAME",
                           "SERVER_PORT",
                           "SESSION:x",
                           "SESSIONID",
                           "STATUS_LINE",
                           "STATUS",
                           "TIME",
                           "TIME_DAY",
                           "TIME_EPOCH",
                           "TIME_HOUR",
                           "TIME_MIN",
                           "TIME_MON",
                           "TIME_SEC",
                           "TIME_WDAY",
                           "TIME_YEAR",
                           "TX:x",
                           "UNIQUE_ID",
                           "URLENCODED_ERROR",
                           "USER:x",
                           "USERID",
                           "WEBAPPID",
                           "XML:/*",
                           "&ARGS:/^a/",
                           "ARGS|!ARGS:x",
                           "ARGS,!ARGS:x",
                           "ARGS:'a b'"}) {
    checkRow(Row{"SecRule " + std::string(name) + " \"@rx a\" \"id:1,phase:5,pass\""});
  }
  for (const Row& row : {
           Row{"PERF_ALL", "DURATION"},
           Row{"PERF_PHASE1", "DURATION"},
           Row{"SCRIPT_BASENAME", "REQUEST_FILENAME"},
           Row{"SCRIPT_UID", "REQUEST_FILENAME"},
           Row{"SDBM_DELETE_ERROR", "in memory"},
           Row{"STREAM_INPUT_BODY", "REQUEST_BODY"},
           Row{"STREAM_OUTPUT_BODY", "RESPONSE_BODY"},
           Row{"USERAGENT_IP", "REMOTE_ADDR"},
           Row{"WEBSERVER_ERROR_LOG", "RESPONSE_STATUS"},
           Row{"REQUEST_CONTENT_TYPE", "nearest known one is RE"},
       }) {
    checkRow(Row{"SecRule " + row.text + " \"@rx a\" \"id:1,phase:5,pass\"", row.refusal});
  }
}

TEST(LanguageTest, OperatorsLoadOrSayWhyNot) {
  for (const Row& row : {
           Row{"beginsWith a"},
           Row{"contains a"},
           Row{"containsWord a"},
           Row{"detectSQLi"},
           Row{"detectXSS"},
           Row{"endsWith a"},
           Row{"eq 1"},
           Row{"fuzzyHash ssdeep.txt 1", "similarity hash"},
           Row{"ge 1"},
           Row{"geoLookup"},
           Row{"gsbLookup x", "no longer published"},
           Row{"gt 1"},
           Row{"inspectFile /bin/true", "runs a program"},
           Row{"ipMatch 192.0.2.0/24,2001:db8::/32"},
           Row{"ipMatch 300.1.1.1", "300.1.1.1"},
           Row{"ipMatchF nets.txt"},
           Row{"ipMatchFromFile nets.txt"},
           Row{"ipMatchFromFile none.txt", "does not exist"},
           Row{"le 1"},
           Row{"lt 1"},
           Row{"noMatch"},
           Row{"pm a b c"},
           Row{"pmf words.txt"},
           Row{"pmFromFile words.txt"},
           Row{"pmFromFile none.txt", "does not exist"},
           Row{"rbl sbl.example"},
           Row{"rsub s/a/b/", "changes bodies"},
           Row{"rx ^a"},
           Row{"rx (", "parenthesis"},
           Row{"rxGlobal a"},
           Row{"streq a"},
           Row{"strmatch a"},
           Row{"unconditionalMatch"},
           Row{"validateByteRange 10,13,32-126"},
           Row{"validateByteRange 300", "300"},
           Row{"validateDTD a.dtd"},
           Row{"validateHash x", "sign"},
           Row{"validateSchema a.xsd"},
           Row{"validateUrlEncoding"},
           Row{"validateUtf8Encoding"},
           Row{"verifyCC \\d{13,16}"},
           Row{"verifyCPF \\d{11}"},
           Row{"verifySSN \\d{9}"},
           Row{"verifySVNR \\d{10}"},
           Row{"within a b"},
           Row{"nosuch a", "did you mean"},
       }) {
    const bool xml = row.text.starts_with("validateDTD") || row.text.starts_with("validateSchema");
    checkRow(Row{"SecRule " + std::string(xml ? "XML" : "ARGS") + " \"@" + row.text +
                     "\" \"id:1,phase:2,pass\"",
                 row.refusal});
  }
}

TEST(LanguageTest, TransformationsLoad) {
  checkRow(Row{"SecRule ARGS \"@rx a\" \"id:1,phase:2,pass,t:none\""});
  for (const std::string_view name : test::kTransformationNames) {
    checkRow(Row{"SecRule ARGS \"@rx a\" \"id:1,phase:2,pass,t:" + std::string(name) + "\""});
  }
  checkRow(Row{"SecRule ARGS \"@rx a\" \"id:1,phase:2,pass,t:nosuch\"", "nearest known one"});
}

}  // namespace
}  // namespace waf
