-- name: tell_all
-- What waits by now is no news to a device that is new.
INSERT INTO vigie.push_told (brand_id, member_id, item_id, priority, at)
SELECT i.brand_id, $2, i.item_id, i.priority, $3 FROM vigie.items i WHERE i.brand_id = $1 AND i.status = 'open'
ON CONFLICT (brand_id, member_id, item_id) DO NOTHING

-- name: claim
-- The member's turn, for one process, once their rest is over.
INSERT INTO vigie.push_turns (brand_id, member_id, rests_until) VALUES ($1, $2, $4)
ON CONFLICT (brand_id, member_id) DO UPDATE SET rests_until = $4 WHERE push_turns.rests_until <= $3
RETURNING true

-- name: rests_until
-- When nothing was claimed: how long they rest.
SELECT rests_until FROM vigie.push_turns WHERE brand_id = $1 AND member_id = $2

-- name: rest
-- How long, now that it is known what is said.
UPDATE vigie.push_turns SET rests_until = $3 WHERE brand_id = $1 AND member_id = $2

-- name: over
-- Who took charge of an item may let go of it: then it is news again.
DELETE FROM vigie.push_told t WHERE t.brand_id = $1 AND t.member_id = $2 AND NOT EXISTS (
  SELECT FROM vigie.items i WHERE i.brand_id = $1 AND i.item_id = t.item_id AND i.status = 'open')

-- name: take
-- What nobody took charge of and the member was not told of, or only when it mattered less: told from here on.
INSERT INTO vigie.push_told AS told (brand_id, member_id, item_id, priority, at)
SELECT i.brand_id, $2, i.item_id, i.priority, $4 FROM vigie.items i
WHERE i.brand_id = $1 AND i.status = 'open' AND i.priority = ANY ($3::smallint[]) AND NOT EXISTS (
  SELECT FROM vigie.push_told t
  WHERE t.brand_id = $1 AND t.member_id = $2 AND t.item_id = i.item_id AND t.priority <= i.priority)
ON CONFLICT (brand_id, member_id, item_id) DO UPDATE SET priority = excluded.priority, at = excluded.at
RETURNING told.item_id

-- name: items
-- Where they stand; of a single one also what its row says.
SELECT i.item_id, i.priority, i.channel_id, i.position, CASE WHEN $3 THEN i.card END AS card
FROM vigie.items i WHERE i.brand_id = $1 AND i.item_id = ANY ($2::uuid[]) ORDER BY i.priority, i.suspected, i.rank_due_at

-- name: channels
-- Their names.
SELECT channel_id, name FROM vigie.channels WHERE brand_id = $1

-- name: came
-- Something came: the brand is looked at in a moment, or when it would have been anyway.
INSERT INTO vigie.push_due (brand_id, due_at) VALUES ($1, $2)
ON CONFLICT (brand_id) DO UPDATE SET due_at = least(push_due.due_at, excluded.due_at)

-- name: due
-- Brands to look at; a row of each that has news.
SELECT brand_id, due_at FROM vigie.push_due ORDER BY due_at LIMIT 500

-- name: begin
-- Looked at; what comes from here on is a look of its own.
DELETE FROM vigie.push_due WHERE brand_id = $1 AND due_at <= $2 RETURNING true

-- name: urgent
-- Urgent items of which nobody who acts knows: no device of who was to be told took a message then or later, and none of
-- them was here since its author was last heard.
SELECT count(*) FROM vigie.items i
WHERE i.brand_id = $1 AND i.status = 'open' AND i.priority <= $2 AND i.heard_at <= $3 AND NOT EXISTS (
  SELECT FROM vigie.memberships ms JOIN vigie.sessions s USING (member_id)
  WHERE ms.brand_id = $1 AND ms.role <> 'observer' AND s.last_seen_at >= i.heard_at
) AND NOT EXISTS (
  SELECT FROM vigie.push_told t JOIN vigie.memberships ms USING (brand_id, member_id)
  JOIN vigie.push_devices d USING (member_id)
  WHERE t.brand_id = $1 AND t.item_id = i.item_id AND ms.role <> 'observer' AND d.last_sent_at >= t.at)
