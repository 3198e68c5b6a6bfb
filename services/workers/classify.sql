-- name: edited
-- Which of these items have edited words; an edit may stand in the log before its original.
SELECT DISTINCT stream_id FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY($2::text[]) AND type = 'MessageEdited'

-- name: edited_since
-- Whose words changed after we read them: what we judged is no longer what they say, and the edit is judged by itself.
SELECT DISTINCT stream_id FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY($2::text[]) AND type = 'MessageEdited' AND position > $3

-- name: spread
-- How many authors were heard in each message's thread in the hour before it, itself and its companions included. An
-- item is one author in one thread, so items are counted; a thread that roars is counted by its latest messages.
WITH asked AS (
  SELECT a.item_id, a.received_at, coalesce(a.thread,
    (SELECT m.thread FROM vigie.messages m WHERE m.brand_id = $1 AND m.item_id = a.item_id LIMIT 1)) AS thread
  FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS a(item_id, thread, received_at))
SELECT greatest(1, (SELECT count(DISTINCT heard.item_id) FROM (
    SELECT item_id FROM (
      SELECT m.item_id FROM vigie.messages m
      WHERE m.brand_id = $1 AND m.thread = asked.thread AND m.received_at <= asked.received_at
        AND m.received_at > asked.received_at - interval '1 hour'
      ORDER BY m.received_at DESC LIMIT 2000) stored
    UNION ALL
    SELECT b.item_id FROM asked b
    WHERE b.thread = asked.thread AND b.received_at <= asked.received_at
      AND b.received_at > asked.received_at - interval '1 hour') heard))::int AS authors
FROM asked

-- name: hold_keys
-- Until the judgements are committed no author of theirs can be forgotten.
SELECT subject_id FROM vigie.subject_keys
WHERE brand_id = $1 AND subject_id = ANY($2::uuid[]) ORDER BY subject_id FOR KEY SHARE

-- name: forgotten_since
-- Who was forgotten after their words were read: those words must not be quoted any more.
SELECT v, body FROM vigie.events WHERE brand_id = $1 AND type = 'AuthorForgotten' AND position > $2

-- name: brands
-- Brands with words that nobody judged, or only at first sight. Looks at all brands, in one step down each one's index.
SELECT brand_id FROM vigie.heads h
WHERE EXISTS (SELECT FROM vigie.items i WHERE i.brand_id = h.brand_id AND i.to_score)

-- name: unscored
-- The most urgent of them first, without those that were dealt with already.
SELECT subject_id, state FROM vigie.items
WHERE brand_id = $1 AND to_score AND item_id <> ALL ($2::uuid[]) ORDER BY priority, item_id LIMIT $3

-- name: waiting
-- For the metrics: what nothing is known of, what only a first look was had at, and the oldest of the former.
SELECT count(*) FILTER (WHERE NOT i.scored) AS nothing, count(*) FILTER (WHERE i.scored) AS provisional,
  min((SELECT min(m.received_at) FROM vigie.messages m
       WHERE m.brand_id = $1 AND m.item_id = i.item_id AND m.sentiment IS NULL AND NOT m.withdrawn)) AS oldest
FROM vigie.items i WHERE i.brand_id = $1 AND i.to_score
