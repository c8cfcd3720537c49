#include <nlohmann/json.hpp>

#include "db/backup/backup.h"
#include "db/store/file.h"
#include "db/store/store.h"
#include "gateway/cli/command.h"
#include "gateway/cli/output.h"

namespace gateway::cli {
namespace {

constexpr size_t kMaxPassphraseFile = 4096;

// The first line of the file; "" without the option.
waf::Result<std::string> readPassphrase(const Call& call) {
  if (!call.has("--passphrase-file")) return std::string();
  const std::string path = call.value("--passphrase-file");
  waf::Result<std::string> content = db::readFile(path, kMaxPassphraseFile);
  if (!content) return content;
  content->resize(std::min(content->find_first_of("\r\n"), content->size()));
  if (content->empty()) {
    return waf::fail(waf::ErrorCode::Invalid, "cli", path + ": its first line is empty");
  }
  return content;
}

void print(const db::StagedRestore& staged, std::ostream& out) {
  out << "the backup holds configuration version " << staged.config_version << ", " << staged.users
      << " users and " << staged.events << " events\n";
  if (staged.changes.empty()) out << "the configuration would stay as it is\n";
  for (const std::string& change : staged.changes) out << "  " << forTerminal(change) << '\n';
}

// A backup is a copy of the data directory; half of one would be restored as if it were whole.
bool allInDataDirectory(Call& call) {
  const std::string data_dir = call.dataDir();
  const auto database = call.database(data_dir);
  if (!database) {
    call.fail(database.error().message);
    return false;
  }
  if (db::isInDataDirectory(*database)) return true;
  call.fail("the configuration is in " + db::shownDatabase(data_dir, *database) +
            ", which a backup does not hold: copy the database with pg_dump and " + data_dir +
            " (secret.key, rulesets, events) as files, both or neither");
  return false;
}

}  // namespace

int backup(Call& call) {
  if (!allInDataDirectory(call)) return kFailed;
  const auto passphrase = readPassphrase(call);
  if (!passphrase) return call.fail(passphrase.error().message);
  const auto done =
      db::writeBackup(call.dataDir(), call.arguments[0], {*passphrase, !call.has("--no-events")});
  if (!done) return call.fail(done.error().message);
  if (call.json()) {
    call.out << nlohmann::json{{"files", done->files}, {"bytes", done->bytes}} << '\n';
  } else {
    call.out << done->files << " files, " << done->bytes << " bytes, "
             << (passphrase->empty() ? "in clear: whoever reads the file has the private keys"
                                     : "encrypted")
             << '\n';
  }
  return kOk;
}

int restore(Call& call) {
  if (!allInDataDirectory(call)) return kFailed;
  const auto passphrase = readPassphrase(call);
  if (!passphrase) return call.fail(passphrase.error().message);
  const waf::Clock& clock = waf::Clock::system();
  const auto staged = db::stageRestore(call.arguments[0], *passphrase, call.dataDir(), clock);
  if (!staged) return call.fail(staged.error().message);
  nlohmann::json answer = {{"config_version", staged->config_version},
                           {"users", staged->users},
                           {"events", staged->events},
                           {"changes", staged->changes},
                           {"restored", false}};
  if (!call.json()) print(*staged, call.out);
  if (call.has("--yes")) {
    const auto before = db::commitRestore(*staged, call.dataDir(), clock);
    if (!before) {
      db::discardRestore(*staged);
      return call.fail(before.error().message);
    }
    answer["restored"] = true;
    answer["before"] = *before;
    if (!call.json()) call.out << "restored; what was there is in " << *before << '\n';
  } else {
    db::discardRestore(*staged);
    if (!call.json()) call.out << "nothing was changed; --yes puts it in place\n";
  }
  if (call.json()) call.out << answer << '\n';
  return kOk;
}

}  // namespace gateway::cli
