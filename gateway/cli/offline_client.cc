#include <sstream>

#include "admin-ui/server/api/api.h"
#include "admin-ui/server/auth/random.h"
#include "gateway/cli/api_client.h"
#include "gateway/cli/offline_port.h"

namespace gateway::cli {
namespace {

int64_t newestVersion(db::Store& store) {
  const auto versions = store.config().versions(1);
  return versions && !versions->empty() ? versions->front().number : 0;
}

// The admin API without a daemon: owns the store for as long as the command runs.
class OfflineClient final : public ApiClient {
 public:
  OfflineClient(std::unique_ptr<db::Store> store, const std::string& data_dir)
      : store_(std::move(store)),
        port_(newestVersion(*store_)),
        api_(store_.get(), nullptr, port_, waf::Clock::system(), data_dir) {}

  waf::Result<ApiAnswer> call(const ApiCall& call) override {
    admin::Request request;
    std::istringstream input(call.body);
    request.id = admin::randomHex(8);
    request.method = call.method;
    request.control = true;
    if (!admin::parseTarget("/api/v1" + call.target, &request)) {
      return waf::fail(waf::ErrorCode::Invalid, "cli", call.target + ": cannot be a call");
    }
    if (!call.filename.empty())
      request.headers.emplace_back("X-Filename", admin::percentEncode(call.filename));
    if (!call.body.empty()) {
      request.input = &input;
      request.content_length = call.body.size();
    }
    const admin::Response response = api_.handle(request);
    ApiAnswer answer{response.status, response.body};
    if (!response.stream) {
      if (call.output != nullptr && answer.ok()) *call.output << answer.body;
      return answer;
    }
    std::ostringstream collected;
    std::ostream& output = call.output != nullptr ? *call.output : collected;
    response.stream(output);
    if (!output.good())
      return waf::fail(waf::ErrorCode::Unavailable, "cli", "the answer broke off");
    answer.body = collected.str();
    return answer;
  }
  bool daemon() const override { return false; }

 private:
  std::unique_ptr<db::Store> store_;
  OfflinePort port_;
  admin::Api api_;
};

}  // namespace

waf::Result<std::unique_ptr<ApiClient>> openDataDirectory(const std::string& data_dir,
                                                          const std::string& database) {
  auto store = db::Store::open(data_dir, waf::Clock::system(), database);
  if (!store) return waf::fail(std::move(store).error());
  return std::unique_ptr<ApiClient>(std::make_unique<OfflineClient>(std::move(*store), data_dir));
}

}  // namespace gateway::cli
