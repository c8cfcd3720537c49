#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/snapshot.h"
#include "gateway/http1/message.h"
#include "waf/base/ip_network.h"
#include "waf/base/spare_strings.h"
#include "waf/engine/transaction.h"
#include "waf/event/event.h"

namespace gateway {

// One request from its head to its event: what the steps of a session hand to each other. Lives in
// the session's coroutine; pins the snapshot that it started on.
struct Request {
  Request() = default;
  ~Request() { waf::giveSpareString(std::move(buffered)); }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::shared_ptr<const Snapshot> snapshot;
  const ListenerTable* listener = nullptr;
  const Site* site = nullptr;  // null until one was chosen
  RequestHead head;
  std::string id;  // ULID; X-Request-Id, the block page's id and the event's
  waf::WallTime time;
  waf::MonotonicTime started;
  waf::IpAddress client;      // behind trusted proxies
  std::string client_ip;      // its text
  bool peer_trusted = false;  // the peer is a trusted proxy: its forwarded fields are believed
  bool secure = false;        // came over TLS

  std::optional<waf::Transaction> transaction;

  std::string buffered;  // the body, as far as it was read for inspection
  bool body_complete = true;
  bool sent_continue = false;
  // The body goes on as it comes, in both directions at once, and is not inspected: gRPC to an
  // HTTP/2 upstream.
  bool streaming = false;
  uint64_t body_bytes = 0;
  Trailers trailers;  // behind the body, inspected with it

  // The outcome.
  int status = 0;
  waf::Reason reason = waf::Reason::None;
  std::string detail;
  std::string endpoint;
  std::string cache_status;
  uint64_t bytes_out = 0;
  bool cache_hit = false;
  bool keep_alive = false;
  bool recorded = false;
  // Of the upstream's answer, while it is relayed: for the record.
  const ResponseHead* response = nullptr;
  std::string_view response_body;                    // as far as it was held for inspection
  std::array<std::chrono::nanoseconds, 4> phases{};  // the WAF's time in phases 1 to 4
  std::chrono::nanoseconds upstream_time{};

  const db::TimeoutsConfig& timeouts() const;
  // RFC 9110, 9.2.2: may be sent twice.
  bool idempotent() const;
};

// Fields as the cache reads them.
std::vector<std::pair<std::string_view, std::string_view>> fieldsOf(const HeaderFields& fields);

}  // namespace gateway
