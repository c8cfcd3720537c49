#include "waf/detect/detect_xss.h"

#include <gtest/gtest.h>

#include <string>

namespace waf {
namespace {

TEST(DetectXssTest, FindsScriptInEveryContext) {
  for (const char* value : {"<script>alert(1)</script>",
                            "<script",
                            "<img src=x onerror=alert(1)>",
                            "<svg/onload=alert(1)>",
                            "\" onclick=alert(1) \"",
                            "' onmouseover=alert(1) x='",
                            "x onfocus=alert(1) autofocus",
                            "` onload=x",
                            "<a href=\"javascript:alert(1)\">",
                            "<a href=\"java&#09;script:x\">",
                            "<a href=&#106;avascript:x>",
                            "<a href=' \x01javascript:x'>",
                            "<form action=javascript:x>",
                            "<p style=x:y>",
                            "<iframe src=//x>",
                            "<set attributeName=onload to=x>",
                            "<x xmlns=y>",
                            "\"><script>",
                            "<!--[if x]>",
                            "<!DOCTYPE x>",
                            "<!ENTITY x SYSTEM 'y'>",
                            "<sc\1ript onload=x>",
                            "<a href=data:text/html,x>"}) {
    EXPECT_TRUE(detectXss(value)) << value;
  }
  EXPECT_TRUE(detectXss(std::string("<scr\0ipt>", 9)));
}

TEST(DetectXssTest, LeavesProseAndHarmlessMarkupAlone) {
  for (const char* value :
       {"", "this is not an XSS", "1 < 2", "a<b and c>d", "<b>bold</b>", "<a href=\"/x\">y</a>",
        "<img src=x.png>", "on time", "once = 1", "x=1&y=2", "javascript:alert(1)", "<3",
        "if (a < b) x = 1;", "<!-- note -->", "onclick", "onload=", "I love <you>",
        "<p class=x id=y>"}) {
    EXPECT_FALSE(detectXss(value)) << value;
  }
}

TEST(DetectXssTest, LongValuesAreReadInLinearTime) {
  for (const char* piece : {"<", "<a ", "<!--", "a=", "'", "<a b='", "/ ", "&#", "<a href=&#"}) {
    std::string value = "=";
    while (value.size() < (1u << 20)) value += piece;
    detectXss(value);
  }
}

TEST(DetectXssTest, ASchemeThatAFilterBrokeIsStillOne) {
  EXPECT_TRUE(detectXss("<a href=\"java<x>script:alert(1)\">"));
  EXPECT_TRUE(detectXss("<a href=java;script:alert(1)>"));
  EXPECT_FALSE(detectXss("<a href=\"java/tutorial.html\">"));
  EXPECT_FALSE(detectXss("<b data=\"data:text/plain,x\">"));
  EXPECT_TRUE(detectXss("<object data=\"data:text/html,x\">"));
}

}  // namespace
}  // namespace waf
