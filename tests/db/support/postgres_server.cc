#include "tests/db/support/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "db/postgresql/postgres_database.h"
#include "db/store/file.h"

namespace db {
namespace {

using namespace Poco::Data::Keywords;
namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/lib/postgresql";
constexpr std::chrono::seconds kStartTime{60};

// The newest of those that are installed; "" when there is none.
std::string findPrograms() {
  std::string found;
  std::error_code error;
  for (const auto& version : fs::directory_iterator(kInstalled, error)) {
    const std::string programs = version.path().string() + "/bin";
    if (fs::exists(programs + "/initdb") && programs > found) found = programs;
  }
  return found;
}

}  // namespace

PostgresServer* PostgresServer::shared(std::string* why_not) {
  static std::unique_ptr<PostgresServer> server;
  if (server) return server.get();
  const std::string programs = findPrograms();
  if (programs.empty()) {
    *why_not = std::string("PostgreSQL is not installed (no ") + kInstalled +
               "/*/bin/initdb); ./dev test installs it";
    // Where everything is installed nothing may be skipped.
    if (std::getenv("CI") != nullptr) throw std::runtime_error(*why_not);
    return nullptr;
  }
  std::unique_ptr<PostgresServer> made(new PostgresServer(programs));
  made->initialize();
  made->start();
  server = std::move(made);
  return server.get();
}

PostgresServer::~PostgresServer() { stop(); }

std::string PostgresServer::url() const {
  return "postgresql://portcullis@/postgres?host=" + folder_.path();
}

std::string PostgresServer::makeSchema() {
  const auto database = PostgresDatabase::open(url(), PostgresDatabase::Mode::Visitor);
  if (!database) throw std::runtime_error(database.error().message);
  const std::string name = "s" + std::to_string(++schemas_);
  const auto made = (*database)->run([&](Poco::Data::Session& session) -> Result<void> {
    session << "CREATE SCHEMA " + name, now;
    return {};
  });
  if (!made) throw std::runtime_error(made.error().message);
  return url() + "&options=-csearch_path%3D" + name;
}

void PostgresServer::initialize() {
  if (::geteuid() == 0) {
    const passwd* const nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::chown(folder_.path().c_str(), nobody->pw_uid, nobody->pw_gid) != 0) {
      throw std::runtime_error("there is no user \"nobody\" to run PostgreSQL as");
    }
  }
  // Names in the order of a language, so that a store that needs the order of bytes must say so.
  const pid_t pid =
      launch({"initdb", "-D", folder_ / "data", "-U", "portcullis", "-A", "trust", "--no-sync",
              "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"});
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || status != 0) {
    throw std::runtime_error("initdb failed: " + log());
  }
}

void PostgresServer::start() {
  pid_ = launch({"postgres", "-D", folder_ / "data", "-k", folder_.path(), "-h", "", "-F", "-c",
                 "shared_buffers=16MB", "-c", "max_connections=20"});
  const auto deadline = std::chrono::steady_clock::now() + kStartTime;
  while (!PostgresDatabase::open(url(), PostgresDatabase::Mode::Visitor)) {
    int status = 0;
    const bool ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
    if (ended) pid_ = -1;
    if (ended || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("PostgreSQL does not start: " + log());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresServer::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGINT);  // "fast": connections are cut
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

pid_t PostgresServer::launch(const std::vector<std::string>& arguments) const {
  const std::string program = programs_ + "/" + arguments.front();
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const std::string log_file = folder_ / "log";
  const passwd* const nobody = ::geteuid() == 0 ? ::getpwnam("nobody") : nullptr;
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (nobody != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 ||
                            ::setuid(nobody->pw_uid) != 0)) {
    ::_exit(126);
  }
  // Not outlived by its server when the test program is killed.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int out = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (::getppid() != parent || ::chdir(folder_.path().c_str()) != 0 || out < 0) ::_exit(126);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execv(program.c_str(), pointers.data());
  ::_exit(127);
}

std::string PostgresServer::log() const {
  const auto text = readFile(folder_ / "log", 1 << 20);
  return text ? *text : text.error().message;
}

}  // namespace db
