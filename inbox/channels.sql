-- name: add
-- A new channel; its secrets are sealed before they come here.
INSERT INTO vigie.channels (brand_id, channel_id, network, name, account_id, settings, secrets, created_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)

-- name: of_brand
-- All channels of a brand, the disabled too: the settings page, and the hook cache.
SELECT brand_id, channel_id, network, name, account_id, settings, secrets, created_at, disabled_at
FROM vigie.channels WHERE brand_id = $1 ORDER BY created_at, channel_id

-- name: for_change
-- One channel, locked: a change reads what it changes.
SELECT brand_id, channel_id, network, name, account_id, settings, secrets, created_at, disabled_at
FROM vigie.channels WHERE brand_id = $1 AND channel_id = $2 FOR UPDATE

-- name: change
-- Everything that may change of a channel.
UPDATE vigie.channels SET name = $3, account_id = $4, settings = $5::jsonb, secrets = $6, disabled_at = $7
WHERE brand_id = $1 AND channel_id = $2

-- name: of_organisation
-- One app of a network serves many accounts of an organisation's brands. Cached for seconds: a few a minute, never one a hook.
SELECT c.brand_id, c.channel_id, c.network, c.name, c.account_id, c.settings, c.secrets, c.created_at, c.disabled_at
FROM vigie.brands mine
JOIN vigie.brands b ON b.org_id = mine.org_id
JOIN vigie.channels c ON c.brand_id = b.brand_id
WHERE mine.brand_id = $1 AND c.disabled_at IS NULL ORDER BY c.created_at, c.channel_id

-- name: health
-- The settings page: each channel of a brand with its figures; the quarantine is counted by its partial index.
SELECT c.channel_id, h.last_delivery_at, coalesce(h.deliveries, 0) AS deliveries, coalesce(h.messages, 0) AS messages,
  coalesce(h.failures, 0) AS failures, h.last_failure_at, h.last_failure, coalesce(q.quarantined, 0) AS quarantined,
  s.swept_at, coalesce(s.found, 0) AS found_by_sweep, coalesce(s.gaps, 0) AS gaps, s.last_gap_at,
  s.last_failure AS sweep_failure
FROM vigie.channels c
LEFT JOIN vigie.channel_health h ON h.brand_id = c.brand_id AND h.channel_id = c.channel_id
LEFT JOIN vigie.sweeps s ON s.brand_id = c.brand_id AND s.channel_id = c.channel_id
LEFT JOIN (
  SELECT channel_id, count(*) AS quarantined FROM vigie.deliveries
  WHERE brand_id = $1 AND outcome = 'quarantined' GROUP BY channel_id
) q ON q.channel_id = c.channel_id
WHERE c.brand_id = $1

-- name: quarantined
-- A page of the quarantine, newest first; the key of the last row seen leads to the next page.
SELECT delivery_id, channel_id, received_at, content_type, reason, messages FROM vigie.deliveries
WHERE brand_id = $1 AND outcome = 'quarantined' AND ($2::timestamptz IS NULL OR received_at < $2)
ORDER BY received_at DESC LIMIT $3

-- name: delivery
-- One raw delivery, sealed.
SELECT delivery_id, channel_id, received_at, day, body, content_type, outcome, reason, messages, headers
FROM vigie.deliveries WHERE brand_id = $1 AND delivery_id = $2

-- name: settle_delivery
-- What reading a delivery again made of it. What was read once stays read.
UPDATE vigie.deliveries SET outcome = $3, reason = $4, messages = greatest(messages, $5)
WHERE brand_id = $1 AND delivery_id = $2
