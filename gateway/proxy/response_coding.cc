#include "gateway/proxy/response_coding.h"

#include "waf/base/text.h"

namespace gateway {

namespace {

// Another site's page made the client ask. Browsers say so themselves; older ones name that page,
// which it can forbid them.
bool fromAnotherSite(const RequestHead& head) {
  const std::string_view told = head.fields.value("sec-fetch-site");
  if (!told.empty()) return told == "cross-site";
  std::string_view referer = head.fields.value("referer");
  if (referer.empty()) return false;
  const size_t scheme = referer.find("://");
  if (scheme == std::string_view::npos) return true;
  referer.remove_prefix(scheme + 3);
  referer = referer.substr(0, referer.find_first_of("/?#"));
  const size_t colon = referer.rfind(':');
  if (colon != std::string_view::npos && referer.find(']', colon) == std::string_view::npos) {
    referer = referer.substr(0, colon);
  }
  if (referer.starts_with('[') && referer.ends_with(']')) {
    referer = referer.substr(1, referer.size() - 2);
  }
  return !waf::equalsIgnoreCase(referer, head.host);
}

}  // namespace

CodingPlan codingFor(const Request& request, int status, FieldSpan response,
                     std::optional<uint64_t> length) {
  const db::CompressionConfig& config = request.site->config.compression;
  if (!config.enabled) return {};
  const auto fields = fieldsOf(request.head.fields);
  CodingQuestion question;
  question.method = request.head.method;
  question.chunks = !request.head.isHttp10();
  // A path may be repeated as well as a query: it is trusted only where the site itself chose it.
  question.reflects =
      !request.head.query.empty() || request.body_bytes > 0 || fromAnotherSite(request.head);
  question.request = fields;
  question.status = status;
  question.response = response;
  question.length = length;
  return planCoding(config, question);
}

CodingPlan codingFor(const Request& request, int status, const HeaderFields& response,
                     std::optional<uint64_t> length) {
  if (!request.site->config.compression.enabled) return {};
  return codingFor(request, status, fieldsOf(response), length);
}

std::unique_ptr<ContentEncoder> makeEncoder(const Request& request, const CodingPlan& plan) {
  if (plan.coding.empty()) return nullptr;
  return ContentEncoder::create(plan.coding,
                                static_cast<int>(request.site->config.compression.level));
}

void writeCoded(bool coded, std::string_view name, std::string_view value, HeadWriter* writer) {
  if (!coded) return writer->field(name, value);
  if (waf::equalsIgnoreCase(name, "etag")) return writer->field(name, weakened(value));
  if (waf::equalsIgnoreCase(name, "accept-ranges") ||
      waf::equalsIgnoreCase(name, "content-encoding")) {
    return;
  }
  writer->field(name, value);
}

void writeCoding(const CodingPlan& plan, bool coded, HeadWriter* writer) {
  if (coded) writer->field("Content-Encoding", plan.coding);
  if (plan.varies) writer->field("Vary", "Accept-Encoding");
}

}  // namespace gateway
