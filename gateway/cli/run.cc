#include <algorithm>
#include <ostream>

#include "gateway/cli/command.h"
#include "gateway/cli/version.h"

namespace gateway::cli {
namespace {

const std::vector<OptionSpec> kCommonOptions = {
    {"--data", "DIR", "the data directory (default: the bootstrap file's, /var/lib/portcullis)"},
    {"--database", "URL",
     "where the configuration is: sqlite, or postgresql://USER@HOST/NAME (default: the bootstrap "
     "file's)"},
    {"--json", "", "print JSON"},
    {"--help", "", "print this"},
};

void printOverview(std::ostream& out) {
  out << "Portcullis, a web application firewall gateway.\n\nUsage: portcullis COMMAND "
         "[OPTIONS]\n\n";
  size_t width = 0;
  const auto left = [](const Command& command) {
    std::string text(command.words);
    if (!command.arguments.empty()) text += " " + std::string(command.arguments);
    return text;
  };
  for (const Command& command : commands()) width = std::max(width, left(command).size());
  for (const Command& command : commands()) {
    const std::string text = left(command);
    out << "  " << text << std::string(width - text.size() + 2, ' ') << command.about << '\n';
  }
  out << "\nEach command has --help. Exit codes: 0 done, 1 failed, 2 wrong usage.\n";
}

void printOptions(std::ostream& out, const std::vector<OptionSpec>& options) {
  for (const OptionSpec& option : options) {
    std::string text(option.name);
    if (!option.value.empty()) text += " " + std::string(option.value);
    out << "  " << text << std::string(text.size() < 26 ? 26 - text.size() : 1, ' ') << option.about
        << '\n';
  }
}

void printHelp(std::ostream& out, const Command& command) {
  out << "Usage: portcullis " << command.words;
  if (!command.arguments.empty()) out << ' ' << command.arguments;
  out << " [OPTIONS]\n\n" << command.about << "\n\nOptions:\n";
  printOptions(out, command.options);
  printOptions(out, kCommonOptions);
}

const OptionSpec* findOption(const Command& command, std::string_view name) {
  for (const std::vector<OptionSpec>* list : {&command.options, &kCommonOptions}) {
    for (const OptionSpec& option : *list) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

// The command whose words begin the arguments; the longest one.
const Command* findCommand(const std::vector<std::string>& arguments, size_t* used) {
  std::string words;
  const Command* found = nullptr;
  for (size_t i = 0; i < std::min<size_t>(arguments.size(), 2); ++i) {
    words += (words.empty() ? "" : " ") + arguments[i];
    for (const Command& command : commands()) {
      if (command.words != words) continue;
      found = &command;
      *used = i + 1;
    }
  }
  return found;
}

// What is wrong with the options, or "".
std::string parse(const std::vector<std::string>& arguments, Call* call) {
  bool only_arguments = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (only_arguments || word.size() < 2 || word[0] != '-') {
      call->arguments.push_back(word);
      continue;
    }
    if (word == "--") {
      only_arguments = true;
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word == "-h" ? "--help" : word.substr(0, equals);
    const OptionSpec* option = findOption(call->command, name);
    if (option == nullptr) return "unknown option " + name;
    if (option->value.empty()) {
      if (equals != std::string::npos) return name + " takes no value";
      call->options.emplace(name, "");
    } else if (equals != std::string::npos) {
      call->options.emplace(name, word.substr(equals + 1));
    } else if (i + 1 < arguments.size() &&
               (option->name != "--wait" || arguments[i + 1][0] != '-')) {
      call->options.emplace(name, arguments[++i]);
    } else {
      return name + " needs a value: " + std::string(option->value);
    }
  }
  if (call->has("--help")) return {};
  if (call->arguments.size() < call->command.min_arguments)
    return "it needs " + std::string(call->command.arguments);
  if (call->arguments.size() > call->command.max_arguments) {
    return "unexpected argument " + call->arguments[call->command.max_arguments];
  }
  return {};
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
        std::ostream& err, std::shared_ptr<ApiClient> client) {
  if (arguments.empty()) {
    printOverview(err);
    return kUsage;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    printOverview(out);
    return kOk;
  }
  if (arguments[0] == "--version" || arguments[0] == "version") {
    out << "portcullis " << kVersion << '\n';
    return kOk;
  }
  size_t used = 0;
  const Command* command = findCommand(arguments, &used);
  if (command == nullptr) {
    const bool group = std::any_of(
        commands().begin(), commands().end(),
        [&](const Command& candidate) { return candidate.words.starts_with(arguments[0] + " "); });
    const bool help = arguments.size() > 1 && (arguments[1] == "--help" || arguments[1] == "-h");
    std::ostream& to = group && help ? out : err;
    if (!group)
      err << "portcullis: unknown command " << arguments[0] << "; `portcullis --help` lists them\n";
    for (const Command& candidate : commands()) {
      if (group && candidate.words.starts_with(arguments[0] + " ")) {
        to << "  portcullis " << candidate.words << ' ' << candidate.arguments << "  "
           << candidate.about << '\n';
      }
    }
    return group && help ? kOk : kUsage;
  }
  Call call{*command, {}, {}, in, out, err, std::move(client)};
  const std::string problem =
      parse({arguments.begin() + static_cast<ptrdiff_t>(used), arguments.end()}, &call);
  if (!problem.empty()) {
    err << "portcullis " << command->words << ": " << problem << "; `portcullis " << command->words
        << " --help` says more\n";
    return kUsage;
  }
  if (call.has("--help")) {
    printHelp(out, *command);
    return kOk;
  }
  return command->run(call);
}

}  // namespace gateway::cli
