#pragma once

#include <string>
#include <vector>

#include "waf/scan/pattern_database.h"

namespace waf {

// SHA-256 in hex.
std::string sha256Hex(std::string_view bytes);

// Names what compiling these patterns would make: their text and flags, Hyperscan's version, this
// CPU's features and our own format. Equal hashes mean that the one can stand for the other.
std::string contentHash(const std::vector<DatabasePattern>& patterns);

}  // namespace waf
