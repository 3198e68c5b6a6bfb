-- name: hold
-- One at a time looks for waves of a brand. The token says whether what a process remembers of it is still true.
SELECT token FROM vigie.wave_windows WHERE brand_id = $1 FOR UPDATE

-- name: open
-- The first look at a brand.
INSERT INTO vigie.wave_windows (brand_id, token) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: mark
-- A change of the prints: who remembers another token reads them anew.
UPDATE vigie.wave_windows SET token = $2 WHERE brand_id = $1

-- name: prints
-- All prints of the window, for a process that takes the brand over.
SELECT item_id, external_id, version, author, heard_at, lang, signature, embedding, wave_id, alike, similarity, joined
FROM vigie.wave_prints WHERE brand_id = $1 AND heard_at > $2 ORDER BY heard_at DESC LIMIT $3

-- name: write
-- New prints, and those that joined a wave.
INSERT INTO vigie.wave_prints (
  brand_id, item_id, external_id, version, author, heard_at, lang, signature, embedding, wave_id, alike, similarity,
  joined)
SELECT $1, * FROM unnest(
  $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[], $8::bytea[], $9::bytea[], $10::uuid[],
  $11::text[], $12::float8[], $13::boolean[])
ON CONFLICT (brand_id, item_id, external_id) DO UPDATE SET
  version = excluded.version, heard_at = excluded.heard_at, lang = excluded.lang, signature = excluded.signature,
  embedding = excluded.embedding, wave_id = excluded.wave_id, alike = excluded.alike,
  similarity = excluded.similarity, joined = excluded.joined

-- name: delete
-- Words that were withdrawn or edited, and the oldest where there are too many.
DELETE FROM vigie.wave_prints p USING unnest($2::uuid[], $3::text[]) AS gone(item_id, external_id)
WHERE p.brand_id = $1 AND p.item_id = gone.item_id AND p.external_id = gone.external_id

-- name: expire
-- A print lives for a day.
DELETE FROM vigie.wave_prints WHERE brand_id = $1 AND heard_at <= $2

-- name: brands
-- Who has a window: where prints may have to expire although nobody speaks any more.
SELECT brand_id FROM vigie.wave_windows
