#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gateway {

// Header fields as the cache sees them: names in any case, in the order received.
using FieldSpan = std::span<const std::pair<std::string_view, std::string_view>>;

// The first line of that name; empty optional when absent.
std::optional<std::string_view> firstField(FieldSpan fields, std::string_view name);
// All lines of that name joined with ", " (RFC 9110 section 5.3).
std::string joinedField(FieldSpan fields, std::string_view name);

// The directives of RFC 9111 section 5.2 that we act on. A directive twice: the stricter wins; an
// age that is no number counts as 0 (stale).
struct CacheControl {
  bool no_store = false;
  bool no_cache = false;
  bool is_private = false;
  bool only_if_cached = false;
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> s_maxage;
  std::optional<std::chrono::seconds> min_fresh;

  static CacheControl parse(FieldSpan fields);
};

}  // namespace gateway
