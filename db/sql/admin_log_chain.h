#pragma once

#include <Poco/Data/Session.h>

#include <string>

#include "db/secrets/secret_box.h"
#include "db/store/store.h"

namespace db {

// A place in the chain of administrative acts: a row and its hash, which stands for all before it.
struct ChainMark {
  int64_t number = 0;
  std::string hash;
};

// The digests of table admin_log. Keyed (HMAC under the installation's key, which is not in the
// database): who has the database file alone can change rows, but not so that the chain holds.
// Methods throw what Poco throws.
class AdminLogChain {
 public:
  explicit AdminLogChain(const SecretBox& box) : box_(box) {}

  std::string digest(const std::string& previous, const AdminAct& act) const;

  // Behind what retention removed; number 0 at the true beginning. `*fault` is set when it is not
  // signed.
  ChainMark start(Poco::Data::Session& session, std::string* fault) const;
  void setStart(Poco::Data::Session& session, const ChainMark& mark) const;

  // Checks at most `limit` rows behind `*at`, which moves on; how many there were. At the first one
  // that does not follow `*fault` is set.
  size_t check(Poco::Data::Session& session, ChainMark* at, int64_t limit,
               std::string* fault) const;
  // The last row; `start` when there is none.
  static ChainMark last(Poco::Data::Session& session, const ChainMark& start);
  // The row's hash, "" when there is none.
  static std::string hashOf(Poco::Data::Session& session, int64_t number);

  // Version 0.1 wrote the chain without a key: when it holds it is written anew with one.
  bool adopt(Poco::Data::Session& session) const;

  // "number hash mac" of a mark that is kept outside of the database.
  std::string toText(const ChainMark& mark) const;
  bool parse(std::string_view text, ChainMark* out) const;

 private:
  std::string sign(const ChainMark& mark, const char* kind) const;

  const SecretBox& box_;
};

}  // namespace db
