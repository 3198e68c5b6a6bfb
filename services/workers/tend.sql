-- name: due
-- Channels with something that runs out, and whose time to be looked after has come; new ones first.
SELECT c.brand_id, c.channel_id
FROM vigie.channels c
LEFT JOIN vigie.tending t ON t.brand_id = c.brand_id AND t.channel_id = c.channel_id
WHERE c.disabled_at IS NULL AND c.network = ANY ($1) AND (t.due_at IS NULL OR t.due_at <= $2)
ORDER BY t.due_at NULLS FIRST LIMIT $3

-- name: claim
-- Whoever moves the due time on looks after the channel; nobody else is given a row until $3.
INSERT INTO vigie.tending AS t (brand_id, channel_id, due_at) VALUES ($1, $2, $3)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET due_at = $3 WHERE t.due_at <= $4
RETURNING failures

-- name: terms
-- What runs out of one channel.
SELECT what, ref, ends_at, asked_at, renews FROM vigie.terms WHERE brand_id = $1 AND channel_id = $2 ORDER BY what, ref

-- name: keep
-- How it stands. What the network has confirmed since we looked ($7: as we knew it) is not overwritten.
INSERT INTO vigie.terms AS t (brand_id, channel_id, what, ref, ends_at, asked_at, renews)
VALUES ($1, $2, $3, $4, $5, $6, $8)
ON CONFLICT (brand_id, channel_id, what, ref) DO UPDATE SET ends_at = $5, asked_at = $6, renews = $8
WHERE t.ends_at IS NOT DISTINCT FROM $7

-- name: drop
-- What the channel no longer has.
DELETE FROM vigie.terms WHERE brand_id = $1 AND channel_id = $2 AND NOT (what || ' ' || ref) = ANY ($3::text[])

-- name: tended
-- Looked after; again at $3.
INSERT INTO vigie.tending AS t (brand_id, channel_id, due_at, tended_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET due_at = $3, tended_at = $4, failures = 0, last_failure = NULL

-- name: failed
-- It could not be looked after: what there is stays as it is.
INSERT INTO vigie.tending AS t (brand_id, channel_id, due_at, failures, last_failure) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (brand_id, channel_id) DO UPDATE SET due_at = $3, failures = t.failures + 1, last_failure = $4
