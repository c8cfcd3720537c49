#include <gtest/gtest.h>
#include <zstd.h>

#include <optional>
#include <string>
#include <vector>

#include "gateway/coding/coding_plan.h"
#include "gateway/coding/content_encoder.h"
#include "waf/body/content_coding.h"

namespace gateway {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

struct Asked {
  Fields request = {{"accept-encoding", "gzip, br"}};
  Fields response = {{"content-type", "text/html; charset=utf-8"}};
  int status = 200;
  std::optional<uint64_t> length = 10000;
  std::string_view method = "GET";
  bool reflects = false;
  bool chunks = true;
};

CodingPlan planFor(const Asked& asked, db::CompressionConfig config = {}) {
  config.enabled = true;
  CodingQuestion question;
  question.method = asked.method;
  question.chunks = asked.chunks;
  question.reflects = asked.reflects;
  question.request = asked.request;
  question.status = asked.status;
  question.response = asked.response;
  question.length = asked.length;
  CodingPlan plan = planCoding(config, question);
  // A view of the configuration, which ends here.
  plan.coding = plan.coding == "br" ? "br" : plan.coding == "gzip" ? "gzip" : "";
  return plan;
}

TEST(CodingPlanTest, TakesThePreferredCodingThatTheClientTakes) {
  const std::vector<std::string> offered = {"zstd", "br", "gzip"};
  EXPECT_EQ(chooseCoding("gzip, deflate, br, zstd", offered), "zstd");
  EXPECT_EQ(chooseCoding("gzip, deflate, br", offered), "br");
  EXPECT_EQ(chooseCoding("GZIP", offered), "gzip");
  EXPECT_EQ(chooseCoding("x-gzip", offered), "gzip");
  EXPECT_EQ(chooseCoding("gzip;q=1.0, br;q=0.5", offered), "gzip");
  EXPECT_EQ(chooseCoding("gzip;q=0, *", offered), "zstd");
  EXPECT_EQ(chooseCoding("br;q=0, zstd;q=0, *;q=0.1", offered), "gzip");
  EXPECT_EQ(chooseCoding("identity, gzip;q=0.5", offered), "");
  EXPECT_EQ(chooseCoding("gzip;q=x", offered), "");
  EXPECT_EQ(chooseCoding("", offered), "");
  EXPECT_EQ(chooseCoding("deflate", offered), "");
}

TEST(CodingPlanTest, CodesTextThatCameInClear) {
  const CodingPlan plan = planFor({});
  EXPECT_EQ(plan.coding, "br");
  EXPECT_TRUE(plan.varies);
  EXPECT_EQ(planFor({.length = std::nullopt}).coding, "br");
  EXPECT_EQ(planFor({.response = {{"content-type", "image/svg+xml"}}}).coding, "br");
  EXPECT_EQ(planFor({.status = 404}).coding, "br");
}

TEST(CodingPlanTest, SaysVaryWhereTheClientTakesNothing) {
  const CodingPlan plan = planFor({.request = {}});
  EXPECT_EQ(plan.coding, "");
  EXPECT_TRUE(plan.varies);
  EXPECT_TRUE(planFor({.method = "HEAD"}).varies);
  EXPECT_EQ(planFor({.method = "HEAD"}).coding, "");
  EXPECT_EQ(planFor({.chunks = false}).coding, "");
}

TEST(CodingPlanTest, LeavesOthersAsTheyAre) {
  const auto untouched = [](const Asked& asked) {
    const CodingPlan plan = planFor(asked);
    return plan.coding.empty() && !plan.varies;
  };
  const std::pair<std::string_view, std::string_view> html{"content-type", "text/html"};
  EXPECT_TRUE(untouched({.response = {}}));
  EXPECT_TRUE(untouched({.response = {{"content-type", "image/png"}}}));
  EXPECT_TRUE(untouched({.response = {html, {"content-encoding", "gzip"}}}));
  EXPECT_TRUE(untouched({.response = {html, {"cache-control", "max-age=1, No-Transform"}}}));
  EXPECT_TRUE(untouched({.response = {html, {"content-digest", "sha-256=:x:"}}}));
  EXPECT_TRUE(untouched({.status = 206}));
  EXPECT_TRUE(untouched({.status = 304}));
  EXPECT_TRUE(untouched({.length = 1023}));
}

TEST(CodingPlanTest, GivesNoSecretAwayByALength) {
  const std::pair<std::string_view, std::string_view> html{"content-type", "text/html"};
  const std::pair<std::string_view, std::string_view> any{"accept-encoding", "br"};
  const std::vector<Asked> secrets = {
      {.response = {html, {"set-cookie", "s=1"}}},
      {.response = {html, {"cache-control", "private"}}},
      {.response = {html, {"cache-control", "no-store"}}},
      {.request = {any, {"authorization", "Bearer x"}}},
      {.request = {any, {"cookie", "s=1"}}, .reflects = true},
  };
  for (const Asked& asked : secrets) {
    EXPECT_EQ(planFor(asked).coding, "");
    EXPECT_EQ(planFor(asked, {.with_secrets = true}).coding, "br");
  }
  // Nothing of the client's choice is in the answer.
  EXPECT_EQ(planFor({.request = {any, {"cookie", "s=1"}}}).coding, "br");
}

TEST(CodingPlanTest, WeakensAStrongValidator) {
  EXPECT_EQ(weakened("\"a\""), "W/\"a\"");
  EXPECT_EQ(weakened("W/\"a\""), "W/\"a\"");
}

TEST(ContentEncoderTest, WhatWasGivenComesBack) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i * i) + "\n";
  for (const std::string_view coding : {"gzip", "br"}) {
    for (const size_t step : {size_t{1000}, size_t{100'000}, text.size()}) {
      const auto encoder = ContentEncoder::create(coding, 4);
      ASSERT_NE(encoder, nullptr);
      std::string out;
      for (size_t at = 0; at < text.size(); at += step) {
        EXPECT_TRUE(encoder->encode(std::string_view(text).substr(at, step), &out));
      }
      EXPECT_TRUE(encoder->finish(&out));
      EXPECT_LT(out.size(), text.size() / 2);
      EXPECT_EQ(waf::decodeContent(coding, out, {}, false).bytes, text);
    }
  }
}

TEST(ContentEncoderTest, AFlushMakesAllOfItReadable) {
  for (const std::string_view coding : {"gzip", "br"}) {
    const auto encoder = ContentEncoder::create(coding, 4);
    std::string out;
    EXPECT_TRUE(encoder->encode("data: first\n\n", &out));
    EXPECT_TRUE(encoder->flush(&out));
    EXPECT_EQ(waf::decodeContent(coding, out, {}, true).bytes, "data: first\n\n");
    EXPECT_TRUE(encoder->encode("data: second\n\n", &out));
    EXPECT_TRUE(encoder->finish(&out));
    EXPECT_EQ(waf::decodeContent(coding, out, {}, false).bytes, "data: first\n\ndata: second\n\n");
  }
  EXPECT_EQ(ContentEncoder::create("deflate", 4), nullptr);
}

TEST(ContentEncoderTest, ZstdIsWhole) {
  const std::string text(300'000, 'x');
  const auto encoder = ContentEncoder::create("zstd", 4);
  std::string out;
  EXPECT_TRUE(encoder->encode(text, &out));
  EXPECT_TRUE(encoder->flush(&out));
  EXPECT_TRUE(encoder->finish(&out));
  std::string back(text.size() + 1, '\0');
  ZSTD_inBuffer in{out.data(), out.size(), 0};
  ZSTD_outBuffer got{back.data(), back.size(), 0};
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  EXPECT_EQ(ZSTD_decompressStream(context, &got, &in), 0u);
  ZSTD_freeDCtx(context);
  EXPECT_EQ(back.substr(0, got.pos), text);
}

}  // namespace
}  // namespace gateway
