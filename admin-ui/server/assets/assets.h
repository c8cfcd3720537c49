#pragma once

#include <span>
#include <string>
#include <string_view>

#include "admin-ui/server/http/request.h"
#include "admin-ui/server/http/response.h"

namespace admin {

// One file of the built web application, as admin-ui/CMakeLists.txt puts it into the binary.
struct Asset {
  std::string_view path;  // "/assets/index-4f2a.js"
  std::string_view content;
};
std::span<const Asset> embeddedAssets();  // generated, sorted by path

// The answer to a GET or HEAD outside the API: the file of that path, or index.html for the routes
// that the application itself knows. Names with a content hash may be kept for ever; the rest is
// asked for anew, by ETag.
Response assetResponse(const Request& request, std::string_view path);

}  // namespace admin
