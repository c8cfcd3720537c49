#pragma once

#include <string>

#include "waf/base/result.h"

struct sqlite3;

namespace db {

// What SQLite's result code means to the one who runs the gateway: the message names the file, the
// reason and the mend. `detail` is SQLite's own text, shown where the code says too little.
waf::Unexpected sqliteError(const std::string& path, int code, const std::string& detail);

// The code of the connection's last failure. A full disk can show as an I/O error: the file shared
// by a database's readers is not grown.
int failureCode(sqlite3* handle);

// SQLite URI filenames (https://www.sqlite.org/uri.html): what has a meaning in a URI is escaped.
std::string sqliteUri(const std::string& path, const char* mode);

}  // namespace db
