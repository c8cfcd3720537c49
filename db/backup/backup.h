#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/clock.h"
#include "waf/base/result.h"

// A data directory in one file: the database with configuration, users and versions, the secret
// key, the imported rule sets and the event files. Whoever has it (and its passphrase, where one
// was given) has the private keys.
namespace db {

using waf::Result;

struct BackupOptions {
  std::string passphrase;  // "" leaves the file in clear
  bool events = true;
};

struct BackupSummary {
  size_t files = 0;
  uint64_t bytes = 0;  // of the contents
};

// Beside a running daemon too: each database is copied as of one moment. Nothing stands under
// `path` before it is whole.
Result<BackupSummary> writeBackup(const std::string& data_dir, const std::string& path,
                                  const BackupOptions& options);

// What a restore would bring, unpacked beside what is there.
struct StagedRestore {
  std::string folder;
  int64_t config_version = 0;
  uint64_t users = 0;
  uint64_t events = 0;
  std::vector<std::string> changes;  // of the configuration, as a person would say them
};

// Checks the whole file before anything else; the data directory is only added to.
Result<StagedRestore> stageRestore(const std::string& path, const std::string& passphrase,
                                   const std::string& data_dir, const waf::Clock& clock);
void discardRestore(const StagedRestore& staged);
// Puts it in the place of what is there, which is kept in the folder that is returned. Conflict
// while a daemon owns the directory.
Result<std::string> commitRestore(const StagedRestore& staged, const std::string& data_dir,
                                  const waf::Clock& clock);

}  // namespace db
