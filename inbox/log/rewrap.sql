-- name: brands
-- All of them, one after the other: an operator's command.
SELECT brand_id FROM vigie.heads ORDER BY brand_id

-- name: subject_keys
-- Of authors, a page behind `$2`.
SELECT subject_id AS id, wrapped_key AS secret FROM vigie.subject_keys
WHERE brand_id = $1 AND ($2::uuid IS NULL OR subject_id > $2) ORDER BY subject_id LIMIT $3

-- name: put_subject_key
-- Only as it was read: a key that was destroyed meanwhile does not come back.
UPDATE vigie.subject_keys SET wrapped_key = $4 WHERE brand_id = $1 AND subject_id = $2 AND wrapped_key = $3

-- name: delivery_keys
-- Of days.
SELECT day AS id, wrapped_key AS secret FROM vigie.delivery_keys
WHERE brand_id = $1 AND ($2::date IS NULL OR day > $2) ORDER BY day LIMIT $3

-- name: put_delivery_key
-- Only as it was read.
UPDATE vigie.delivery_keys SET wrapped_key = $4 WHERE brand_id = $1 AND day = $2 AND wrapped_key = $3

-- name: channels
-- Their secrets, which no author owns.
SELECT channel_id AS id, secrets AS secret FROM vigie.channels
WHERE brand_id = $1 AND ($2::text IS NULL OR channel_id > $2) ORDER BY channel_id LIMIT $3

-- name: put_channel
-- Only as it was read: a secret that was changed meanwhile is the new one.
UPDATE vigie.channels SET secrets = $4 WHERE brand_id = $1 AND channel_id = $2 AND secrets = $3

-- name: subscriptions
-- What signs webhooks out.
SELECT subscription_id AS id, secrets AS secret FROM vigie.subscriptions
WHERE brand_id = $1 AND ($2::text IS NULL OR subscription_id > $2) ORDER BY subscription_id LIMIT $3

-- name: put_subscription
-- Only as it was read.
UPDATE vigie.subscriptions SET secrets = $4 WHERE brand_id = $1 AND subscription_id = $2 AND secrets = $3

-- name: translators
-- The key of whom the brand has translate: one a brand, so that its page is the only one.
SELECT 0 AS id, secret FROM vigie.translators
WHERE brand_id = $1 AND secret IS NOT NULL AND $2::int IS NULL LIMIT $3

-- name: put_translator
-- Only as it was read.
UPDATE vigie.translators SET secret = $4 WHERE brand_id = $1 AND $2::int = 0 AND secret = $3

-- name: push_devices
-- Where members' own devices are reached, and the keys that open what is sent there: of no brand.
SELECT device_id AS id, endpoint_hash, sealed AS secret FROM vigie.push_devices
WHERE $1::uuid IS NULL OR device_id > $1 ORDER BY device_id LIMIT $2

-- name: put_push_device
-- Only as it was read.
UPDATE vigie.push_devices SET sealed = $3 WHERE device_id = $1 AND sealed = $2
