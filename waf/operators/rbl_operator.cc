// @rbl ZONE: a block list has the address or the host name in the value (RFC 5782: the octets of an
// IPv4 address or the nibbles of an IPv6 address reversed, then the zone; an answer is in
// 127.0.0.0/8).
//   SecRule REMOTE_ADDR "@rbl list.example" "id:1,phase:1,deny"
//
// A zone of httpbl.org wants the key of SecHttpBlKey before the address, and without one nothing
// matches: the CRS ships such a rule. Its answer is 127.DAYS.SCORE.TYPE; with `capture`, TX.0 is
// the sentence that ModSecurity v2 makes of it and that the CRS looks into. Of other lists TX.0 is
// the answer's address.
//
// What the resolver does not know yet does not match.
#include "waf/operators/block_lists.h"

#include <atomic>

#include "waf/base/ip_network.h"
#include "waf/base/text.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

constexpr size_t kMaxName = 253;  // RFC 1035, section 2.3.4
constexpr size_t kMaxZone = 150;

std::atomic<BlockListResolver*> resolver_in_use{nullptr};

bool isHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool isHostName(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  size_t label = 0;
  for (const char c : text) {
    label = c == '.' ? 0 : label + 1;
    if (!isHostByte(c) || label > 63) return false;
  }
  return text.find("..") == std::string_view::npos;
}

void appendReversed(const IpAddress& address, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (address.isIpv4()) {
    for (size_t i = 16; i > 12; --i) out->append(std::to_string(address.bytes[i - 1])).append(".");
    return;
  }
  for (size_t i = 16; i > 0; --i) {
    const uint8_t byte = address.bytes[i - 1];
    for (const int nibble : {byte & 15, byte >> 4}) {
      out->push_back(kHex[static_cast<size_t>(nibble)]);
      out->push_back('.');
    }
  }
}

std::string_view visitorType(uint32_t type) {
  // The http:BL API: 0 is a search engine, else bits: 1 suspicious, 2 harvester, 4 comment spammer.
  constexpr std::string_view kTypes[] = {"Search Engine",
                                         "Suspicious IP",
                                         "Harvester IP",
                                         "Suspicious harvester IP",
                                         "Comment spammer IP",
                                         "Suspicious comment spammer IP",
                                         "Harvester and comment spammer IP",
                                         "Suspicious harvester comment spammer IP"};
  return type < std::size(kTypes) ? kTypes[type] : std::string_view("Unknown");
}

class RblOperator final : public Operator {
 public:
  RblOperator(std::string zone, bool http_bl, std::string key)
      : zone_(std::move(zone)), http_bl_(http_bl), key_(std::move(key)) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    BlockListResolver* resolver = BlockListResolver::current();
    std::string name;
    if (resolver == nullptr || !nameOf(trim(value), &name)) return false;
    const BlockListAnswer answer = resolver->ask(name);
    if (answer.kind != BlockListAnswer::Kind::Listed) return false;
    match.length = value.size();
    thread_local std::string said;
    said = describe(value, answer.address);
    match.captures[0] = said;
    match.capture_count = 1;
    return true;
  }

  bool isPure() const override { return false; }

 private:
  bool nameOf(std::string_view value, std::string* name) const {
    IpAddress address;
    if (IpAddress::parse(value, &address)) {
      if (http_bl_ && (key_.empty() || !address.isIpv4())) return false;
      if (http_bl_) name->append(key_).append(".");
      appendReversed(address, name);
    } else {
      const std::string host = toLower(value.substr(0, kMaxName + 1));
      if (http_bl_ || !isHostName(host)) return false;
      name->append(host).append(".");
    }
    name->append(zone_);
    return name->size() <= kMaxName;
  }

  // The key is no one's business.
  std::string describe(std::string_view value, uint32_t address) const {
    const auto part = [address](int shift) { return address >> shift & 0xff; };
    if (!http_bl_) {
      std::string text;
      for (const int shift : {24, 16, 8, 0}) {
        if (!text.empty()) text += '.';
        text += std::to_string(part(shift));
      }
      return text;
    }
    return "RBL lookup of " + std::string(value) + "." + zone_ + " succeeded at TX:checkip. " +
           std::string(visitorType(part(0))) + ": " + std::to_string(part(16)) +
           " days since last activity, threat score " + std::to_string(part(8));
  }

  std::string zone_;
  bool http_bl_;
  std::string key_;
};

}  // namespace

BlockListResolver::~BlockListResolver() {
  BlockListResolver* self = this;
  resolver_in_use.compare_exchange_strong(self, nullptr);
}

BlockListResolver* BlockListResolver::current() {
  return resolver_in_use.load(std::memory_order_acquire);
}

void BlockListResolver::use(BlockListResolver* resolver) {
  resolver_in_use.store(resolver, std::memory_order_release);
}

OperatorResult makeRbl(const OperatorSpec& spec) {
  if (spec.has_macro) return operatorError(spec, "the name of a list cannot hold a macro");
  std::string zone = toLower(trim(spec.argument));
  if (!zone.empty() && zone.back() == '.') zone.pop_back();
  if (zone.size() > kMaxZone || !isHostName(zone)) {
    return operatorError(spec, "the name of a list is expected, as in @rbl list.example");
  }
  const bool http_bl = zone == "httpbl.org" || zone.ends_with(".httpbl.org");
  return makeOperator<RblOperator>(std::move(zone), http_bl, spec.environment.http_bl_key);
}

}  // namespace waf
