#include "gateway/proxy/grpc.h"

#include "waf/base/text.h"

namespace gateway {

bool isGrpc(const RequestHead& head) {
  constexpr std::string_view kType = "application/grpc";
  if (head.method != "POST") return false;
  const std::string_view type = head.fields.value("content-type");
  if (type.size() < kType.size() || !waf::equalsIgnoreCase(type.substr(0, kType.size()), kType)) {
    return false;
  }
  // Not application/grpc-web, which has its trailers in the body.
  return type.size() == kType.size() || type[kType.size()] == '+' || type[kType.size()] == ';';
}

int grpcStatusOf(int http_status) {
  constexpr int kInvalidArgument = 3;
  constexpr int kDeadlineExceeded = 4;
  constexpr int kPermissionDenied = 7;
  constexpr int kResourceExhausted = 8;
  constexpr int kUnimplemented = 12;
  constexpr int kInternal = 13;
  constexpr int kUnavailable = 14;
  switch (http_status) {
    case 404:
    case 405:
    case 501:
      return kUnimplemented;
    case 408:
    case 504:
      return kDeadlineExceeded;
    case 413:
    case 429:
    case 431:
      return kResourceExhausted;
    case 502:
    case 503:
      return kUnavailable;
    case 400:
    case 414:
    case 415:
    case 417:
      return kInvalidArgument;
    default:
      return http_status >= 500 ? kInternal : kPermissionDenied;
  }
}

std::string grpcMessage(int http_status, std::string_view id) {
  std::string out = http_status >= 500   ? "the service cannot be asked"
                    : http_status == 429 ? "too many requests"
                                         : "the request was refused";
  // Letters, digits and blanks: nothing to encode.
  out.append("; id ").append(id);
  return out;
}

}  // namespace gateway
