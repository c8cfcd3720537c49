#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace admin {

struct Reply {
  int status = 0;
  std::string body;
  std::multimap<std::string, std::string> headers;  // names in lower case

  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string header(const std::string& name) const;
  std::string errorCode() const;
  std::string errorMessage() const;
};

// What a browser does against the HTTPS listener: keeps the session cookie and sends the CSRF
// token. One thread.
class Browser {
 public:
  explicit Browser(std::string address) : address_(std::move(address)) {}

  Reply send(const std::string& method, const std::string& target, const std::string& body = "",
             const std::map<std::string, std::string>& headers = {});
  Reply get(const std::string& target) { return send("GET", target); }
  Reply post(const std::string& target, const nlohmann::json& body) {
    return send("POST", target, body.dump());
  }
  Reply put(const std::string& target, const nlohmann::json& body) {
    return send("PUT", target, body.dump());
  }
  Reply patch(const std::string& target, const nlohmann::json& body) {
    return send("PATCH", target, body.dump());
  }
  Reply remove(const std::string& target) { return send("DELETE", target); }

  Reply login(const std::string& user, const std::string& password);

  std::string cookie;
  std::string csrf_token;

 private:
  const std::string address_;
};

// Bytes as they are over TLS, for what no client library would send; what came back until the
// server closed.
std::string sendRaw(const std::string& address, const std::string& bytes);

// A call over the control socket of a data directory.
Reply overControlSocket(const std::string& data_dir, const std::string& method,
                        const std::string& target, const std::string& body = "");

}  // namespace admin
