-- name: due
-- What was hinted at and is to be fetched now.
SELECT brand_id, channel_id, what, ref, thread_id, hinted, attempts FROM vigie.hints
WHERE due_at <= $1 ORDER BY due_at LIMIT $2

-- name: done
-- Fetched, or given up; unless it was hinted at again meanwhile.
DELETE FROM vigie.hints WHERE brand_id = $1 AND channel_id = $2 AND what = $3 AND ref = $4 AND hinted = $5

-- name: put_off
-- Tried again later.
UPDATE vigie.hints SET attempts = attempts + 1, due_at = $5
WHERE brand_id = $1 AND channel_id = $2 AND what = $3 AND ref = $4
