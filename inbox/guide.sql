-- name: heard
-- Whether anybody has written to the brand yet.
SELECT EXISTS (SELECT 1 FROM vigie.items WHERE brand_id = $1 AND status <> 'unheard')

-- name: arrived
-- One item as the queue shows it, once the views have it.
SELECT card FROM vigie.items WHERE brand_id = $1 AND item_id = $2 AND status <> 'unheard'

-- name: latest
-- The item that changed last: what came from a network, when somebody wrote there to try it.
SELECT card FROM vigie.items WHERE brand_id = $1 AND status <> 'unheard' ORDER BY position DESC LIMIT 1
