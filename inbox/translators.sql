-- name: of_brand
-- Whom the brand has translate.
SELECT kind, address, secret, enabled FROM vigie.translators WHERE brand_id = $1

-- name: put
-- The one there is, or a new one.
INSERT INTO vigie.translators (brand_id, kind, address, secret, enabled) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (brand_id) DO UPDATE
SET kind = excluded.kind, address = excluded.address, secret = excluded.secret, enabled = excluded.enabled
