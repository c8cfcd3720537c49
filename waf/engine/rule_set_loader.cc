// A rule set path is a folder with a CRS (a setup file, then rules/*.conf), a folder of *.conf
// files, or one file.
#include "waf/engine/rule_set_loader.h"

#include <algorithm>
#include <filesystem>

namespace waf {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBaseName = "built-in base";
constexpr const char* kLevelsName = "site settings";
// Debian keeps the setup file of its modsecurity-crs package apart from the rules.
constexpr const char* kDebianSetup = "/etc/modsecurity/crs/crs-setup.conf";
constexpr const char* kBeforeCrs = "REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf";
constexpr const char* kAfterCrs = "RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf";

bool isFile(const std::string& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

bool isFolder(const std::string& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

std::string withoutTrailingSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string fileName(const std::string& path) { return fs::path(path).filename().string(); }

}  // namespace

RuleSetLoader::RuleSetLoader(const RuleSetOptions& options, std::vector<Diagnostic>* diagnostics)
    : options_(options), diagnostics_(diagnostics), parser_(&document_, diagnostics) {
  parser_.confine(options.confined_to);
}

void RuleSetLoader::error(const std::string& path, std::string message) {
  diagnostics_->push_back({Diagnostic::Severity::Error, path, 0, std::move(message)});
}

std::string RuleSetLoader::findSetup(const std::string& folder) {
  for (const char* name : {"/crs-setup.conf", "/crs-setup.conf.example"}) {
    if (isFile(folder + name)) return folder + name;
  }
  if (isFile(folder + "/owasp-crs.load") && isFile(kDebianSetup)) return kDebianSetup;
  return {};
}

std::vector<std::string> RuleSetLoader::configurationFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".conf" && entry.is_regular_file(failed)) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Document RuleSetLoader::read() {
  const bool crs = std::any_of(options_.paths.begin(), options_.paths.end(),
                               [](const std::string& path) { return !findSetup(path).empty(); });
  if (crs) {
    parser_.setBase(true);
    parser_.parseText(kBaseRules, kBaseName, "");
    parser_.setBase(false);
    document_.settings.request_body_always = false;
  } else {
    readLevels();
  }
  if (options_.paths.empty()) error("rule set", "it has no path; name a folder or a .conf file");
  for (const std::string& path : options_.paths) readPath(withoutTrailingSlash(path));
  return std::move(document_);
}

void RuleSetLoader::readPath(const std::string& path) {
  parser_.startContext();
  if (isFile(path)) {
    parser_.setDisplayRoot(fs::path(path).parent_path().string());
    return parser_.parseFile(path);
  }
  if (!isFolder(path)) {
    return error(path, "there is no such file or folder; correct the path of the rule set");
  }
  parser_.setDisplayRoot(path);
  const std::string setup = findSetup(path);
  if (!setup.empty()) return readCrs(path, setup);
  std::vector<std::string> files = configurationFiles(path);
  const std::vector<std::string> rules = configurationFiles(path + "/rules");
  files.insert(files.end(), rules.begin(), rules.end());
  if (files.empty()) return error(path, "no .conf file is in this folder");
  for (const std::string& file : files) parser_.parseFile(file);
}

void RuleSetLoader::readCrs(const std::string& folder, const std::string& setup) {
  parser_.parseFile(setup);
  readLevels();
  const std::string setup_folder = fs::path(setup).parent_path().string();
  const bool apart = setup_folder != folder;
  if (apart && isFile(setup_folder + "/" + kBeforeCrs)) {
    parser_.parseFile(setup_folder + "/" + kBeforeCrs);
  }
  std::vector<std::string> files = configurationFiles(folder + "/rules");
  if (!isFolder(folder + "/rules")) {
    files = configurationFiles(folder);
    std::erase_if(files,
                  [](const std::string& file) { return fileName(file) == "crs-setup.conf"; });
  }
  if (files.empty()) return error(folder, "no .conf file is in its rules folder");
  readPlugins(folder, "-config.conf");
  readPlugins(folder, "-before.conf");
  for (const std::string& file : files) parser_.parseFile(file);
  readPlugins(folder, "-after.conf");
  if (apart && isFile(setup_folder + "/" + kAfterCrs)) {
    parser_.parseFile(setup_folder + "/" + kAfterCrs);
  }
}

// The CRS's plugins: each brings a file for its settings, one to run before the rules and one to
// run after them.
void RuleSetLoader::readPlugins(const std::string& folder, std::string_view suffix) {
  for (const std::string& file : configurationFiles(folder + "/plugins")) {
    if (std::string_view(file).ends_with(suffix)) parser_.parseFile(file);
  }
}

// The site's paranoia level and thresholds, under the names of CRS 3 and CRS 4. After the setup
// file, so that they win over it; before the rules, whose 901xxx fill in what is still unset.
void RuleSetLoader::readLevels() {
  if (levels_read_) return;
  levels_read_ = true;
  std::string actions;
  const auto add = [&](const std::optional<int>& value, std::initializer_list<const char*> names) {
    if (!value) return;
    for (const char* name : names) {
      actions += std::string(",setvar:tx.") + name + "=" + std::to_string(*value);
    }
  };
  add(options_.paranoia_level, {"paranoia_level", "executing_paranoia_level",
                                "blocking_paranoia_level", "detection_paranoia_level"});
  add(options_.inbound_threshold, {"inbound_anomaly_score_threshold"});
  add(options_.outbound_threshold, {"outbound_anomaly_score_threshold"});
  if (actions.empty()) return;
  parser_.setBase(true);
  parser_.parseText("SecAction \"id:200099,phase:1,nolog,pass,t:none" + actions + "\"\n",
                    kLevelsName, "");
  parser_.setBase(false);
}

}  // namespace waf
