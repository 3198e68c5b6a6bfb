-- name: of_item
-- The item's events whole, as they lie there.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = $2 ORDER BY position

-- name: seals
-- The notary's rows over that stretch of the log.
SELECT since, upto, marks, digest, sealed_at FROM vigie.seals WHERE brand_id = $1 AND upto >= $2 AND since <= $3
ORDER BY since

-- name: of_wave
-- Every item that has a message in the wave, as they were heard of first.
SELECT item_id FROM vigie.wave_members WHERE brand_id = $1 AND wave_id = $2 GROUP BY item_id
ORDER BY min(heard_at), item_id LIMIT $3
