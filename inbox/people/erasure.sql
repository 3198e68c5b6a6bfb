-- name: heard
-- All that is sealed under the author's key: which items it is in, and which deliveries brought it.
SELECT stream_id, type, v, body FROM vigie.events WHERE brand_id = $1 AND subject_id = $2

-- name: drop_deliveries
-- The raw bytes hold their words too. One that could not be read whole stays until its day's key expires.
DELETE FROM vigie.deliveries WHERE brand_id = $1 AND delivery_id = ANY ($2::uuid[]) AND outcome = 'parsed'

-- name: drop_files
-- What was attached to answers to them; the key alone would leave dead bytes.
DELETE FROM vigie.reply_files WHERE brand_id = $1 AND subject_id = $2
