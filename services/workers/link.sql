-- name: hold
-- A reference whose message is not known yet. Read again after a rewind, it is already there.
INSERT INTO vigie.held (brand_id, channel_id, refers_to, position) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: waiting
-- The references that wait for these messages, oldest first; by primary key.
SELECT h.channel_id, h.refers_to, h.position
FROM unnest($2::text[], $3::text[]) AS m (channel_id, refers_to)
JOIN vigie.held h ON h.brand_id = $1 AND h.channel_id = m.channel_id AND h.refers_to = m.refers_to
ORDER BY h.position

-- name: release
-- It waits no more.
DELETE FROM vigie.held WHERE brand_id = $1 AND channel_id = $2 AND refers_to = $3 AND position = $4
