-- name: cards
-- The rows behind a figure, in the order of the ids given.
SELECT i.card
FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (item_id, place)
JOIN vigie.items i ON i.brand_id = $1 AND i.item_id = wanted.item_id
ORDER BY wanted.place
