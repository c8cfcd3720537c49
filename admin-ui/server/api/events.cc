#include <array>
#include <memory>

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

}  // namespace

Response listEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  uint64_t limit = 0;
  if (const auto error = readEventFilter(request, &filter))
    return errorResponse(*error, request.id);
  if (const auto error = readCount(request, "limit", 500, 50, &limit))
    return errorResponse(*error, request.id);
  const auto page = services.store->events().query(filter, request.parameter("cursor").value_or(""),
                                                   static_cast<size_t>(limit));
  if (!page) return errorResponse(apiError(page.error()), request.id);
  nlohmann::json items = nlohmann::json::array();
  for (const db::EventSummary& event : page->events) items.push_back(describe(event));
  return jsonResponse({{"items", std::move(items)}, {"next_cursor", page->next_cursor}});
}

Response showEvent(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  const auto event = services.store->events().find(request.captures[0]);
  if (!event) return errorResponse(apiError(event.error()), request.id);
  if (!event->has_value()) {
    return errorResponse(notFound("there is no event \"" + request.captures[0] +
                                  "\"; it may be older than the events that are kept"),
                         request.id);
  }
  Response response;
  response.content_type = "application/json";
  response.body = waf::toAuditJson(**event);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response exportEvents(Services& services, Request& request) {
  if (services.store == nullptr) return errorResponse(databaseUnreadable(), request.id);
  db::EventFilter filter;
  if (const auto error = readEventFilter(request, &filter))
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
        waf::appendAuditJson(event, &line);
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
