#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/config/config.h"
#include "waf/base/result.h"

// What only the whole document can tell: duplicate names, references to nothing, hosts taken twice,
// addresses and hosts that make no sense. Files, certificates and rules are not opened here.
namespace db {

using waf::Result;

struct ConfigProblem {
  std::string path;  // "sites[0].hosts"
  std::string kind;  // "site", …: the kind and the name of the object that it is in
  std::string name;
  std::string field;  // "hosts": the path within the object
  std::string
      message;  // site "shop": host "a.example" is taken by site "blog"; remove it there first
};

// Every problem, in document order; at most 100.
std::vector<ConfigProblem> findProblems(const Config& config);

// The first of them, with the number of the others.
Result<void> validate(const Config& config);

// "127.0.0.1:8080", "[::1]:443", "app.internal:9000". `port_zero` allows port 0. Empty when it is
// one, else the sentence that mends it: "port is missing; write 127.0.0.1:80".
std::string checkAddress(std::string_view address, bool port_zero);

// As checkAddress() without port 0, and "unix:/run/app.sock".
std::string checkEndpoint(std::string_view address);

// "shop.example", "*.shop.example", "*", an IP address literal. Empty or what is wrong.
std::string checkHost(std::string_view host);

}  // namespace db
