#include "admin-ui/server/http/poco_front.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <openssl/err.h>

#include <algorithm>
#include <optional>

#include "admin-ui/server/assets/assets.h"
#include "admin-ui/server/auth/random.h"
#include "admin-ui/server/http/host_check.h"
#include "waf/base/text.h"

namespace admin {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

size_t countOf(const Request& request, std::string_view name) {
  return static_cast<size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&](const auto& field) { return waf::equalsIgnoreCase(field.first, name); }));
}

// What Poco's parser leaves unchecked: RFC 9112, 2.3 (version), 3.2 (exactly one Host), 6.1 and 6.3
// (framing).
std::optional<ApiError> checkFraming(const std::string& version, const Request& request,
                                     bool control) {
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return invalid("only HTTP/1.1 is spoken here");
  const size_t lengths = countOf(request, "Content-Length");
  const size_t codings = countOf(request, "Transfer-Encoding");
  if (lengths > 1 || codings > 1 || lengths + codings > 1) {
    return invalid("the request has more than one statement of its body's length");
  }
  if (codings == 1 && !waf::equalsIgnoreCase(request.header("Transfer-Encoding"), "chunked")) {
    return invalid("the only transfer coding known here is chunked");
  }
  uint64_t length = 0;
  if (lengths == 1 && !waf::parseUint64(request.header("Content-Length"), &length)) {
    return invalid("Content-Length is not a number");
  }
  const size_t hosts = countOf(request, "Host");
  if (hosts > 1 || (hosts == 0 && !control))
    return invalid("the request must have one Host header");
  return std::nullopt;
}

// The policy of the page: everything from here, nothing framed. Mantine sets style attributes at
// run time.
void addSecurityHeaders(HTTPServerResponse& out) {
  out.set("Content-Security-Policy",
          "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src "
          "'none'; "
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  out.set("X-Frame-Options", "DENY");
  out.set("X-Content-Type-Options", "nosniff");
  out.set("Referrer-Policy", "no-referrer");
  out.set("Cross-Origin-Opener-Policy", "same-origin");
}

// Reads a little of what is left, so that a client that is still sending gets to see its answer
// instead of a reset.
bool drained(std::istream& input) {
  char buffer[8192];
  for (size_t total = 0; input.good() && total < 256 * 1024;
       total += static_cast<size_t>(input.gcount())) {
    input.read(buffer, sizeof buffer);
  }
  return input.eof() && !input.bad();
}

class Front final : public Poco::Net::HTTPRequestHandler {
 public:
  Front(Api& api, const FrontOptions& options) : api_(api), options_(options) {}

  void handleRequest(HTTPServerRequest& in, HTTPServerResponse& out) override {
    // An error that another connection left in this thread's queue would be taken for this one's.
    ERR_clear_error();
    Request request;
    request.id = randomHex(8);
    request.control = options_.control;
    request.secure = in.secure();
    request.method = in.getMethod();
    if (!options_.control) request.peer = in.clientAddress().host().toString();
    for (const auto& [name, value] : in) request.headers.emplace_back(name, value);
    const Response response = answer(in, out, request);
    // A body that nobody read would be taken for the next request.
    const bool body_left = request.input != nullptr && !drained(*request.input);
    send(response, request, !body_left, out);
  }

 private:
  Response answer(HTTPServerRequest& in, HTTPServerResponse& out, Request& request) {
    if (const auto error = checkFraming(in.getVersion(), request, options_.control)) {
      out.setKeepAlive(false);  // where the body ends is not known: nothing after it can be read
      return errorResponse(*error, request.id);
    }
    uint64_t length = 0;
    if (countOf(request, "Content-Length") == 1) {
      waf::parseUint64(request.header("Content-Length"), &length);
      request.content_length = length;
    }
    if (length > 0 || countOf(request, "Transfer-Encoding") == 1) request.input = &in.stream();
    if (!options_.control && !hostAllowed(request.header("Host"), options_.allowed_hosts)) {
      return errorResponse({403,
                            "denied",
                            "the admin server is not known by this name; reach it by its address, "
                            "or by a name in its own certificate",
                            "",
                            {}},
                           request.id);
    }
    if (!parseTarget(in.getURI(), &request)) {
      return errorResponse(invalid("the request target cannot be read"), request.id);
    }
    if (!request.path.empty() && request.path[0] == "api") {
      if (in.getExpectContinue()) out.sendContinue();
      return api_.handle(request);
    }
    if (request.method != "GET" && request.method != "HEAD") {
      return errorResponse({405, "invalid", "pages are only read", "", {}}, request.id);
    }
    const std::string& target = in.getURI();
    const std::string path = target.substr(0, target.find('?'));
    return assetResponse(request, path == "/" ? "/index.html" : path);
  }

  static void send(const Response& response, const Request& request, bool keep_alive,
                   HTTPServerResponse& out) {
    addSecurityHeaders(out);
    out.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
    out.setReason(Poco::Net::HTTPResponse::getReasonForStatus(out.getStatus()));
    out.set("X-Request-Id", request.id);
    if (!response.content_type.empty()) out.setContentType(response.content_type);
    for (const auto& [name, value] : response.headers) out.add(name, value);
    if (!keep_alive) out.setKeepAlive(false);
    if (response.status == 204 || response.status == 304) {
      out.send().flush();
      return;
    }
    if (!response.stream) {
      out.sendBuffer(response.body.data(), response.body.size());
      return;
    }
    if (out.getVersion() == Poco::Net::HTTPMessage::HTTP_1_1) {
      out.setChunkedTransferEncoding(true);
    } else {
      out.setKeepAlive(false);
    }
    std::ostream& stream = out.send();
    response.stream(stream);
    stream.flush();
  }

  Api& api_;
  const FrontOptions& options_;
};

class FrontFactory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  FrontFactory(Api& api, FrontOptions options) : api_(api), options_(std::move(options)) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
    return new Front(api_, options_);  // Poco deletes it after the answer
  }

 private:
  Api& api_;
  const FrontOptions options_;
};

}  // namespace

Poco::Net::HTTPRequestHandlerFactory::Ptr makeFront(Api& api, FrontOptions options) {
  return new FrontFactory(api, std::move(options));
}

}  // namespace admin
