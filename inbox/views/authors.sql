-- name: items
-- What one author said on one channel, what changed last first.
SELECT item_id, position, state FROM vigie.items
WHERE brand_id = $1 AND channel_id = $2 AND item_id = ANY($3::uuid[]) AND position < $4 AND status <> 'unheard'
ORDER BY position DESC LIMIT $5

-- name: speeds
-- How fast we were with them, all turns that were stopped in time or late; seconds, the middle one.
SELECT count(*) AS turns,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - started_at)) AS acknowledged_s,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM responded_at - started_at)) AS responded_s
FROM vigie.turns WHERE brand_id = $1 AND channel_id = $2 AND item_id = ANY($3::uuid[])
