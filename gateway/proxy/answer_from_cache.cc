// The cache's part in a request. Inspection has happened before, on every request; what is stored
// passed the response phases of the rules in force (a site whose rules change starts an empty
// cache).
#include "gateway/http1/head_writer.h"
#include "gateway/proxy/client_body.h"
#include "gateway/proxy/client_fields.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/response_coding.h"

namespace gateway {
namespace {

bool isSafe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::string_view schemeOf(const Request& request) { return request.secure ? "https" : "http"; }

std::string keyOf(const Request& request) {
  std::string target(request.head.path);
  if (request.head.has_query) target.append("?").append(request.head.query);
  return cacheKey(schemeOf(request), request.head.authority, target);
}

}  // namespace

Task<Exchange::Step> Exchange::answerFromCache(Request& request, CacheUse* cache) {
  if (request.site->cache == nullptr) return Step::GoOn;
  return lookUp(request, cache);
}

Task<Exchange::Step> Exchange::lookUp(Request& request, CacheUse* cache) {
  ResponseCache* const store = request.site->cache.get();
  const auto fields = fieldsOf(request.head.fields);
  if (!mayUseCache(request.head.method, fields) || request.head.hasBody()) {
    cache->forward_reason = isSafe(request.head.method) ? "bypass" : "method";
    co_return Step::GoOn;
  }
  cache->key = keyOf(request);
  const ResponseCache::Lookup found = store->find(cache->key, fields, worker_.loop->now());
  switch (found.outcome) {
    case ResponseCache::Outcome::Fresh: {
      request.cache_hit = true;
      request.cache_status = "hit";
      const auto ttl = found.response->lifetime - found.age;
      std::string status = "portcullis; hit; ttl=" + std::to_string(ttl.count());
      co_await sendStored(request, *found.response, status);
      co_return Step::Done;
    }
    case ResponseCache::Outcome::Stale:
      cache->forward_reason = "stale";
      if (found.response->hasValidator()) cache->stale = found.response;
      break;
    case ResponseCache::Outcome::VaryMiss:
      cache->forward_reason = "vary-miss";
      break;
    case ResponseCache::Outcome::Miss:
      cache->forward_reason = "uri-miss";
      break;
  }
  if (CacheControl::parse(fields).only_if_cached) {  // RFC 9111, 5.2.1.7
    co_await refuse(request, 504, waf::Reason::None, "only-if-cached, and it is not in the cache");
    co_return Step::Done;
  }
  co_return Step::GoOn;
}

Task<void> Exchange::sendStored(Request& request, const StoredResponse& stored,
                                const std::string& status) {
  const bool not_modified = clientHasIt(fieldsOf(request.head.fields), stored);
  std::string head;
  request.status = not_modified ? 304 : stored.status;
  HeadWriter writer(&head);
  writer.statusLine(request.status);
  CodingPlan coding;
  if (request.site->config.compression.enabled) {
    const std::vector<std::pair<std::string_view, std::string_view>> fields(stored.fields.begin(),
                                                                            stored.fields.end());
    coding = codingFor(request, stored.status, fields, stored.body->size());
  }
  std::unique_ptr<ContentEncoder> encoder = not_modified ? nullptr : makeEncoder(request, coding);
  for (const auto& [name, value] : stored.fields) {
    if (not_modified && !belongsInNotModified(name)) continue;
    writeCoded(encoder || (not_modified && !coding.coding.empty()), name, value, &writer);
  }
  writeCoding(coding, encoder != nullptr, &writer);
  writer.field(
      "Age", static_cast<uint64_t>(std::max<int64_t>(0, stored.age(worker_.loop->now()).count())));
  writer.field("Cache-Status", status);
  writer.field("X-Request-Id", request.id);
  writeHsts(request, &writer);
  if (encoder) {
    record(request);
    downstream_.begin(request, std::move(head), BodyFraming::Chunked);
    ClientBody client(downstream_, std::move(encoder), &request.bytes_out);
    const IoResult sent = co_await client.finish(*stored.body, writeDeadline(request), kNoTrailers);
    if (!sent.ok()) request.keep_alive = false;
    co_return;
  }
  if (!not_modified && stored.status != 204) {
    writer.field("Content-Length", uint64_t{stored.body->size()});
  }
  co_await reply(request, std::move(head),
                 not_modified ? std::string_view() : std::string_view(*stored.body));
}

// A 304 to our own condition renews what is stored, and that answers the client.
Task<Exchange::Step> Exchange::revalidated(Request& request, const CacheUse& cache,
                                           const ResponseHead& response) {
  if (!cache.stale || response.status != 304) return Step::GoOn;
  return renew(request, cache, response);
}

Task<Exchange::Step> Exchange::renew(Request& request, const CacheUse& cache,
                                     const ResponseHead& response) {
  if (co_await inspectResponseHead(request, response) == Step::Done) co_return Step::Done;
  const auto fields = fieldsOf(request.head.fields);
  const ExchangeTimes times{cache.requested, worker_.clock.monotonic(), worker_.clock.wall()};
  std::vector<std::pair<std::string, std::string>> kept;
  forEachClientField(request, response, [&](std::string_view name, std::string_view value) {
    kept.emplace_back(name, value);
  });
  const std::vector<std::pair<std::string_view, std::string_view>> renewing(kept.begin(),
                                                                            kept.end());
  std::shared_ptr<const StoredResponse> renewed = freshen(*cache.stale, fields, renewing, times);
  if (renewed) {
    request.site->cache->store(cache.key, renewed);
  } else {
    request.site->cache->invalidate(cache.key);
    renewed = cache.stale;
  }
  request.cache_status = "revalidated";
  const std::string status = "portcullis; fwd=stale; fwd-status=304";
  co_await sendStored(request, *renewed, status);
  co_return Step::Done;
}

std::shared_ptr<StoredResponse> Exchange::plan(Request& request, const CacheUse& cache,
                                               const ResponseHead& response) {
  ResponseCache* const store = request.site->cache.get();
  if (store == nullptr) return nullptr;
  if (!isSafe(request.head.method) && response.status < 400)
    store->invalidate(keyOf(request));  // RFC 9111, 4.4
  if (cache.key.empty() || request.head.method != "GET" || request.reason != waf::Reason::None)
    return nullptr;
  if (response.framing == BodyFraming::Length && response.content_length > store->objectLimit())
    return nullptr;
  std::vector<std::pair<std::string, std::string>> kept;
  bool dated = false;
  forEachClientField(request, response, [&](std::string_view name, std::string_view value) {
    dated = dated || waf::equalsIgnoreCase(name, "date");
    kept.emplace_back(name, value);
  });
  if (!dated) kept.emplace_back("Date", worker_.httpDate());
  const std::vector<std::pair<std::string_view, std::string_view>> fields(kept.begin(), kept.end());
  const ExchangeTimes times{cache.requested, worker_.clock.monotonic(), worker_.clock.wall()};
  return planStore(fieldsOf(request.head.fields), response.status, fields, times);
}

}  // namespace gateway
