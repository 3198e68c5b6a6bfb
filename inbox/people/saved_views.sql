-- name: of_member
-- The team's and their own, as the rail shows them.
SELECT view_id, owner, shared, name, icon, view, q, deleted_at FROM vigie.saved_views
WHERE brand_id = $1 AND (owner = $2 OR shared) AND (deleted_at IS NULL OR (deleted_at > $3 AND owner = $2))
ORDER BY deleted_at IS NOT NULL, place, created_at, view_id

-- name: one
-- For whoever may see it; held, since it is about to be changed.
SELECT owner, shared FROM vigie.saved_views WHERE brand_id = $1 AND view_id = $2 AND (owner = $3 OR shared) FOR UPDATE

-- name: how_many
-- So that nobody keeps more than a rail can show.
SELECT count(*) FROM vigie.saved_views WHERE brand_id = $1 AND owner = $2 AND deleted_at IS NULL

-- name: insert
-- Below all others.
INSERT INTO vigie.saved_views (brand_id, view_id, owner, shared, name, icon, view, q, place, created_at)
SELECT h.brand_id, $2, $3, $4, $5, $6, $7, $8,
  coalesce((SELECT max(v.place) FROM vigie.saved_views v WHERE v.brand_id = $1), 0) + 1, $9
FROM vigie.heads h WHERE h.brand_id = $1

-- name: change
-- What it is called, how it is drawn, and who sees it.
UPDATE vigie.saved_views SET name = $3, icon = $4, shared = $5 WHERE brand_id = $1 AND view_id = $2

-- name: set_deleted
-- Kept a while, so that it can be brought back: NULL brings it back.
UPDATE vigie.saved_views SET deleted_at = $3 WHERE brand_id = $1 AND view_id = $2

-- name: purge
-- What nobody brought back in time.
DELETE FROM vigie.saved_views WHERE brand_id = $1 AND deleted_at < $2

-- name: set_places
-- The order as somebody left it.
UPDATE vigie.saved_views s SET place = o.place
FROM unnest($2::uuid[]) WITH ORDINALITY AS o(view_id, place) WHERE s.brand_id = $1 AND s.view_id = o.view_id

-- name: keys
-- Keys that a member gave to acts.
SELECT keys::text FROM vigie.member_keys WHERE brand_id = $1 AND member_id = $2

-- name: set_keys
-- All of them at once: whether two acts share a key is known only together.
INSERT INTO vigie.member_keys (brand_id, member_id, keys) VALUES ($1, $2, $3::text::jsonb)
ON CONFLICT (brand_id, member_id) DO UPDATE SET keys = excluded.keys
