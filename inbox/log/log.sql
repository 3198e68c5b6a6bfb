-- name: append
-- One round trip for a batch: see vigie.append in the migrations.
SELECT head, known FROM vigie.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: take
-- The same with raw deliveries in front: see vigie.take in the migrations.
SELECT head, known FROM vigie.take(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
  $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)

-- name: keys_at_an_epoch
-- What an append may remember: keys, and how many of the brand's were destroyed by then. No row: no such brand.
SELECT h.key_epoch, k.subject_id, k.wrapped_key FROM vigie.heads h
LEFT JOIN vigie.subject_keys k ON k.brand_id = h.brand_id AND k.subject_id = ANY($2::uuid[])
WHERE h.brand_id = $1

-- name: ensure_subject_keys
-- Keys of authors never heard before; of two processes that hear one at once, the first to commit wins.
INSERT INTO vigie.subject_keys (brand_id, subject_id, wrapped_key)
SELECT $1, * FROM unnest($2::uuid[], $3::bytea[])
ON CONFLICT DO NOTHING RETURNING subject_id, wrapped_key

-- name: subject_keys_for_writing
-- Locked against destruction until the words sealed under them are committed.
SELECT subject_id, wrapped_key FROM vigie.subject_keys
WHERE brand_id = $1 AND subject_id = ANY($2::uuid[]) ORDER BY subject_id FOR KEY SHARE

-- name: subject_keys
-- For reading; a missing row is a forgotten author.
SELECT subject_id, wrapped_key FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = ANY($2::uuid[])

-- name: destroy_subject_key
-- Forgetting: from here on the author's words open nowhere.
DELETE FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = $2

-- name: count_destroyed_key
-- No process may seal with a key of this brand that it remembers from before.
UPDATE vigie.heads SET key_epoch = key_epoch + 1 WHERE brand_id = $1

-- name: ensure_delivery_key
-- One key a brand and day: it expires with the day's raw deliveries.
INSERT INTO vigie.delivery_keys (brand_id, day, wrapped_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: delivery_key
-- The day's key, for writing and reading.
SELECT wrapped_key FROM vigie.delivery_keys WHERE brand_id = $1 AND day = $2

-- name: read
-- A page of the log: complete up to its last position, for ever.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND position > $2 ORDER BY position LIMIT $3

-- name: read_stream
-- All that happened to one item (or channel), in order.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = $2 AND position > $3 ORDER BY position

-- name: read_streams
-- All that happened to some items up to a position, item by item.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY($2::text[]) AND position <= $3 ORDER BY stream_id, position

-- name: read_share
-- A share of all streams, by their names: what a rebuild folds in one go.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id >= $2 AND stream_id < $3 AND position <= $4 ORDER BY stream_id, position

-- name: by_dedupe
-- Which events these keys already have: how an item is found by the message that an edit or an echo names. Key by key,
-- because for a list of them a walk through the whole brand may look cheaper to the planner.
SELECT e.dedupe, e.position, e.stream_id, e.subject_id FROM (SELECT DISTINCT unnest($2::uuid[]) AS key) asked,
LATERAL (
  SELECT dedupe, position, stream_id, subject_id FROM vigie.events
  WHERE brand_id = $1 AND dedupe = asked.key LIMIT 1) e

-- name: policies
-- Every policy the brand ever had, in order: the fold needs the one in force at each position.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = 'policy' ORDER BY position

-- name: head
-- The newest position.
SELECT last_position FROM vigie.heads WHERE brand_id = $1

-- name: streams_of_subject
-- The items of an author who asks to be forgotten.
SELECT DISTINCT stream_id FROM vigie.events WHERE brand_id = $1 AND subject_id = $2
