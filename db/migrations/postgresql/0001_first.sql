-- What SQLite's schema is with its migration 5. Names are ordered by their bytes, as there.

-- Each row is one whole configuration document, private keys sealed; the newest is in force.
CREATE TABLE config_versions (
  number BIGINT PRIMARY KEY,
  time_us BIGINT NOT NULL,
  author TEXT NOT NULL,
  comment TEXT NOT NULL,
  changes TEXT NOT NULL,   -- JSON list of sentences, against the version before
  document TEXT NOT NULL
);

CREATE TABLE users (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'viewer', 'auditor')),
  password TEXT NOT NULL,  -- "scrypt$N$r$p$salt$hash"
  disabled BIGINT NOT NULL DEFAULT 0,
  must_change_password BIGINT NOT NULL DEFAULT 0,
  failed_logins BIGINT NOT NULL DEFAULT 0,
  locked_until_us BIGINT NOT NULL DEFAULT 0,
  last_login_us BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE traffic_minutes (
  minute BIGINT NOT NULL,  -- minutes since 1970
  site TEXT COLLATE "C" NOT NULL,
  requests BIGINT NOT NULL,
  blocked BIGINT NOT NULL,
  detected BIGINT NOT NULL,
  client_errors BIGINT NOT NULL,
  server_errors BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  bytes_in BIGINT NOT NULL,
  bytes_out BIGINT NOT NULL,
  PRIMARY KEY (minute, site)
);

-- Who did what to the gateway; each row carries the keyed digest (HMAC-SHA-256) of all before it.
CREATE TABLE admin_log (
  number BIGINT PRIMARY KEY,
  time_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  origin TEXT NOT NULL,    -- address, or empty for the control socket
  action TEXT NOT NULL,    -- "PUT /sites/shop"
  outcome TEXT NOT NULL,   -- status of the answer
  previous TEXT NOT NULL,  -- hash of the row before, hexadecimal
  hash TEXT NOT NULL
);

-- What retention removed from it: the number and hash of the last row that is gone, signed. At most
-- one row; none: nothing was removed.
CREATE TABLE admin_log_start (
  number BIGINT NOT NULL,
  hash TEXT NOT NULL,
  mac TEXT NOT NULL
);

-- The last number that it gave: what is cut off at its end shows by it.
CREATE TABLE admin_log_given (
  number BIGINT NOT NULL
);
INSERT INTO admin_log_given VALUES (0);
