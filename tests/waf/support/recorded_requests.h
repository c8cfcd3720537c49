#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waf {

// One request of the shared corpus (corpus/requests.tar.gz), parsed as its replay tool sends it.
struct RecordedRequest {
  std::string name;
  bool attack = false;
  std::string method;
  std::string uri;
  std::string protocol;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string_view header(std::string_view name_to_find) const;
};

// The folder of shared test material (PORTCULLIS_SHARED, else ../shared beside the sources); ""
// when there is none, after saying on stdout that the suite `name` did not run.
std::string sharedFolder(const std::string& source_dir, const char* suite);

// Every request of the archive; empty when it cannot be read.
std::vector<RecordedRequest> loadRecordedRequests(const std::string& archive);

// The distinct values that a request carries: names and values of query, form, JSON and cookies,
// each decoded once.
std::vector<std::string> valuesOf(const RecordedRequest& request);

}  // namespace waf
