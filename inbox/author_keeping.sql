-- name: latest
-- What each of these authors said last, down the index of their keys.
SELECT DISTINCT ON (e.subject_id) e.subject_id, i.item_id, i.card
FROM vigie.events e JOIN vigie.items i ON i.brand_id = e.brand_id AND i.item_id = e.stream_id::uuid
WHERE e.brand_id = $1 AND e.subject_id = ANY ($2::uuid[]) AND e.type = 'MessageReceived' AND i.status <> 'unheard'
ORDER BY e.subject_id, i.position DESC

-- name: of_items
-- Whose items these are.
SELECT item_id, subject_id, card FROM vigie.items
WHERE brand_id = $1 AND item_id = ANY ($2::uuid[]) AND subject_id IS NOT NULL AND status <> 'unheard'
