-- name: stop
-- Nothing leaves any more; what is being sent at this moment ends.
INSERT INTO vigie.outbound_stops (brand_id, since, reason) VALUES ($1, $2, $3) ON CONFLICT (brand_id) DO NOTHING

-- name: go
-- What waits is due.
DELETE FROM vigie.outbound_stops WHERE brand_id = $1

-- name: of_brand
-- Whether, since when and why it says nothing.
SELECT since, reason FROM vigie.outbound_stops WHERE brand_id = $1
