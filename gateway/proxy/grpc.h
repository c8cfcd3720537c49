#pragma once

#include <string>
#include <string_view>

#include "gateway/http1/message.h"

// gRPC over HTTP/2, as its protocol description has it (PROTOCOL-HTTP2): a POST of
// application/grpc, whose outcome stands in trailers.
namespace gateway {

bool isGrpc(const RequestHead& head);

// The code of grpc-status that says what this HTTP status of a refusal means.
int grpcStatusOf(int http_status);
// grpc-message: what a client may be told, with the event's id; percent-encoded.
std::string grpcMessage(int http_status, std::string_view id);

}  // namespace gateway
