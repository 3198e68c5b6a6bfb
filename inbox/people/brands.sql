-- name: create_organisation
-- The agency or company that runs Vigie.
INSERT INTO vigie.organisations (org_id, name, created_at) VALUES ($1, $2, $3)

-- name: organisation_named
-- The oldest of that name.
SELECT org_id FROM vigie.organisations WHERE name = $1 ORDER BY created_at, org_id LIMIT 1

-- name: create
-- A tenant.
INSERT INTO vigie.brands (brand_id, org_id, name, zone, created_at) VALUES ($1, $2, $3, $4, $5)

-- name: open_log
-- Its log begins, at position 0.
INSERT INTO vigie.heads (brand_id) VALUES ($1)

-- name: get
-- One brand.
SELECT brand_id, org_id, name, zone, created_at FROM vigie.brands WHERE brand_id = $1

-- name: named
-- The brands of a member, for the switch at the top of the screen.
SELECT brand_id, org_id, name, zone, created_at FROM vigie.brands WHERE brand_id = ANY($1::bigint[]) ORDER BY name, brand_id

-- name: everyone
-- All brands of this installation, the oldest first: for the command line, whose operator may see them.
SELECT brand_id, org_id, name, zone, created_at FROM vigie.brands ORDER BY created_at, brand_id

-- name: change
-- Name and time zone.
UPDATE vigie.brands SET name = $2, zone = $3 WHERE brand_id = $1
