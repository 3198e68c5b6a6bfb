-- name: aged
-- Authors with a key of whom nothing was written down since; key by key, each one step down the subjects' index.
SELECT k.subject_id FROM vigie.subject_keys k
WHERE k.brand_id = $1 AND k.subject_id > $2 AND NOT EXISTS (
  SELECT FROM vigie.events e WHERE e.brand_id = $1 AND e.subject_id = k.subject_id AND e.recorded_at >= $3)
ORDER BY k.subject_id LIMIT $4

-- name: count_aged
-- How many these would be, as far as anybody wants to know.
SELECT count(*) FROM (SELECT FROM vigie.subject_keys k
  WHERE k.brand_id = $1 AND NOT EXISTS (
    SELECT FROM vigie.events e WHERE e.brand_id = $1 AND e.subject_id = k.subject_id AND e.recorded_at >= $2)
  LIMIT $3) found

-- name: count_raw
-- Raw deliveries of the days before.
SELECT count(*) FROM (SELECT FROM vigie.deliveries d WHERE d.brand_id = $1 AND d.day < $2 LIMIT $3) found

-- name: destroy_day_keys
-- From here on the raw deliveries of those days open nowhere, in no backup of the log either.
DELETE FROM vigie.delivery_keys WHERE brand_id = $1 AND day < $2

-- name: drop_raw
-- And their bytes, a bounded number at once.
DELETE FROM vigie.deliveries WHERE brand_id = $1 AND delivery_id = ANY (ARRAY(
  SELECT d.delivery_id FROM vigie.deliveries d WHERE d.brand_id = $1 AND d.day < $2 LIMIT $3))
