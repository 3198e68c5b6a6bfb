-- name: unsealed
-- Brands whose log has gone on since the notary was there; spans brands, a poll.
SELECT h.brand_id FROM vigie.heads h
WHERE h.last_position > coalesce(
  (SELECT s.upto FROM vigie.seals s WHERE s.brand_id = h.brand_id ORDER BY s.since DESC LIMIT 1), 0)

-- name: last_seal
-- Where the next stretch begins, and what it is chained to.
SELECT since, upto, marks, digest FROM vigie.seals WHERE brand_id = $1 ORDER BY since DESC LIMIT 1

-- name: seals
-- The notary's rows in order, a page at a time.
SELECT since, upto, marks, digest FROM vigie.seals WHERE brand_id = $1 AND since > $2 ORDER BY since LIMIT $3

-- name: stretch
-- Events whole, as they lie there; bounded, since a table that was tampered with may hold anything.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND position BETWEEN $2 AND $3 ORDER BY position

-- name: seal
-- Of two notaries that seal at once the first has it; the other looks again.
INSERT INTO vigie.seals (brand_id, since, upto, marks, digest, sealed_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp()) ON CONFLICT (brand_id, since) DO NOTHING RETURNING since

-- name: seal_upto
-- What was sealed up to exactly there: what a witness from elsewhere is held against.
SELECT digest FROM vigie.seals WHERE brand_id = $1 AND upto = $2

-- name: beyond
-- The first event beyond the log's own end, if somebody put one there.
SELECT min(e.position) FROM vigie.events e WHERE e.brand_id = $1 AND e.position > $2
