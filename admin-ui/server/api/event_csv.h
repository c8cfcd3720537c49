#pragma once

#include <string>
#include <string_view>

#include "waf/event/event.h"

namespace admin {

inline constexpr std::string_view kEventCsvHeader =
    "id,time,site,decision,reason,client,method,uri,status,rule_id,rule_message,matched,score\r\n";

// One record of RFC 4180. A field that a spreadsheet would take for a formula gets an apostrophe in
// front (OWASP, "CSV Injection"): what stands here was sent by attackers.
void appendEventCsv(const waf::AuditEvent& event, std::string* out);

}  // namespace admin
