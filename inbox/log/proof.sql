-- name: subject_keys
-- One of the first and one of the last author's: enough to tell a master key from another.
(SELECT brand_id, subject_id AS id, wrapped_key AS secret FROM vigie.subject_keys
 ORDER BY brand_id, subject_id LIMIT 1)
UNION ALL
(SELECT brand_id, subject_id AS id, wrapped_key AS secret FROM vigie.subject_keys
 ORDER BY brand_id DESC, subject_id DESC LIMIT 1)

-- name: delivery_keys
-- One of the first and one of the last day's.
(SELECT brand_id, day AS id, wrapped_key AS secret FROM vigie.delivery_keys ORDER BY brand_id, day LIMIT 1)
UNION ALL
(SELECT brand_id, day AS id, wrapped_key AS secret FROM vigie.delivery_keys ORDER BY brand_id DESC, day DESC LIMIT 1)

-- name: channels
-- Their secrets.
(SELECT brand_id, channel_id AS id, secrets AS secret FROM vigie.channels ORDER BY brand_id, channel_id LIMIT 1)
UNION ALL
(SELECT brand_id, channel_id AS id, secrets AS secret FROM vigie.channels
 ORDER BY brand_id DESC, channel_id DESC LIMIT 1)
