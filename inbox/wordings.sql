-- name: of_brand
-- All of a brand's wordings, or one: a few hundred at most, each with how often it was used.
SELECT w.wording_id, w.version, w.draft, w.approved_by, w.approved_at, w.changed_by, w.changed_at,
  (SELECT count(*) FROM vigie.wording_uses u WHERE u.brand_id = w.brand_id AND u.wording_id = w.wording_id) AS used
FROM vigie.wordings w WHERE w.brand_id = $1 AND ($2::uuid IS NULL OR w.wording_id = $2)

-- name: add
-- NULL where the brand has as many as it may.
INSERT INTO vigie.wordings (brand_id, wording_id, version, draft, approved_by, approved_at, changed_by, changed_at)
SELECT h.brand_id, $2, 1, $3, $4, $5, $6, $7 FROM vigie.heads h
WHERE h.brand_id = $1 AND (SELECT count(*) FROM vigie.wordings w WHERE w.brand_id = $1) < $8
RETURNING wording_id

-- name: for_change
-- One changes it at a time.
SELECT version, draft, approved_by, approved_at FROM vigie.wordings WHERE brand_id = $1 AND wording_id = $2 FOR UPDATE

-- name: change
-- The row is held by `for_change`.
UPDATE vigie.wordings SET version = version + 1, draft = $3, approved_by = $4, approved_at = $5, changed_by = $6,
  changed_at = $7
WHERE brand_id = $1 AND wording_id = $2

-- name: remove
-- Its uses stay: they are facts.
DELETE FROM vigie.wordings WHERE brand_id = $1 AND wording_id = $2

-- name: count_uses
-- Replies that were written with a wording. Read again after a rewind, they are there already.
INSERT INTO vigie.wording_uses (brand_id, wording_id, reply_id, item_id, at)
SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[]) ON CONFLICT DO NOTHING

-- name: in_waves
-- Which wordings the members of waves were answered with, and how often.
SELECT u.wording_id, count(*) AS uses FROM vigie.wording_uses u
WHERE u.brand_id = $1 AND u.item_id IN (
  SELECT m.item_id FROM vigie.wave_members m WHERE m.brand_id = $1 AND m.wave_id = ANY ($2::uuid[]))
GROUP BY u.wording_id
