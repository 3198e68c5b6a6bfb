-- name: members_of
-- What is known of the items that a batch of events concerns.
SELECT item_id, external_id, wave_id, joined_at, heard_at, channel_id, author, lang, level, urgency, raised
FROM vigie.wave_members WHERE brand_id = $1 AND item_id = ANY ($2::uuid[])

-- name: told
-- What the log tells of new members from before they joined: when they spoke, how they were read. Open fields only.
SELECT position, stream_id, type, v, subject_id, body FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY ($2::text[]) AND type = ANY ($3::text[]) AND position < $4 ORDER BY position

-- name: write_members
-- A member's row is a function of the events of its item.
INSERT INTO vigie.wave_members (
  brand_id, item_id, external_id, wave_id, joined_at, heard_at, channel_id, author, lang, level, urgency, raised)
SELECT $1, * FROM unnest(
  $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::uuid[], $9::text[],
  $10::smallint[], $11::float8[], $12::smallint[])
ON CONFLICT (brand_id, item_id, external_id) DO UPDATE SET
  heard_at = excluded.heard_at, channel_id = excluded.channel_id, author = excluded.author, lang = excluded.lang,
  level = excluded.level, urgency = excluded.urgency, raised = excluded.raised

-- name: sum_up
-- What the members of these waves come to.
INSERT INTO vigie.waves (
  brand_id, wave_id, first_at, last_at, messages, authors, items, level, urgency, channels, langs)
SELECT brand_id, wave_id, min(heard_at), max(heard_at), count(*), count(DISTINCT author), count(DISTINCT item_id),
  coalesce(max(level), 0), coalesce((array_agg(urgency ORDER BY level DESC NULLS LAST, urgency DESC NULLS LAST))[1], 0),
  array_agg(DISTINCT channel_id), coalesce(array_agg(DISTINCT lang) FILTER (WHERE lang IS NOT NULL), '{}')
FROM vigie.wave_members WHERE brand_id = $1 AND wave_id = ANY ($2::uuid[]) GROUP BY brand_id, wave_id
ON CONFLICT (brand_id, wave_id) DO UPDATE SET
  first_at = excluded.first_at, last_at = excluded.last_at, messages = excluded.messages, authors = excluded.authors,
  items = excluded.items, level = excluded.level, urgency = excluded.urgency, channels = excluded.channels,
  langs = excluded.langs

-- name: lower
-- Items that rank below the top of their wave, for the rule to say which of them rise.
SELECT w.wave_id, w.level AS top, w.urgency, m.item_id, max(m.level) AS own, max(m.raised) AS raised
FROM vigie.waves w JOIN vigie.wave_members m ON m.brand_id = w.brand_id AND m.wave_id = w.wave_id
WHERE w.brand_id = $1 AND w.wave_id = ANY ($2::uuid[])
GROUP BY w.wave_id, w.level, w.urgency, m.item_id
HAVING greatest(coalesce(max(m.level), 0), max(m.raised)) < w.level LIMIT $3

-- name: alive
-- The waves heard of lately: the most urgent first, then what grew most in the last hour.
SELECT w.*, (SELECT count(*) FROM vigie.wave_members m
  WHERE m.brand_id = w.brand_id AND m.wave_id = w.wave_id AND m.heard_at > $3::timestamptz - interval '1 hour') AS lately
FROM vigie.waves w WHERE w.brand_id = $1 AND w.last_at >= $2
ORDER BY w.level DESC, lately DESC, w.last_at DESC, w.wave_id LIMIT $4

-- name: one
-- One wave.
SELECT * FROM vigie.waves WHERE brand_id = $1 AND wave_id = $2

-- name: counts
-- Messages by tens of minutes, counted back from now: 0 is the ten minutes just gone.
SELECT wave_id, floor(extract(epoch FROM $4::timestamptz - heard_at) / $5::int)::int AS ago, count(*) AS messages
FROM vigie.wave_members WHERE brand_id = $1 AND wave_id = ANY ($2::uuid[]) AND heard_at > $3 AND heard_at <= $4
GROUP BY 1, 2

-- name: first_said
-- The first members of each wave, with their items: one of them is the example, the first whose words can be read.
SELECT f.wave_id, f.item_id, f.external_id, i.state FROM unnest($2::uuid[]) AS asked(wave_id)
CROSS JOIN LATERAL (
  SELECT m.wave_id, m.item_id, m.external_id, m.heard_at FROM vigie.wave_members m
  WHERE m.brand_id = $1 AND m.wave_id = asked.wave_id ORDER BY m.heard_at, m.item_id LIMIT $3) f
JOIN vigie.items i ON i.brand_id = $1 AND i.item_id = f.item_id
ORDER BY f.wave_id, f.heard_at, f.item_id

-- name: rows_of
-- The items of a wave as the queue shows them, who spoke last first.
SELECT i.card, m.last_at FROM (
  SELECT item_id, max(heard_at) AS last_at FROM vigie.wave_members
  WHERE brand_id = $1 AND wave_id = $2 GROUP BY item_id) m
JOIN vigie.items i ON i.brand_id = $1 AND i.item_id = m.item_id
WHERE i.status <> 'unheard' AND (m.last_at, m.item_id) < ($3, $4) ORDER BY m.last_at DESC, m.item_id DESC LIMIT $5

-- name: sizes
-- For the badge of a row: how many messages its wave has.
SELECT wave_id, messages FROM vigie.waves WHERE brand_id = $1 AND wave_id = ANY ($2::uuid[])
