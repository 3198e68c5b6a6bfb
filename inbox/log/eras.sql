-- name: begin
-- From here on the positions of this brand are given anew. Where nothing came since the last time, that era never was.
INSERT INTO vigie.eras (brand_id, position, era, began_at)
SELECT brand_id, last_position, $2, $3 FROM vigie.heads WHERE brand_id = $1
ON CONFLICT (brand_id, position) DO UPDATE SET era = excluded.era, began_at = excluded.began_at

-- name: of_brand
-- A row a restore: few in a life.
SELECT position, era FROM vigie.eras WHERE brand_id = $1 ORDER BY position
