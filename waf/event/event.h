#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "waf/base/clock.h"

namespace waf {

enum class Decision { Passed, Detected, Blocked };

// Why a transaction was refused or marked; `None` for a passed one that is only logged.
enum class Reason { None, Waf, Protocol, Tls, Limit, Access, Rate, Upstream, Fault };

std::string_view name(Decision decision);  // "passed", "detected", "blocked"
std::string_view name(
    Reason reason);  // "", "waf", "protocol", "tls", "limit", "access", "rate", "upstream", "fault"

// One rule that matched, as the audit log shows it. A chain is one entry with its starter's id.
struct MatchedRule {
  int64_t id = 0;
  int phase = 0;
  std::string message;   // msg, macros expanded
  std::string data;      // logdata, macros expanded
  std::string severity;  // "CRITICAL", …, or ""
  std::vector<std::string> tags;
  std::string variable;  // "ARGS:id"
  std::string
      value;  // the value that matched, after the transformations; at most kMaxLoggedValue bytes
  std::vector<std::string> transformations;
  size_t match_offset = 0;  // the matched bytes within `value`
  size_t match_length = 0;
  std::string file;  // where the rule was written
  int line = 0;
  // What the further links of its chain matched. For masking; not part of the record.
  std::vector<std::string> chain_variables;
};

inline constexpr size_t kMaxLoggedValue = 2048;
inline constexpr size_t kMaxBodyExcerpt = 4096;

// The record of one transaction: the audit log's line, the event store's row, the UI's page. Built
// by the gateway when the transaction ends (or is refused before there is one); strings hold the
// client's exact bytes.
struct AuditEvent {
  std::string id;  // the request id that the block page and the response header carry
  WallTime time;
  std::string site;  // "" when no site was chosen
  std::string client_ip;
  uint16_t client_port = 0;
  std::string country;  // ISO 3166-1 alpha-2; "" when it is not known
  std::string method;
  std::string uri;  // as sent
  std::string protocol;
  std::vector<std::pair<std::string, std::string>> request_headers;
  std::string body_excerpt;
  int status = 0;  // of the answer to the client; 0 when none was sent
  // Of the upstream's answer, where the site keeps it.
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::string response_excerpt;
  Decision decision = Decision::Passed;
  Reason reason = Reason::None;
  std::string detail;  // one sentence for refusals without a rule: "header field name has a space"
  std::vector<MatchedRule> rules;
  int64_t inbound_score = 0;
  int64_t outbound_score = 0;
  std::vector<std::pair<std::string, int64_t>> class_scores;  // "sqli", …
  std::string upstream;      // endpoint address, "" when none was asked
  std::string cache_status;  // "", "hit", "miss", …
  std::string tls_version;   // "", "TLSv1.3", …
  std::string tls_sni;
  std::string tls_ja4;  // what the client offered in its handshake, as JA4 writes it
  // "phase1" to "phase4", "waf" (all of them), "upstream", "total"
  std::vector<std::pair<std::string, int64_t>> durations_us;
  // The record without its masks, encrypted for those who may lift them; "" where the site does not
  // keep it.
  std::string sealed;
};

// One line of JSON without the line feed, in the field names of the audit log contract. Bytes that
// are not UTF-8 appear as U+FFFD with the exact bytes beside them in "<field>_base64".
void appendAuditJson(const AuditEvent& event, std::string* out);
std::string toAuditJson(const AuditEvent& event);

// The inverse, for the store and its readers; false when `line` is not such a record.
bool parseAuditJson(std::string_view line, AuditEvent* out);

}  // namespace waf
