-- name: of_brand
-- Promises by how they stand ($2: open, broken or kept), of one member or of all, since $4: what is due first comes first,
-- what ended last comes first.
SELECT t.item_id, t.promise_until, t.promise_kept_at, coalesce(i.assignee, t.acknowledged_by) AS whose, i.card
FROM vigie.turns t JOIN vigie.items i ON i.brand_id = t.brand_id AND i.item_id = t.item_id
WHERE t.brand_id = $1 AND t.promise_until >= $4 AND ($3::bigint IS NULL OR coalesce(i.assignee, t.acknowledged_by) = $3)
  AND CASE $2
    WHEN 'kept' THEN t.promise_kept_at IS NOT NULL
    WHEN 'broken' THEN t.promise_broken OR (t.promise_until < $5 AND t.promise_kept_at IS NULL
      AND coalesce(t.ended_as NOT IN ('withdrawn', 'closed'), true))
    ELSE t.promise_until >= $5 AND t.promise_kept_at IS NULL AND NOT t.promise_broken
      AND coalesce(t.ended_as NOT IN ('withdrawn', 'closed'), true)
  END
ORDER BY CASE WHEN $2 = 'open' THEN t.promise_until END, t.promise_until DESC, t.item_id LIMIT $6

-- name: counts
-- How many promises that run are each member's to keep: those who hold the item, else those who took charge.
SELECT coalesce(i.assignee, t.acknowledged_by) AS member, count(*) AS promised FROM vigie.turns t JOIN vigie.items i ON i.brand_id = t.brand_id AND i.item_id = t.item_id
WHERE t.brand_id = $1 AND t.promise_until >= $3 AND t.promise_kept_at IS NULL AND NOT t.promise_broken
  AND coalesce(t.ended_as NOT IN ('withdrawn', 'closed'), true) AND coalesce(i.assignee, t.acknowledged_by) = ANY ($2::bigint[])
GROUP BY 1
