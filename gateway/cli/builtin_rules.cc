#include "gateway/cli/builtin_rules.h"

#include <cstdlib>
#include <filesystem>

namespace gateway::cli {

std::string findBuiltinRules() {
  namespace fs = std::filesystem;
  std::error_code code;
  if (const char* chosen = std::getenv("PORTCULLIS_RULES"); chosen != nullptr && *chosen != '\0')
    return chosen;
  if (fs::is_directory("/usr/share/portcullis/rules", code)) return "/usr/share/portcullis/rules";
  const fs::path binary = fs::read_symlink("/proc/self/exe", code);
  if (code) return {};
  const fs::path beside =
      binary.parent_path().parent_path().parent_path() / "rules";  // build/release/portcullis
  return fs::is_directory(beside, code) ? beside.string() : std::string();
}

}  // namespace gateway::cli
