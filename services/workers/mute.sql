-- name: whose
-- The author of each item, as the key that seals their words: the latest message names it.
SELECT DISTINCT ON (stream_id) stream_id, subject_id FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY ($2::text[]) AND type = 'MessageReceived' AND subject_id IS NOT NULL
ORDER BY stream_id, position DESC

-- name: items_of
-- All items of an author, down the index of their key.
SELECT DISTINCT stream_id FROM vigie.events WHERE brand_id = $1 AND subject_id = $2 AND type = 'MessageReceived'

-- name: muted
-- Which of these authors are muted, and by which decision.
SELECT subject_id, item_id, position, by, at FROM vigie.muted_authors
WHERE brand_id = $1 AND subject_id = ANY ($2::uuid[])

-- name: mute
-- A later decision takes the place of an earlier one.
INSERT INTO vigie.muted_authors (brand_id, subject_id, item_id, position, by, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (brand_id, subject_id) DO UPDATE SET
  item_id = excluded.item_id, position = excluded.position, by = excluded.by, at = excluded.at

-- name: unmute
-- They are heard again.
DELETE FROM vigie.muted_authors WHERE brand_id = $1 AND subject_id = $2
