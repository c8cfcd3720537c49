// Masking runs while the client waits for its refusal, on texts that the client chose: its time
// must grow as the input does, whatever shape that has.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "waf/event/masking.h"

namespace waf {
namespace {

using Make = std::function<AuditEvent(size_t)>;

// Of this thread: a busy machine takes nothing from it.
double ownSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double secondsOf(const Make& make, size_t size) {
  const Masking masking;
  double best = 1e9;  // of several, since a busy machine only ever adds
  for (int run = 0; run < 5; ++run) {
    AuditEvent event = make(size);
    const double start = ownSeconds();
    masking.apply(&event);
    best = std::min(best, ownSeconds() - start);
  }
  return best;
}

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

MatchedRule wrote(std::string data) {
  MatchedRule rule;
  rule.variable = "REQUEST_METHOD";
  rule.data = std::move(data);
  return rule;
}

// Each size is twice the one before; quadratic would be four times the time at each step.
void expectLinear(const char* shape, const Make& make, size_t size) {
  const double one = secondsOf(make, size);
  const double four = secondsOf(make, 4 * size);
  EXPECT_LT(four, 9 * std::max(one, 1e-4)) << shape << ": " << one << " s, then " << four << " s";
}

TEST(MaskingGrowthTest, OfTheTextIsLinear) {
  expectLinear(
      "cookies without values",
      [](size_t n) {
        return AuditEvent{.request_headers = {{"Cookie", repeated("a;", n)}}};
      },
      50000);
  expectLinear(
      "names without values", [](size_t n) { return AuditEvent{.uri = "/?" + repeated("a&", n)}; },
      50000);
  expectLinear(
      "a form's names", [](size_t n) { return AuditEvent{.body_excerpt = repeated("a&", n)}; },
      50000);
  expectLinear(
      "names of parts without a blank line",
      [](size_t n) {
        return AuditEvent{.body_excerpt = "--b\r\n" + repeated("x; name=\"a\"\r\n", n)};
      },
      10000);
  expectLinear(
      "quotes", [](size_t n) { return AuditEvent{.body_excerpt = "{" + repeated("\"a\":", n)}; },
      20000);
  expectLinear(
      "tags", [](size_t n) { return AuditEvent{.body_excerpt = repeated("<a ", n)}; }, 20000);
  expectLinear(
      "digits", [](size_t n) { return AuditEvent{.uri = repeated("1 ", n)}; }, 20000);
}

TEST(MaskingGrowthTest, OfTheSecretsTimesTheTextIsLinear) {
  // As many secrets as pieces of text.
  expectLinear(
      "secrets",
      [](size_t n) {
        AuditEvent event;
        event.uri = "/?";
        for (size_t i = 0; i < n; ++i) event.uri += "password=secret" + std::to_string(i) + "&";
        event.rules = {wrote(repeated("secret7 and text ", n))};
        return event;
      },
      1000);
  // Each a beginning of the next, and a text that nearly holds them all everywhere.
  expectLinear(
      "nested secrets",
      [](size_t n) {
        AuditEvent event;
        event.uri = "/?";
        for (size_t i = 0; i < std::min<size_t>(n, 400); ++i) {
          event.uri += "token=" + std::string(i, 'a') + "&";
        }
        event.rules = {wrote(std::string(n * 20, 'a'))};
        return event;
      },
      1000);
}

}  // namespace
}  // namespace waf
