-- name: create
-- Shown once; only its digest is kept.
INSERT INTO vigie.wall_links (brand_id, link_id, token_hash, name, lang, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: find
-- A link lives as long as whoever made it works for the brand.
SELECT l.link_id, l.lang, l.made_by, l.seen_at FROM vigie.wall_links l
JOIN vigie.members m ON m.member_id = l.made_by
JOIN vigie.memberships ms ON ms.brand_id = l.brand_id AND ms.member_id = l.made_by
WHERE l.brand_id = $1 AND l.token_hash = $2 AND l.revoked_at IS NULL AND m.deactivated_at IS NULL
  AND ms.role IN ('owner', 'lead')

-- name: standing
-- Which of these still stand: the live stream asks for all its screens at once.
SELECT l.token_hash FROM vigie.wall_links l
JOIN vigie.members m ON m.member_id = l.made_by
JOIN vigie.memberships ms ON ms.brand_id = l.brand_id AND ms.member_id = l.made_by
WHERE l.brand_id = $1 AND l.token_hash = ANY($2::bytea[]) AND l.revoked_at IS NULL AND m.deactivated_at IS NULL
  AND ms.role IN ('owner', 'lead')

-- name: seen
-- Written at most once in five minutes.
UPDATE vigie.wall_links SET seen_at = $3 WHERE brand_id = $1 AND link_id = $2

-- name: revoke
-- Dead from the next request on.
UPDATE vigie.wall_links SET revoked_at = $3 WHERE brand_id = $1 AND link_id = $2 AND revoked_at IS NULL

-- name: of_brand
-- For the page of links.
SELECT link_id, name, lang, made_by, made_at, seen_at, revoked_at FROM vigie.wall_links
WHERE brand_id = $1 ORDER BY made_at DESC, link_id
