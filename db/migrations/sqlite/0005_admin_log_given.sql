-- The last number that the log of administrative acts gave: what is cut off at its end shows by it.
-- Until here sqlite_sequence told it, which other databases do not have.
CREATE TABLE admin_log_given (
  number INTEGER NOT NULL
);
INSERT INTO admin_log_given
  SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'admin_log';
