#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace admin {

struct ArchiveEntry {
  std::string name;
  std::string content;
  uint32_t unix_mode = 0100644;  // zip
  char type = '0';               // tar
  uint32_t claimed_size = 0;     // zip: 0 for the true one
};

// Archives made byte by byte, so that they can be as hostile as a test wants.
std::string makeZip(const std::vector<ArchiveEntry>& entries, bool deflated = false);
std::string makeTar(const std::vector<ArchiveEntry>& entries);
std::string gzip(const std::string& bytes);

}  // namespace admin
