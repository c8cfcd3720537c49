#include <array>

#include "waf/event/event_names.h"

namespace waf {
namespace {

constexpr std::array<std::string_view, 3> kDecisions{"passed", "detected", "blocked"};
constexpr std::array<std::string_view, 9> kReasons{"",       "waf",  "protocol", "tls",  "limit",
                                                   "access", "rate", "upstream", "fault"};

template <typename Enum, size_t kSize>
bool parseName(const std::array<std::string_view, kSize>& names, std::string_view text, Enum* out) {
  for (size_t i = 0; i < kSize; ++i) {
    if (names[i] == text) {
      *out = static_cast<Enum>(i);
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view name(Decision decision) { return kDecisions[static_cast<size_t>(decision)]; }

std::string_view name(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

bool parseDecision(std::string_view text, Decision* out) {
  return parseName(kDecisions, text, out);
}

bool parseReason(std::string_view text, Reason* out) { return parseName(kReasons, text, out); }

}  // namespace waf
