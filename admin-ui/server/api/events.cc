#include <nlohmann/json.hpp>

#include "admin-ui/server/api/event_csv.h"
#include "admin-ui/server/api/event_filter.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/api/passwords.h"
#include "waf/base/text.h"

namespace admin {
namespace {

nlohmann::json describe(const db::EventSummary& event) {
  return {{"id", event.id},
          {"time", waf::formatRfc3339(event.time)},
          {"site", event.site},
          {"decision", event.decision},
          {"reason", event.reason},
          {"client", event.client},
          {"method", waf::toPrintableUtf8(event.method)},
          {"uri", waf::toPrintableUtf8(event.uri)},
          {"status", event.status},
          {"rule_id", event.rule_id},
          {"rule_message", waf::toPrintableUtf8(event.rule_message)},
          {"matched", waf::toPrintableUtf8(event.matched)},
          {"score", event.score}};
}

nlohmann::json describe(const std::vector<db::Count>& counts) {
  nlohmann::json out = nlohmann::json::array();
  for (const db::Count& count : counts) {
    out.push_back({{"key", count.key}, {"label", count.label}, {"count", count.count}});
  }
  return out;
}

nlohmann::json describe(const db::EventCounts& counts) {
  nlohmann::json histogram = nlohmann::json::array();
  for (const db::EventStep& step : counts.histogram) {
    histogram.push_back({{"start", waf::formatRfc3339(step.start)},
                         {"blocked", step.blocked},
                         {"detected", step.detected},
                         {"passed", step.passed}});
  }
  nlohmann::json attackers = nlohmann::json::array();
  for (const db::Attacker& attacker : counts.attackers) {
    attackers.push_back({{"client", attacker.client},
                         {"site", attacker.site},
                         {"first", waf::formatRfc3339(attacker.first)},
                         {"last", waf::formatRfc3339(attacker.last)},
                         {"count", attacker.count},
                         {"blocked", attacker.blocked},
                         {"classes", attacker.classes}});
  }
  nlohmann::json out = {{"total", counts.total},
                        {"partial", counts.partial},
                        {"facets",
                         {{"site", describe(counts.sites)},
                          {"decision", describe(counts.decisions)},
                          {"reason", describe(counts.reasons)},
                          {"rule", describe(counts.rules)},
                          {"client", describe(counts.clients)},
                          {"path", describe(counts.paths)},
                          {"status", describe(counts.statuses)},
                          {"method", describe(counts.methods)},
                          {"severity", describe(counts.severities)},
                          {"country", describe(counts.countries)}}},
                        {"attackers", std::move(attackers)},
                        {"step_seconds", counts.step.count()},
                        {"histogram", std::move(histogram)}};
  if (counts.partial) out["counted_back_to"] = waf::formatRfc3339(counts.counted_back_to);
  return out;
}

std::optional<ApiError> findEvent(Services& services, const Request& request,
                                  waf::AuditEvent* out) {
  if (services.store == nullptr) return databaseUnreadable();
  auto event = services.store->events().find(request.captures[0]);
  if (!event) return apiError(event.error());
  if (!event->has_value()) {
    return notFound("there is no event \"" + request.captures[0] +
                    "\"; it may be older than the events that are kept");
  }
  *out = std::move(**event);
  return std::nullopt;
}

Response wholeEvent(const waf::AuditEvent& event) {
  Response response;
  response.content_type = "application/json";
  response.body = waf::toAuditJson(event);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

constexpr uint64_t kMaxTailWait = 30;
constexpr std::chrono::milliseconds kTailInterval{250};
}  // namespace

Response listEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  uint64_t limit = 0;
  if (const auto error = readEventFilter(request, services.clock.wall(), &filter))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "limit", 500, 50, &limit))
    return errorResponse(*error, request.id);
  const auto page = services.store->events().query(filter, request.parameter("cursor").value_or(""),
                                                   static_cast<size_t>(limit));
  if (!page) return errorResponse(apiError(page.error()), request.id);
  nlohmann::json items = nlohmann::json::array();
  for (const db::EventSummary& event : page->events) items.push_back(describe(event));
  return jsonResponse(
      {{"items", std::move(items)}, {"next_cursor", page->next_cursor}, {"notice", page->notice}});
}

