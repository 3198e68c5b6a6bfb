-- name: due
-- Channels of networks that are asked, and whose time has come; those that were never asked first. An account that its
-- network told to wait is left alone, whether a reply heard it or a look.
SELECT c.brand_id, c.channel_id, s.cursor, coalesce(s.failures, 0) AS failures
FROM vigie.channels c
LEFT JOIN vigie.sweeps s ON s.brand_id = c.brand_id AND s.channel_id = c.channel_id
LEFT JOIN vigie.account_waits w ON w.brand_id = c.brand_id AND w.channel_id = c.channel_id AND w.until > $2
WHERE c.disabled_at IS NULL AND c.network = ANY ($1) AND (s.due_at IS NULL OR s.due_at <= $2) AND w.brand_id IS NULL
ORDER BY s.due_at NULLS FIRST LIMIT $3

-- name: looked
-- A look that succeeded: where the next begins, and when; at once, where there was news after this one began.
INSERT INTO vigie.sweeps AS s (brand_id, channel_id, cursor, due_at, swept_at, found, gaps, last_gap_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::boolean::integer, CASE WHEN $7 THEN $5::timestamptz END)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET
  cursor = excluded.cursor, due_at = CASE WHEN s.nudged_at > $5 THEN $5 ELSE excluded.due_at END,
  swept_at = excluded.swept_at, failures = 0, last_failure = NULL, found = s.found + excluded.found, gaps = s.gaps + excluded.gaps,
  last_gap_at = coalesce(excluded.last_gap_at, s.last_gap_at)

-- name: failed
-- A look that brought nothing: the cursor stays, so that nothing is left out.
INSERT INTO vigie.sweeps AS s (brand_id, channel_id, due_at, failures, last_failure) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET
  due_at = excluded.due_at, failures = s.failures + 1, last_failure = excluded.last_failure

-- name: hold
-- The network's word on its account, which replies keep to as well; of two, the later time counts.
INSERT INTO vigie.account_waits (brand_id, channel_id, until) VALUES ($1, $2, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET until = greatest(vigie.account_waits.until, excluded.until)
