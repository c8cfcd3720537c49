#pragma once

#include <sys/resource.h>

#include <fstream>
#include <iterator>
#include <string>

namespace waf {

// How often this thread has touched a page for the first time.
inline long pageFaults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

inline bool largePagesAreToBeHad() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  const std::string said(std::istreambuf_iterator<char>(file), {});
  return said.find("[madvise]") != std::string::npos || said.find("[always]") != std::string::npos;
}

}  // namespace waf
