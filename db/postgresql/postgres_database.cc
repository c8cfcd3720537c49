#include "db/postgresql/postgres_database.h"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>

#include "db/postgresql/postgres_error.h"

namespace db {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;
using waf::ErrorCode;

}  // namespace

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::open(const std::string& url,
                                                                 Mode mode) {
  static std::once_flag registered;
  std::call_once(registered, [] { Poco::Data::PostgreSQL::Connector::registerConnector(); });

  Result<PostgresUrl> parsed = parsePostgresUrl(url);
  if (!parsed) return waf::fail(parsed.error());
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(std::move(*parsed), mode));
  try {
    database->session_ = std::make_unique<Session>(Poco::Data::PostgreSQL::Connector::KEY,
                                                   database->url_.connection);
  } catch (const Poco::Exception& e) {
    return postgresError(database->url_.shown, e, false);
  }
  const Result<void> prepared = database->prepareSession();
  if (!prepared) return waf::fail(prepared.error());
  return database;
}

Result<void> PostgresDatabase::prepareSession() {
  prepared_ = false;
  const Result<void> prepared = guard([](Session& session) -> Result<void> {
    session << "SET lock_timeout = 5000", now;
    // Nothing that is asked here takes long; the administration waits for no longer.
    session << "SET statement_timeout = 10000", now;
    // So that the server lets go of a client whose machine is gone, and of its lock with it. They
    // have no effect on a socket in a folder.
    session << "SET tcp_keepalives_idle = 10", now;
    session << "SET tcp_keepalives_interval = 5", now;
    session << "SET tcp_keepalives_count = 3", now;
    // Notices would go to standard error, past our log.
    session << "SET client_min_messages = error", now;
    return {};
  });
  if (!prepared) return prepared;
  const Result<void> owned = mode_ == Mode::Owner ? own() : Result<void>();
  prepared_ = owned.has_value();
  return owned;
}

Result<void> PostgresDatabase::own() {
  const Result<void> owned = guard([](Session& session) -> Result<void> {
    // The connection of a process that has just ended may live a little longer than it.
    session << "SET lock_timeout = 2000", now;
    std::string ignored;
    session << "SELECT pg_advisory_lock(hashtext('portcullis'), "
               "hashtext(COALESCE(current_schema(), '')))",
        into(ignored), now;
    session << "SET lock_timeout = 5000", now;
    return {};
  });
  if (!owned && owned.error().code == ErrorCode::Unavailable &&
      owned.error().message.find("is locked") != std::string::npos) {
    return waf::fail(ErrorCode::Conflict, "db",
                     url_.shown +
                         ": another portcullis owns this database; stop it first or use another "
                         "database, or another schema of it");
  }
  return owned;
}

bool PostgresDatabase::answers() {
  try {
    int ignored = 0;
    *session_ << "SELECT 1", into(ignored), now;
    return true;
  } catch (const Poco::Exception&) {
    return false;  // the server was started anew, or was out of reach for a while
  }
}

Result<void> PostgresDatabase::connect() {
  if (!answers()) {
    prepared_ = false;
    // Not Session::reconnect(): Poco does not free a connection that is broken.
    Poco::Data::PostgreSQL::SessionHandle* const handle =
        Poco::Data::PostgreSQL::Utility::handle(*session_);
    if (!handle->reset()) {
      return postgresError(url_.shown, Poco::Exception("the connection broke"), false);
    }
  }
  // A connection that works is not yet ours to use: the lock went with the one before it.
  return prepared_ ? Result<void>() : prepareSession();
}

Result<void> PostgresDatabase::run(const Work& work) {
  const std::lock_guard lock(mutex_);
  const Result<void> connected = connect();
  return connected ? guard(work) : connected;
}

Result<void> PostgresDatabase::transact(const Work& work) {
  const std::lock_guard lock(mutex_);
  const Result<void> connected = connect();
  if (!connected) return connected;
  // Statements of our own, not Session::begin(): Poco's note of an open transaction outlives a
  // connection that breaks in it.
  return guard([&](Session& session) -> Result<void> {
    session << "BEGIN", now;
    try {
      const Result<void> done = work(session);
      session << (done ? "COMMIT" : "ROLLBACK"), now;
      return done;
    } catch (...) {
      try {
        session << "ROLLBACK", now;
        // Of statements that failed Poco could not free their names.
        session << "DEALLOCATE ALL", now;
      } catch (const Poco::Exception&) {
        // The first failure counts; what is wrong with the connection shows at its next use.
      }
      throw;
    }
  });
}

Result<void> PostgresDatabase::guard(const Work& work) {
  try {
    return work(*session_);
  } catch (const Poco::Exception& e) {
    return postgresError(url_.shown, e, session_->isConnected());
  } catch (const std::exception& e) {
    return waf::fail(ErrorCode::Internal, "db", url_.shown + ": " + e.what());
  }
}

Result<int> PostgresDatabase::schemaVersion() {
  int version = 0;
  const Result<void> read = run([&version](Session& session) -> Result<void> {
    int tables = 0;
    session << "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND "
               "tablename = 'portcullis_schema'",
        into(tables), now;
    if (tables == 0) return {};
    session << "SELECT number FROM portcullis_schema", into(version), now;
    return {};
  });
  if (!read) return waf::fail(read.error());
  return version;
}

void PostgresDatabase::setSchemaVersion(Session& session, int number) {
  session << "CREATE TABLE IF NOT EXISTS portcullis_schema (number BIGINT NOT NULL)", now;
  session << "DELETE FROM portcullis_schema", now;
  session << "INSERT INTO portcullis_schema VALUES ($1)", bind(static_cast<int64_t>(number)), now;
}

}  // namespace db
