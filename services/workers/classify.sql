-- name: edited
-- Which of these items have edited words; an edit may stand in the log before its original.
SELECT DISTINCT stream_id FROM vigie.events
WHERE brand_id = $1 AND stream_id = ANY($2::text[]) AND type = 'MessageEdited'

-- name: before_saying
-- What must be known before judgements are said, in one look: how many of the brand's keys were destroyed by now; which
-- items were edited since their words were read ($2 at $3; the edit is judged by itself); whose key is there ($4); who
-- was forgotten since, to be heard again under a new key: old words must not be quoted any more; and the spread of each
-- message ($5 items, $6 threads, $7 times): how many authors were heard in its thread in the hour before it, itself and
-- its companions included. An item is one author in one thread, so items are counted; a thread that roars is counted by
-- its latest messages.
WITH asked AS (
  SELECT a.n, a.item_id, a.received_at, coalesce(a.thread,
    (SELECT m.thread FROM vigie.messages m WHERE m.brand_id = $1 AND m.item_id = a.item_id LIMIT 1)) AS thread
  FROM unnest($5::uuid[], $6::uuid[], $7::timestamptz[]) WITH ORDINALITY AS a(item_id, thread, received_at, n)),
spread AS (
  SELECT asked.n, greatest(1, (SELECT count(DISTINCT heard.item_id) FROM (
      SELECT item_id FROM (
        SELECT m.item_id FROM vigie.messages m
        WHERE m.brand_id = $1 AND m.thread = asked.thread AND m.received_at <= asked.received_at
          AND m.received_at > asked.received_at - interval '1 hour'
        ORDER BY m.received_at DESC LIMIT 2000) stored
      UNION ALL
      SELECT b.item_id FROM asked b
      WHERE b.thread = asked.thread AND b.received_at <= asked.received_at
        AND b.received_at > asked.received_at - interval '1 hour') heard))::int AS authors
  FROM asked)
SELECT h.key_epoch AS epoch,
  ARRAY(SELECT DISTINCT e.stream_id FROM vigie.events e
    WHERE e.brand_id = $1 AND e.stream_id = ANY($2::text[]) AND e.type = 'MessageEdited' AND e.position > $3) AS edited,
  ARRAY(SELECT k.subject_id FROM vigie.subject_keys k
    WHERE k.brand_id = $1 AND k.subject_id = ANY($4::uuid[])) AS known,
  ARRAY(SELECT e.v FROM vigie.events e
    WHERE e.brand_id = $1 AND e.type = 'AuthorForgotten' AND e.position > $3 ORDER BY e.position) AS forgotten_v,
  ARRAY(SELECT e.body FROM vigie.events e
    WHERE e.brand_id = $1 AND e.type = 'AuthorForgotten' AND e.position > $3 ORDER BY e.position) AS forgotten,
  ARRAY(SELECT s.authors FROM spread s ORDER BY s.n) AS spreads
FROM vigie.heads h WHERE h.brand_id = $1

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
