#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"
#include "waf/engine/rule_set.h"
#include "waf/event/event.h"
#include "waf/seclang/settings.h"

namespace waf {

class Masking;
class RuleCosts;

// What the gateway must do instead of going on. `status` is the answer's; 0 with `drop` means close
// without one.
struct Interruption {
  int status = 403;
  bool drop = false;
  std::string redirect;  // Location, for redirect actions
  int64_t rule_id = 0;
  std::string message;  // for the event's detail
};

// Why a request or a response was not inspected in full: its body's coding or charset, the time
// that it took. The failure policy's business, like a limit of a regular expression.
struct InspectionFailure {
  int status = 400;     // that tells the client: 400 broken, 413 too large, 415 not known, 403
  std::string message;  // for the event
};

// How the site runs its rule set. Plain values: one rule set serves sites with different policies.
struct Policy {
  EngineMode mode =
      EngineMode::On;  // a cap: under On the set's SecRuleEngine and ctl:ruleEngine decide
  // A site's exclusions, applied when a hit is confirmed: the rule ids removed whole, and targets
  // removed per rule.
  std::vector<std::pair<int64_t, int64_t>> removed_rules;        // inclusive id ranges
  std::vector<std::pair<int64_t, std::string>> removed_targets;  // rule id → "ARGS:name"
  // How far a compressed body may grow: 0 is SecRequestBodyLimit or SecResponseBodyLimit; the ratio
  // holds above a megabyte.
  uint64_t decoded_body_bytes = 0;
  uint32_t decoded_body_ratio = 100;
  // What is found of a content outlives the transaction (waf/engine/verdicts.h); decides nothing.
  bool verdict_cache = true;
  // Of the processor's time, for the request and again for its response: what is over is an
  // inspectionFailure(), like what cannot be read. 0: no limit.
  std::chrono::milliseconds budget{0};
};

// What a match changed: a variable ("tx.score", "5", "+5"), or the rest of the transaction
// ("ctl:ruleRemoveById", "942100", "").
struct TraceChange {
  std::string name;
  std::string value;   // the new one, "" when it was removed
  std::string change;  // of a number that was added to
};

// A match of a rule or of a link of a chain, for `inspect` and the UI's trace.
struct TraceStep {
  int64_t rule_id = 0;  // of a link: its chain's
  int phase = 0;
  int link = 0;           // 0: a rule or the first of a chain
  bool complete = true;   // false: another link of the chain did not match, so the rule did not
  std::string condition;  // "!@rx ^a$" as written, cut; "" for SecAction
  std::string variable;   // "ARGS:id", "&TX:score" when it was counted
  std::string value;      // as collected
  std::vector<std::pair<std::string, std::string>> transformed;  // transformation → value after it
  size_t match_offset = 0;                                       // within the last value
  size_t match_length = 0;
  std::vector<TraceChange> changes;
  std::string message;
  std::string file;
  int line = 0;
};
// Called on the transaction's thread, in the order of the matches; a chain's when it is decided.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void step(const TraceStep& step) = 0;
};

// One request and its response under one rule set: ModSecurity's five phases as methods. Owned by
// one connection, used by one thread. Every bytes argument is copied. Methods are called in the
// order below; a phase may be skipped only when the gateway ends the transaction early, and
// logging() is always called once, last.
//
// Interruptions are reported once, by the phase that caused them, and only when the effective mode
// is On; under DetectionOnly the would-be interruption shows in decision() as Detected.
class Transaction {
 public:
  Transaction(std::shared_ptr<const RuleSet> rule_set, const Policy& policy,
              const Clock& clock = Clock::system(), TraceSink* trace = nullptr);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Before the first phase: the costs of the rules go there. Outlives the transaction; of its rule
  // set.
  void measure(RuleCosts* costs);

  void setUniqueId(std::string_view id);
  void connection(std::string_view client_ip, uint16_t client_port, std::string_view server_ip,
                  uint16_t server_port);
  // `uri` is the request target as sent (raw bytes); `protocol` is "HTTP/1.1", "HTTP/2.0", …
  void requestLine(std::string_view method, std::string_view uri, std::string_view protocol);
  void addRequestHeader(std::string_view name, std::string_view value);
  std::optional<Interruption> requestHeaders();  // phase 1

  // Whether the rule set wants the body at all (SecRequestBodyAccess and ctl:requestBodyAccess),
  // after phase 1.
  bool wantsRequestBody() const;
  // SecRequestBodyLimit; past it SecRequestBodyLimitAction decides inside appendRequestBody.
  size_t requestBodyLimit() const;
  // Returns an interruption when the limit was passed and the action is Reject. Bytes past the
  // limit are not kept.
  std::optional<Interruption> appendRequestBody(std::string_view bytes);
  std::optional<Interruption> requestBody();  // phase 2; also for requests without a body

  void addResponseHeader(std::string_view name, std::string_view value);
  std::optional<Interruption> responseHeaders(int status, std::string_view protocol);  // phase 3
  // Whether this response's body is to be inspected: access on and the media type listed.
  bool wantsResponseBody() const;
  size_t responseBodyLimit() const;
  // Keeps at most the limit; true when there is room for more, false when the limit is reached
  // (responseLimitRejects() tells SecResponseBodyLimitAction).
  bool appendResponseBody(std::string_view bytes);
  bool responseLimitRejects() const;
  std::optional<Interruption> responseBody();  // phase 4

  void logging();  // phase 5

  // After logging(): what to put into the event.
  Decision decision() const;
  bool auditRelevant() const;  // refused, or a rule whose effective action is `log` matched
  std::vector<MatchedRule> takeMatchedRules();  // once: they are the caller's then
  int64_t inboundScore() const;
  int64_t outboundScore() const;
  std::string bodyExcerpt() const;  // what sanitiseArg hides is hidden here too
  // The request target with what is hidden of it ("/?password=******").
  std::string shownUri(std::string_view uri) const;
  // A regular expression or the selection of an XML target ran into its limits: some rule could not
  // be decided. The failure policy's business.
  bool limitsExceeded() const;
  // Of the request after requestBody(), of the response's head after responseHeaders() (its time
  // alone), of its body after responseBody().
  const std::optional<InspectionFailure>& inspectionFailure() const;
  // sanitiseRequestHeader: the event must not show this header's value.
  bool isSanitisedRequestHeader(std::string_view name) const;
  // A request header's value with what is hidden of it.
  std::string shownHeader(std::string_view name, std::string_view value) const;
  // What the request and the response sent under a secret name, decoded, for Masking::apply.
  std::vector<std::string> secrets(const Masking& masking) const;

 private:
  void parseRequestBody();
  void noteUninspected(std::string_view flag, std::string message);
  std::string_view decodeRequestBody(std::string* error);
  int64_t score(std::initializer_list<std::string_view> names) const;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waf
