// @ipMatch LIST: the value is an address within one of the networks (commas between them).
//   SecRule REMOTE_ADDR "@ipMatch 192.0.2.0/24,2001:db8::/32" …
// @ipMatchFromFile FILE (@ipMatchF): one network a line; empty lines and lines that start with #
// are left out.
//
// A value that is no address matches nothing. A list that holds anything but addresses is an error
// at load.

#include "waf/base/ip_network.h"
#include "waf/base/text.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

// The address that a value is; null for none. A list of indicators asks thousands of times about
// the same one, so the thread keeps the last.
const IpAddress* addressOf(std::string_view value) {
  struct Last {
    char text[64];
    size_t size = SIZE_MAX;
    bool valid = false;
    IpAddress address;
  };
  thread_local Last last;
  if (value.size() > sizeof(last.text)) return nullptr;
  if (last.size != value.size() || value != std::string_view(last.text, last.size)) {
    value.copy(last.text, value.size());
    last.size = value.size();
    last.valid = IpAddress::parse(trim(value), &last.address);
  }
  return last.valid ? &last.address : nullptr;
}

bool matchesAddress(const IpSet& networks, std::string_view value, OperatorMatch& match) {
  const IpAddress* address = addressOf(value);
  if (address == nullptr || !networks.contains(*address)) return false;
  match.length = value.size();
  return true;
}

Result<IpSet> parseNetworks(std::string_view list, std::string_view separators) {
  std::vector<IpNetwork> networks;
  while (!list.empty()) {
    const size_t end = list.find_first_of(separators);
    const std::string_view item = trim(list.substr(0, end));
    if (!item.empty() && item.front() != '#') {
      auto network = IpNetwork::parse(item.substr(0, item.find_first_of(" \t#")));
      if (!network) return fail(network.error());
      networks.push_back(*network);
    }
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return IpSet(networks);
}

class IpOperator final : public Operator {
 public:
  explicit IpOperator(IpSet networks) : networks_(std::move(networks)) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    return matchesAddress(networks_, value, match);
  }

 private:
  IpSet networks_;
};

// The list holds a macro: it is parsed for each value.
class ExpandedIpOperator final : public Operator {
 public:
  bool evaluate(std::string_view value, std::string_view argument,
                OperatorMatch& match) const override {
    const auto networks = parseNetworks(argument, ",");
    match.limit_exceeded = !networks;
    return networks && matchesAddress(*networks, value, match);
  }
};

}  // namespace

OperatorResult makeIpMatch(const OperatorSpec& spec) {
  if (spec.has_macro) return makeOperator<ExpandedIpOperator>();
  auto networks = parseNetworks(spec.argument, ",");
  if (!networks) return operatorError(spec, networks.error().message);
  if (networks->empty()) return operatorError(spec, "needs at least one address or network");
  return makeOperator<IpOperator>(*std::move(networks));
}

OperatorResult makeIpMatchFromFile(const OperatorSpec& spec) {
  if (spec.has_macro) return operatorError(spec, "a file name cannot hold a macro");
  const std::string_view path = trim(spec.argument);
  if (path.empty()) return operatorError(spec, "needs a file name");
  if (path.starts_with("http://") || path.starts_with("https://")) {
    return operatorError(spec, "remote files are not read; download it and name the local file");
  }
  auto content = spec.environment.read_file(path);
  if (!content) return operatorError(spec, content.error().message);
  auto networks = parseNetworks(*content, "\n");
  if (!networks) return operatorError(spec, std::string(path) + ": " + networks.error().message);
  return makeOperator<IpOperator>(*std::move(networks));
}

}  // namespace waf
