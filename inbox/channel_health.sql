-- name: note
-- What a process counted since it last wrote, all channels of a brand at once.
INSERT INTO vigie.channel_health AS h
  (brand_id, channel_id, last_delivery_at, deliveries, messages, failures, last_failure_at, last_failure)
SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::text[])
ON CONFLICT (brand_id, channel_id) DO UPDATE SET
  last_delivery_at = greatest(h.last_delivery_at, excluded.last_delivery_at),
  deliveries = h.deliveries + excluded.deliveries,
  messages = h.messages + excluded.messages,
  failures = h.failures + excluded.failures,
  last_failure_at = greatest(h.last_failure_at, excluded.last_failure_at),
  last_failure = coalesce(excluded.last_failure, h.last_failure)

-- name: hours
-- What the hours brought, for the habit of each channel.
INSERT INTO vigie.channel_hours AS h (brand_id, channel_id, hour, messages)
SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::integer[])
ON CONFLICT (brand_id, channel_id, hour) DO UPDATE SET messages = h.messages + excluded.messages
