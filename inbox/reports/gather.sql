-- name: recorded_at
-- When the event at a position came into the log.
SELECT recorded_at FROM vigie.events WHERE brand_id = $1 AND position = $2

-- name: concerned
-- The items that a report of [$2, $3) must fold, as of position $4: a page of them. What the views say now only names
-- them: turns and messages of the period, whoever waits, and whatever changed since and began before its end.
SELECT item_id FROM (
  SELECT item_id FROM vigie.turns WHERE brand_id = $1 AND started_at >= $2 AND started_at < $3
  UNION
  SELECT item_id FROM vigie.messages WHERE brand_id = $1 AND received_at >= $2 AND received_at < $3
  UNION
  SELECT item_id FROM vigie.turns WHERE brand_id = $1 AND started_at < $3 AND (ended_at IS NULL OR ended_at >= $2)
  UNION
  SELECT i.item_id FROM vigie.items i WHERE i.brand_id = $1 AND i.position > $4 AND EXISTS (
    SELECT FROM vigie.turns t WHERE t.brand_id = i.brand_id AND t.item_id = i.item_id AND t.started_at < $3)) c
WHERE item_id > $5 ORDER BY item_id LIMIT $6

-- name: checkpoint
-- How far the views have come, from which those items are named.
SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'project'

-- name: forgettings
-- Where authors asked to be forgotten: their items fold as before, without the words.
SELECT position, v, body FROM vigie.events WHERE brand_id = $1 AND type = 'AuthorForgotten' AND position <= $2
ORDER BY position
