-- The role that may lift the masks of events. A CHECK cannot be changed in place.
CREATE TABLE users_next (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'viewer', 'auditor')),
  password TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  must_change_password INTEGER NOT NULL DEFAULT 0,
  failed_logins INTEGER NOT NULL DEFAULT 0,
  locked_until_us INTEGER NOT NULL DEFAULT 0,
  last_login_us INTEGER NOT NULL DEFAULT 0
);
INSERT INTO users_next SELECT id, name, role, password, disabled, must_change_password,
  failed_logins, locked_until_us, last_login_us FROM users;
DROP TABLE users;
ALTER TABLE users_next RENAME TO users;
