#pragma once

#include <istream>
#include <nlohmann/json.hpp>
#include <string>

#include "waf/base/result.h"

namespace gateway::cli {

// A configuration document as the API takes it: read from a file ("-" for standard input),
// certificate and key files put in as their content, other paths made absolute. Paths are relative
// to the document's folder.
waf::Result<nlohmann::json> readDocument(std::istream& in, const std::string& path);

}  // namespace gateway::cli
