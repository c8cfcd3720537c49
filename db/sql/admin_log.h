#pragma once

#include <mutex>
#include <optional>

#include "db/sql/admin_log_chain.h"
#include "db/sql/database.h"
#include "db/store/store.h"

namespace db {

// Table admin_log: the newest 100,000 acts. The chain is keyed; where it begins is signed in the
// database, where it ends is signed in a file beside it (<data_dir>/admin-log.head), so that rows
// which are gone show at either end. Borrows the database and the key from the store that owns
// them; any thread.
class SqlAdminLog final : public AdminLog {
 public:
  static constexpr int64_t kKept = 100000;

  SqlAdminLog(Database& database, const SecretBox& box, std::string head_path,
              const waf::Clock& clock, int64_t kept = kKept)
      : database_(database),
        chain_(box),
        head_path_(std::move(head_path)),
        clock_(clock),
        kept_(kept) {}

  // Where no end is kept yet (a first start, an older version, a restored backup) takes over what
  // is there, if it holds.
  Result<void> open();

  Result<void> record(const AdminAct& act) override;
  Result<std::vector<AdminAct>> list(int64_t before, size_t limit) override;
  Result<std::string> verify(Depth depth) override;

 private:
  using Session = Poco::Data::Session;

  // What the file says; false when it is missing or not ours.
  bool readHead(ChainMark* out) const;
  Result<void> writeHead(const ChainMark& mark) const;
  void removeOld(Session& session, const ChainMark& start, int64_t newest);
  std::string checkEnds(Session& session, ChainMark* start);

  Database& database_;
  const AdminLogChain chain_;
  const std::string head_path_;
  const waf::Clock& clock_;
  const int64_t kept_;
  std::mutex mutex_;                   // record() and verify(), one at a time
  std::optional<ChainMark> verified_;  // up to here
  ChainMark sweep_;                    // what was verified is looked at again from here on
};

}  // namespace db
