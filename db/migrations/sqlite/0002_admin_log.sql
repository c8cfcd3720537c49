-- Who did what to the gateway; each row carries the digest of all before it, so that a row that was
-- changed, removed or put in breaks the chain.
CREATE TABLE admin_log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT remembers the last one given
  time_us INTEGER NOT NULL,
  actor TEXT NOT NULL,
  origin TEXT NOT NULL,   -- address, or empty for the control socket
  action TEXT NOT NULL,   -- "PUT /sites/shop"
  outcome TEXT NOT NULL,  -- status of the answer
  previous TEXT NOT NULL, -- hash of the row before, hexadecimal
  hash TEXT NOT NULL      -- SHA-256 of previous and all else, hexadecimal
);
