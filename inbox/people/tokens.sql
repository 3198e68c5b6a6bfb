-- name: create
-- Shown once; only its digest is kept.
INSERT INTO vigie.api_tokens (brand_id, token_id, token_hash, name, rights, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: find
-- A token lives as long as the member who made it works for the brand, and can never do more than they can.
SELECT t.token_id, t.name, t.rights, t.created_by, t.last_used_at, ms.role, m.locale
FROM vigie.api_tokens t
JOIN vigie.members m ON m.member_id = t.created_by
JOIN vigie.memberships ms ON ms.brand_id = t.brand_id AND ms.member_id = t.created_by
WHERE t.brand_id = $1 AND t.token_hash = $2 AND t.revoked_at IS NULL AND m.deactivated_at IS NULL

-- name: standing
-- Which of these tokens may still see this brand: the live stream asks for all its viewers at once.
SELECT t.token_hash, t.rights, ms.role
FROM vigie.api_tokens t
JOIN vigie.members m ON m.member_id = t.created_by
JOIN vigie.memberships ms ON ms.brand_id = t.brand_id AND ms.member_id = t.created_by
WHERE t.brand_id = $1 AND t.token_hash = ANY($2::bytea[]) AND t.revoked_at IS NULL AND m.deactivated_at IS NULL

-- name: used
-- Written at most once a minute.
UPDATE vigie.api_tokens SET last_used_at = $3 WHERE brand_id = $1 AND token_id = $2

-- name: revoke
-- Dead from the next request on.
UPDATE vigie.api_tokens SET revoked_at = $3 WHERE brand_id = $1 AND token_id = $2 AND revoked_at IS NULL

-- name: of_brand
-- For the settings page.
SELECT token_id, name, rights, created_by, created_at, last_used_at, revoked_at FROM vigie.api_tokens
WHERE brand_id = $1 ORDER BY created_at DESC, token_id
