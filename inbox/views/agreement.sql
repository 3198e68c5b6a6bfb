-- name: zone
-- Days and weeks are the brand's.
SELECT zone FROM vigie.brands WHERE brand_id = $1

-- name: readings
-- What the classifier read, by the bucket the messages came in; `alarms` counts items, as people do.
SELECT date_trunc($4, received_at, $5) AS starts_at, count(*) AS messages, count(level) AS judged,
  count(*) FILTER (WHERE NOT assessed) AS not_assessed, avg(urgency) AS urgency,
  count(DISTINCT item_id) FILTER (WHERE level >= 2) AS alarms
FROM vigie.messages WHERE brand_id = $1 AND received_at >= $2 AND received_at < $3 GROUP BY 1

-- name: words
-- What people said in the period, the last word of each kind on each item, by the bucket it was said in. A word that
-- was taken back counts nowhere; an item counts once among the urgent, and once among the false alarms.
WITH last_words AS (
  SELECT DISTINCT ON (item_id, what) item_id, what, at, given_back, rules, priority, level, said, had
  FROM vigie.corrections WHERE brand_id = $1 AND at >= $2 AND at < $3 ORDER BY item_id, what, position DESC),
by_item AS (
  SELECT item_id, date_trunc($4, min(at), $5) AS starts_at, min(rules) AS rules,
    bool_or((what = 'priority' AND priority <= 2) OR (what = 'categories' AND level >= 2)) AS urgent,
    bool_or(what = 'urgency' OR (what = 'priority' AND priority > greatest(rules, 2))
      OR (what = 'categories' AND level < 2)) AS calm,
    bool_or(what = 'categories') AS categories,
    bool_or(what = 'categories' AND said @> had AND had @> said) AS same,
    bool_or(what = 'language' AND said <> had) AS language
  FROM last_words WHERE NOT given_back GROUP BY item_id)
SELECT starts_at, count(*) FILTER (WHERE urgent AND rules IS NOT NULL) AS called_urgent,
  count(*) FILTER (WHERE urgent AND rules <= 2) AS found,
  count(*) FILTER (WHERE calm AND NOT urgent AND rules <= 2) AS false_alarms,
  count(*) FILTER (WHERE categories) AS categories, count(*) FILTER (WHERE same) AS same,
  count(*) FILTER (WHERE language) AS languages
FROM by_item GROUP BY 1

-- name: categories
-- Category by category: what both said, what only people said, and what only the classifier said.
WITH last_words AS (
  SELECT DISTINCT ON (item_id) given_back, said, had
  FROM vigie.corrections WHERE brand_id = $1 AND at >= $2 AND at < $3 AND what = 'categories'
  ORDER BY item_id, position DESC)
SELECT category, count(*) FILTER (WHERE category = ANY (said) AND category = ANY (had)) AS both,
  count(*) FILTER (WHERE category <> ALL (had)) AS only_people,
  count(*) FILTER (WHERE category <> ALL (said)) AS only_classifier
FROM last_words, LATERAL (SELECT unnest(said) UNION SELECT unnest(had)) AS named (category)
WHERE NOT given_back GROUP BY 1 ORDER BY 1

-- name: languages
-- Which languages were taken for which.
WITH last_words AS (
  SELECT DISTINCT ON (item_id) given_back, said, had
  FROM vigie.corrections WHERE brand_id = $1 AND at >= $2 AND at < $3 AND what = 'language'
  ORDER BY item_id, position DESC)
SELECT coalesce(had[1], '') AS had, said[1] AS said, count(*) AS items
FROM last_words WHERE NOT given_back AND said <> had GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20

-- name: mix
-- What came in, before ($2 to $3) and now ($3 to $4): by language and by level, with the mean urgency.
SELECT received_at >= $3 AS now, grouping(lang) = 0 AS of_lang, grouping(level) = 0 AS of_level, lang, level,
  count(*) AS messages, avg(urgency) AS urgency
FROM vigie.messages
WHERE brand_id = $1 AND received_at >= $2 AND received_at < $4 AND level IS NOT NULL
GROUP BY GROUPING SETS ((received_at >= $3), (received_at >= $3, lang), (received_at >= $3, level))

-- name: corrected
-- A page of the items about whose urgency or categories people said something, for the training text.
SELECT DISTINCT item_id FROM vigie.corrections
WHERE brand_id = $1 AND item_id > $2 AND what IN ('categories', 'urgency') ORDER BY item_id LIMIT $3
