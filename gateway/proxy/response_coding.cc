#include "gateway/proxy/response_coding.h"

#include "waf/base/text.h"

namespace gateway {

CodingPlan codingFor(const Request& request, int status, FieldSpan response,
                     std::optional<uint64_t> length) {
  const db::CompressionConfig& config = request.site->config.compression;
  if (!config.enabled) return {};
  const auto fields = fieldsOf(request.head.fields);
  CodingQuestion question;
  question.method = request.head.method;
  question.chunks = !request.head.isHttp10();
  question.reflects = !request.head.query.empty() || request.body_bytes > 0;
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
