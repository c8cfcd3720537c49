#pragma once

#include <Poco/Exception.h>

#include <string>

#include "waf/base/result.h"

namespace db {

// What a failure of PostgreSQL means to the one who runs the gateway: the message names the
// database, the reason and the mend. `connected`: whether there is a connection after it.
waf::Unexpected postgresError(const std::string& name, const Poco::Exception& error,
                              bool connected);

}  // namespace db
