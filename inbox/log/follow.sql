-- name: follow
-- A turn with a brand in one round trip: see vigie.follow in the migrations.
SELECT * FROM vigie.follow($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: glance
-- Is there anything a choosy follower wants? Writes nothing and opens no transaction. No row: it never saw the brand.
SELECT s.was, s.head, s.since,
  (SELECT e.position FROM vigie.events e
   WHERE e.brand_id = $1 AND e.position > s.since AND e.position <= s.since + $6 AND e.type = ANY ($3::text[])
   ORDER BY e.position LIMIT 1) AS wanted
FROM (
  SELECT c.position AS was, h.last_position AS head,
    CASE WHEN c.position = $4 THEN greatest(c.position, $5) ELSE c.position END AS since
  FROM vigie.checkpoints c JOIN vigie.heads h USING (brand_id) WHERE c.brand_id = $1 AND c.follower = $2) s

-- name: lease
-- For workers whose work is no reading of the log: a brand is taken for a while; whoever holds it renews, others wait
-- until it runs out. One that ends later than a lease can is of before the server's clock was set back: it ran out, too.
-- A lease spares work and proves nothing: what must happen once is protected where it happens.
INSERT INTO vigie.leases (brand_id, follower, holder, expires_at)
VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
ON CONFLICT (brand_id, follower) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE vigie.leases.holder = excluded.holder OR excluded.expires_at - vigie.leases.expires_at > make_interval(secs => $4)
  OR vigie.leases.expires_at - excluded.expires_at > make_interval(secs => $4)
RETURNING holder

-- name: release
-- Leaving cleanly lets the next process take over at once.
DELETE FROM vigie.leases WHERE brand_id = $1 AND follower = $2 AND holder = $3

-- name: advance
-- Moves on from exactly where we stood: of two that try, one changes nothing and knows it.
UPDATE vigie.checkpoints SET position = $4 WHERE brand_id = $1 AND follower = $2 AND position = $3

-- name: set_aside
-- An event this follower cannot digest: kept visible, the brand goes on.
INSERT INTO vigie.set_aside (brand_id, follower, position, reason, at) VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (brand_id, follower, position) DO UPDATE SET reason = excluded.reason, at = excluded.at
