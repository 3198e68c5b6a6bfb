-- name: drop_subject_keys
-- Of authors whose words nothing opens any more; as where somebody is forgotten, no process may seal with them either.
DELETE FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = ANY($2::uuid[])

-- name: count_destroyed_keys
-- See `inbox.log.ciphers`.
UPDATE vigie.heads SET key_epoch = key_epoch + 1 WHERE brand_id = $1

-- name: drop_delivery_keys
-- Of days whose raw deliveries nothing opens any more.
DELETE FROM vigie.delivery_keys WHERE brand_id = $1 AND day = ANY($2::date[])

-- name: drop_translator_key
-- The brand's service gets a new one from whoever manages it.
UPDATE vigie.translators SET secret = NULL WHERE brand_id = $1

-- name: drop_push_devices
-- Of no brand: each browser asks its member anew.
DELETE FROM vigie.push_devices WHERE device_id = ANY($1::uuid[])
