#pragma once

#include <string>
#include <string_view>

namespace gateway {

// A record of the audit log as other tools read it. Nothing that a client sent can end a line, or
// begin a field of its own.
enum class EventFormat {
  Json,      // the record itself
  Cef,       // ArcSight Common Event Format, version 0
  ErrorLog,  // the lines that ModSecurity writes to a web server's error log, one a matched rule
};

// One message a line, without line feeds at the end; "" for a line that is no record.
std::string formatEvent(EventFormat format, std::string_view record);

// RFC 5424 around a message: facility local0, severity by the event's decision.
std::string syslogMessage(std::string_view record, std::string_view message, std::string_view host);

}  // namespace gateway
