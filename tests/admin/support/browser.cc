#include "tests/admin/support/browser.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include "waf/base/text.h"

namespace admin {
namespace {

Poco::Net::Context::Ptr clientContext() {
  static const Poco::Net::Context::Ptr context = [] {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    return Poco::Net::Context::Ptr(
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params));
  }();
  return context;
}

Reply exchange(Poco::Net::HTTPClientSession& session, Poco::Net::HTTPRequest& request,
               const std::string& body) {
  session.setTimeout(Poco::Timespan(60, 0));
  request.setContentLength64(static_cast<Poco::Int64>(body.size()));
  session.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
  Poco::Net::HTTPResponse response;
  std::istream& in = session.receiveResponse(response);
  Reply reply;
  reply.status = response.getStatus();
  Poco::StreamCopier::copyToString(in, reply.body);
  for (const auto& [name, value] : response) reply.headers.emplace(waf::toLower(name), value);
  return reply;
}

}  // namespace

std::string Reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Reply::errorCode() const {
  const nlohmann::json parsed = json();
  return parsed.is_object() && parsed.contains("error") ? parsed["error"].value("code", "") : "";
}

std::string Reply::errorMessage() const {
  const nlohmann::json parsed = json();
  return parsed.is_object() && parsed.contains("error") ? parsed["error"].value("message", "") : "";
}

Reply Browser::send(const std::string& method, const std::string& target, const std::string& body,
                    const std::map<std::string, std::string>& headers) {
  const Poco::Net::SocketAddress where(address_);
  Poco::Net::HTTPSClientSession session(where.host().toString(), where.port(), clientContext());
  Poco::Net::HTTPRequest request(method, target, "HTTP/1.1");
  if (!cookie.empty()) request.set("Cookie", "portcullis_session=" + cookie);
  if (!csrf_token.empty() && method != "GET") request.set("X-CSRF-Token", csrf_token);
  for (const auto& [name, value] : headers) request.set(name, value);
  return exchange(session, request, body);
}

Reply Browser::login(const std::string& user, const std::string& password) {
  Reply reply = post("/api/v1/session", {{"user", user}, {"password", password}});
  if (reply.status != 200) return reply;
  const std::string set = reply.header("set-cookie");
  cookie = set.substr(set.find('=') + 1, set.find(';') - set.find('=') - 1);
  csrf_token = reply.json().value("csrf_token", "");
  return reply;
}

std::string sendRaw(const std::string& address, const std::string& bytes) {
  Poco::Net::SecureStreamSocket socket(Poco::Net::SocketAddress(address), clientContext());
  socket.setReceiveTimeout(Poco::Timespan(20, 0));
  socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string out;
  char buffer[4096];
  try {
    for (int n = 0; (n = socket.receiveBytes(buffer, sizeof buffer)) > 0;)
      out.append(buffer, static_cast<size_t>(n));
  } catch (const Poco::Exception&) {
    // A reset after the answer is an end, too.
  }
  return out;
}

Reply overControlSocket(const std::string& data_dir, const std::string& method,
                        const std::string& target, const std::string& body) {
  Poco::Net::HTTPClientSession session{Poco::Net::StreamSocket(
      Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, data_dir + "/control.sock"))};
  Poco::Net::HTTPRequest request(method, target, "HTTP/1.1");
  request.setHost("localhost");
  return exchange(session, request, body);
}

}  // namespace admin
