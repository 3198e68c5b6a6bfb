-- name: known
-- What is known of each channel of a brand that is switched on.
SELECT c.channel_id, c.network, h.last_delivery_at, h.last_failure_at, h.last_failure,
  coalesce(s.failures, 0) AS sweep_failures, s.last_failure AS sweep_failure,
  coalesce(l.failures, 0) AS stream_failures, l.last_failure AS stream_failure,
  greatest(s.last_gap_at, l.last_gap_at) AS last_gap_at, coalesce(t.failures, 0) AS tending_failures,
  coalesce(q.quarantined, 0) AS quarantined, coalesce(l.gaps, 0) AS stream_gaps, l.open_since, l.heard_at
FROM vigie.channels c
LEFT JOIN vigie.channel_health h ON h.brand_id = c.brand_id AND h.channel_id = c.channel_id
LEFT JOIN vigie.sweeps s ON s.brand_id = c.brand_id AND s.channel_id = c.channel_id
LEFT JOIN vigie.listening l ON l.brand_id = c.brand_id AND l.channel_id = c.channel_id
LEFT JOIN vigie.tending t ON t.brand_id = c.brand_id AND t.channel_id = c.channel_id
LEFT JOIN (
  SELECT channel_id, count(*) AS quarantined FROM vigie.deliveries
  WHERE brand_id = $1 AND outcome = 'quarantined' GROUP BY channel_id
) q ON q.channel_id = c.channel_id
WHERE c.brand_id = $1 AND c.disabled_at IS NULL

-- name: terms
-- What of each channel of a brand runs out.
SELECT channel_id, what, ref, ends_at, asked_at, renews FROM vigie.terms WHERE brand_id = $1 ORDER BY what, ref

-- name: hours
-- What the hours brought that are held against each other (the last day of each week before $2, and an hour around it,
-- for clocks change), and since when each channel is counted.
SELECT h.channel_id, min(h.hour) AS since,
  coalesce(array_agg(h.hour) FILTER (WHERE w.counts), '{}') AS hours,
  coalesce(array_agg(h.messages) FILTER (WHERE w.counts), '{}') AS messages
FROM vigie.channel_hours h
CROSS JOIN LATERAL (SELECT (extract(epoch FROM $2::timestamptz - h.hour)::bigint + 3600) % 604800 <= 93600 AS counts) w
WHERE h.brand_id = $1 GROUP BY h.channel_id

-- name: brands
-- Who has channels at all. Once a minute.
SELECT DISTINCT brand_id FROM vigie.channels WHERE disabled_at IS NULL ORDER BY brand_id

-- name: forget
-- Hours that are no longer looked at.
DELETE FROM vigie.channel_hours WHERE brand_id = $1 AND hour < $2
