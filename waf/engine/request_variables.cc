// The request line and the request's headers as variables (ModSecurity reference manual,
// "Variables").
#include "waf/engine/cookie_formats.h"
#include "waf/engine/request_sink.h"
#include "waf/engine/transaction_state.h"
#include "waf/transformations/transformation.h"

namespace waf {
namespace {

bool startsWith(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equalsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

// REQUEST_URI has no scheme and authority, whatever the form of the target (RFC 9112
// section 3.2.2).
std::string_view withoutAuthority(std::string_view uri) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos || uri.front() == '/' || scheme > uri.find('?')) return uri;
  const size_t path = uri.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : uri.substr(path);
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = asciiLower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// %XX once; broken escapes stay. REQUEST_FILENAME is the decoded path in ModSecurity.
std::string decodePath(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? hexDigit(path[i + 1]) : -1;
    const int low = high >= 0 ? hexDigit(path[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(path[i]);
    }
  }
  return out;
}

void readAuthorization(std::string_view value, TransactionData* data) {
  const size_t blank = value.find(' ');
  data->set(VariableId::AuthType, value.substr(0, blank));
  if (!startsWith(value, "basic ")) return;
  std::string decoded;
  const Transformation* decode = findTransformation("base64Decode");
  if (decode == nullptr || !decode->apply(trim(value.substr(blank + 1)), decoded)) return;
  if (decoded.empty()) return;
  data->set(VariableId::RemoteUser, std::string_view(decoded).substr(0, decoded.find(':')));
}

}  // namespace

// What rules cannot see is a body error of ModSecurity v2 (REQBODY_ERROR), a flag of our own below
// TX:MSC_, and the failure policy's business: never passed over in silence.
void Transaction::noteUninspected(std::string_view flag, std::string message) {
  State& state = *state_;
  state.data.setTx(state.data.txSlot(flag), "1");
  state.data.set(VariableId::ReqbodyError, "1");
  state.data.set(VariableId::ReqbodyErrorMsg, message);
  if (!state.inspection_failure)
    state.inspection_failure = InspectionFailure{400, std::move(message)};
}

void Transaction::requestLine(std::string_view method, std::string_view uri,
                              std::string_view protocol) {
  State& state = *state_;
  if (state.off()) return;
  TransactionData& data = state.data;
  data.set(VariableId::RequestMethod, method);
  data.set(VariableId::RequestProtocol, protocol);
  data.set(VariableId::RequestUriRaw, uri);
  std::string line(method);
  line.append(" ").append(uri).append(" ").append(protocol);
  data.set(VariableId::RequestLine, line);

  const std::string_view target = withoutAuthority(uri.substr(0, uri.find('#')));
  data.set(VariableId::RequestUri, target);
  const size_t question = target.find('?');
  const std::string path = decodePath(target.substr(0, question));
  data.set(VariableId::RequestFilename, path);
  data.set(VariableId::PathInfo, path);
  const size_t slash = path.find_last_of("/\\");
  data.set(VariableId::RequestBasename, slash == std::string::npos ? path : path.substr(slash + 1));
  const std::string_view query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  data.set(VariableId::QueryString, query);

  RequestSink sink(&data, RequestSink::Source::Query);
  BodyLimits limits;
  limits.arguments = state.program.settings.arguments_limit + 1;  // the sink counts
  limits.argument_separator = state.program.settings.argument_separator;
  parseUrlEncoded(query, limits, sink);
  state.argument_bytes = sink.argumentBytes();
  if (sink.overflowed()) noteUninspected(kArgumentsFlag, argumentsMessage(state.program.settings));
}

void Transaction::addRequestHeader(std::string_view name, std::string_view value) {
  State& state = *state_;
  if (state.off()) return;
  TransactionData& data = state.data;
  data.addNamed(VariableId::RequestHeaders, VariableId::RequestHeadersNames, name, value);
  if (equalsIgnoreCase(name, "Cookie")) {
    RequestSink sink(&data, RequestSink::Source::Cookies);
    const Settings& settings = state.program.settings;
    if (settings.cookie_format == 1) {
      parseCookiesFormat1(value, sink);
    } else {
      parseCookiesFormat0(value, settings.cookie_separator, sink);
    }
    if (sink.overflowed()) {
      noteUninspected(kCookiesFlag, "the request has more than " +
                                        std::to_string(RequestSink::kMaxCookies) + " cookies");
    }
  } else if (equalsIgnoreCase(name, "Content-Type")) {
    if (startsWith(trim(value), "application/x-www-form-urlencoded")) {
      data.set(VariableId::ReqbodyProcessor, "URLENCODED");
    } else if (startsWith(trim(value), "multipart/form-data")) {
      data.set(VariableId::ReqbodyProcessor, "MULTIPART");
    }
  } else if (equalsIgnoreCase(name, "Host")) {
    // The port and an IPv6 address's brackets are no part of the name.
    std::string_view host = value;
    const size_t bracket = host.find(']');
    const size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
      host = host.substr(0, colon);
    }
    data.set(VariableId::ServerName, host);
  } else if (equalsIgnoreCase(name, "Authorization")) {
    readAuthorization(value, &data);
  }
}

void Transaction::connection(std::string_view client_ip, uint16_t client_port,
                             std::string_view server_ip, uint16_t server_port) {
  TransactionData& data = state_->data;
  data.set(VariableId::RemoteAddr, client_ip);
  data.set(VariableId::RemoteHost, client_ip);
  data.setNumber(VariableId::RemotePort, client_port);
  data.set(VariableId::ServerAddr, server_ip);
  data.setNumber(VariableId::ServerPort, server_port);
}

}  // namespace waf
