-- name: wanted
-- Channels that can be listened to, and where each left off.
SELECT c.brand_id, c.channel_id, l.cursor, coalesce(l.failures, 0) AS failures
FROM vigie.channels c
LEFT JOIN vigie.listening l ON l.brand_id = c.brand_id AND l.channel_id = c.channel_id
WHERE c.disabled_at IS NULL AND c.network = ANY ($1) AND (l.due_at IS NULL OR l.due_at <= $2)
  AND NOT c.channel_id = ANY ($3::text[])
ORDER BY l.due_at NULLS FIRST LIMIT $4

-- name: opened
-- A connection stands. What failed before stays on record until this one has held for a while.
INSERT INTO vigie.listening AS l (brand_id, channel_id, due_at, open_since, heard_at) VALUES ($1, $2, $4, $3, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET due_at = $4, open_since = $3, heard_at = $3

-- name: heard
-- How far we have heard, after it is on disk; a sign of life in any case, which keeps others away until $5. One that
-- has stood since $7 is a good one.
UPDATE vigie.listening AS l SET
  cursor = coalesce($3, l.cursor), heard_at = $4, due_at = $5, gaps = l.gaps + $6::boolean::integer,
  last_gap_at = CASE WHEN $6 THEN $4 ELSE l.last_gap_at END,
  failures = CASE WHEN l.open_since <= $7 THEN 0 ELSE l.failures END,
  last_failure = CASE WHEN l.open_since <= $7 THEN NULL ELSE l.last_failure END
WHERE brand_id = $1 AND channel_id = $2 AND l.open_since IS NOT NULL

-- name: closed
-- Nothing is open any more. The next attempt comes at $3; $4 is why, NULL where nothing failed.
INSERT INTO vigie.listening AS l (brand_id, channel_id, due_at, last_failure, failures, cursor)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET
  due_at = $3, open_since = NULL, last_failure = $4, failures = $5, cursor = coalesce($6, l.cursor)
