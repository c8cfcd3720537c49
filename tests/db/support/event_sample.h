#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "waf/event/event.h"

namespace db {

// The time that a SqliteEventStore may search and count where an answer has to be whole however
// busy the machine is.
inline constexpr std::chrono::hours kNoHurry{1};

// A refused request that rule 942100 matched.
waf::AuditEvent sampleEvent(const std::string& id, waf::WallTime time);

// The lines of a text file, without their line feeds; what follows the last one is a line too.
std::vector<std::string> linesOf(const std::string& path);

}  // namespace db
