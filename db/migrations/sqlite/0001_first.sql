-- Each row is one whole configuration document, private keys sealed; the newest is in force.
CREATE TABLE config_versions (
  number INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  author TEXT NOT NULL,
  comment TEXT NOT NULL,
  changes TEXT NOT NULL,   -- JSON list of sentences, against the version before
  document TEXT NOT NULL
);

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
  password TEXT NOT NULL,  -- "scrypt$N$r$p$salt$hash"
  disabled INTEGER NOT NULL DEFAULT 0,
  must_change_password INTEGER NOT NULL DEFAULT 0,
  failed_logins INTEGER NOT NULL DEFAULT 0,
  locked_until_us INTEGER NOT NULL DEFAULT 0,
  last_login_us INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE traffic_minutes (
  minute INTEGER NOT NULL,  -- minutes since 1970
  site TEXT NOT NULL,
  requests INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  detected INTEGER NOT NULL,
  client_errors INTEGER NOT NULL,
  server_errors INTEGER NOT NULL,
  cache_hits INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  PRIMARY KEY (minute, site)
) WITHOUT ROWID;
