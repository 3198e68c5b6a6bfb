-- name: append
-- One round trip for a batch: see vigie.append in the migrations.
SELECT ord, pos FROM vigie.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

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

-- name: ensure_delivery_key
-- One key a brand and day: it expires with the day's raw deliveries.
INSERT INTO vigie.delivery_keys (brand_id, day, wrapped_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: delivery_key
-- The day's key, for writing and reading.
SELECT wrapped_key FROM vigie.delivery_keys WHERE brand_id = $1 AND day = $2

-- name: store_deliveries
-- Raw bodies, in the commit that is acknowledged. The same body again is already there.
INSERT INTO vigie.deliveries
  (brand_id, delivery_id, channel_id, received_at, day, body, content_type, outcome, reason, messages, headers)
SELECT $1, * FROM unnest(
  $2::uuid[], $3::text[], $4::timestamptz[], $5::date[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::int[],
  $11::bytea[])
ON CONFLICT DO NOTHING

-- name: read
-- A page of the log: complete up to its last position, for ever.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND position > $2 ORDER BY position LIMIT $3

-- name: read_stream
-- All that happened to one item (or channel), in order.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = $2 AND position > $3 ORDER BY position

-- name: by_dedupe
-- Which events these keys already have: how an item is found by the message that an edit or an echo names.
SELECT dedupe, position, stream_id, subject_id FROM vigie.events WHERE brand_id = $1 AND dedupe = ANY($2::uuid[])

-- name: policies
-- Every policy the brand ever had, in order: the fold needs the one in force at each position.
SELECT position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed FROM vigie.events
WHERE brand_id = $1 AND stream_id = 'policy' ORDER BY position

-- name: head
-- The newest position.
SELECT last_position FROM vigie.heads WHERE brand_id = $1

-- name: open_head
-- A brand's log begins.
INSERT INTO vigie.heads (brand_id) VALUES ($1) ON CONFLICT DO NOTHING

-- name: streams_of_subject
-- The items of an author who asks to be forgotten.
SELECT DISTINCT stream_id FROM vigie.events WHERE brand_id = $1 AND subject_id = $2
