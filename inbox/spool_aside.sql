-- name: of_brand
-- What could not be read, the latest first: for the settings page.
SELECT spool_id, number, channel_id, received_at, reason, asked_at IS NOT NULL AS asked FROM vigie.spool_aside
WHERE brand_id = $1 ORDER BY received_at DESC, number DESC LIMIT $2

-- name: missing
-- How much of the brand nobody could handle, of its log and of its deliveries: a handful.
SELECT (SELECT count(*) FROM vigie.set_aside s WHERE s.brand_id = $1)
     + (SELECT count(*) FROM vigie.spool_aside s WHERE s.brand_id = $1)

-- name: ask
-- Somebody wants it tried again.
UPDATE vigie.spool_aside SET asked_at = $4 WHERE brand_id = $1 AND spool_id = $2 AND number = $3 RETURNING number

-- name: of_spool
-- What a host has told of so far: a handful, by an index of that spool.
SELECT brand_id, number, reason, asked_at IS NOT NULL AS asked FROM vigie.spool_aside WHERE spool_id = $1

-- name: put
-- It is set aside there, for this reason.
INSERT INTO vigie.spool_aside (brand_id, spool_id, number, channel_id, received_at, reason)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (brand_id, spool_id, number) DO UPDATE SET reason = excluded.reason, asked_at = NULL

-- name: drop
-- It is not, any more.
DELETE FROM vigie.spool_aside WHERE brand_id = $1 AND spool_id = $2 AND number = $3
