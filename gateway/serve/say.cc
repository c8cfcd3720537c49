#include "gateway/serve/say.h"

#include <cstdio>
#include <mutex>

namespace gateway {
namespace {

std::mutex mutex;
std::string last_line;

}  // namespace

void say(const std::string& line) {
  const std::scoped_lock lock(mutex);
  std::fprintf(stderr, "portcullis: %s\n", line.c_str());
  std::fflush(stderr);
  last_line = line;
}

std::string lastSaid() {
  const std::scoped_lock lock(mutex);
  return last_line;
}

}  // namespace gateway
