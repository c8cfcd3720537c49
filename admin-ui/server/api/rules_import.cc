#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "admin-ui/server/api/collection.h"
#include "admin-ui/server/api/handlers.h"
#include "admin-ui/server/rulesets/archive.h"
#include "admin-ui/server/rulesets/import.h"
#include "admin-ui/server/rulesets/stored_statistics.h"

namespace admin {
namespace {

namespace fs = std::filesystem;

// The upload on disk, below a folder that goes away with it.
struct Upload {
  ScratchFolder folder;
  std::string file;
  std::string filename;  // as the client named it
};

waf::Result<Upload> receive(Services& services, Request& request, ApiError* error) {
  const auto refuse = [&](ApiError reason) {
    *error = std::move(reason);
    return waf::fail(waf::ErrorCode::Invalid, "import", error->message);
  };
  const ApiError too_large =
      tooLarge("a rule set may be uploaded up to " + std::to_string(kMaxUpload >> 20) + " MB");
  if (request.input == nullptr)
    return refuse(invalid("the body must be the bytes of a .zip, .tar.gz or .conf file"));
  if (request.content_length && *request.content_length > kMaxUpload) return refuse(too_large);
  auto folder = ScratchFolder::create(services.data_dir + "/tmp", "upload-");
  if (!folder) return refuse(apiError(folder.error()));
  const std::string file = folder->path() + "/upload";
  const int out = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (out < 0) return refuse(unavailable(file + ": cannot be written"));
  char buffer[65536];
  uint64_t total = 0;
  bool written = true;
  while (request.input->good() && written && total <= kMaxUpload) {
    request.input->read(buffer, sizeof buffer);
    const size_t got = static_cast<size_t>(request.input->gcount());
    total += got;
    written = ::write(out, buffer, got) == static_cast<ssize_t>(got);
  }
  ::close(out);
  if (!written)
    return refuse(
        {507, "exhausted", "the upload does not fit on the disk; make room and repeat", "", {}});
  if (total > kMaxUpload) return refuse(too_large);
  if (request.input->bad() || (request.content_length && total != *request.content_length)) {
    return refuse(invalid("the upload ended before its announced length"));
  }
  std::string filename;
  if (!percentDecode(request.header("X-Filename"), false, &filename)) filename.clear();
  return Upload{std::move(*folder), file, filename};
}

ApiError cancelled() { return {409, "conflict", "cancelled; nothing was changed", "", {}}; }

// RuleSet::load names its own stages; the browser knows parse, check and compile.
std::string_view apiStage(std::string_view stage) {
  if (stage == "parse" || stage == "check" || stage == "compile") return stage;
  return stage == "resolve" ? "check" : "compile";
}

waf::RuleSet::Loaded loadRules(Services& services, const std::string& root,
                               const std::string& folder, bool lint, Job& job) {
  waf::RuleSetOptions options;
  options.lint = lint;
  options.paths = {root};
  options.confined_to = folder;
  options.cache_dir = services.data_dir + "/cache";
  return waf::RuleSet::load(options, [&](std::string_view stage, size_t done, size_t total) {
    return job.progress(apiStage(stage), done, total);
  });
}

std::string currentPath(Services& services, const std::string& name) {
  const auto current = services.config.current();
  if (!current) return {};
  for (const db::RulesetConfig& ruleset : current->config.rulesets) {
    if (ruleset.name == name) return ruleset.path;
  }
  return {};
}

nlohmann::json report(Services& services, const std::string& name,
                      const waf::RuleSet::Loaded& loaded) {
  nlohmann::json out = describeLoad(loaded);
  waf::RuleSet::Loaded before;
  if (const std::string path = currentPath(services, name); !path.empty()) {
    waf::RuleSetOptions options;
    options.paths = {path};
    before = services.rule_sets.load(options);
  }
  out.update(compareRules(before.rule_set.get(), *loaded.rule_set));
  out["name"] = name;
  return out;
}

// Takes the folder away again unless everything went well.
struct RemoveUnless {
  std::string folder;
  bool keep = false;
  ~RemoveUnless() {
    std::error_code code;
    if (!keep) fs::remove_all(folder, code);
  }
};

void runImport(Services& services, Job& job, const Upload& upload, const std::string& name,
               bool keep, const ConfigChange& change) {
  const auto unpacked =
      unpackForStore(upload.file, upload.filename, keep ? services.data_dir : upload.folder.path(),
                     name, [&](std::string_view stage, size_t done, size_t total) {
                       return job.progress(stage, done, total);
                     });
  if (!unpacked) return job.failWith(job.cancelled() ? cancelled() : apiError(unpacked.error()));
  RemoveUnless folder{unpacked->folder};
  // A check says what `rules check` says; an import does not wait for it.
  const waf::RuleSet::Loaded loaded =
      loadRules(services, unpacked->root, unpacked->folder, !keep, job);
  if (job.cancelled()) return job.failWith(cancelled());
  if (loaded.rule_set == nullptr) return job.failWith(refusedRules(loaded.diagnostics));
  nlohmann::json result = report(services, name, loaded);
  if (!keep) return job.succeed(std::move(result));
  if (!job.progress("store", 0, 1)) return job.failWith(cancelled());
  storeStatistics(services.data_dir, unpacked->root, loaded.rule_set->statistics());
  const auto outcome =
      services.config.apply(change, [&](db::Config& config) -> std::optional<ApiError> {
        for (db::RulesetConfig& ruleset : config.rulesets) {
          if (ruleset.name != name) continue;
          ruleset.path = unpacked->root;
          return std::nullopt;
        }
        config.rulesets.push_back({name, unpacked->root});
        return std::nullopt;
      });
  if (outcome.error) return job.failWith(*outcome.error);
  folder.keep = true;
  result["version"] = outcome.now.version.number;
  job.progress("store", 1, 1);
  job.succeed(std::move(result));
}

std::optional<ApiError> checkName(const std::string& name) {
  if (name.empty() || name.size() > 128)
    return invalid("name: give the rule set a name of 1 to 128 characters", "name");
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain)
      return invalid("name: may have letters, digits, \"-\", \"_\" and \".\" only", "name");
  }
  if (name.front() == '.') return invalid("name: must not begin with a dot", "name");
  return std::nullopt;
}

