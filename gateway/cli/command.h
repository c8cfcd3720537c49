#pragma once

#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cli/api_client.h"

namespace gateway::cli {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

struct OptionSpec {
  std::string_view name;   // "--site"
  std::string_view value;  // "NAME"; "" for a flag
  std::string_view about;
};

// One subcommand: what it is called, what it takes, what it does.
struct Call;
struct Command {
  std::string_view words;      // "config apply"
  std::string_view arguments;  // "FILE", for the help
  std::string_view about;
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  std::vector<OptionSpec> options;
  int (*run)(Call&) = nullptr;
};

// A command line that was understood, and where to print. Lives for one run; one thread.
struct Call {
  const Command& command;
  std::vector<std::string> arguments;
  std::multimap<std::string, std::string, std::less<>> options;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::shared_ptr<ApiClient> client;  // made by api() at the first use; tests give one

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  std::string value(std::string_view option, std::string fallback = "") const;
  std::vector<std::string> values(std::string_view option) const;
  bool json() const { return has("--json"); }
  std::string dataDir() const;
  // Where the configuration of `data_dir` is, as Store::open() takes it: --database, then
  // PORTCULLIS_DATABASE, then the bootstrap file's storage, which is of that file's directory
  // alone. An error where there is a bootstrap file that does not tell.
  waf::Result<std::string> database(const std::string& data_dir) const;

  // The API of the daemon that owns the data directory, else of this process. Null after an error
  // was printed.
  ApiClient* api();
  // Prints the error and its diagnostics; the exit code.
  int fail(const std::string& message);
  int fail(const ApiAnswer& answer);
};

std::span<const Command> commands();  // every one, in one table

// The whole program after main: the exit code.
int run(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
        std::ostream& err, std::shared_ptr<ApiClient> client = nullptr);

int serve(Call&);
int exportConfig(Call&);
int applyConfig(Call&);
int validateConfig(Call&);
int listSites(Call&);
int showSite(Call&);
int addSite(Call&);
int setSite(Call&);
int removeSite(Call&);
int listRulesets(Call&);
int importRules(Call&);
int checkRules(Call&);
int activateRules(Call&);
int showRuleCosts(Call&);
int inspect(Call&);
int listEvents(Call&);
int showEvent(Call&);
int exportEvents(Call&);
int countEvents(Call&);
int tailEvents(Call&);
int listCertificates(Call&);
int importCertificate(Call&);
int listUsers(Call&);
int addUser(Call&);
int setPassword(Call&);
int disableUser(Call&);
int enableUser(Call&);
int unlockUser(Call&);
int showStatus(Call&);
int upgrade(Call&);
int backup(Call&);
int restore(Call&);

}  // namespace gateway::cli
