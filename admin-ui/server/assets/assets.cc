#include "admin-ui/server/assets/assets.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "waf/base/hex.h"

namespace admin {
namespace {

std::string_view contentType(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

std::string etagOf(std::string_view content) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  return "\"" + waf::toHex(digest, 12) + "\"";
}

const Asset* findAsset(std::string_view path) {
  const auto assets = embeddedAssets();
  const auto found =
      std::find_if(assets.begin(), assets.end(), [&](const Asset& a) { return a.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

bool hasExtension(std::string_view path) {
  const size_t slash = path.rfind('/');
  return path.find('.', slash == std::string_view::npos ? 0 : slash) != std::string_view::npos;
}

}  // namespace

Response assetResponse(const Request& request, std::string_view path) {
  const Asset* asset = findAsset(path);
  // A missing script must not be answered with a page of HTML: the browser would report a syntax
  // error in it.
  if (asset == nullptr && !hasExtension(path)) asset = findAsset("/index.html");
  if (asset == nullptr) {
    Response missing;
    missing.status = 404;
    missing.content_type = "text/plain; charset=utf-8";
    missing.body = "There is no such page.\n";
    return missing;
  }
  Response response;
  response.content_type = contentType(asset->path);
  const std::string etag = etagOf(asset->content);
  response.headers.emplace_back("ETag", etag);
  const bool hashed = asset->path.starts_with("/assets/");
  response.headers.emplace_back("Cache-Control",
                                hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.header("If-None-Match") == etag) {
    response.status = 304;
    return response;
  }
  response.body = asset->content;
  return response;
}

}  // namespace admin
