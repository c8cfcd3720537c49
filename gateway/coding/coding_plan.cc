#include "gateway/coding/coding_plan.h"

#include <algorithm>
#include <charconv>

#include "gateway/http1/hop_by_hop.h"
#include "waf/base/text.h"

namespace gateway {
namespace {

bool hasField(FieldSpan fields, std::string_view name) {
  return firstField(fields, name).has_value();
}

bool hasToken(FieldSpan fields, std::string_view name, std::string_view token) {
  bool found = false;
  forEachToken(joinedField(fields, name), [&](std::string_view each) {
    each = waf::trim(each.substr(0, each.find('=')));
    found = found || waf::equalsIgnoreCase(each, token);
  });
  return found;
}

// "text/*" or "application/json" against a Content-Type.
bool isListed(std::string_view type, const std::vector<std::string>& types) {
  const std::string plain = waf::toLower(waf::trim(type.substr(0, type.find(';'))));
  return std::any_of(types.begin(), types.end(), [&](const std::string& listed) {
    if (listed.ends_with("/*")) {
      return plain.starts_with(std::string_view(listed).substr(0, listed.size() - 1));
    }
    return plain == listed;
  });
}

// qvalue of RFC 9110, 12.4.2, in thousandths; 0 where it is malformed.
int qualityOf(std::string_view parameters) {
  while (!parameters.empty()) {
    const size_t semicolon = parameters.find(';');
    const std::string_view parameter = waf::trim(parameters.substr(0, semicolon));
    if (parameter.size() > 1 && waf::asciiLower(parameter[0]) == 'q' && parameter[1] == '=') {
      double value = -1;
      const auto parsed =
          std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), value);
      return parsed.ec == std::errc{} && value >= 0 && value <= 1 ? static_cast<int>(value * 1000)
                                                                  : 0;
    }
    if (semicolon == std::string_view::npos) break;
    parameters.remove_prefix(semicolon + 1);
  }
  return 1000;
}

bool mayTellASecret(const CodingQuestion& question) {
  if (hasField(question.response, "set-cookie") ||
      hasToken(question.response, "cache-control", "private") ||
      hasToken(question.response, "cache-control", "no-store") ||
      hasField(question.request, "authorization")) {
    return true;
  }
  return question.reflects && hasField(question.request, "cookie");
}

}  // namespace

std::string_view chooseCoding(std::string_view accept_encoding,
                              const std::vector<std::string>& offered) {
  std::string_view best;
  int best_quality = 0;
  int identity = -1;
  int any = -1;
  const auto qualityIn = [&](std::string_view coding) {
    int found = -1;
    forEachToken(accept_encoding, [&](std::string_view element) {
      const size_t semicolon = element.find(';');
      const std::string_view name = waf::trim(element.substr(0, semicolon));
      const bool same = waf::equalsIgnoreCase(name, coding) ||
                        (coding == "gzip" && waf::equalsIgnoreCase(name, "x-gzip"));
      if (!same) return;
      found = qualityOf(semicolon == std::string_view::npos ? std::string_view()
                                                            : element.substr(semicolon + 1));
    });
    return found;
  };
  any = qualityIn("*");
  identity = qualityIn("identity");
  for (const std::string& coding : offered) {
    int quality = qualityIn(coding);
    if (quality < 0) quality = any;
    if (quality > best_quality) {
      best_quality = quality;
      best = coding;
    }
  }
  return identity > best_quality ? std::string_view() : best;
}

CodingPlan planCoding(const db::CompressionConfig& config, const CodingQuestion& question) {
  if (!config.enabled) return {};
  const int status = question.status;
  if (status < 200 || status == 204 || status == 205 || status == 206 || status == 304) return {};
  if (question.length && *question.length < config.min_bytes) return {};
  const auto type = firstField(question.response, "content-type");
  if (!type || !isListed(*type, config.types)) return {};
  const std::string coded = joinedField(question.response, "content-encoding");
  if (!coded.empty() && !waf::equalsIgnoreCase(coded, "identity")) return {};
  if (hasToken(question.response, "cache-control", "no-transform")) return {};
  for (const std::string_view digest :
       {"content-md5", "digest", "content-digest", "repr-digest", "content-range"}) {
    if (hasField(question.response, digest)) return {};
  }
  if (!config.with_secrets && mayTellASecret(question)) return {};
  CodingPlan plan;
  plan.varies = true;
  if (question.method == "HEAD" || !question.chunks) return plan;
  plan.coding = chooseCoding(joinedField(question.request, "accept-encoding"), config.codings);
  return plan;
}

std::string weakened(std::string_view etag) {
  return etag.starts_with('"') ? "W/" + std::string(etag) : std::string(etag);
}

}  // namespace gateway
