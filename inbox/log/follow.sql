-- name: behind
-- Brands whose log has moved past this follower. The only query that looks at all brands: two narrow tables, by key.
SELECT h.brand_id, h.last_position, coalesce(c.position, 0) AS position
FROM vigie.heads h LEFT JOIN vigie.checkpoints c ON c.brand_id = h.brand_id AND c.follower = $1
WHERE h.last_position > coalesce(c.position, 0)

-- name: begin
-- A follower's first sight of a brand.
INSERT INTO vigie.checkpoints (brand_id, follower) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: lease
-- A brand is taken for a while; whoever holds it renews, others wait until it runs out.
INSERT INTO vigie.leases (brand_id, follower, holder, expires_at)
VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
ON CONFLICT (brand_id, follower) DO UPDATE SET holder = $3, expires_at = clock_timestamp() + make_interval(secs => $4)
WHERE vigie.leases.holder = $3 OR vigie.leases.expires_at < clock_timestamp()
RETURNING holder

-- name: release
-- Leaving cleanly lets the next process take over at once.
DELETE FROM vigie.leases WHERE brand_id = $1 AND follower = $2 AND holder = $3

-- name: checkpoint
-- Where the follower stands.
SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = $2

-- name: hold
-- Where it stands, and stands still until our transaction ends.
SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = $2 FOR NO KEY UPDATE

-- name: skip
-- Up to the next event that the follower wants, or to the head, by compare-and-set. False: that was all there is.
WITH stand AS (
  SELECT c.position AS was, h.last_position AS head, coalesce(
    (SELECT e.position - 1 FROM vigie.events e
     WHERE e.brand_id = $1 AND e.position > c.position AND e.position <= c.position + $4 AND e.type = ANY($3::text[])
     ORDER BY e.position LIMIT 1),
    least(h.last_position, c.position + $4)) AS upto
  FROM vigie.checkpoints c JOIN vigie.heads h USING (brand_id) WHERE c.brand_id = $1 AND c.follower = $2),
moved AS (
  UPDATE vigie.checkpoints c SET position = stand.upto FROM stand
  WHERE c.brand_id = $1 AND c.follower = $2 AND c.position = stand.was AND stand.upto > stand.was)
SELECT upto < head FROM stand

-- name: advance
-- Moves on from exactly where we stood: of two that try, one changes nothing and knows it.
UPDATE vigie.checkpoints SET position = $4 WHERE brand_id = $1 AND follower = $2 AND position = $3

-- name: rewind
-- For a rebuild: the follower reads the log again from the start.
UPDATE vigie.checkpoints SET position = 0 WHERE brand_id = $1 AND follower = $2

-- name: set_aside
-- An event this follower cannot digest: kept visible, the brand goes on.
INSERT INTO vigie.set_aside (brand_id, follower, position, reason, at) VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (brand_id, follower, position) DO UPDATE SET reason = $4, at = clock_timestamp()

-- name: brands_set_aside
-- For the settings page.
SELECT follower, position, reason, at FROM vigie.set_aside WHERE brand_id = $1 ORDER BY position
