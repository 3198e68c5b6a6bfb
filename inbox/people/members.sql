-- name: org_of
-- Members belong to the organisation, and through memberships to its brands.
SELECT org_id FROM vigie.brands WHERE brand_id = $1

-- name: insert
-- Of two that add the same address at once, one gets the row.
INSERT INTO vigie.members (member_id, org_id, email, name, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (email) DO NOTHING RETURNING member_id

-- name: by_email
-- For sign-in, and to find out that somebody is here already.
SELECT member_id, org_id, password_hash, deactivated_at FROM vigie.members WHERE email = $1

-- name: owned_by_email
-- The first brand that this address owns: how the demo finds what it made before.
SELECT ms.brand_id, m.member_id FROM vigie.members m JOIN vigie.memberships ms USING (member_id)
WHERE m.email = $1 AND ms.role = 'owner' AND m.deactivated_at IS NULL ORDER BY ms.added_at, ms.brand_id LIMIT 1

-- name: join
-- One role a brand.
INSERT INTO vigie.memberships (brand_id, member_id, role, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: of_brand
-- Everybody of a brand, for settings and for assigning.
SELECT m.member_id, m.name, m.email, ms.role, m.locale, m.theme, ms.added_at, m.deactivated_at,
  m.password_hash IS NOT NULL AS has_password, ms.langs, ms.teams
FROM vigie.memberships ms JOIN vigie.members m USING (member_id)
WHERE ms.brand_id = $1 ORDER BY lower(m.name), m.member_id

-- name: names
-- Who did it: of the brand's organisation, also those who have left the brand.
SELECT m.member_id, m.name FROM vigie.members m JOIN vigie.brands b USING (org_id)
WHERE b.brand_id = $1 AND m.member_id = ANY($2::bigint[])

-- name: owners
-- Active owners, locked: two owners cannot remove each other at once and leave nobody.
SELECT ms.member_id FROM vigie.memberships ms JOIN vigie.members m USING (member_id)
WHERE ms.brand_id = $1 AND ms.role = 'owner' AND m.deactivated_at IS NULL ORDER BY ms.member_id FOR UPDATE OF ms

-- name: role
-- What one member is in one brand.
SELECT ms.role FROM vigie.memberships ms JOIN vigie.members m USING (member_id)
WHERE ms.brand_id = $1 AND ms.member_id = $2 AND m.deactivated_at IS NULL

-- name: set_role
-- Changes nothing for who is not of the brand.
UPDATE vigie.memberships SET role = $3 WHERE brand_id = $1 AND member_id = $2

-- name: skills
-- What a member speaks and belongs to, before it is changed.
SELECT langs, teams FROM vigie.memberships WHERE brand_id = $1 AND member_id = $2 FOR UPDATE

-- name: set_skills
-- In this brand.
UPDATE vigie.memberships SET langs = $3, teams = $4 WHERE brand_id = $1 AND member_id = $2

-- name: leave
-- Out of one brand.
DELETE FROM vigie.memberships WHERE brand_id = $1 AND member_id = $2

-- name: held
-- What one member is in one brand, deactivated or not; nobody makes them something else meanwhile.
SELECT role FROM vigie.memberships WHERE brand_id = $1 AND member_id = $2 FOR UPDATE

-- name: out_of_reach
-- Brands of the member in which the other one has no say over them: nobody is shut out of a brand, or walked into it
-- as, by who could not do so there. An owner has a say over everybody, a lead over these roles.
SELECT ms.brand_id FROM vigie.memberships ms WHERE ms.member_id = $1 AND NOT EXISTS (
  SELECT 1 FROM vigie.memberships o WHERE o.brand_id = ms.brand_id AND o.member_id = $2
  AND (o.role = 'owner' OR (o.role = 'lead' AND ms.role = ANY($3))))

-- name: deactivate
-- From here on every session and token of theirs is dead: each use joins this row.
UPDATE vigie.members SET deactivated_at = $2 WHERE member_id = $1 AND deactivated_at IS NULL

-- name: reactivate
-- Back again, with the roles they had.
UPDATE vigie.members SET deactivated_at = NULL WHERE member_id = $1

-- name: password_hash
-- To confirm the old password before a new one.
SELECT password_hash FROM vigie.members WHERE member_id = $1

-- name: set_password
-- The hash is argon2id.
UPDATE vigie.members SET password_hash = $2 WHERE member_id = $1

-- name: set_lists
-- How their lists show rows; NULL leaves it as it is.
UPDATE vigie.members SET folds_waves = coalesce($2, folds_waves), compact = coalesce($3, compact) WHERE member_id = $1

-- name: set_preferences
-- Name, language, look, and the zone to read times in.
UPDATE vigie.members SET name = $2, locale = $3, theme = $4, zone = $5 WHERE member_id = $1
