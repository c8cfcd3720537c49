#include "gateway/cache/cache_control.h"

#include <algorithm>

#include "waf/base/text.h"

namespace gateway {
namespace {

// RFC 9111 section 1.2.2: greater values than this may be taken for it.
constexpr uint64_t kInfinity = uint64_t{1} << 31;

std::chrono::seconds deltaSeconds(std::string_view text) {
  text = waf::trim(text, " \t\"");
  uint64_t value = 0;
  if (!waf::parseUint64(text, &value)) {
    const bool overflow =
        !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    value = overflow ? kInfinity : 0;
  }
  return std::chrono::seconds(std::min(value, kInfinity));
}

void keepSmaller(std::optional<std::chrono::seconds>* slot, std::chrono::seconds value) {
  *slot = *slot ? std::min(**slot, value) : value;
}

void apply(std::string_view directive, CacheControl* out) {
  const size_t equals = directive.find('=');
  const std::string_view name = waf::trim(directive.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : directive.substr(equals + 1);
  // no-cache="field" and private="field" are read as the whole response: stricter, and allowed.
  if (waf::equalsIgnoreCase(name, "no-store")) out->no_store = true;
  if (waf::equalsIgnoreCase(name, "no-cache")) out->no_cache = true;
  if (waf::equalsIgnoreCase(name, "private")) out->is_private = true;
  if (waf::equalsIgnoreCase(name, "only-if-cached")) out->only_if_cached = true;
  if (waf::equalsIgnoreCase(name, "max-age")) keepSmaller(&out->max_age, deltaSeconds(value));
  if (waf::equalsIgnoreCase(name, "s-maxage")) keepSmaller(&out->s_maxage, deltaSeconds(value));
  if (waf::equalsIgnoreCase(name, "min-fresh")) keepSmaller(&out->min_fresh, deltaSeconds(value));
}

}  // namespace

std::optional<std::string_view> firstField(FieldSpan fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (waf::equalsIgnoreCase(field, name)) return value;
  }
  return std::nullopt;
}

std::string joinedField(FieldSpan fields, std::string_view name) {
  std::string joined;
  bool first = true;
  for (const auto& [field, value] : fields) {
    if (!waf::equalsIgnoreCase(field, name)) continue;
    if (!first) joined += ", ";
    joined += value;
    first = false;
  }
  return joined;
}

CacheControl CacheControl::parse(FieldSpan fields) {
  CacheControl out;
  bool present = false;
  for (const auto& [field, value] : fields) {
    if (!waf::equalsIgnoreCase(field, "cache-control")) continue;
    present = true;
    bool quoted = false;
    size_t begin = 0;
    for (size_t i = 0; i <= value.size(); ++i) {
      if (i < value.size() && value[i] == '"') quoted = !quoted;
      if (i < value.size() && (value[i] != ',' || quoted)) continue;
      apply(value.substr(begin, i - begin), &out);
      begin = i + 1;
    }
  }
  // RFC 9111 section 5.4: Pragma counts only where there is no Cache-Control.
  if (!present &&
      waf::toLower(joinedField(fields, "pragma")).find("no-cache") != std::string::npos) {
    out.no_cache = true;
  }
  return out;
}

}  // namespace gateway
