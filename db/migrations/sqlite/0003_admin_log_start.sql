-- What retention removed from the log of administrative acts: the number and hash of the last row
-- that is gone, signed with the installation's key. At most one row; none: nothing was removed.
-- From here on admin_log.hash is keyed (HMAC-SHA-256).
CREATE TABLE admin_log_start (
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  mac TEXT NOT NULL
);