std::shared_ptr<Job> startImport(Services& services, std::shared_ptr<Upload> upload,
                                 const std::string& name, bool keep, const ConfigChange& change) {
  return services.jobs.start([&services, upload = std::move(upload), name, keep, change](Job& job) {
    runImport(services, job, *upload, name, keep, change);
  });
}

ApiError busy() {
  return {
      429, "exhausted", "other rule sets are being imported; try again when they are done", "", {}};
}

}  // namespace

Response importRuleset(Services& services, Request& request) {
  const std::string name = request.parameter("name").value_or("");
  ConfigChange change;
  if (const auto error = checkName(name)) return errorResponse(*error, request.id);
  if (const auto error = readChange(request, &change)) return errorResponse(*error, request.id);
  ApiError error;
  auto upload = receive(services, request, &error);
  if (!upload) return errorResponse(error, request.id);
  const auto job =
      startImport(services, std::make_shared<Upload>(std::move(*upload)), name, true, change);
  if (job == nullptr) return errorResponse(busy(), request.id);
  return jsonResponse({{"job", job->id()}}, 202);
}

Response checkRuleset(Services& services, Request& request) {
  const std::string name = request.parameter("name").value_or("check");
  if (const auto error = checkName(name)) return errorResponse(*error, request.id);
  ApiError error;
  auto upload = receive(services, request, &error);
  if (!upload) return errorResponse(error, request.id);
  const auto job =
      startImport(services, std::make_shared<Upload>(std::move(*upload)), name, false, {});
  if (job == nullptr) return errorResponse(busy(), request.id);
  job->waitUntilFinished();
  if (const auto refused = job->error()) return errorResponse(*refused, request.id);
  return jsonResponse(job->result());
}

}  // namespace admin
