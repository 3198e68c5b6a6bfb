-- name: hint
-- There is something that a look brings: it is due at once, unless looks fail and wait.
INSERT INTO vigie.sweeps AS s (brand_id, channel_id, due_at, nudged_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET
  nudged_at = $3, due_at = CASE WHEN s.failures = 0 THEN least(s.due_at, $3) ELSE s.due_at END

-- name: ask
-- Somebody wants to know: it is due at once, also where the last looks failed. An account that its network told to wait
-- still waits.
INSERT INTO vigie.sweeps AS s (brand_id, channel_id, due_at, nudged_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET nudged_at = $3, due_at = least(s.due_at, $3)

-- name: last
-- When a look last succeeded.
SELECT swept_at FROM vigie.sweeps WHERE brand_id = $1 AND channel_id = $2
