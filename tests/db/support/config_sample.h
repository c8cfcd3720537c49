#pragma once

#include "db/config/config.h"

namespace db {

// A valid document with one of everything: site "shop" on listeners "http" and "https".
Config sampleConfig();

}  // namespace db
