-- name: held
-- What a member holds: items whose author waits, and those with a promise that runs; the most urgent first.
SELECT i.item_id, i.state, i.card, EXISTS (
  SELECT FROM vigie.proposals p WHERE p.brand_id = i.brand_id AND p.item_id = i.item_id) AS proposed
FROM vigie.items i
WHERE i.brand_id = $1 AND i.assignee = $2 AND (i.status IN ('open', 'acknowledged') OR i.item_id IN (
  SELECT t.item_id FROM vigie.turns t
  WHERE t.brand_id = $1 AND t.promise_until >= $3 AND t.promise_kept_at IS NULL AND NOT t.promise_broken
    AND coalesce(t.ended_as NOT IN ('withdrawn', 'closed'), true)))
ORDER BY i.priority, i.suspected, i.rank_due_at, i.item_id LIMIT $4

-- name: done
-- How many turns a member acknowledged and answered since a time; of turns that began in the week before it, too.
SELECT count(*) FILTER (WHERE acknowledged_by = $2 AND acknowledged_at >= $3) AS acknowledged,
  count(*) FILTER (WHERE responded_by = $2 AND responded_at >= $3) AS answered
FROM vigie.turns WHERE brand_id = $1 AND started_at >= $3 - interval '7 days'

-- name: cards
-- Items as they stand now, by their ids.
SELECT item_id, state, card FROM vigie.items WHERE brand_id = $1 AND item_id = ANY ($2::uuid[]) AND status <> 'unheard'
