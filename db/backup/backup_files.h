#pragma once

#include <string>
#include <vector>

#include "waf/base/result.h"

namespace db {

using waf::Result;

// Names below a data directory that belong to a backup: "portcullis.db", "events/events-….db",
// "rulesets/…". Anything else in a backup file is refused: no way up, no absolute path.
bool isBackupName(const std::string& name);
bool isDatabaseName(const std::string& name);  // copied through SQLite

// Those that are there, in order.
Result<std::vector<std::string>> listBackupFiles(const std::string& data_dir, bool with_events);

// The database as of one moment, without what belongs to its journal, into an empty file that is
// there.
Result<void> copyDatabase(const std::string& from, const std::string& to);

}  // namespace db
