-- name: make
-- The one table. `wrapped` is the row's own key, `sealed` the request; `aside` says why nobody can read it.
CREATE TABLE IF NOT EXISTS deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id TEXT NOT NULL,
  received_at REAL NOT NULL,
  wrapped BLOB NOT NULL,
  sealed BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  aside TEXT
) STRICT

-- name: put
-- At the end of the line.
INSERT INTO deliveries (channel_id, received_at, wrapped, sealed) VALUES (?, ?, ?, ?)

-- name: next
-- The oldest that wait, in the order in which they were acknowledged.
SELECT number, channel_id, received_at, wrapped, sealed FROM deliveries WHERE aside IS NULL ORDER BY number LIMIT ?

-- name: remove
-- It is in the log.
DELETE FROM deliveries WHERE number = ?

-- name: tried
-- The log did not take it, and the database was not to blame.
UPDATE deliveries SET attempts = attempts + 1, aside = CASE WHEN attempts + 1 >= ? THEN ? END WHERE number = ?

-- name: again
-- Those set aside get another chance: one of them, or without a number all.
UPDATE deliveries SET attempts = 0, aside = NULL WHERE aside IS NOT NULL AND (?1 IS NULL OR number = ?1)

-- name: set_aside
-- The oldest of them, without what they say.
SELECT number, channel_id, received_at, aside FROM deliveries WHERE aside IS NOT NULL ORDER BY number LIMIT ?

-- name: channels_aside
-- Whose they are.
SELECT DISTINCT channel_id FROM deliveries WHERE aside IS NOT NULL

-- name: expire
-- Those of a channel that are older.
DELETE FROM deliveries WHERE aside IS NOT NULL AND channel_id = ? AND received_at < ?

-- name: keys
-- What the master key wrapped, a page behind `number`.
SELECT number, channel_id, received_at, wrapped FROM deliveries WHERE number > ? ORDER BY number LIMIT ?

-- name: put_key
-- Only as it was read.
UPDATE deliveries SET wrapped = ? WHERE number = ? AND wrapped = ?

-- name: waiting
-- The same of each channel.
SELECT channel_id, count(*), min(received_at) FROM deliveries WHERE aside IS NULL GROUP BY channel_id

-- name: measure
-- What waits, since when, and what was set aside.
SELECT count(*) - count(aside), min(received_at) FILTER (WHERE aside IS NULL), count(aside) FROM deliveries
