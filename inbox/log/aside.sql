-- name: of_brand
-- What followers could not digest, the latest first: for the settings page.
SELECT follower, position, reason, at, asked_at IS NOT NULL AS asked FROM vigie.set_aside
WHERE brand_id = $1 ORDER BY at DESC, position DESC LIMIT $2

-- name: ask
-- Somebody wants it handled again.
UPDATE vigie.set_aside SET asked_at = $4 WHERE brand_id = $1 AND follower = $2 AND position = $3 RETURNING position

-- name: asked
-- What the workers are to handle again, of whichever brand: a handful, by an index of just those.
SELECT brand_id, follower, position FROM vigie.set_aside WHERE asked_at IS NOT NULL ORDER BY asked_at LIMIT $1

-- name: hold
-- One process at a time, and not while the follower itself is at work on the brand.
SELECT s.position FROM vigie.set_aside s JOIN vigie.checkpoints c USING (brand_id, follower)
WHERE s.brand_id = $1 AND s.follower = $2 AND s.position = $3 AND s.asked_at IS NOT NULL FOR UPDATE SKIP LOCKED

-- name: handled
-- It is no longer missing anywhere.
DELETE FROM vigie.set_aside WHERE brand_id = $1 AND follower = $2 AND position = $3

-- name: failed
-- Again not: it stays, with the reason of this time, until somebody asks once more.
UPDATE vigie.set_aside SET asked_at = NULL, reason = $4, at = statement_timestamp()
WHERE brand_id = $1 AND follower = $2 AND position = $3
