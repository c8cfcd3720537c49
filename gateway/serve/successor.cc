#include "gateway/serve/successor.h"

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <thread>

#include "gateway/serve/predecessor.h"

extern char** environ;

namespace gateway {
namespace {

// A rule set that is not compiled yet serves all the same: starting takes seconds.
constexpr std::chrono::seconds kStart{60};
constexpr int kChannelDescriptor = 3;

struct SpawnActions {
  SpawnActions() { ::posix_spawn_file_actions_init(&actions); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t actions;
};

// The main thread takes signals when it waits for them; here it looks whether one is there.
bool toldToStop() {
  sigset_t waiting;
  sigemptyset(&waiting);
  ::sigpending(&waiting);
  return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

waf::Unexpected failed(std::string message) {
  return waf::fail(waf::ErrorCode::Unavailable, "serve", std::move(message));
}

}  // namespace

CommandLine CommandLine::ofThisProcess() {
  CommandLine out;
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length > 0) out.binary.assign(path.data(), static_cast<size_t>(length));
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  for (std::string argument; std::getline(file, argument, '\0');) {
    out.arguments.push_back(argument);
  }
  return out;
}

waf::Result<std::unique_ptr<Successor>> Successor::start(const CommandLine& how) {
  if (how.binary.empty() || how.arguments.empty()) {
    return failed("it is not known how this process was started (/proc cannot be read)");
  }
  auto ends = HandoverChannel::makePair();
  if (!ends) return waf::fail(ends.error());
  SpawnActions files;
  ::posix_spawn_file_actions_adddup2(&files.actions, ends->second.descriptor(), kChannelDescriptor);
  // Not every library opens its descriptors close-on-exec; an address would stay in use.
  ::posix_spawn_file_actions_addclosefrom_np(&files.actions, kChannelDescriptor + 1);
  std::vector<char*> arguments;
  for (const std::string& argument : how.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const std::string name = std::string(Predecessor::kVariable) + "=";
  const std::string ours = name + std::to_string(kChannelDescriptor);
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each) {
    if (std::strncmp(*each, name.c_str(), name.size()) != 0) environment.push_back(*each);
  }
  environment.push_back(const_cast<char*>(ours.c_str()));
  environment.push_back(nullptr);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, how.binary.c_str(), &files.actions, nullptr,
                                  arguments.data(), environment.data());
  if (error != 0) return failed(how.binary + " cannot be started: " + std::strerror(error));
  return std::unique_ptr<Successor>(new Successor(std::move(ends->first), pid));
}

Successor::~Successor() {
  if (serving_ || reaped_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

// Its end of the channel closes a little before it is gone.
bool Successor::hasEnded() {
  int status = 0;
  for (int look = 0; look < 20 && !reaped_; ++look) {
    reaped_ = ::waitpid(pid_, &status, WNOHANG) == pid_;
    if (!reaped_) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return reaped_;
}

waf::Result<void> Successor::expect(std::string_view word, std::string_view doing) {
  const auto message = channel_.receive(kStart, toldToStop);
  if (message && message->text == word) return {};
  if (message) return failed(message->text);
  if (toldToStop()) return failed("the gateway was told to stop");
  if (hasEnded()) return failed("the new process ended while " + std::string(doing));
  return failed("the new process took too long with " + std::string(doing));
}

waf::Result<void> Successor::waitPrepared() { return expect("prepared", "starting"); }

waf::Result<void> Successor::giveSockets(const std::map<std::string, std::vector<int>>& listeners) {
  for (const auto& [key, descriptors] : listeners) {
    for (size_t at = 0; at < descriptors.size(); at += HandoverChannel::kMostDescriptors) {
      const std::span<const int> some =
          std::span(descriptors)
              .subspan(at, std::min(HandoverChannel::kMostDescriptors, descriptors.size() - at));
      if (!channel_.send("listener " + key, some)) return failed("the new process is gone");
    }
  }
  if (!channel_.send("go")) return failed("the new process is gone");
  return {};
}

waf::Result<void> Successor::waitServing() {
  auto done = expect("serving", "taking over");
  serving_ = done.has_value();
  return done;
}

}  // namespace gateway
