#include "db/sql/config_store.h"

#include <algorithm>

#include "db/config/config_json.h"
#include "db/config/diff.h"
#include "db/sql/text.h"
#include "db/sql/times.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

constexpr int64_t kKeptVersions = 1000;
constexpr size_t kMaxVersions = 1000;

std::vector<std::string> parseChanges(const std::string& text) {
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const nlohmann::json& line : list) {
    if (line.is_string()) out.push_back(line.get<std::string>());
  }
  return out;
}

}  // namespace

Result<Config> SqlConfigStore::parse(int64_t number, const std::string& document) const {
  const auto corrupt = [number](const std::string& why) {
    return waf::fail(ErrorCode::Corrupt, "db",
                     "configuration version " + std::to_string(number) + ": " + why);
  };
  Result<Config> config = parseConfigText(document);
  if (!config) return corrupt(config.error().message);
  const Result<void> opened = db::unsealKeys(box_, &*config);
  if (!opened) return corrupt(opened.error().message);
  return config;
}

Result<std::pair<ConfigVersion, Config>> SqlConfigStore::load() {
  ConfigVersion version;
  std::string document;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    int64_t time = 0;
    std::string changes;
    session << "SELECT number, time_us, author, comment, changes, document FROM config_versions "
               "ORDER BY number DESC LIMIT 1",
        into(version.number), into(time), into(version.author), into(version.comment),
        into(changes), into(document), now;
    version.time = fromMicroseconds(time);
    version.changes = parseChanges(changes);
    return {};
  });
  if (!read) return waf::fail(read.error());
  if (version.number == 0) return std::pair(ConfigVersion{}, Config{});
  Result<Config> config = parse(version.number, document);
  if (!config) return waf::fail(config.error());
  return std::pair(std::move(version), std::move(*config));
}

Result<Config> SqlConfigStore::loadVersion(int64_t number) {
  std::vector<std::string> documents;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    session << "SELECT document FROM config_versions WHERE number = $1", into(documents),
        bind(number), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  if (documents.empty()) {
    return waf::fail(ErrorCode::NotFound, "db",
                     "configuration version " + std::to_string(number) + " does not exist");
  }
  return parse(number, documents.front());
}

Result<std::vector<ConfigVersion>> SqlConfigStore::versions(size_t limit) {
  std::vector<int64_t> numbers;
  std::vector<int64_t> times;
  std::vector<std::string> authors;
  std::vector<std::string> comments;
  std::vector<std::string> changes;
  const Result<void> read = database_.run([&](Session& session) -> Result<void> {
    session << "SELECT number, time_us, author, comment, changes FROM config_versions "
               "ORDER BY number DESC LIMIT $1",
        into(numbers), into(times), into(authors), into(comments), into(changes),
        bind(static_cast<int64_t>(std::min(limit, kMaxVersions))), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  std::vector<ConfigVersion> out;
  for (size_t i = 0; i < numbers.size(); ++i) {
    out.push_back({numbers[i], fromMicroseconds(times[i]), authors[i], comments[i],
                   parseChanges(changes[i])});
  }
  return out;
}

Result<ConfigVersion> SqlConfigStore::commit(const Config& config, int64_t expected,
                                             const std::string& author,
                                             const std::string& comment) {
  const auto current = load();
  // A current version that cannot be read must not keep a good one out: it is then replaced without
  // a diff.
  if (!current && current.error().code != ErrorCode::Corrupt) return waf::fail(current.error());

  Config sealed = config;
  Result<void> done = db::unsealKeys(box_, &sealed);
  if (done) done = sealKeys(box_, &sealed);
  if (!done) return waf::fail(done.error());

  ConfigVersion version{
      expected + 1, clock_.wall(), storableText(author), storableText(comment), {}};
  if (current) version.changes = diffConfigs(current->second, sealed);
  using Json = nlohmann::json;
  const std::string changes =
      Json(version.changes).dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string document = toJson(sealed).dump(-1, ' ', false, Json::error_handler_t::replace);
  done = database_.transact([&](Session& session) -> Result<void> {
    int64_t newest = 0;
    session << "SELECT COALESCE(MAX(number), 0) FROM config_versions", into(newest), now;
    if (newest != expected) {
      return waf::fail(ErrorCode::Conflict, "db",
                       "the configuration was changed by somebody else in between (version " +
                           std::to_string(newest) + ", yours was made on " +
                           std::to_string(expected) + "); load it again and repeat the change");
    }
    session << "INSERT INTO config_versions VALUES ($1, $2, $3, $4, $5, $6)", bind(version.number),
        bind(toMicroseconds(version.time)), bind(version.author), bind(version.comment),
        bind(changes), bind(document), now;
    session << "DELETE FROM config_versions WHERE number <= $1",
        bind(version.number - kKeptVersions), now;
    return {};
  });
  if (!done) return waf::fail(done.error());
  return version;
}

}  // namespace db
