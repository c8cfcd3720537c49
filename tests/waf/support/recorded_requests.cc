#include "tests/waf/support/recorded_requests.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "waf/base/text.h"
#include "waf/body/body_processor.h"

namespace waf {
namespace {

constexpr size_t kTarBlock = 512;

struct GzipClose {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzipFile = std::unique_ptr<std::remove_pointer_t<gzFile>, GzipClose>;

// The header of a ustar member: name at 0, size in octal at 124, type at 156.
struct TarMember {
  std::string name;
  size_t size = 0;
  bool file = false;
};

std::optional<TarMember> readMember(gzFile file) {
  char block[kTarBlock];
  if (gzread(file, block, kTarBlock) != static_cast<int>(kTarBlock) || block[0] == '\0')
    return std::nullopt;
  TarMember member;
  member.name = std::string(block, strnlen(block, 100));
  member.size = std::strtoull(std::string(block + 124, 12).c_str(), nullptr, 8);
  member.file = block[156] == '0' || block[156] == '\0';
  return member;
}

void parseHead(std::string_view head, RecordedRequest* out) {
  bool first = true;
  for (size_t at = 0; at < head.size();) {
    const size_t end = std::min(head.find('\n', at), head.size());
    std::string_view line = head.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (first) {
      const size_t one = line.find(' ');
      const size_t two = line.rfind(' ');
      if (one == std::string_view::npos) return;
      out->method = line.substr(0, one);
      out->uri = two > one ? line.substr(one + 1, two - one - 1) : line.substr(one + 1);
      out->protocol = two > one ? line.substr(two + 1) : "HTTP/1.1";
      first = false;
      continue;
    }
    if (line.empty()) continue;
    const size_t colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t' || colon == std::string_view::npos) {
      if (!out->headers.empty()) out->headers.back().second += " " + std::string(trim(line));
      continue;
    }
    out->headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
}

// Drops what the replay tool drops and makes Content-Length true.
void rewriteHeaders(RecordedRequest* request) {
  std::vector<std::pair<std::string, std::string>> kept;
  bool host = false;
  for (auto& [name, value] : request->headers) {
    const std::string key = toLower(name);
    if (key == "connection" || key == "proxy-connection" || key == "keep-alive" ||
        key == "transfer-encoding" || key == "expect" || key == "content-length" ||
        (key == "host" && host)) {
      continue;
    }
    if (key == "host") {
      host = true;
      value = "shop.example";
    }
    kept.emplace_back(std::move(name), std::move(value));
  }
  if (!host) kept.emplace_back("Host", "shop.example");
  if (!request->body.empty())
    kept.emplace_back("Content-Length", std::to_string(request->body.size()));
  kept.emplace_back("Connection", "close");
  request->headers = std::move(kept);
}

std::optional<RecordedRequest> parseRequest(std::string_view raw) {
  RecordedRequest request;
  size_t cut = raw.find("\r\n\r\n");
  size_t skip = 4;
  const size_t bare = raw.find("\n\n");
  if (cut == std::string_view::npos || (bare != std::string_view::npos && bare < cut)) {
    cut = bare;
    skip = 2;
  }
  parseHead(raw.substr(0, cut), &request);
  if (request.uri.empty()) return std::nullopt;
  if (cut != std::string_view::npos) request.body = raw.substr(cut + skip);
  rewriteHeaders(&request);
  return request;
}

class ValueSink final : public BodySink {
 public:
  bool addArgument(std::string_view name, std::string_view value) override {
    values.emplace_back(name);
    values.emplace_back(value);
    return true;
  }
  void addFile(std::string_view, std::string_view filename, std::string_view) override {
    values.emplace_back(filename);
  }
  void addPartHeader(std::string_view, std::string_view) override {}
  void addPart(std::string_view, std::string_view) override {}
  void setFlag(std::string_view, std::string_view) override {}

  std::vector<std::string> values;
};

}  // namespace

std::string_view RecordedRequest::header(std::string_view name_to_find) const {
  for (const auto& [name_of, value] : headers) {
    if (equalsIgnoreCase(name_of, name_to_find)) return value;
  }
  return {};
}

std::string sharedFolder(const std::string& source_dir, const char* suite) {
  const char* variable = std::getenv("PORTCULLIS_SHARED");
  const std::string folder = variable != nullptr ? variable : source_dir + "/../shared";
  if (std::filesystem::is_directory(folder)) return folder;
  std::printf("the shared test material is absent: %s did not run\n", suite);
  return "";
}

std::vector<RecordedRequest> loadRecordedRequests(const std::string& archive) {
  std::vector<RecordedRequest> requests;
  const GzipFile file(gzopen(archive.c_str(), "rb"));
  if (!file) return requests;
  while (const auto member = readMember(file.get())) {
    std::string data((member->size + kTarBlock - 1) / kTarBlock * kTarBlock, '\0');
    if (gzread(file.get(), data.data(), static_cast<unsigned>(data.size())) !=
        static_cast<int>(data.size()))
      break;
    if (!member->file) continue;
    auto request = parseRequest(std::string_view(data).substr(0, member->size));
    if (!request) continue;
    request->name = member->name;
    request->attack = member->name.ends_with(".black");
    requests.push_back(std::move(*request));
  }
  return requests;
}

std::vector<std::string> valuesOf(const RecordedRequest& request) {
  ValueSink sink;
  const BodyLimits limits;
  const size_t question = request.uri.find('?');
  if (question != std::string::npos)
    parseUrlEncoded(std::string_view(request.uri).substr(question + 1), limits, sink);
  const std::string type = toLower(request.header("Content-Type"));
  if (type.starts_with("multipart/form-data")) {
    parseMultipart(request.body, request.header("Content-Type"), limits, sink);
  } else if (type.find("json") != std::string::npos) {
    parseJson(request.body, limits, sink);
  } else {
    parseUrlEncoded(request.body, limits, sink);
  }
  parseCookies(request.header("Cookie"), sink);
  return sink.values;
}

}  // namespace waf
