-- name: keep
-- The network confirms what we asked for.
INSERT INTO vigie.terms (brand_id, channel_id, what, ref, ends_at, asked_at, renews)
VALUES ($1, $2, $3, $4, $5, NULL, true)
ON CONFLICT (brand_id, channel_id, what, ref) DO UPDATE SET ends_at = $5, asked_at = NULL