Response countEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  uint64_t limit = 0;
  uint64_t step = 0;
  if (const auto error = readEventFilter(request, services.clock.wall(), &filter))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "limit", 100, 10, &limit))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "step_seconds", 86400, 3600, &step))
    return errorResponse(*error, request.id);
  const auto counts = services.store->events().count(
      filter, {static_cast<size_t>(limit), std::chrono::seconds(step)});
  if (!counts) return errorResponse(apiError(counts.error()), request.id);
  return jsonResponse(describe(*counts));
}

Response tailEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  uint64_t wait = 0;
  if (const auto error = readEventFilter(request, services.clock.wall(), &filter))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "wait_seconds", kMaxTailWait, 1, &wait))
    return errorResponse(*error, request.id);
  const LiveViews::Seat seat(services.live_views);
  if (!seat.admitted()) {
    return errorResponse(unavailable("too many live views wait at once; try again"), request.id);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(wait);
  std::string cursor = request.parameter("cursor").value_or("");
  const bool first = cursor.empty();
  while (true) {
    const auto tail = services.store->events().after(filter, cursor, 200);
    if (!tail) return errorResponse(apiError(tail.error()), request.id);
    if (first || !tail->events.empty() || std::chrono::steady_clock::now() >= deadline) {
      nlohmann::json items = nlohmann::json::array();
      for (const db::EventSummary& event : tail->events) items.push_back(describe(event));
      return jsonResponse({{"items", std::move(items)}, {"cursor", tail->cursor}});
    }
    cursor = tail->cursor;
    if (!services.live_views.sleep(kTailInterval)) {
      return errorResponse(unavailable("the server stops; try again"), request.id);
    }
  }
}

Response showEvent(Services& services, Request& request) {
  waf::AuditEvent event;
  if (const auto error = findEvent(services, request, &event)) {
    return errorResponse(*error, request.id);
  }
  // The sealed text says nothing to anybody; that there is one does.
  const bool kept = !std::exchange(event.sealed, "").empty();
  Response response = wholeEvent(event);
  if (kept) response.body.insert(response.body.size() - 1, ",\"secrets_kept\":true");
  return response;
}

Response unmaskEvent(Services& services, Request& request) {
  waf::AuditEvent event;
  if (const auto error = findEvent(services, request, &event)) {
    return errorResponse(*error, request.id);
  }
  const auto whole = services.store->unmask(event);
  return whole ? wholeEvent(*whole) : errorResponse(apiError(whole.error()), request.id);
}

Response exportEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  if (const auto error = readEventFilter(request, services.clock.wall(), &filter))
    return errorResponse(*error, request.id);
  const std::string format = request.parameter("format").value_or("jsonl");
  if (format != "jsonl" && format != "csv") {
    return errorResponse(invalid("format: must be jsonl or csv", "format"), request.id);
  }
  const bool csv = format == "csv";
  Response response;
  response.content_type = csv ? "text/csv; charset=utf-8" : "application/jsonl";
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"portcullis-events." + format + "\"");
  response.headers.emplace_back("Cache-Control", "no-store");
  db::EventStore& events = services.store->events();
  response.stream = [&events, filter, csv](std::ostream& out) {
    if (csv) out << kEventCsvHeader;
    std::string line;
    const auto exported = events.forEach(filter, [&](const waf::AuditEvent& event) {
      line.clear();
      if (csv) {
        appendEventCsv(event, &line);
      } else {
        waf::AuditEvent shown = event;
        shown.sealed.clear();
        waf::appendAuditJson(shown, &line);
        line += '\n';
      }
      out << line;
      return out.good();
    });
    // The head is out: the stream is marked bad, so that the transfer breaks off instead of looking
    // complete.
    if (!exported) out.setstate(std::ios::failbit);
  };
  return response;
}

}  // namespace admin
